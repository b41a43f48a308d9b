# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A second opinion on sign-in: npm's oidc-provider, whose authors know neither Entra nor this collection.

Skipped where the provider cannot be run or installed.
"""

from __future__ import annotations

import stat
import time
import traceback
import typing as t

import pytest
import requests
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.device_code import DeviceLogin, SignedInUser
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.msal_client import MsalTokenClient, full_scopes
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.token_cache import TokenCache
from ansible_collections.msgraph.intune.plugins.module_utils._graph.clock import Clock
from ansible_collections.msgraph.intune.plugins.module_utils._graph.clouds import Cloud, find_cloud
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import AuthenticationError
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.retry import Retry, RetryPolicy
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.transport import Transport
from ansible_collections.msgraph.intune.tests.system.clients import READ_WRITE
from ansible_collections.msgraph.intune.tests.system.oidc_provider.browser import Visitor
from ansible_collections.msgraph.intune.tests.system.oidc_provider.handle import (
    Installed,
    Settings,
    UnavailableError,
    install,
    running,
)

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.msgraph.intune.tests.system.engines import Engines

GRAPH = "https://graph.example"
TENANT = "11111111-2222-3333-4444-555555555555"
APPLICATION = "an-application"
# With what a form must escape, and one word that it need not.
SECRET = "invented 8Q~+x/&=%41"
PERSONAL = "for-a-person"
SHORT_CODES = "with-codes-that-end-soon"
# Too short for the cache to hand them out, so that each use begins with a renewal.
SHORT_TOKENS = "with-tokens-that-end-soon"
USERNAME = "kim@example.org"


class World:
    """The running provider, and what tasks on one host share: its address and a token cache."""

    def __init__(self, authority_url: str, ca_path: str, cache_path: Path) -> None:
        self.cloud: Cloud = find_cloud("global", graph_url=GRAPH, authority_url=authority_url)
        self.ca_path = ca_path
        self.cache_path = cache_path
        self.kim = Visitor(USERNAME, ca_path)

    def transport(self) -> Transport:
        session = requests.Session()
        # A proxy of this machine's does not lead to this machine.
        session.trust_env = False
        return Transport(timeout=10, verify=self.ca_path, session=session)

    def cache(self) -> TokenCache:
        return TokenCache(str(self.cache_path), on_warning=pytest.fail)

    def login(self, transport: Transport, cache: TokenCache | None) -> MsalTokenClient:
        return MsalTokenClient(transport, self.cloud, [READ_WRITE], cache)

    def device_login(self, client_id: str, **replaced: t.Any) -> DeviceLogin:
        return DeviceLogin(
            self.transport(),
            self.cloud,
            self.cache(),
            tenant_id=TENANT,
            client_id=client_id,
            scopes=full_scopes(self.cloud, [READ_WRITE]),
            retry=Retry(RetryPolicy(retries=4, budget=120.0), clock=Clock()),
            **{"sleep": lambda _seconds: None, **replaced},
        )

    def sign_kim_in(self, client_id: str) -> SignedInUser:
        login = self.device_login(client_id)
        self.kim.accept(login.start())
        return login.wait(lambda _remaining: None)


@pytest.fixture(scope="module")
def installed(pytestconfig: pytest.Config) -> Installed:
    try:
        return install(pytestconfig.rootpath / ".cache")
    except UnavailableError as exc:
        pytest.skip(str(exc))


@pytest.fixture(scope="module")
def provider(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[tuple[str, str]]:
    settings = Settings(
        tenant_id=TENANT,
        graph_url=GRAPH,
        scopes=(f"{GRAPH}/.default", f"{GRAPH}/{READ_WRITE}"),
        client_id=APPLICATION,
        client_secret=SECRET,
        public_client_ids=(PERSONAL, SHORT_CODES, SHORT_TOKENS),
        seconds={SHORT_CODES: {"DeviceCode": 1}, SHORT_TOKENS: {"AccessToken": 60}},
    )
    with running(installed, settings, tmp_path_factory.mktemp("oidc_provider")) as (authority_url, ca_path):
        yield authority_url, ca_path


@pytest.fixture
def world(provider: tuple[str, str], installed: Installed, engines: Engines, tmp_path: Path) -> World:
    for engine in installed.engines:
        engines.note(engine)
    return World(*provider, tmp_path / "tokens.json")


def sign_in(login: MsalTokenClient, secret: str = SECRET) -> str:
    return login.application(tenant_id=TENANT, client_id=APPLICATION, credential=lambda: secret).secret


def test_an_application_gets_a_token_for_its_secret(world: World) -> None:
    one, other = (sign_in(world.login(world.transport(), cache=None)) for _time in range(2))
    assert one
    assert one != other


def test_a_wrong_secret_is_refused_in_the_words_of_the_provider(world: World) -> None:
    with pytest.raises(AuthenticationError, match="client authentication failed") as refused:
        sign_in(world.login(world.transport(), world.cache()), f"{SECRET}2")
    assert (refused.value.status, refused.value.code) == (401, "invalid_client")
    assert "invented" not in "".join(traceback.format_exception(refused.value)) + str(refused.value.as_dict())
    assert not world.cache_path.exists()


def test_an_application_finds_its_token_in_the_cache_without_a_request(world: World) -> None:
    first = sign_in(world.login(world.transport(), world.cache()))
    unused = world.transport()
    assert sign_in(world.login(unused, world.cache()), "never looked at") == first
    assert unused.sent == 0


def test_a_person_who_takes_a_while_is_waited_for(world: World) -> None:
    login = world.device_login(PERSONAL)
    invitation = login.start()
    waits: list[float] = []

    def on_wait(remaining: float) -> None:
        if not waits:
            world.kim.accept(invitation)
        waits.append(remaining)

    assert login.wait(on_wait) == SignedInUser(USERNAME, TENANT)
    # One poll found the sign-in pending, the next one found it done.
    assert len(waits) == 1
    assert stat.S_IMODE(world.cache_path.stat().st_mode) == 0o600


def test_a_person_s_token_is_found_in_the_cache_without_a_request(world: World) -> None:
    world.sign_kim_in(PERSONAL)
    unused = world.transport()
    token = world.login(unused, world.cache()).user(
        tenant_id=TENANT, client_id=PERSONAL, username=USERNAME, request_token=None
    )
    assert token.from_cache
    assert unused.sent == 0


def test_a_person_s_token_that_ends_is_renewed_each_time_with_the_newest_refresh_token(world: World) -> None:
    world.sign_kim_in(SHORT_TOKENS)

    def renewed() -> str:
        login = world.login(world.transport(), world.cache())
        token = login.user(tenant_id=TENANT, client_id=SHORT_TOKENS, username=USERNAME, request_token=None)
        assert not token.from_cache
        return token.secret

    assert len({renewed() for _time in range(3)}) == 3


def test_a_person_who_declines_ends_the_wait(world: World) -> None:
    login = world.device_login(PERSONAL)
    invitation = login.start()
    with pytest.raises(AuthenticationError, match="End-User aborted interaction") as refused:
        login.wait(lambda _remaining: world.kim.decline(invitation))
    assert refused.value.code == "access_denied"
    assert not world.cache_path.exists()


def test_a_code_that_the_provider_lets_expire_ends_the_wait(world: World) -> None:
    # To the client no time passes, or it would end the wait itself.
    login = world.device_login(SHORT_CODES, clock=lambda: 0.0, sleep=lambda _seconds: time.sleep(0.05))
    login.start()
    with pytest.raises(AuthenticationError) as refused:
        login.wait(lambda _remaining: None)
    # The provider forgets the code altogether within a second of its end, and then knows no such grant.
    assert refused.value.code in {"expired_token", "invalid_grant"}
    assert not world.cache_path.exists()
