# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What msal's requests become on the wire, and what it gets back."""

from __future__ import annotations

import typing as t
import uuid

import pytest
import requests
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.msal_http import MsalHttp
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import AuthenticationError, GraphError
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.transport import Transport
from ansible_collections.msgraph.intune.plugins.module_utils._graph.masking import MASK, SECRETS
from ansible_collections.msgraph.intune.tests.unit.fakes import FakeSession, Reply, Scripted

AUTHORITY = "https://login.example:8443"
REALM = f"{AUTHORITY}/common/userrealm/kim"


def make_http(*script: Scripted, authority: str | None = AUTHORITY) -> tuple[MsalHttp, FakeSession]:
    session = FakeSession(*script)
    return MsalHttp(Transport(timeout=1.0, verify=True, session=session), authority), session


def test_a_form_is_posted_without_headers_that_are_none() -> None:
    http, session = make_http(Reply(200))
    http.post(f"{AUTHORITY}/token", params={"a": "b c"}, data={"d": "e&f"}, headers={"X-One": "1", "X-None": None})
    (sent,) = session.sent
    assert session.wire == [f"POST {AUTHORITY}/token?a=b+c"]
    assert sent.body == b"d=e%26f"
    assert (sent.headers["Content-Type"], sent.headers["X-One"]) == ("application/x-www-form-urlencoded", "1")
    assert "X-None" not in sent.headers


def test_a_post_may_have_no_parameters_and_no_form() -> None:
    http, session = make_http(Reply(200))
    http.post(f"{AUTHORITY}/token")
    assert session.wire == [f"POST {AUTHORITY}/token"]
    assert session.sent[0].body == b""


def test_a_get_has_parameters_and_headers_and_no_body() -> None:
    http, session = make_http(Reply(200), Reply(200))
    http.get(f"{AUTHORITY}/metadata", params={"a": "b"}, headers={"X-One": "1"})
    http.get(f"{AUTHORITY}/metadata")
    assert session.wire == [f"GET {AUTHORITY}/metadata?a=b", f"GET {AUTHORITY}/metadata"]
    assert (session.sent[0].headers["X-One"], session.sent[0].body) == ("1", None)


@pytest.mark.parametrize(("status", "is_refusal"), [(200, False), (299, False), (400, True), (404, True)])
def test_the_answer_has_the_attributes_that_msal_reads(status: int, is_refusal: bool) -> None:
    http, _session = make_http(Reply(status, {"error_description": "words"}, {"X-One": "1"}))
    answer = http.get(f"{AUTHORITY}/metadata")
    assert (answer.status_code, answer.headers["X-One"]) == (status, "1")
    assert '"error_description": "words"' in answer.text
    if is_refusal:
        with pytest.raises(ValueError, match=f"status {status}"):
            answer.raise_for_status()
    else:
        answer.raise_for_status()


@pytest.mark.parametrize("body", ["<html>", "", "[" * 5000, "[" * 60 + "]" * 60])
def test_invalid_json_is_not_passed_to_msal(body: str) -> None:
    http, _session = make_http(Reply(200, body))
    assert http.post(f"{AUTHORITY}/token").text == ""


@pytest.mark.parametrize(
    ("authority", "endpoint"), [(AUTHORITY, "the login service"), (None, "this host's managed identity endpoint")]
)
def test_a_failure_before_the_first_request_is_a_protocol_error(authority: str | None, endpoint: str) -> None:
    http, _session = make_http(authority=authority)
    error = http.failure("ValueError")
    assert error.kind == "protocol"
    assert f"before it asked {endpoint} (ValueError)" in error.message


def test_an_error_under_a_success_status_is_a_failure_with_its_code() -> None:
    body = {"error": "invalid_grant", "error_description": "AADSTS65001: No.", "trace_id": "t-1", "access_token": "x"}
    http, _session = make_http(Reply(200, body))
    assert "access_token" not in http.post(f"{AUTHORITY}/token").text
    error = http.failure()
    assert (error.kind, error.status, error.code) == ("authentication", 200, "AADSTS65001")
    assert (error.message, error.request_id) == ("No.", "t-1")


def test_a_token_under_a_failure_status_is_not_used() -> None:
    http, _session = make_http(Reply(400, {"access_token": "a-long-access-token"}))
    assert http.post(f"{AUTHORITY}/token").text == '{"error": "unknown_error"}'
    assert http.failure().kind == "protocol"


@pytest.mark.parametrize("status", [200, 400, 401])
@pytest.mark.parametrize(
    "error", ["temporarily_unavailable", " temporarily_unavailable\n", {"code": "temporarily_unavailable"}]
)
def test_temporarily_unavailable_is_raised_before_msal_caches_it(status: int, error: t.Any) -> None:
    http, _session = make_http(Reply(status, {"error": error}))
    with pytest.raises(GraphError) as caught:
        http.post(f"{AUTHORITY}/token")
    assert (caught.value.kind, caught.value.transient) == ("service", True)


@pytest.mark.parametrize("token", ["e", "x" * 70_000])
@pytest.mark.parametrize("authority", [AUTHORITY, None])
def test_a_token_of_invalid_length_is_refused_and_not_registered(token: str, authority: str | None) -> None:
    http, session = make_http(Reply(200, {"access_token": token}), authority=authority)
    with pytest.raises(GraphError, match="access_?.?token( in the answer)? is") as caught:
        http.post(f"{AUTHORITY}/token")
    assert (caught.value.kind, caught.value.status) == ("protocol", 200)
    assert caught.value.client_request_id == session.sent[0].headers["client-request-id"]
    assert caught.value.hint
    assert SECRETS.mask("the words") == "the words"


@pytest.mark.parametrize("authority", [AUTHORITY, None])
def test_a_token_with_invalid_characters_is_not_passed_to_msal(authority: str | None) -> None:
    http, _session = make_http(
        Reply(200, {"access_token": "a token with blanks", "expires_in": 3600}), authority=authority
    )
    with pytest.raises(GraphError, match="the access token in the answer holds characters") as caught:
        http.post(f"{AUTHORITY}/token")
    assert caught.value.kind == "protocol"


SECRET_FIELDS = ("access_token", "refresh_token", "id_token", "device_code", "client_secret", "client_assertion")


@pytest.mark.parametrize("name", SECRET_FIELDS)
@pytest.mark.parametrize("status", [200, 400])
def test_a_secret_that_is_too_long_is_refused_and_not_registered(name: str, status: int) -> None:
    secret = "s" * 70_000
    http, session = make_http(Reply(status, {"access_token": "a-long-access-token", name: secret}))
    with pytest.raises(GraphError, match=f"in the answer, {name} is longer than 65536 characters") as caught:
        http.post(f"{AUTHORITY}/token")
    assert (caught.value.kind, caught.value.status, caught.value.transient) == ("protocol", status, False)
    assert SECRETS.mask(secret) == secret
    with pytest.raises(GraphError, match=f"in the request, {name} is longer than 65536 characters"):
        http.post(f"{AUTHORITY}/token", data={name: secret})
    assert (len(session.sent), SECRETS.mask(secret)) == (1, secret)


@pytest.mark.parametrize(("name", "value"), [("Authorization", "Basic " + "s" * 70_000), ("Secret", "s" * 70_000)])
def test_an_identity_key_that_is_too_long_is_not_sent(name: str, value: str) -> None:
    http, session = make_http(authority=None)
    with pytest.raises(GraphError, match=f"in the request, {name.lower()} is longer than 65536 characters"):
        http.get("http://localhost:40342/token", headers={name: value})
    assert (session.sent, SECRETS.mask(value)) == ([], value)


REQUEST_SECRETS = {name: f"{name}-that-is-long" for name in ("client_assertion", "refresh_token", "device_code")}
ANSWER_SECRETS = {name: f"{name}-of-answer" for name in ("access_token", "refresh_token", "id_token", "device_code")}


def test_secrets_of_requests_and_answers_are_registered() -> None:
    http, _session = make_http(Reply(200, ANSWER_SECRETS))
    http.post(f"{AUTHORITY}/token", data={**REQUEST_SECRETS, "scope": "something-else"})
    for secret in (*REQUEST_SECRETS.values(), *ANSWER_SECRETS.values()):
        assert SECRETS.mask(secret) == MASK
    assert SECRETS.mask("something-else") == "something-else"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Authorization", "Basic key-of-the-agent"),
        ("X-IDENTITY-HEADER", "key-of-the-agent"),
        ("secret", "key-of-the-agent"),
        ("Secret", "key-of-the-agent"),
    ],
)
def test_the_key_of_an_identity_is_registered(name: str, value: str) -> None:
    http, _session = make_http(Reply(200), authority=None)
    http.get("http://localhost:40342/token", headers={name: value, "Metadata": "an-open-value"})
    assert SECRETS.mask("key-of-the-agent an-open-value") == f"{MASK} an-open-value"


def test_an_echoed_secret_is_masked_before_the_message_is_truncated() -> None:
    message = "x" * 990 + " an-assertion-that-was-signed"
    http, _session = make_http(Reply(400, {"error": "invalid_client", "error_description": message}))
    http.post(f"{AUTHORITY}/token", data={"client_assertion": "an-assertion-that-was-signed"})
    assert "an-assert" not in http.failure().message


@pytest.mark.parametrize(
    ("authority", "endpoint", "hint"),
    [
        (AUTHORITY, "the login service", "Check the credential, authority_url"),
        (None, "this host's managed identity endpoint", "Check the variables by which the platform"),
    ],
)
def test_an_unusable_answer_has_status_id_and_hint(authority: str | None, endpoint: str, hint: str) -> None:
    http, session = make_http(Reply(200, {}), authority=authority)
    http.get(f"{AUTHORITY}/metadata")
    error = http.failure("KeyError")
    assert (error.kind, error.status) == ("protocol", 200)
    assert error.client_request_id == session.sent[0].headers["client-request-id"]
    assert f"could not use what {endpoint} answered (KeyError). {hint}" in str(error)


@pytest.mark.parametrize(
    ("authority", "service"), [(AUTHORITY, "Microsoft Entra ID"), (None, "The managed identity endpoint of this host")]
)
def test_the_error_names_the_service_that_refused(authority: str | None, service: str) -> None:
    http, session = make_http(Reply(400, {"error": "invalid_request"}), authority=authority)
    http.get(f"{AUTHORITY}/token")
    error = http.failure()
    assert (error.kind, error.service) == ("authentication", service)
    assert error.client_request_id == session.sent[0].headers["client-request-id"]


def test_only_successful_metadata_is_cached() -> None:
    url = f"{AUTHORITY}/contoso/.well-known/openid-configuration"
    http, session = make_http(Reply(404), Reply(203), Reply(200, "kept"))
    assert [http.get(url).status_code for _attempt in range(5)] == [404, 203, 200, 200, 200]
    assert len(session.sent) == 3


@pytest.mark.parametrize(
    ("failure", "has_hint"), [(requests.exceptions.ConnectTimeout(), True), (requests.exceptions.SSLError("x"), False)]
)
def test_a_timeout_means_that_this_host_has_no_managed_identity(failure: Exception, has_hint: bool) -> None:
    http, _session = make_http(failure, authority=None)
    with pytest.raises(GraphError) as caught:
        http.get("http://169.254.169.254/token")
    assert ("seems to have no managed identity" in str(caught.value)) is has_hint
    assert not caught.value.transient


def test_each_request_has_a_new_client_request_id() -> None:
    http, session = make_http(Reply(200), Reply(200))
    http.get(f"{AUTHORITY}/metadata")
    http.get(f"{AUTHORITY}/metadata")
    assert len({uuid.UUID(sent.headers["client-request-id"]) for sent in session.sent}) == 2


@pytest.mark.parametrize("host", ["a.example", "z.example", "login.example.evil.example"])
def test_no_user_realm_request_is_sent_to_another_host(host: str) -> None:
    http, session = make_http(Reply(200, {}))
    with pytest.raises(GraphError, match="no credential goes there. Check authority_url"):
        http.get(f"https://{host}/common/userrealm/kim")
    assert session.sent == []


@pytest.mark.parametrize("account_type", ["Federated", "federated", "FEDERATED"])
def test_a_federated_user_is_refused(account_type: str) -> None:
    http, _session = make_http(Reply(200, {"account_type": account_type}))
    with pytest.raises(AuthenticationError, match="signs in at another identity provider.* Sign in once with"):
        http.get(REALM)


def test_account_type_is_read_only_from_the_user_realm() -> None:
    http, _session = make_http(Reply(200, {"account_type": "Federated"}))
    assert http.get(f"{AUTHORITY}/metadata").status_code == 200


@pytest.mark.parametrize(
    "body",
    ["<html>", "", "[]", "7", {}, {"account_type": None}, {"account_type": "Cloud"}, {"account_type": "Managed"}],
)
def test_other_account_types_are_passed_to_msal(body: t.Any) -> None:
    http, _session = make_http(Reply(200, body))
    assert http.get(REALM).status_code == 200
