# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.graph_errors import read_error
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.headers import request_id, retry_after
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.transport import Response
from ansible_collections.msgraph.intune.plugins.module_utils._graph.masking import SECRETS
from requests.structures import CaseInsensitiveDict

BODIES: dict[str, t.Any] = json.loads((Path(__file__).parent / "fixtures" / "graph_errors.json").read_text("utf-8"))


def response(status: int, body: t.Any, **headers: str) -> Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status, CaseInsensitiveDict({name.replace("_", "-"): v for name, v in headers.items()}), content)


@pytest.mark.parametrize(
    ("body", "status", "kind", "code", "words"),
    [
        ("plain", 400, "service", "BadRequest", "Request not applicable to target tenant."),
        ("intune_not_found", 404, "not_found", "ResourceNotFound", "The connector was not found"),
        ("intune_role_missing", 401, "authorization", "Forbidden", "Application is not authorized"),
        ("token_expired", 401, "authentication", "InvalidAuthenticationToken", "the token is expired"),
        ("forbidden", 403, "authorization", "Forbidden", "is not authorized to perform this operation"),
        ("throttled", 429, "throttled", "TooManyRequests", "Too many requests."),
        ("internal", 500, "service", "InternalServerError", "no reason given"),
    ],
)
def test_each_error_body_has_its_kind(body: str, status: int, kind: str, code: str, words: str) -> None:
    error = read_error(response(status, BODIES[body]), "c-1")
    assert (error.kind, error.status, error.code) == (kind, status, code)
    assert words in error.message
    assert error.client_request_id == "c-1"


def test_a_nested_message_is_unwrapped() -> None:
    message = read_error(response(401, BODIES["intune_role_missing"]), "c-1").message
    assert message.startswith("Application is not authorized to perform this operation. - Operation ID")
    assert "{" not in message


def test_a_long_message_is_cut() -> None:
    error = read_error(response(400, {"error": {"code": "X", "message": "x" * 5000}}), "c-1")
    assert len(error.message) == 1000


def test_internal_urls_are_removed_and_support_ids_are_shown() -> None:
    message = str(read_error(response(404, BODIES["intune_not_found"]), "c-1"))
    assert "https://fef" not in message
    assert "Operation ID (for customer support): 00000000" in message
    assert "Activity ID: 4c1c9b1e" in message
    assert '"_version"' not in message


@pytest.mark.parametrize("body", ["inner_error", "innererror"])
def test_the_request_id_is_found_in_either_spelling_of_the_inner_error(body: str) -> None:
    assert read_error(response(400, BODIES[body]), "c-1").request_id == "r-in-body"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"request_id": "r-1", "x_ms_request_id": "r-2"}, "r-1"),
        ({"request_id": "", "x_ms_request_id": "r-2"}, "r-2"),
        ({"x_ms_request_id": ""}, None),
    ],
)
def test_the_request_id_has_two_names_in_the_headers(headers: dict[str, str], expected: str | None) -> None:
    assert request_id(response(400, {}, **headers).headers) == expected


def test_the_request_id_of_the_header_comes_first() -> None:
    assert read_error(response(400, BODIES["inner_error"], request_id="r-in-header"), "c-1").request_id == "r-in-header"


@pytest.mark.parametrize("body", BODIES["odd"], ids=json.dumps)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 418, 429, 500, 503])
def test_any_body_is_converted_to_an_error(body: t.Any, status: int) -> None:
    error = read_error(response(status, body), "c-1")
    assert str(status) in str(error)
    assert set(error.as_dict()) >= {"kind", "message"}


@pytest.mark.parametrize("body", [b"", b"<html>Bad gateway</html>", b'{"error": {"code"', b"\xff\xfe", b"[" * 100_000])
def test_a_body_that_is_not_json_is_a_service_error(body: bytes) -> None:
    error = read_error(response(502, body), "c-1")
    assert (error.kind, error.code) == ("service", None)
    assert "<html>" not in str(error)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 418])
@pytest.mark.parametrize("body", [b"<html>Sign in to this network</html>", b"", b'{"error": "text"}', b"[]"])
def test_a_client_error_without_an_error_object_is_a_protocol_error(status: int, body: bytes) -> None:
    error = read_error(response(status, body), "c-1")
    assert error.kind == "protocol"
    assert "graph_url" in (error.hint or "")


def test_a_401_with_a_challenge_needs_no_body() -> None:
    assert read_error(response(401, b"", WWW_Authenticate="Bearer"), "c-1").kind == "authentication"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (408, "service"),
        (428, "protocol"),
        (429, "throttled"),
        (430, "protocol"),
        (499, "protocol"),
        (500, "service"),
        (501, "service"),
        (509, "throttled"),
    ],
)
def test_throttling_and_server_errors_need_no_body(status: int, kind: str) -> None:
    assert read_error(response(status, b""), "c-1").kind == kind


@pytest.mark.parametrize(
    ("status", "words"), [(400, "refused"), (499, "refused"), (500, "failed"), (501, "failed"), (599, "failed")]
)
def test_the_hint_distinguishes_failed_and_refused_requests(status: int, words: str) -> None:
    hint = read_error(response(status, BODIES["plain"]), "c-1").hint or ""
    assert hint.startswith(f"The service {words}")


@pytest.mark.parametrize(
    ("challenge", "is_claims_challenge"),
    [
        ('Bearer realm="", error="insufficient_claims"', True),
        ('Bearer claims="e30="', True),
        ('Bearer realm="", error="invalid_token"', False),
    ],
)
def test_a_claims_challenge_is_explained(challenge: str, is_claims_challenge: bool) -> None:
    error = read_error(response(401, BODIES["token_expired"], WWW_Authenticate=challenge), "c-1")
    assert ("Conditional Access" in (error.hint or "")) is is_claims_challenge


def test_blank_codes_and_ids_are_none() -> None:
    error = read_error(response(400, {"error": {"code": " ", "innerError": {"request-id": " "}}}), "c-1")
    assert (error.code, error.request_id) == (None, None)
    assert read_error(response(400, {"error": {"code": " BadRequest\n"}}), "c-1").code == "BadRequest"


def test_the_phrase_of_intune_replaces_a_missing_message() -> None:
    message = json.dumps({"Message": "", "CustomApiErrorPhrase": "the phrase"})
    assert read_error(response(400, {"error": {"code": "X", "message": message}}), "c-1").message == "the phrase"


def test_an_error_has_the_seconds_of_retry_after() -> None:
    assert read_error(response(503, b"", Retry_After="17"), "c-1").retry_after == 17.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry_After": "17"}, 17.0),
        ({"Retry_After": " 17 "}, 17.0),
        ({"Retry_After": "0"}, 0.0),
        ({"Retry_After": "Wed, 21 Oct 2026 07:28:10 GMT", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 10.0),
        ({"Retry_After": "Wed, 21 Oct 2026 07:27:00 GMT", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 0.0),
        ({"Retry_After": "Wed, 21 Oct 2026 07:28:10 GMT"}, 30.0),
        ({"Retry_After": "Wed, 21 Oct 2026 07:28:10 GMT", "Date": "today"}, 30.0),
        ({"Retry_After": "Wednesday, 21-Oct-26 07:28:10 GMT", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 10.0),
        ({"Retry_After": "5, 30, 7"}, 30.0),
        ({"Retry_After": "soon, 30"}, 30.0),
        ({"Retry_After": '["5", 30.5]'}, 30.5),
        ({"Retry_After": "5, Wed, 21 Oct 2026 07:28:10 GMT, 7", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 10.0),
        ({"Retry_After": "12, Wed, 21 Oct 2026 07:28:10 GMT", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 12.0),
        ({"Retry_After": "5", "Date": "Wed, 21 Oct 2026 07:28:00 GMT, Wed, 21 Oct 2026 07:29:00 GMT"}, 5.0),
        ({"Retry_After": "nan, inf, 1e3, +4"}, None),
        ({"Retry_After": "Wed, 21 Oct 2026 07:28:10 -0000", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 10.0),
        ({"Retry_After": "Wed Oct 21 07:28:10 2026", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 10.0),
        ({"Retry_After": "2.5"}, 2.5),
        ({"Retry_After": "-5"}, None),
        ({"Retry_After": "soon"}, None),
        ({"Retry_After": "9" * 400}, 999_999_999.0),
        ({"Retry_After": " " * 100_000 + "5"}, None),
        ({"Retry_After": "Fri, 31 Dec 9999 23:59:59 GMT", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 999_999_999.0),
        ({"Retry_After": "Mon, 01 Jan 2024 00:00:00 +99999999999999"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read_in_every_form(headers: dict[str, str], seconds: float | None) -> None:
    # Wed, 21 Oct 2026 07:27:40 GMT
    assert retry_after(response(429, {}, **headers).headers, clock=lambda: 1_792_567_660.0) == seconds


# --- errors in the body of a success


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("InvalidAuthenticationToken", "authentication"),
        ("Forbidden", "authorization"),
        ("Authorization_RequestDenied", "authorization"),
        ("ResourceNotFound", "not_found"),
        ("TooManyRequests", "throttled"),
        ("ServiceUnavailable", "service"),
        ("BadRequest", "service"),
        (None, "service"),
    ],
)
def test_with_a_success_status_the_code_decides_the_kind(code: str | None, kind: str) -> None:
    error = read_error(response(200, {"error": {"code": code, "message": "no"}}, request_id="r-1"), "c-1")
    assert (error.kind, error.status, error.code, error.message, error.request_id) == (kind, 200, code, "no", "r-1")
    assert not error.transient


def test_with_an_error_status_the_status_decides_the_kind() -> None:
    assert read_error(response(404, {"error": {"code": "Forbidden"}}), "c-1").kind == "not_found"


@pytest.mark.parametrize("from_graph", [True, False])
@pytest.mark.parametrize("error", ["no way", {}, ["x"]])
def test_with_a_success_status_another_error_is_a_protocol_error(error: t.Any, from_graph: bool) -> None:
    expected = read_error(response(200, {"error": error}), "c-1", from_graph=from_graph)
    assert (expected.kind, expected.status) == ("protocol", 200)
    assert expected.message == ("no way" if error == "no way" else "no reason given")


# --- bodies that are not Graph errors


PAGE = (
    "<!DOCTYPE html><html><head><title>502 Bad Gateway</title><style>p {color: red}</style></head>"
    "<body><h1>502 Bad Gateway</h1><script>alert('x < y')</script><p>nginx &amp; co</p></body></html>"
)


@pytest.mark.parametrize(
    "body",
    [
        PAGE.encode(),
        {"error": {"code": "BadGateway", "message": PAGE}},
        {"error": PAGE},
        b"\xef\xbb\xbf" + PAGE.encode(),
    ],
)
def test_a_page_is_reduced_to_its_text(body: t.Any) -> None:
    assert read_error(response(502, body), "c-1").message == "502 Bad Gateway nginx & co"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"upstream request\r\ntimeout", "upstream request timeout"),
        (b"x" * 5000, "x" * 200),
        (b"\xff\xfe\x00", "no reason given"),
        (b'{"half": "a secret', "no reason given"),
        (b' ["half', "no reason given"),
        (b'"text"', "text"),
        (b"7", "no reason given"),
    ],
)
def test_a_plain_text_body_is_shown(body: bytes, message: str) -> None:
    assert read_error(response(504, body), "c-1").message == message


def test_a_long_message_is_not_parsed() -> None:
    message = json.dumps({"Message": "x" * 100_000})
    assert read_error(response(400, {"error": {"message": message}}), "c-1").message.startswith('{"Message": "xxx')


def test_the_text_of_a_page_is_masked_before_it_is_cut() -> None:
    secret = "correct-horse-battery-staple"
    SECRETS.add(secret)
    for filler in (188, 16 * 1024 - 10):
        page = f"<title>x</title>{'x ' * (filler // 2)}{secret}</html>"
        assert "correct" not in read_error(response(502, page.encode()), "c-1").message
    hidden = f"<title>x</title><style>{' ' * 10}{'x' * (16 * 1024 - 30)}</style>{secret}</html>"
    assert "correct" not in read_error(response(502, hidden.encode()), "c-1").message


def test_a_message_is_unwrapped_only_some_levels_deep() -> None:
    message = "the innermost"
    for _level in range(6):
        message = json.dumps({"Message": message})
    assert read_error(response(400, {"error": {"message": message}}), "c-1").message.startswith('{"Message": ')
