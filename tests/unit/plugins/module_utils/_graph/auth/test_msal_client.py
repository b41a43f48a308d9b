# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sign-ins of applications with the real msal and scripted answers."""

from __future__ import annotations

import contextlib
import typing as t
from urllib.parse import parse_qs

import pytest
import requests
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.msal_client import MsalTokenClient
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.token_cache import TokenCache
from ansible_collections.msgraph.intune.plugins.module_utils._graph.clouds import find_cloud
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import GraphError
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.retry import Retry
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.transport import Transport
from ansible_collections.msgraph.intune.tests.unit.application_sign_ins import BASE, METADATA, TOKEN, fail_on_sleep
from ansible_collections.msgraph.intune.tests.unit.fakes import (
    FakeClock,
    FakeSession,
    Reply,
    Scripted,
    retry_policy,
)

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.token import Token
    from ansible_collections.msgraph.intune.plugins.module_utils._graph.clouds import Cloud


def sign_in(*script: Scripted) -> tuple[Token, FakeSession]:
    session = FakeSession(*script)
    return _application(session, find_cloud("global")), session


def _application(session: FakeSession, cloud: Cloud, retry: Retry | None = None) -> Token:
    transport = Transport(timeout=1.0, verify=True, session=session)
    login = MsalTokenClient(transport, cloud, ["Things.ReadWrite.All"])

    def request_token(_attempt: int) -> Token:
        return login.application(tenant_id="contoso.example", client_id="app-1", credential=lambda: "hush-hush")

    return request_token(1) if retry is None else retry.run(request_token)


def sign_in_error_of(*script: Scripted) -> GraphError:
    return sign_in_error(FakeSession(*script))


def sign_in_error(session: FakeSession, cloud: Cloud | None = None) -> GraphError:
    with pytest.raises(GraphError) as caught:
        _application(session, cloud or find_cloud("global"))
    assert "hush-hush" not in str(caught.value)
    return caught.value


def test_a_token_with_all_granted_permissions_needs_two_requests() -> None:
    token, session = sign_in(Reply(200, METADATA), Reply(200, TOKEN))
    assert (token.secret, token.kind) == (TOKEN["access_token"], "application")
    assert session.wire == [f"GET {BASE}/v2.0/.well-known/openid-configuration", f"POST {BASE}/oauth2/v2.0/token"]
    form = parse_qs((session.sent[1].body or b"").decode())
    assert form["scope"] == ["https://graph.microsoft.com/.default"]
    assert (form["client_id"], form["client_secret"]) == (["app-1"], ["hush-hush"])
    assert all(sent.headers.get("client-request-id") for sent in session.sent)
    assert all("Authorization" not in sent.headers for sent in session.sent)


def test_an_unknown_tenant_is_explained() -> None:
    error = sign_in_error_of(
        Reply(400, {"error": "invalid_tenant", "error_description": "AADSTS90002: Tenant not found."})
    )
    assert (error.kind, error.code) == ("authentication", "AADSTS90002")


def test_a_refused_secret_is_explained() -> None:
    refusal = {"error": "invalid_client", "error_description": "AADSTS7000215: Wrong.", "error_codes": [7000215]}
    error = sign_in_error_of(Reply(200, METADATA), Reply(401, refusal))
    assert (error.kind, error.code) == ("authentication", "AADSTS7000215")


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/token",
        "https://login.microsoftonline.com.evil.example/x/token",
        "http://login.microsoftonline.com/x/token",
        "https://evil.example\\@login.microsoftonline.com/x/token",
        "https://login.microsoftonline.com:8443/x/token",
    ],
)
def test_a_secret_is_not_sent_to_another_origin(url: str) -> None:
    session = FakeSession(Reply(200, {**METADATA, "token_endpoint": url}), Reply(200, TOKEN))
    assert sign_in_error(session).kind == "protocol"
    assert session.wire == [f"GET {BASE}/v2.0/.well-known/openid-configuration"]


@pytest.mark.parametrize("body", ["<html>", "", "[]", "null", "{}", '{"token_endpoint": 5}', "[" * 100_000])
def test_invalid_metadata_is_a_protocol_error(body: str) -> None:
    assert sign_in_error_of(Reply(200, body)).kind == "protocol"


@pytest.mark.parametrize("body", ["<html>", "", "[]", "null", "{}", '{"access_token": 5}', '{"access_token": ""}'])
def test_an_invalid_token_answer_is_a_protocol_error(body: str) -> None:
    assert sign_in_error_of(Reply(200, METADATA), Reply(200, body)).kind == "protocol"


def test_msal_prints_and_logs_nothing(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    """By default msal logs an answer that it cannot read, here with a part of a token."""
    sign_in_error_of(Reply(200, METADATA), Reply(200, '{"access_token": "hush-hush-hush'))
    assert capfd.readouterr() == ("", "")
    assert caplog.text == ""


@pytest.mark.parametrize("position", [0, 1])
def test_a_failing_login_service_is_a_service_error(position: int) -> None:
    script: list[t.Any] = [Reply(200, METADATA)][:position]
    assert sign_in_error_of(*script, Reply(503, "<html>unavailable</html>")).kind == "service"


@pytest.mark.parametrize("position", [0, 1])
def test_a_broken_connection_is_a_network_error(position: int) -> None:
    script: list[t.Any] = [Reply(200, METADATA)][:position]
    assert sign_in_error_of(*script, requests.exceptions.ConnectionError("reset")).kind == "network"


def test_a_throttling_error_has_retry_after() -> None:
    error = sign_in_error_of(Reply(200, METADATA), Reply(429, {"error": "throttled"}, {"Retry-After": "11"}))
    assert (error.kind, error.retry_after) == ("throttled", 11.0)


TRANSIENT_ERRORS = [
    Reply(429, {"error": "throttled"}, {"Retry-After": "5"}),
    Reply(502, "<html>"),
    Reply(503, "<html>unavailable</html>", {"Retry-After": "5"}),
    Reply(504),
    requests.exceptions.ConnectionError("reset"),
    requests.exceptions.ReadTimeout(),
]


@pytest.mark.parametrize("transient_error", TRANSIENT_ERRORS)
def test_transient_errors_are_retried_outside_of_msal(transient_error: Scripted) -> None:
    clock = FakeClock()
    retry = Retry(retry_policy(), clock=clock, jitter=lambda: 1.0)
    session = FakeSession(transient_error, transient_error, Reply(200, METADATA), transient_error, Reply(200, TOKEN))
    assert _application(session, find_cloud("global"), retry).kind == "application"
    assert [sent.method for sent in session.sent] == ["GET", "GET", "GET", "POST", "POST"]
    assert session.sent[3].body == session.sent[4].body
    assert clock.slept in ([5.0] * 3, [3.0, 6.0, 12.0])
    assert retry.count == 3


def test_the_error_after_all_retries_has_the_number_of_attempts() -> None:
    retry = Retry(retry_policy(retries=2), clock=FakeClock())
    session = FakeSession(Reply(200, METADATA), *[Reply(503, "<html>")] * 3)
    with pytest.raises(GraphError, match="3 attempts") as caught:
        _application(session, find_cloud("global"), retry)
    assert (caught.value.kind, caught.value.attempts) == ("service", 3)


@pytest.mark.parametrize(
    ("final", "kind"),
    [
        (Reply(401, {"error": "invalid_client", "error_description": "no"}), "authentication"),
        (requests.exceptions.SSLError("certificate"), "network"),
    ],
)
def test_a_refusal_is_not_retried(final: Scripted, kind: str) -> None:
    retry = Retry(retry_policy(), clock=FakeClock())
    session = FakeSession(Reply(200, METADATA), final)
    with pytest.raises(GraphError) as caught:
        _application(session, find_cloud("global"), retry)
    assert (caught.value.kind, retry.count) == (kind, 0)


def test_no_request_is_sent_to_another_host_about_a_private_authority() -> None:
    base = "https://login.private.example/contoso.example"
    metadata = {key: value.replace(BASE, base) for key, value in METADATA.items()}
    session = FakeSession(Reply(200, metadata), Reply(401, {"error": "invalid_client", "error_description": "no"}))
    cloud = find_cloud("global")._replace(authority_url="https://login.private.example")
    assert sign_in_error(session, cloud).kind == "authentication"
    assert session.wire == [f"GET {base}/v2.0/.well-known/openid-configuration", f"POST {base}/oauth2/v2.0/token"]


def test_an_error_without_an_answer_has_the_client_request_id() -> None:
    session = FakeSession(Reply(200, METADATA), requests.exceptions.ReadTimeout())
    assert sign_in_error(session).client_request_id == session.sent[1].headers["client-request-id"]


class LateCache(TokenCache):
    """A cache that another task fills while this one waits for the lock."""

    fill: t.Callable[[], object] = staticmethod(lambda: None)

    @contextlib.contextmanager
    def locked(self) -> t.Iterator[None]:
        self.fill()
        with super().locked():
            yield


def cached_sign_in(
    path: Path, *script: Scripted, fill: t.Callable[[], object] | None = None, rejected_token: str | None = None
) -> Token:
    cache = LateCache(str(path), on_warning=lambda _warning: None, sleep=fail_on_sleep)
    if fill is not None:
        cache.fill = fill
    session = FakeSession(*script)
    transport = Transport(timeout=1.0, verify=True, session=session)
    login = MsalTokenClient(
        transport, find_cloud("global"), ["Things.ReadWrite.All"], cache, rejected_token=rejected_token
    )
    token = login.application(tenant_id="contoso.example", client_id="app-1", credential=lambda: "hush-hush")
    assert session.script == []
    return token


def test_the_next_task_gets_the_token_of_an_application_from_the_cache(tmp_path: Path) -> None:
    by_id = {**METADATA, "token_endpoint": METADATA["token_endpoint"].replace("contoso.example", "5f1b6e9c")}
    new = cached_sign_in(tmp_path / "cache.json", Reply(200, by_id), Reply(200, TOKEN))
    assert (new.secret, new.from_cache) == (TOKEN["access_token"], False)
    cached = cached_sign_in(tmp_path / "cache.json")
    assert (cached.secret, cached.kind, cached.from_cache) == (TOKEN["access_token"], "application", True)


def test_a_rejected_token_of_an_application_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "cache.json"
    old = cached_sign_in(path, Reply(200, METADATA), Reply(200, TOKEN))
    answers = Reply(200, METADATA), Reply(200, {**TOKEN, "access_token": "brand-new"})
    assert cached_sign_in(path, *answers, rejected_token=old.secret).secret == "brand-new"
    assert cached_sign_in(path, rejected_token=old.secret).secret == "brand-new"


def test_reading_a_cached_token_does_not_need_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "cache.json"
    cached_sign_in(path, Reply(200, METADATA), Reply(200, TOKEN))
    with TokenCache(str(path), on_warning=lambda _warning: None).locked():
        assert cached_sign_in(path).from_cache


def test_an_application_reads_the_cache_again_after_it_gets_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "cache.json"

    def sign_in_of_another_task() -> None:
        cached_sign_in(path, Reply(200, METADATA), Reply(200, TOKEN))

    assert cached_sign_in(path, fill=sign_in_of_another_task).from_cache


def test_msal_force_region_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MSAL_FORCE_REGION", "westus")
    _token, session = sign_in(Reply(200, METADATA), Reply(200, TOKEN))
    assert session.wire[1] == f"POST {BASE}/oauth2/v2.0/token"


@pytest.mark.parametrize(
    "invalid",
    [
        {"expires_in": None},
        {"expires_in": "11/05/2026 15:18:31 +00:00"},
        {"expires_in": "3599.5"},
        {"expires_in": 3599.5},
        {"expires_on": "soon"},
        {"expires_on": None},
        {"ext_expires_in": "soon", "refresh_in": "soon"},
        {"scope": ["https://graph.microsoft.com/.default"]},
        {"scope": None},
        {"token_type": {"deep": [[[[1]]]]}},
        {"id_token": "x", "client_info": 5, "foci": []},
    ],
    ids=str,
)
def test_an_invalid_field_that_is_not_needed_is_ignored(tmp_path: Path, invalid: dict[str, t.Any]) -> None:
    path = tmp_path / "cache.json"
    answer = {**{key: value for key, value in TOKEN.items() if key != "expires_in"}, **invalid}
    assert cached_sign_in(path, Reply(200, METADATA), Reply(200, answer)).secret == TOKEN["access_token"]


def test_a_token_of_unknown_lifetime_is_not_used_again(tmp_path: Path) -> None:
    path = tmp_path / "cache.json"
    answers = Reply(200, METADATA), Reply(200, {**TOKEN, "expires_in": "soon"})
    assert not cached_sign_in(path, *answers).from_cache
    assert not cached_sign_in(path, *answers).from_cache


@pytest.mark.parametrize("depth", [60, 990, 5000])
@pytest.mark.parametrize("name", ["token_type", "expires_in", "another"])
def test_a_deeply_nested_answer_is_a_protocol_error_with_a_cache(tmp_path: Path, depth: int, name: str) -> None:
    deep = f'{{"access_token": "{TOKEN["access_token"]}", "{name}": {"[" * depth}1{"]" * depth}}}'
    with pytest.raises(GraphError) as caught:
        cached_sign_in(tmp_path / "cache.json", Reply(200, METADATA), Reply(200, deep))
    assert caught.value.kind == "protocol"
    assert not (tmp_path / "cache.json").exists()


def test_an_answer_with_error_and_token_is_an_error_and_is_not_cached(tmp_path: Path) -> None:
    answer = {**TOKEN, "error": "invalid_client", "error_description": "AADSTS7000222: Expired.", "trace_id": "t-1"}
    with pytest.raises(GraphError) as caught:
        cached_sign_in(tmp_path / "cache.json", Reply(200, METADATA), Reply(200, answer))
    assert (caught.value.kind, caught.value.code, caught.value.request_id) == ("authentication", "AADSTS7000222", "t-1")
    assert not (tmp_path / "cache.json").exists()


@pytest.mark.parametrize("status", [200, 400])
def test_temporarily_unavailable_is_retried_with_each_status(status: int) -> None:
    retry = Retry(retry_policy(), clock=FakeClock())
    transient_error = Reply(
        status, {"error": "temporarily_unavailable", "error_description": "AADSTS90033: A transient error."}
    )
    session = FakeSession(Reply(200, METADATA), transient_error, Reply(200, TOKEN))
    assert _application(session, find_cloud("global"), retry).kind == "application"
    assert retry.count == 1


@pytest.mark.parametrize(("method", "hint"), [("certificate", "that the certificate"), ("federated_token", "fresh")])
def test_the_hint_depends_on_the_method_of_the_application(method: str, hint: str) -> None:
    refusal = {"error": "invalid_client", "error_description": "AADSTS700024: Not within its valid time range."}
    session = FakeSession(Reply(200, METADATA), Reply(401, refusal))
    login = MsalTokenClient(Transport(timeout=1.0, verify=True, session=session), find_cloud("global"), ["X"])
    with pytest.raises(GraphError) as caught:
        login.application(tenant_id="contoso.example", client_id="a", credential=lambda: "hush-hush", method=method)
    assert hint in (caught.value.hint or "")
