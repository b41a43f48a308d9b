# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Test with random responses that each parser returns a valid value or a GraphError."""

from __future__ import annotations

import json
import math
import posixpath
import typing as t
from urllib.parse import unquote, urlsplit

import pytest
import requests
from ansible_collections.msgraph.intune.plugins.module_utils._graph import graph_errors
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth import entra_errors, managed_identity_errors
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.login_answers import clean
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.token import read_token
from ansible_collections.msgraph.intune.plugins.module_utils._graph.batch import send_all
from ansible_collections.msgraph.intune.plugins.module_utils._graph.client import GraphRequest, GraphResponse
from ansible_collections.msgraph.intune.plugins.module_utils._graph.clouds import find_cloud, is_below, same_origin
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.proxy import (
    read_proxy,
    user_info_secrets,
    without_user_info,
)
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import GraphError, ServiceError
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.error_response import holds_error
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.headers import retry_after
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.json_reader import parse_json
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.retry import RetryPolicy
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.transport import Response
from ansible_collections.msgraph.intune.plugins.module_utils._graph.paging import read_pages
from ansible_collections.msgraph.intune.plugins.module_utils._graph.permission import Permission
from ansible_collections.msgraph.intune.tests.unit.fakes import (
    FakeCredential,
    FakeSession,
    Reply,
    make_client,
    retry_policy,
)
from ansible_collections.msgraph.intune.tests.unit.strategies import (
    for_any,
    headers,
    json_values,
    statuses,
    value_or_error,
)
from hypothesis import example, given
from hypothesis import strategies as st
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

KINDS = {"authentication", "authorization", "not_found", "protocol", "service", "throttled"}
PERMISSION = Permission("Things.Read.All", "")

error_objects = json_values(
    "error", "code", "message", "innerError", "innererror", "request-id", "error_description", "error_codes", "Message"
)
# Intune encodes its messages as JSON in a string, once or twice.
encoded = error_objects.map(json.dumps)
doubly_encoded = st.builds(
    lambda inner, outer: json.dumps({"error": {"code": "x", "message": json.dumps({**outer, "Message": inner})}}),
    encoded,
    st.dictionaries(st.sampled_from(["ErrorCode", "CustomApiErrorPhrase"]), st.text(max_size=5)),
)
bodies = encoded.map(str.encode) | doubly_encoded.map(str.encode) | st.binary(max_size=60)

Reader = t.Callable[[Response, str], GraphError]


@pytest.mark.parametrize(
    "read_error", [graph_errors.read_error, entra_errors.read_error, managed_identity_errors.read_error]
)
@for_any
@given(status=statuses, body=bodies, headers=headers)
@example(status=401, body=b'{"error": {"message": "{\\"ErrorCode\\": []}"}}', headers={})
@example(status=400, body=b'{"error_codes": [null], "error_description": 7}', headers={})
def test_any_error_response_is_converted_to_an_error(
    read_error: Reader, status: int, body: bytes, headers: dict[str, str]
) -> None:
    error = read_error(Response(status, headers, body), "c-1")
    assert error.kind in KINDS
    assert error.status == status
    assert error.sentence.startswith(("Microsoft", "The managed identity"))
    shown = json.dumps(error.as_dict()).encode()
    assert len(shown) < 10_000
    assert str(error).encode()
    assert "https://fef." not in str(error)


@for_any
@given(text=st.text() | st.from_regex(r"\A[0-9]+\Z"), date=st.text() | st.none())
@example(text="Mon, 01 Jan 2024 00:00:00 +99999999999999", date="Mon, 01 Jan 2024 00:00:00 GMT")
@example(text="Mon, 01 Jan 2024 00:00:00", date="Mon, 01 Jan 2024 00:00:00 GMT")
def test_any_retry_after_is_a_number_of_seconds_or_none(text: str, date: str | None) -> None:
    wait = retry_after({"Retry-After": text, **({} if date is None else {"Date": date})})
    assert wait is None or (math.isfinite(wait) and wait >= 0)


@for_any
@given(
    tries=st.integers(1, 200),
    waited=st.floats(0, 1000),
    jitter=st.floats(0, 1),
    requested=st.none() | st.floats(0, 1e9),
    retries=st.integers(0, 100),
)
def test_a_delay_never_exceeds_the_rest_of_the_budget(
    tries: int, waited: float, jitter: float, requested: float | None, retries: int
) -> None:
    policy = RetryPolicy(retries=retries, budget=120.0)
    error = ServiceError("busy", status=503, retry_after=requested)
    delay = value_or_error(policy.delay, error, tries, waited=waited, jitter=jitter)
    if isinstance(delay, GraphError):
        assert delay.kind in ("service", "throttled")
    else:
        assert 0 <= delay <= max(120.0 - waited, 0.0)
        assert tries <= retries


batch_answers = json_values("responses", "id", "status", "headers", "body", "1", "2", "error", "code", "Retry-After")
batch_items = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from(["1", "2", 1, None, "x"]),
        "status": st.sampled_from([200, 204, 302, 400, 401, 403, 404, 424, 429, 500, 503, None, "204", -1]),
        "headers": json_values("Retry-After", "Content-Type", "request-id"),
        "body": json_values("error", "code", "message"),
    },
)


@for_any
@given(
    answers=st.lists(batch_answers | st.builds(lambda items: {"responses": items}, st.lists(batch_items)), max_size=6)
)
def test_any_response_to_a_batch_gives_each_item_an_outcome(answers: list[t.Any]) -> None:
    # Converted to JSON, as a real response is.
    script = [Reply(200, json.dumps(answer)) for answer in answers]
    session = FakeSession(*script, *[Reply(500)] * 20)
    client = make_client(session, find_cloud("global"), FakeCredential(), policy=retry_policy(retries=2))
    calls = [GraphRequest("POST", f"things/{name}", f"sync {name}", PERMISSION, body={}) for name in ("a", "b")]
    outcomes = send_all(client, calls)
    assert len(outcomes) == 2
    for outcome in outcomes:
        assert isinstance(outcome, (GraphResponse, GraphError))
        if isinstance(outcome, GraphError):
            assert json.dumps(outcome.as_dict())


@for_any
@given(pages=st.lists(json_values("value", "@odata.nextLink", "id"), max_size=4))
def test_any_page_is_a_list_or_an_error(pages: list[t.Any]) -> None:
    session = FakeSession(*[Reply(200, json.dumps(page)) for page in pages], *[Reply(500)])
    client = make_client(session, find_cloud("global"), FakeCredential())
    answer = value_or_error(read_pages, client, GraphRequest("GET", "things", "list the things", PERMISSION))
    if isinstance(answer, GraphError):
        assert answer.kind in ("protocol", "service")
    else:
        assert isinstance(answer.content, list)


ROOT = "https://graph.example"
links = st.lists(
    st.sampled_from(["https:", "http:", "//", "/", "\\", "@", ":", "?", "#", "%2f", "graph.example", "evil.example"])
    | st.text(max_size=3),
    max_size=8,
).map("".join)


@for_any
@given(link=links | links.map(lambda suffix: f"{ROOT}{suffix}"))
@example(link="https://evil.example\\@graph.example/")
@example(link="https://graph.example#@evil.example")
def test_urllib3_agrees_with_the_check_of_the_origin(link: str) -> None:
    if not same_origin(link, ROOT):
        return
    try:
        parsed = parse_url(link)
    except LocationParseError:
        return
    assert (parsed.scheme, parsed.host, parsed.port or 443) == ("https", "graph.example", 443)


paths = st.lists(
    st.sampled_from(["/", "..", ".", "%2e", "%2F", "%252e", ";", "//", "a", "graph", "?"]), max_size=10
).map("".join)


@for_any
@given(path=paths | paths.map(lambda suffix: f"/graph/{suffix}"))
def test_an_allowed_url_stays_below_the_root_after_repeated_decoding(path: str) -> None:
    url = f"{ROOT}/{path}"
    if not is_below(url, f"{ROOT}/graph"):
        return
    sent = urlsplit(requests.Request("GET", url).prepare().url or "").path
    for _round in range(4):
        assert f"{posixpath.normpath(sent)}/".startswith("/graph/")
        sent = unquote(sent)


@for_any
@given(secret=st.text(max_size=80))
def test_any_text_can_be_described_as_a_token(secret: str) -> None:
    token = read_token(secret)
    assert token.kind in ("application", "delegated", "unknown")
    assert secret not in repr(token) or len(secret) < 12


# "/http://": a password directly before "http://" would be the scheme of the URL.
url_parts = st.sampled_from(["/http://", "user", ":", "hush-hush", "@", "proxy", "/", "?", "%"])
urls = st.builds(
    lambda scheme, parts: scheme + "".join(parts), st.sampled_from(["", "http://"]), st.lists(url_parts, max_size=7)
)


@for_any
@given(text=urls)
def test_the_password_of_an_invalid_proxy_url_is_not_shown(text: str) -> None:
    assert "hush" not in without_user_info(text).rpartition("@")[0]
    if "hush-hush" in text.rpartition("@")[0]:
        assert any("hush-hush" in secret for secret in user_info_secrets(text))
    result = value_or_error(read_proxy, "proxy", text)
    assert isinstance(result, str) or "hush" not in str(result)


answers = json_values(
    *("access_token", "expires_in", "expires_on", "scope", "id_token", "client_info", "error", "error_description"),
    *("device_code", "interval", "verification_url", "refresh_token", "token_type"),
)


@for_any
@given(body=answers)
def test_any_login_response_is_cleaned_to_the_types_that_msal_expects(body: t.Any) -> None:
    parsed = parse_json(json.dumps(body))
    cleaned = clean(parsed, 1_700_000_000.0)
    if holds_error(parsed):
        assert all(isinstance(value, str) for value in cleaned.values())
    elif isinstance(parsed, dict) and "access_token" in parsed:
        assert cleaned["expires_in"] > 0
        assert all(isinstance(value, str) for name, value in cleaned.items() if not name.startswith("expires_"))
