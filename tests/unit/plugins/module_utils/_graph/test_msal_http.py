# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What msal's requests become on the wire, and what it gets back."""

from __future__ import annotations

import typing as t
import uuid

import pytest
import requests
from ansible_collections.msgraph.intune.plugins.module_utils._graph._errors import AuthenticationError, GraphError
from ansible_collections.msgraph.intune.plugins.module_utils._graph._msal_http import MsalHttp
from ansible_collections.msgraph.intune.plugins.module_utils._graph._transport import Transport
from ansible_collections.msgraph.intune.tests.unit.fakes import FakeSession, Reply, Scripted

AUTHORITY = "https://login.example:8443"
REALM = f"{AUTHORITY}/common/userrealm/somebody"


def wire(*script: Scripted, authority: str | None = AUTHORITY) -> tuple[MsalHttp, FakeSession]:
    session = FakeSession(*script)
    return MsalHttp(Transport(timeout=1.0, verify=True, session=session), authority), session


def test_a_form_is_posted_with_the_headers_that_have_a_value() -> None:
    http, session = wire(Reply(200))
    http.post(f"{AUTHORITY}/token", params={"a": "b c"}, data={"d": "e&f"}, headers={"X-One": "1", "X-None": None})
    (sent,) = session.sent
    assert session.wire == [f"POST {AUTHORITY}/token?a=b+c"]
    assert sent.body == b"d=e%26f"
    assert (sent.headers["Content-Type"], sent.headers["X-One"]) == ("application/x-www-form-urlencoded", "1")
    assert "X-None" not in sent.headers


def test_a_post_may_be_bare() -> None:
    http, session = wire(Reply(200))
    http.post(f"{AUTHORITY}/token")
    assert session.wire == [f"POST {AUTHORITY}/token"]
    assert session.sent[0].body == b""


def test_a_get_has_parameters_and_headers_but_no_body() -> None:
    http, session = wire(Reply(200), Reply(200))
    http.get(f"{AUTHORITY}/metadata", params={"a": "b"}, headers={"X-One": "1"})
    http.get(f"{AUTHORITY}/metadata")
    assert session.wire == [f"GET {AUTHORITY}/metadata?a=b", f"GET {AUTHORITY}/metadata"]
    assert (session.sent[0].headers["X-One"], session.sent[0].body) == ("1", None)


@pytest.mark.parametrize(("status", "is_refusal"), [(200, False), (299, False), (400, True), (404, True)])
def test_the_answer_has_the_shape_that_msal_reads(status: int, is_refusal: bool) -> None:
    http, _session = wire(Reply(status, "words", {"X-One": "1"}))
    answer = http.get(f"{AUTHORITY}/metadata")
    assert (answer.status_code, answer.text, answer.headers["X-One"]) == (status, "words", "1")
    if is_refusal:
        with pytest.raises(ValueError, match=f"status {status}"):
            answer.raise_for_status()
    else:
        answer.raise_for_status()


def test_msal_may_give_up_before_it_asks() -> None:
    http, _session = wire()
    error = http.failure("ValueError")
    assert error.kind == "protocol"
    assert "before it asked the login service (ValueError)" in error.message


@pytest.mark.parametrize(
    ("authority", "asked", "advice"),
    [
        (AUTHORITY, "the login service", "Check the credential, authority_url"),
        (None, "this host's managed identity endpoint", "Check the variables by which the platform"),
    ],
)
def test_what_msal_cannot_use_is_told_with_what_is_known_of_it(authority: str | None, asked: str, advice: str) -> None:
    http, session = wire(Reply(200, {}), authority=authority)
    http.get(f"{AUTHORITY}/metadata")
    error = http.failure("KeyError")
    assert (error.kind, error.status) == ("protocol", 200)
    assert error.client_request_id == session.sent[0].headers["client-request-id"]
    assert f"could not use what {asked} answered (KeyError). {advice}" in str(error)


@pytest.mark.parametrize(
    ("authority", "service"), [(AUTHORITY, "Microsoft Entra ID"), (None, "The managed identity endpoint of this host")]
)
def test_a_refusal_is_told_as_that_of_who_was_asked(authority: str | None, service: str) -> None:
    http, session = wire(Reply(400, {"error": "invalid_request"}), authority=authority)
    http.get(f"{AUTHORITY}/token")
    error = http.failure()
    assert (error.kind, error.service) == ("authentication", service)
    assert error.client_request_id == session.sent[0].headers["client-request-id"]


def test_metadata_is_asked_for_once_and_a_refusal_is_not_kept() -> None:
    url = f"{AUTHORITY}/contoso/.well-known/openid-configuration"
    http, session = wire(Reply(404), Reply(203), Reply(200, "kept"))
    assert [http.get(url).status_code for _attempt in range(5)] == [404, 203, 200, 200, 200]
    assert len(session.sent) == 3


@pytest.mark.parametrize(
    ("failure", "is_told"), [(requests.exceptions.ConnectTimeout(), True), (requests.exceptions.SSLError("x"), False)]
)
def test_an_endpoint_that_is_silent_is_taken_for_none(failure: Exception, is_told: bool) -> None:
    http, _session = wire(failure, authority=None)
    with pytest.raises(GraphError) as caught:
        http.get("http://169.254.169.254/token")
    assert ("seems to have no managed identity" in str(caught.value)) is is_told
    assert not caught.value.transient


def test_each_request_has_an_id_of_its_own() -> None:
    http, session = wire(Reply(200), Reply(200))
    http.get(f"{AUTHORITY}/metadata")
    http.get(f"{AUTHORITY}/metadata")
    assert len({uuid.UUID(sent.headers["client-request-id"]) for sent in session.sent}) == 2


@pytest.mark.parametrize("host", ["a.example", "z.example", "login.example.evil.example"])
def test_the_user_realm_of_another_host_is_not_asked(host: str) -> None:
    http, session = wire(Reply(200, {}))
    with pytest.raises(GraphError, match="no credential goes there. Check authority_url"):
        http.get(f"https://{host}/common/userrealm/somebody")
    assert session.sent == []


@pytest.mark.parametrize("account_type", ["Federated", "federated", "FEDERATED"])
def test_a_federated_user_is_refused(account_type: str) -> None:
    http, _session = wire(Reply(200, {"account_type": account_type}))
    with pytest.raises(AuthenticationError, match="signs in at another identity provider.* Sign in once with"):
        http.get(REALM)


def test_only_the_user_realm_tells_who_is_federated() -> None:
    http, _session = wire(Reply(200, {"account_type": "Federated"}))
    assert http.get(f"{AUTHORITY}/metadata").status_code == 200


@pytest.mark.parametrize(
    "body",
    ["<html>", "", "[]", "7", {}, {"account_type": None}, {"account_type": "Cloud"}, {"account_type": "Managed"}],
)
def test_what_does_not_say_federated_is_left_to_msal(body: t.Any) -> None:
    http, _session = wire(Reply(200, body))
    assert http.get(REALM).status_code == 200
