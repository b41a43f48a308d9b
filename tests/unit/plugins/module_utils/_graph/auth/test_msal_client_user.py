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
from ansible_collections.msgraph.intune.tests.unit.fakes import (
    FakeClock,
    FakeSession,
    Reply,
    Scripted,
    jwt,
    retry_policy,
)
from ansible_collections.msgraph.intune.tests.unit.plugins.module_utils._graph.auth.test_msal_client import no_patience

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.token import Token

BASE = "https://login.microsoftonline.com/organizations"
METADATA = Reply(
    200,
    {
        "issuer": "https://login.microsoftonline.com/{tenantid}/v2.0",
        "authorization_endpoint": f"{BASE}/oauth2/v2.0/authorize",
        "token_endpoint": f"{BASE}/oauth2/v2.0/token",
        "device_authorization_endpoint": f"{BASE}/oauth2/v2.0/devicecode",
    },
)
SCOPE = "https://graph.microsoft.com/Things.ReadWrite.All"
ID_CLAIMS = {"aud": "client-1", "exp": 99999999999, "tid": "home"}
MANAGED = Reply(200, {"ver": "1.0", "account_type": "Managed", "domain_name": "contoso.example"})


def signed_in(name: str = "one", *, expires_in: int = 3600, access_token: str | None = None) -> Reply:
    """The answer to a user's sign-in, with all that msal keeps of it."""
    client_info = base64.urlsafe_b64encode(json.dumps({"uid": name, "utid": "home"}).encode()).decode().rstrip("=")
    username = f"{name}@contoso.example"
    return Reply(
        200,
        {
            "token_type": "Bearer",
            "access_token": access_token or jwt({"scp": "Things.ReadWrite.All", "upn": username}),
            "refresh_token": f"refresh-{name}",
            "id_token": jwt({**ID_CLAIMS, "sub": name, "preferred_username": username}),
            "client_info": client_info,
            "expires_in": expires_in,
            "scope": f"{SCOPE} openid profile",
        },
    )


class World:
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
            TokenCache(str(self.path), on_warning=self.warnings.append, sleep=no_patience) if cached else None,
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

    def seed(self, *names: str, expires_in: int = 3600) -> None:
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
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_without_a_cache_each_task_signs_in(world: World) -> None:
    token = world.user(METADATA, MANAGED, signed_in(), request_token=with_password, cached=False)
    assert token.kind == "delegated"
    assert world.session.wire == [
        f"GET {BASE}/v2.0/.well-known/openid-configuration",
        "GET https://login.microsoftonline.com/common/userrealm/one@contoso.example?api-version=1.0",
        f"POST {BASE}/oauth2/v2.0/token",
    ]
    assert "grant_type=password" in world.posted
    assert "client_id=client-1" in world.posted
    assert not world.path.exists()


@pytest.mark.parametrize("cached", [True, False])
def test_a_missing_consent_names_the_permission(world: World, cached: bool) -> None:
    refused = {"error": "invalid_grant", "error_description": "AADSTS65001: no", "error_codes": [65001]}
    with pytest.raises(GraphError, match="consented to the delegated permission Things.ReadWrite.All yet"):
        world.user(METADATA, MANAGED, Reply(400, refused), request_token=with_password, cached=cached)


def test_the_permission_is_asked_for_by_name(world: World) -> None:
    world.user(METADATA, MANAGED, signed_in(), request_token=with_password)
    assert f"scope={SCOPE.replace(':', '%3A').replace('/', '%2F')}" in world.posted.replace("+", "&scope=")


@pytest.mark.parametrize("refresh_token", [None, "given-refresh"])
def test_the_tenant_asked_for_is_signed_in_to(world: World, refresh_token: str | None) -> None:
    world.user(METADATA, signed_in(), request_token=with_refresh_token, refresh_token=refresh_token)
    assert world.session.wire == [
        f"GET {BASE}/v2.0/.well-known/openid-configuration",
        f"POST {BASE}/oauth2/v2.0/token",
    ]
    assert "client_id=client-1" in world.posted


def test_a_valid_token_in_the_cache_is_found_while_another_task_signs_in(world: World) -> None:
    world.seed("one")
    with TokenCache(str(world.path), on_warning=world.warnings.append).locked():
        assert world.user().from_cache


def test_a_valid_token_in_the_cache_costs_no_request(world: World) -> None:
    world.seed("one")
    token = world.user()
    assert (token.kind, token.from_cache) == ("delegated", True)
    assert world.session.wire == []


def test_a_newer_refresh_token_in_the_cache_comes_before_the_given_one(world: World) -> None:
    world.user(METADATA, signed_in(expires_in=1), request_token=with_refresh_token, refresh_token="given-refresh")
    assert "refresh_token=given-refresh" in world.posted
    world.user(METADATA, signed_in(), request_token=with_refresh_token, refresh_token="given-refresh")
    assert "refresh_token=refresh-one" in world.posted
    assert world.user(request_token=with_refresh_token, refresh_token="given-refresh").from_cache
    assert "given-refresh" not in world.path.read_text()


def test_a_given_refresh_token_of_somebody_without_a_name_is_not_remembered(world: World) -> None:
    nameless = {key: value for key, value in signed_in().body.items() if key != "id_token"}
    world.user(METADATA, Reply(200, nameless), request_token=with_refresh_token, refresh_token="given-refresh")
    assert "MsgraphIntuneGiven" not in json.loads(world.path.read_text())


def test_a_given_refresh_token_never_yields_another_users_token(world: World) -> None:
    world.seed("one")
    world.user(METADATA, signed_in("two"), request_token=with_refresh_token, refresh_token="given-refresh")
    assert "refresh_token=given-refresh" in world.posted
    world.seed("three")
    token = world.user(request_token=with_refresh_token, refresh_token="given-refresh")
    assert json.loads(base64.urlsafe_b64decode(token.secret.split(".")[1] + "=="))["upn"] == "two@contoso.example"


def test_a_name_beside_a_given_refresh_token_chooses_in_the_cache(world: World) -> None:
    world.seed("one")
    token = world.user(username="one@contoso.example", request_token=with_refresh_token, refresh_token="given-refresh")
    assert (token.from_cache, world.session.wire) == (True, [])


@pytest.mark.parametrize("name", ["one", "two"])
def test_of_several_users_only_the_one_asked_for_is_signed_in_anew(world: World, name: str) -> None:
    world.seed("one", "two", expires_in=1)
    world.user(METADATA, signed_in(name), username=f"{name}@contoso.example")
    assert f"refresh_token=refresh-{name}" in world.posted
    assert len(world.session.sent) == 2


@pytest.mark.parametrize(("username", "called"), [(None, "the user"), ("one@contoso.example", "one@contoso.example")])
def test_a_sign_in_without_a_refresh_token_ends_with_its_token(world: World, username: str | None, called: str) -> None:
    world.seed("one", expires_in=1)
    kept = json.loads(world.path.read_text())
    world.path.write_text(json.dumps({**kept, "RefreshToken": {}}))
    with pytest.raises(GraphError, match=f"holds no refresh token of {called}. Sign in again with the playbook"):
        world.user(METADATA, username=username)


def test_a_token_of_nobody_is_no_users(world: World) -> None:
    world.seed("one")
    kept = json.loads(world.path.read_text())
    for entry in kept["AccessToken"].values():
        entry["home_account_id"] = ""
    world.path.write_text(json.dumps({**kept, "Account": {}}))
    with pytest.raises(GraphError, match="holds no sign-in of a user"):
        world.user()


def test_with_neither_cache_nor_credential_nothing_is_asked(world: World) -> None:
    with pytest.raises(GraphError, match="neither a token cache nor a credential. Set token_cache_path.") as caught:
        world.user(cached=False)
    assert (caught.value.kind, world.session.sent) == ("options", [])


def test_a_given_refresh_token_is_remembered_with_the_name_that_was_given_with_it(world: World) -> None:
    world.user(
        METADATA,
        signed_in(),
        username="one@contoso.example",
        request_token=with_refresh_token,
        refresh_token="given-refresh",
    )
    assert world.user(request_token=with_refresh_token, refresh_token="given-refresh").from_cache


def test_what_msal_raises_is_told_by_its_class(world: World) -> None:
    def stumble(_application: t.Any, _scopes: list[str]) -> t.NoReturn:
        raise ZeroDivisionError("hush-hush")

    with pytest.raises(GraphError, match="could not use what the login service answered .ZeroDivisionError.") as caught:
        world.user(METADATA, request_token=stumble, cached=False)
    assert "hush-hush" not in str(caught.value)


def test_when_msal_answers_nothing_that_is_told(world: World) -> None:
    with pytest.raises(GraphError, match="msal could not use what the login service answered .no token.") as caught:
        world.user(METADATA, request_token=lambda _application, _scopes: None, cached=False)
    assert caught.value.kind == "protocol"


def test_a_given_refresh_token_serves_when_the_cached_one_is_refused(world: World) -> None:
    world.user(METADATA, signed_in(expires_in=1), request_token=with_refresh_token, refresh_token="given-refresh")
    refusal = Reply(400, {"error": "invalid_grant", "error_description": "AADSTS700082: expired"})
    world.user(METADATA, refusal, signed_in(), request_token=with_refresh_token, refresh_token="given-refresh")
    assert "refresh_token=given-refresh" in world.posted


def test_a_cache_that_is_all_there_is_must_hold_a_sign_in(world: World) -> None:
    with pytest.raises(GraphError, match="holds no sign-in of a user.*device_login"):
        world.user()
    world.seed("one")
    with pytest.raises(GraphError, match="holds no sign-in of two@contoso.example"):
        world.user(username="two@contoso.example")
    assert world.session.wire == []


def test_several_users_need_a_name(world: World) -> None:
    world.seed("one", "two")
    with pytest.raises(
        GraphError, match="several users: one@contoso.example, two@contoso.example. Set username"
    ) as caught:
        world.user()
    assert (caught.value.kind, world.session.wire) == ("options", [])
    assert world.user(username="TWO@contoso.example").from_cache


def test_an_expired_sign_in_is_explained(world: World) -> None:
    world.seed("one", expires_in=1)
    refusal = {"error": "invalid_grant", "error_description": "AADSTS700082: expired", "error_codes": [700082]}
    with pytest.raises(GraphError, match="AADSTS700082.*device_login") as caught:
        world.user(METADATA, Reply(400, refusal))
    assert caught.value.kind == "authentication"


def test_a_password_never_goes_to_a_federated_domains_own_service(world: World) -> None:
    federated = {
        "account_type": "Federated",
        "federation_protocol": "WSTrust",
        "federation_metadata_url": "https://adfs.contoso.example/mex",
    }
    with pytest.raises(GraphError, match="signs in at another identity provider") as caught:
        world.user(METADATA, Reply(200, federated), request_token=with_password)
    assert caught.value.kind == "authentication"
    assert len(world.session.sent) == 2
    assert "hush-hush" not in "".join(str(sent) for sent in world.session.sent)


def test_a_port_of_the_authority_is_kept_for_the_user_realm(world: World) -> None:
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


def test_a_damaged_cache_is_rebuilt_with_a_warning(world: World) -> None:
    world.path.write_text("garbage")
    world.path.chmod(0o600)
    world.user(METADATA, MANAGED, signed_in(), request_token=with_password)
    assert len(world.warnings) == 1
    assert world.user().from_cache


class LateCache(TokenCache):
    """A cache that another task fills while this one waits for the lock."""

    fill: t.Callable[[], None] = staticmethod(lambda: None)

    @contextlib.contextmanager
    def locked(self) -> t.Iterator[None]:
        with super().locked():
            self.fill()
            yield


def test_whoever_waited_for_the_lock_looks_again(world: World) -> None:
    world.seed("one")
    filled = world.path.read_text()
    world.path.unlink()
    cache = LateCache(str(world.path), on_warning=world.warnings.append)

    def fill() -> None:
        world.path.write_text(filled)
        world.path.chmod(0o600)

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


def test_a_managed_identity_is_asked_without_a_proxy(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
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
def test_a_platforms_answer_of_any_odd_shape_ends_in_a_typed_error(monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://localhost:41/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "of-the-platform")
    session = FakeSession(Reply(200, body))
    login = MsalTokenClient(Transport(timeout=1.0, verify=True, session=session), find_cloud("global"), ["X"])
    with pytest.raises(GraphError) as caught:
        login.managed_identity(client_id="mine")
    assert caught.value.kind == "protocol"
    assert "client_id=mine" in session.sent[0].url


def test_a_silent_platform_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://localhost:41/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "of-the-platform")
    session = FakeSession(requests.exceptions.ConnectTimeout())
    retry = Retry(retry_policy(), clock=FakeClock())
    login = MsalTokenClient(Transport(timeout=1.0, verify=True, session=session), find_cloud("global"), ["X"])
    with pytest.raises(GraphError) as caught:
        retry.run(lambda _attempt: login.managed_identity(client_id=None))
    assert (caught.value.kind, len(session.sent)) == ("timeout", 1)
    assert "no managed identity" in str(caught.value)


def test_a_busy_platform_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://localhost:41/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "of-the-platform")
    answer = {"access_token": jwt({"roles": ["A"]}), "expires_on": "99999999999", "token_type": "Bearer"}
    session = FakeSession(Reply(429, {"message": "slow down"}), Reply(200, answer))
    retry = Retry(retry_policy(), clock=FakeClock())
    login = MsalTokenClient(Transport(timeout=1.0, verify=True, session=session), find_cloud("global"), ["X"])
    assert retry.run(lambda _attempt: login.managed_identity(client_id=None)).kind == "application"


# --- a token that Graph refused


def test_a_cached_token_that_was_refused_is_replaced_by_its_refresh_token(world: World) -> None:
    world.seed("one")
    old = world.user(username="one@contoso.example")
    assert old.from_cache
    new = world.user(METADATA, signed_in("one", access_token="brand-new"), rejected_token=old.secret)
    assert (new.secret, new.from_cache) == ("brand-new", False)
    assert "grant_type=refresh_token" in world.posted
    assert old.secret not in world.path.read_text()
    assert world.user(rejected_token=old.secret).secret == "brand-new"


def test_somebody_else_may_have_replaced_it_meanwhile(world: World) -> None:
    world.seed("one")
    assert world.user(username="one@contoso.example", rejected_token="another-token").from_cache
    assert world.session.wire == []


# --- a managed identity


def identity(monkeypatch: pytest.MonkeyPatch, *script: Scripted, retry: Retry | None = None) -> FakeSession:
    """Sign in with App Service's identity, and return what was sent."""
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
def test_a_platforms_token_is_used_whatever_its_expiry_says(
    monkeypatch: pytest.MonkeyPatch, expiry: dict[str, t.Any]
) -> None:
    identity(monkeypatch, Reply(200, {"access_token": jwt({"roles": ["A"]}), **expiry}))


@pytest.mark.parametrize("status", [404, 410, 429, 500, 503])
def test_a_platform_that_is_updated_is_asked_again(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    retry = Retry(retry_policy(), clock=FakeClock())
    token = Reply(200, {"access_token": jwt({"roles": ["A"]}), "expires_on": "99999999999"})
    identity(monkeypatch, Reply(status, {"message": "not now"}), token, retry=retry)
    assert retry.count == 1


def test_a_platform_under_update_is_asked_for_70_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = FakeClock()
    with pytest.raises(GraphError, match="answered 410: .*5 attempts.*which takes up to 70 seconds"):
        identity(monkeypatch, *[Reply(410)] * 5, retry=Retry(retry_policy(), clock=clock))
    assert sum(clock.slept) == 70


def test_an_error_under_a_success_status_of_a_platform_keeps_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    body = {"error": "invalid_resource", "error_description": "AADSTS500011: Not found.", "access_token": "a-token-x"}
    with pytest.raises(GraphError) as caught:
        identity(monkeypatch, Reply(200, body))
    assert (caught.value.kind, caught.value.code) == ("authentication", "AADSTS500011")
    assert "graph_url and cloud" in (caught.value.hint or "")


@pytest.mark.skipif(sys.platform != "linux", reason="msal knows the folder of the agent's keys there")
def test_an_unreadable_key_file_of_azure_arc_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
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
def test_whatever_msal_raises_for_a_platform_is_a_typed_error(
    monkeypatch: pytest.MonkeyPatch, raised: Exception
) -> None:
    def stumble(*_args: t.Any, **_options: t.Any) -> t.NoReturn:
        raise raised

    monkeypatch.setattr("msal.ManagedIdentityClient.acquire_token_for_client", stumble)
    with pytest.raises(GraphError, match=type(raised).__name__) as caught:
        identity(monkeypatch)
    assert caught.value.kind == "protocol"


@pytest.mark.parametrize("cached", [True, False])
@pytest.mark.parametrize(
    ("method", "hint"),
    [("refresh_token", "set refresh_token to a new one"), ("password", "sign in again with the playbook")],
)
def test_the_advice_is_that_for_the_method(world: World, method: str, hint: str, cached: bool) -> None:
    refusal = Reply(400, {"error": "invalid_grant", "error_codes": [700082]})
    with pytest.raises(GraphError) as caught:
        world.user(METADATA, refusal, request_token=with_refresh_token, cached=cached, method=method)
    assert hint in (caught.value.hint or "")


@pytest.mark.parametrize("name", ["access_token", "refresh_token", "id_token"])
def test_a_token_that_cannot_be_used_never_enters_the_cache(world: World, name: str) -> None:
    answer = signed_in()
    answer.body[name] = "a token with blanks" if name == "access_token" else "x" * 70_000
    with pytest.raises(GraphError) as caught:
        world.user(METADATA, MANAGED, answer, request_token=with_password)
    assert caught.value.kind == "protocol"
    assert not world.path.exists()
    assert world.user(METADATA, MANAGED, signed_in(), request_token=with_password).kind == "delegated"
