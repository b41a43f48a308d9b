# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A user's tokens through the real msal, over a scripted wire and a real cache file."""

from __future__ import annotations

import base64
import contextlib
import json
import sys
import typing as t

import pytest
import requests
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.msal_client import MsalTokenClient
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.token_cache import TokenCache
from ansible_collections.msgraph.intune.plugins.module_utils._graph.clouds import find_cloud
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import GraphError
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.retry import Retry
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.transport import Transport
from ansible_collections.msgraph.intune.tests.unit.application_sign_ins import fail_on_sleep
from ansible_collections.msgraph.intune.tests.unit.fakes import (
    FakeClock,
    FakeSession,
    Reply,
    Scripted,
    jwt,
    retry_policy,
)
from ansible_collections.msgraph.intune.tests.unit.user_sign_ins import BASE, METADATA, SCOPE, signed_in

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.token import Token

MANAGED = Reply(200, {"ver": "1.0", "account_type": "Managed", "domain_name": "contoso.example"})


class UserSignIns:
    """Sign-ins of users with one token cache, each with a scripted session."""

    def __init__(self, path: Path) -> None:
        self.path = path / "cache.json"
        self.warnings: list[str] = []
        self.session = FakeSession()

    def user(
        self,
        *script: Scripted,
        username: str | None = None,
        request_token: t.Callable[[t.Any, list[str]], t.Any] | None = None,
        cached: bool = True,
        refresh_token: str | None = None,
        rejected_token: str | None = None,
        method: str | None = None,
    ) -> Token:
        self.session = FakeSession(*script)
        login = MsalTokenClient(
            Transport(timeout=1.0, verify=True, session=self.session),
            find_cloud("global"),
            ["Things.ReadWrite.All"],
            TokenCache(str(self.path), on_warning=self.warnings.append, sleep=fail_on_sleep) if cached else None,
            rejected_token=rejected_token,
        )
        return login.user(
            tenant_id="organizations",
            client_id="client-1",
            username=username,
            request_token=request_token,
            refresh_token=refresh_token,
            method=method,
        )

    def add_to_cache(self, *names: str, expires_in: int = 3600) -> None:
        for name in names:
            script = [METADATA, MANAGED, signed_in(name, expires_in=expires_in)]
            self.user(*script, username=f"{name}@contoso.example", request_token=with_password)

    @property
    def posted(self) -> str:
        return (self.session.sent[-1].body or b"").decode()


def with_password(application: t.Any, scopes: list[str]) -> t.Any:
    return application.acquire_token_by_username_password("one@contoso.example", "hush-hush", scopes=scopes)


def with_refresh_token(application: t.Any, scopes: list[str]) -> t.Any:
    return application.acquire_token_by_refresh_token("given-refresh", scopes=scopes)


@pytest.fixture
def sign_ins(tmp_path: Path) -> UserSignIns:
    return UserSignIns(tmp_path)


def test_without_a_cache_each_task_signs_in(sign_ins: UserSignIns) -> None:
    token = sign_ins.user(METADATA, MANAGED, signed_in(), request_token=with_password, cached=False)
    assert token.kind == "delegated"
    assert sign_ins.session.wire == [
        f"GET {BASE}/v2.0/.well-known/openid-configuration",
        "GET https://login.microsoftonline.com/common/userrealm/one@contoso.example?api-version=1.0",
        f"POST {BASE}/oauth2/v2.0/token",
    ]
    assert "grant_type=password" in sign_ins.posted
    assert "client_id=client-1" in sign_ins.posted
    assert not sign_ins.path.exists()


@pytest.mark.parametrize("cached", [True, False])
def test_a_missing_consent_names_the_permission(sign_ins: UserSignIns, cached: bool) -> None:
    refusal = {"error": "invalid_grant", "error_description": "AADSTS65001: no", "error_codes": [65001]}
    with pytest.raises(GraphError, match="consented to the delegated permission Things.ReadWrite.All yet"):
        sign_ins.user(METADATA, MANAGED, Reply(400, refusal), request_token=with_password, cached=cached)


def test_the_permission_is_requested_by_name(sign_ins: UserSignIns) -> None:
    sign_ins.user(METADATA, MANAGED, signed_in(), request_token=with_password)
    assert f"scope={SCOPE.replace(':', '%3A').replace('/', '%2F')}" in sign_ins.posted.replace("+", "&scope=")


@pytest.mark.parametrize("refresh_token", [None, "given-refresh"])
def test_the_requested_tenant_is_used(sign_ins: UserSignIns, refresh_token: str | None) -> None:
    sign_ins.user(METADATA, signed_in(), request_token=with_refresh_token, refresh_token=refresh_token)
    assert sign_ins.session.wire == [
        f"GET {BASE}/v2.0/.well-known/openid-configuration",
        f"POST {BASE}/oauth2/v2.0/token",
    ]
    assert "client_id=client-1" in sign_ins.posted


def test_reading_a_cached_token_of_a_user_does_not_need_the_lock(sign_ins: UserSignIns) -> None:
    sign_ins.add_to_cache("one")
    with TokenCache(str(sign_ins.path), on_warning=sign_ins.warnings.append).locked():
        assert sign_ins.user().from_cache


def test_a_cached_token_of_a_user_needs_no_request(sign_ins: UserSignIns) -> None:
    sign_ins.add_to_cache("one")
    token = sign_ins.user()
    assert (token.kind, token.from_cache) == ("delegated", True)
    assert sign_ins.session.wire == []


def test_a_newer_refresh_token_in_the_cache_wins_over_the_option(sign_ins: UserSignIns) -> None:
    sign_ins.user(METADATA, signed_in(expires_in=1), request_token=with_refresh_token, refresh_token="given-refresh")
    assert "refresh_token=given-refresh" in sign_ins.posted
    sign_ins.user(METADATA, signed_in(), request_token=with_refresh_token, refresh_token="given-refresh")
    assert "refresh_token=refresh-one" in sign_ins.posted
    assert sign_ins.user(request_token=with_refresh_token, refresh_token="given-refresh").from_cache
    assert "given-refresh" not in sign_ins.path.read_text()


def test_a_refresh_token_of_a_user_without_name_is_not_stored(sign_ins: UserSignIns) -> None:
    nameless = {key: value for key, value in signed_in().body.items() if key != "id_token"}
    sign_ins.user(METADATA, Reply(200, nameless), request_token=with_refresh_token, refresh_token="given-refresh")
    assert "MsgraphIntuneGiven" not in json.loads(sign_ins.path.read_text())


def test_a_refresh_token_does_not_return_a_token_of_another_user(sign_ins: UserSignIns) -> None:
    sign_ins.add_to_cache("one")
    sign_ins.user(METADATA, signed_in("two"), request_token=with_refresh_token, refresh_token="given-refresh")
    assert "refresh_token=given-refresh" in sign_ins.posted
    sign_ins.add_to_cache("three")
    token = sign_ins.user(request_token=with_refresh_token, refresh_token="given-refresh")
    assert json.loads(base64.urlsafe_b64decode(token.secret.split(".")[1] + "=="))["upn"] == "two@contoso.example"


def test_a_username_with_a_refresh_token_selects_a_cached_user(sign_ins: UserSignIns) -> None:
    sign_ins.add_to_cache("one")
    token = sign_ins.user(
        username="one@contoso.example", request_token=with_refresh_token, refresh_token="given-refresh"
    )
    assert (token.from_cache, sign_ins.session.wire) == (True, [])


@pytest.mark.parametrize("name", ["one", "two"])
def test_only_the_token_of_the_selected_user_is_refreshed(sign_ins: UserSignIns, name: str) -> None:
    sign_ins.add_to_cache("one", "two", expires_in=1)
    sign_ins.user(METADATA, signed_in(name), username=f"{name}@contoso.example")
    assert f"refresh_token=refresh-{name}" in sign_ins.posted
    assert len(sign_ins.session.sent) == 2


@pytest.mark.parametrize(("username", "name"), [(None, "the user"), ("one@contoso.example", "one@contoso.example")])
def test_an_expired_sign_in_without_a_refresh_token_is_an_error(
    sign_ins: UserSignIns, username: str | None, name: str
) -> None:
    sign_ins.add_to_cache("one", expires_in=1)
    content = json.loads(sign_ins.path.read_text())
    sign_ins.path.write_text(json.dumps({**content, "RefreshToken": {}}))
    with pytest.raises(GraphError, match=f"holds no refresh token of {name}. Sign in again with the playbook"):
        sign_ins.user(METADATA, username=username)


def test_a_token_without_account_does_not_belong_to_a_user(sign_ins: UserSignIns) -> None:
    sign_ins.add_to_cache("one")
    content = json.loads(sign_ins.path.read_text())
    for entry in content["AccessToken"].values():
        entry["home_account_id"] = ""
    sign_ins.path.write_text(json.dumps({**content, "Account": {}}))
    with pytest.raises(GraphError, match="holds no sign-in of a user"):
        sign_ins.user()


def test_without_cache_and_credential_no_request_is_sent(sign_ins: UserSignIns) -> None:
    with pytest.raises(GraphError, match="neither a token cache nor a credential. Set token_cache_path.") as caught:
        sign_ins.user(cached=False)
    assert (caught.value.kind, sign_ins.session.sent) == ("options", [])


def test_the_username_of_a_refresh_token_is_stored(sign_ins: UserSignIns) -> None:
    sign_ins.user(
        METADATA,
        signed_in(),
        username="one@contoso.example",
        request_token=with_refresh_token,
        refresh_token="given-refresh",
    )
    assert sign_ins.user(request_token=with_refresh_token, refresh_token="given-refresh").from_cache


def test_the_error_contains_the_class_of_an_exception_of_msal(sign_ins: UserSignIns) -> None:
    def fail(_application: t.Any, _scopes: list[str]) -> t.NoReturn:
        raise ZeroDivisionError("hush-hush")

    with pytest.raises(GraphError, match="could not use what the login service answered .ZeroDivisionError.") as caught:
        sign_ins.user(METADATA, request_token=fail, cached=False)
    assert "hush-hush" not in str(caught.value)


def test_no_answer_from_msal_is_a_protocol_error(sign_ins: UserSignIns) -> None:
    with pytest.raises(GraphError, match="msal could not use what the login service answered .no token.") as caught:
        sign_ins.user(METADATA, request_token=lambda _application, _scopes: None, cached=False)
    assert caught.value.kind == "protocol"


def test_the_provided_refresh_token_is_used_if_the_cached_one_is_refused(sign_ins: UserSignIns) -> None:
    sign_ins.user(METADATA, signed_in(expires_in=1), request_token=with_refresh_token, refresh_token="given-refresh")
    refusal = Reply(400, {"error": "invalid_grant", "error_description": "AADSTS700082: expired"})
    sign_ins.user(METADATA, refusal, signed_in(), request_token=with_refresh_token, refresh_token="given-refresh")
    assert "refresh_token=given-refresh" in sign_ins.posted


def test_token_cache_needs_a_sign_in_in_the_cache(sign_ins: UserSignIns) -> None:
    with pytest.raises(GraphError, match="holds no sign-in of a user.*device_login"):
        sign_ins.user()
    sign_ins.add_to_cache("one")
    with pytest.raises(GraphError, match="holds no sign-in of two@contoso.example"):
        sign_ins.user(username="two@contoso.example")
    assert sign_ins.session.wire == []


def test_several_cached_users_need_a_username(sign_ins: UserSignIns) -> None:
    sign_ins.add_to_cache("one", "two")
    with pytest.raises(
        GraphError, match="several users: one@contoso.example, two@contoso.example. Set username"
    ) as caught:
        sign_ins.user()
    assert (caught.value.kind, sign_ins.session.wire) == ("options", [])
    assert sign_ins.user(username="TWO@contoso.example").from_cache


def test_an_expired_sign_in_is_explained(sign_ins: UserSignIns) -> None:
    sign_ins.add_to_cache("one", expires_in=1)
    refusal = {"error": "invalid_grant", "error_description": "AADSTS700082: expired", "error_codes": [700082]}
    with pytest.raises(GraphError, match="AADSTS700082.*device_login") as caught:
        sign_ins.user(METADATA, Reply(400, refusal))
    assert caught.value.kind == "authentication"


def test_a_password_is_not_sent_to_a_federated_identity_provider(sign_ins: UserSignIns) -> None:
    federated = {
        "account_type": "Federated",
        "federation_protocol": "WSTrust",
        "federation_metadata_url": "https://adfs.contoso.example/mex",
    }
    with pytest.raises(GraphError, match="signs in at another identity provider") as caught:
        sign_ins.user(METADATA, Reply(200, federated), request_token=with_password)
    assert caught.value.kind == "authentication"
    assert len(sign_ins.session.sent) == 2
    assert "hush-hush" not in "".join(str(sent) for sent in sign_ins.session.sent)


def test_the_user_realm_url_has_the_port_of_the_authority(sign_ins: UserSignIns) -> None:
    base = "https://login.private.example:8443/organizations"
    session = FakeSession(
        Reply(200, {"authorization_endpoint": f"{base}/authorize", "token_endpoint": f"{base}/token"}),
        MANAGED,
        signed_in(),
    )
    cloud = find_cloud("global", authority_url="https://login.private.example:8443")
    login = MsalTokenClient(Transport(timeout=1.0, verify=True, session=session), cloud, ["X"])
    login.user(tenant_id="organizations", client_id="client-1", username=None, request_token=with_password)
    assert session.wire[1].startswith("GET https://login.private.example:8443/common/userrealm/one@contoso.example")


def test_a_damaged_cache_is_rebuilt_with_a_warning(sign_ins: UserSignIns) -> None:
    sign_ins.path.write_text("garbage")
    sign_ins.path.chmod(0o600)
    sign_ins.user(METADATA, MANAGED, signed_in(), request_token=with_password)
    assert len(sign_ins.warnings) == 1
    assert sign_ins.user().from_cache


class LateCache(TokenCache):
    """A cache that another task fills while this one waits for the lock."""

    fill: t.Callable[[], None] = staticmethod(lambda: None)

    @contextlib.contextmanager
    def locked(self) -> t.Iterator[None]:
        with super().locked():
            self.fill()
            yield


def test_a_user_reads_the_cache_again_after_it_gets_the_lock(sign_ins: UserSignIns) -> None:
    sign_ins.add_to_cache("one")
    filled = sign_ins.path.read_text()
    sign_ins.path.unlink()
    cache = LateCache(str(sign_ins.path), on_warning=sign_ins.warnings.append)

    def fill() -> None:
        sign_ins.path.write_text(filled)
        sign_ins.path.chmod(0o600)

    cache.fill = fill
    session = FakeSession()
    login = MsalTokenClient(
        Transport(timeout=1.0, verify=True, session=session), find_cloud("global"), ["Things.ReadWrite.All"], cache
    )
    token = login.user(
        tenant_id="organizations", client_id="client-1", username="one@contoso.example", request_token=with_password
    )
    assert token.from_cache
    assert session.wire == []


def test_requests_for_a_managed_identity_bypass_proxies(sign_ins: UserSignIns, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://localhost:41/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "of-the-platform")
    answer = {"access_token": jwt({"roles": ["A"]}), "expires_on": "99999999999", "token_type": "Bearer"}
    session = FakeSession(Reply(200, answer))
    monkeypatch.setattr("requests.Session", lambda: session)
    login = MsalTokenClient(Transport(timeout=1.0, verify=True), find_cloud("global"), ["X"])
    assert login.managed_identity(client_id=None).kind == "application"
    (sent,) = session.sent
    assert sent.url.startswith("http://localhost:41/msi/token?")
    assert sent.headers["X-IDENTITY-HEADER"] == "of-the-platform"
    assert (sent.proxies, session.trust_env) == (None, False)


@pytest.mark.parametrize(
    "body", ["{}", "<html>", "[]", "null", '{"access_token": 5, "expires_in": 60, "resource": "x"}']
)
def test_an_invalid_answer_of_a_platform_is_a_protocol_error(monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://localhost:41/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "of-the-platform")
    session = FakeSession(Reply(200, body))
    login = MsalTokenClient(Transport(timeout=1.0, verify=True, session=session), find_cloud("global"), ["X"])
    with pytest.raises(GraphError) as caught:
        login.managed_identity(client_id="mine")
    assert caught.value.kind == "protocol"
    assert "client_id=mine" in session.sent[0].url


def test_a_timeout_of_the_managed_identity_endpoint_is_not_retried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://localhost:41/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "of-the-platform")
    session = FakeSession(requests.exceptions.ConnectTimeout())
    retry = Retry(retry_policy(), clock=FakeClock())
    login = MsalTokenClient(Transport(timeout=1.0, verify=True, session=session), find_cloud("global"), ["X"])
    with pytest.raises(GraphError) as caught:
        retry.run(lambda _attempt: login.managed_identity(client_id=None))
    assert (caught.value.kind, len(session.sent)) == ("timeout", 1)
    assert "no managed identity" in str(caught.value)


def test_a_throttled_managed_identity_request_is_retried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://localhost:41/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "of-the-platform")
    answer = {"access_token": jwt({"roles": ["A"]}), "expires_on": "99999999999", "token_type": "Bearer"}
    session = FakeSession(Reply(429, {"message": "slow down"}), Reply(200, answer))
    retry = Retry(retry_policy(), clock=FakeClock())
    login = MsalTokenClient(Transport(timeout=1.0, verify=True, session=session), find_cloud("global"), ["X"])
    assert retry.run(lambda _attempt: login.managed_identity(client_id=None)).kind == "application"


# --- a token that Graph rejected


def test_a_rejected_cached_token_is_replaced_with_its_refresh_token(sign_ins: UserSignIns) -> None:
    sign_ins.add_to_cache("one")
    old = sign_ins.user(username="one@contoso.example")
    assert old.from_cache
    new = sign_ins.user(METADATA, signed_in("one", access_token="brand-new"), rejected_token=old.secret)
    assert (new.secret, new.from_cache) == ("brand-new", False)
    assert "grant_type=refresh_token" in sign_ins.posted
    assert old.secret not in sign_ins.path.read_text()
    assert sign_ins.user(rejected_token=old.secret).secret == "brand-new"


def test_another_task_may_have_replaced_the_rejected_token(sign_ins: UserSignIns) -> None:
    sign_ins.add_to_cache("one")
    assert sign_ins.user(username="one@contoso.example", rejected_token="another-token").from_cache
    assert sign_ins.session.wire == []


# --- a managed identity


def sign_in_with_identity(
    monkeypatch: pytest.MonkeyPatch, *script: Scripted, retry: Retry | None = None
) -> FakeSession:
    """Sign in with the identity of App Service, and return the session."""
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://localhost:41/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "of-the-platform")
    session = FakeSession(*script)
    login = MsalTokenClient(Transport(timeout=1.0, verify=True, session=session), find_cloud("global"), ["X"])
    retry = retry or Retry(retry_policy(retries=0), clock=FakeClock())
    assert retry.run(lambda _attempt: login.managed_identity(client_id=None)).kind == "application"
    return session


@pytest.mark.parametrize(
    "expiry",
    [
        {"expires_on": "11/05/2026 15:18:31 +00:00"},
        {"expires_on": "1/16/2020 12:0:12 AM +00:00"},
        {"expires_in": "86399.5"},
        {"expires_on": None, "expires_in": None},
        {"expires_on": 0},
        {},
    ],
    ids=str,
)
def test_a_token_of_a_platform_with_invalid_expiry_is_used(
    monkeypatch: pytest.MonkeyPatch, expiry: dict[str, t.Any]
) -> None:
    sign_in_with_identity(monkeypatch, Reply(200, {"access_token": jwt({"roles": ["A"]}), **expiry}))


@pytest.mark.parametrize("status", [404, 410, 429, 500, 503])
def test_transient_errors_of_a_platform_are_retried(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    retry = Retry(retry_policy(), clock=FakeClock())
    token = Reply(200, {"access_token": jwt({"roles": ["A"]}), "expires_on": "99999999999"})
    sign_in_with_identity(monkeypatch, Reply(status, {"message": "not now"}), token, retry=retry)
    assert retry.count == 1


def test_a_platform_under_update_is_retried_for_70_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = FakeClock()
    with pytest.raises(GraphError, match="answered 410: .*5 attempts.*which takes up to 70 seconds"):
        sign_in_with_identity(monkeypatch, *[Reply(410)] * 5, retry=Retry(retry_policy(), clock=clock))
    assert sum(clock.slept) == 70


def test_an_error_under_a_success_status_of_a_platform_keeps_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    body = {"error": "invalid_resource", "error_description": "AADSTS500011: Not found.", "access_token": "a-token-x"}
    with pytest.raises(GraphError) as caught:
        sign_in_with_identity(monkeypatch, Reply(200, body))
    assert (caught.value.kind, caught.value.code) == ("authentication", "AADSTS500011")
    assert "graph_url and cloud" in (caught.value.hint or "")


@pytest.mark.skipif(sys.platform != "linux", reason="msal knows the folder of the agent's keys there")
def test_the_error_contains_the_unreadable_key_file_of_azure_arc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://localhost:40342/metadata/identity/oauth2/token")
    monkeypatch.setenv("IMDS_ENDPOINT", "http://localhost:40342")
    monkeypatch.delenv("IDENTITY_HEADER", raising=False)
    path = "/var/opt/azcmagent/tokens/no-such-key.key"
    session = FakeSession(Reply(401, b"", {"WWW-Authenticate": f"Basic realm={path}"}))
    login = MsalTokenClient(Transport(timeout=1.0, verify=True, session=session), find_cloud("global"), ["X"])
    with pytest.raises(GraphError, match=f"key file '{path}' of the Azure Arc agent cannot be read: No such") as caught:
        login.managed_identity(client_id=None)
    assert caught.value.kind == "authentication"
    assert "himds" in (caught.value.hint or "")


@pytest.mark.parametrize("raised", [OSError("no file"), RecursionError(), MemoryError(), KeyError("x")])
def test_an_exception_of_msal_for_a_platform_is_a_protocol_error(
    monkeypatch: pytest.MonkeyPatch, raised: Exception
) -> None:
    def fail(*_args: t.Any, **_options: t.Any) -> t.NoReturn:
        raise raised

    monkeypatch.setattr("msal.ManagedIdentityClient.acquire_token_for_client", fail)
    with pytest.raises(GraphError, match=type(raised).__name__) as caught:
        sign_in_with_identity(monkeypatch)
    assert caught.value.kind == "protocol"


@pytest.mark.parametrize("cached", [True, False])
@pytest.mark.parametrize(
    ("method", "hint"),
    [("refresh_token", "set refresh_token to a new one"), ("password", "sign in again with the playbook")],
)
def test_the_hint_is_for_the_method_of_the_user(sign_ins: UserSignIns, method: str, hint: str, cached: bool) -> None:
    refusal = Reply(400, {"error": "invalid_grant", "error_codes": [700082]})
    with pytest.raises(GraphError) as caught:
        sign_ins.user(METADATA, refusal, request_token=with_refresh_token, cached=cached, method=method)
    assert hint in (caught.value.hint or "")


@pytest.mark.parametrize("name", ["access_token", "refresh_token", "id_token"])
def test_an_invalid_token_is_not_cached(sign_ins: UserSignIns, name: str) -> None:
    answer = signed_in()
    answer.body[name] = "a token with blanks" if name == "access_token" else "x" * 70_000
    with pytest.raises(GraphError) as caught:
        sign_ins.user(METADATA, MANAGED, answer, request_token=with_password)
    assert caught.value.kind == "protocol"
    assert not sign_ins.path.exists()
    assert sign_ins.user(METADATA, MANAGED, signed_in(), request_token=with_password).kind == "delegated"
