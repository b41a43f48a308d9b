# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sign in to npm's oidc-provider, an implementation of OpenID Connect that is independent of this collection.

The tests are skipped if the provider cannot be installed.
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
# Contains characters that a form must escape.
SECRET = "invented 8Q~+x/&=%41"
PUBLIC_CLIENT = "for-a-person"
SHORT_CODES = "with-codes-that-end-soon"
# The tokens expire so soon that the cache renews them at each use.
SHORT_TOKENS = "with-tokens-that-end-soon"
USERNAME = "kim@example.org"


class ProviderClient:
    """Create the objects that sign in to the provider, with the address and the token cache of one host."""

    def __init__(self, authority_url: str, ca_path: str, cache_path: Path) -> None:
        self.cloud: Cloud = find_cloud("global", graph_url=GRAPH, authority_url=authority_url)
        self.ca_path = ca_path
        self.cache_path = cache_path
        self.kim = Visitor(USERNAME, ca_path)

    def transport(self) -> Transport:
        session = requests.Session()
        # A proxy cannot reach the provider on this machine.
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
        public_client_ids=(PUBLIC_CLIENT, SHORT_CODES, SHORT_TOKENS),
        seconds={SHORT_CODES: {"DeviceCode": 1}, SHORT_TOKENS: {"AccessToken": 60}},
    )
    with running(installed, settings, tmp_path_factory.mktemp("oidc_provider")) as (authority_url, ca_path):
        yield authority_url, ca_path


@pytest.fixture
def client(provider: tuple[str, str], installed: Installed, engines: Engines, tmp_path: Path) -> ProviderClient:
    for engine in installed.engines:
        engines.note(engine)
    return ProviderClient(*provider, tmp_path / "tokens.json")


def sign_in(login: MsalTokenClient, secret: str = SECRET) -> str:
    return login.application(tenant_id=TENANT, client_id=APPLICATION, credential=lambda: secret).secret


def test_an_application_gets_a_token_for_its_secret(client: ProviderClient) -> None:
    first, second = (sign_in(client.login(client.transport(), cache=None)) for _time in range(2))
    assert first
    assert first != second


def test_a_wrong_secret_raises_the_message_of_the_provider(client: ProviderClient) -> None:
    with pytest.raises(AuthenticationError, match="client authentication failed") as refused:
        sign_in(client.login(client.transport(), client.cache()), f"{SECRET}2")
    assert (refused.value.status, refused.value.code) == (401, "invalid_client")
    assert "invented" not in "".join(traceback.format_exception(refused.value)) + str(refused.value.as_dict())
    assert not client.cache_path.exists()


def test_an_application_reads_its_token_from_the_cache_without_a_request(client: ProviderClient) -> None:
    first = sign_in(client.login(client.transport(), client.cache()))
    unused = client.transport()
    assert sign_in(client.login(unused, client.cache()), "not used") == first
    assert unused.sent == 0


def test_the_login_polls_until_the_person_signed_in(client: ProviderClient) -> None:
    login = client.device_login(PUBLIC_CLIENT)
    device_code = login.start()
    waits: list[float] = []

    def on_wait(remaining: float) -> None:
        if not waits:
            client.kim.accept(device_code)
        waits.append(remaining)

    assert login.wait(on_wait) == SignedInUser(USERNAME, TENANT)
    # The first poll returned "pending", and the second one the token.
    assert len(waits) == 1
    assert stat.S_IMODE(client.cache_path.stat().st_mode) == 0o600


def test_the_token_of_a_person_is_read_from_the_cache_without_a_request(client: ProviderClient) -> None:
    client.sign_kim_in(PUBLIC_CLIENT)
    unused = client.transport()
    token = client.login(unused, client.cache()).user(
        tenant_id=TENANT, client_id=PUBLIC_CLIENT, username=USERNAME, request_token=None
    )
    assert token.from_cache
    assert unused.sent == 0


def test_an_expiring_token_of_a_person_is_renewed_with_the_newest_refresh_token(client: ProviderClient) -> None:
    client.sign_kim_in(SHORT_TOKENS)

    def renewed() -> str:
        login = client.login(client.transport(), client.cache())
        token = login.user(tenant_id=TENANT, client_id=SHORT_TOKENS, username=USERNAME, request_token=None)
        assert not token.from_cache
        return token.secret

    assert len({renewed() for _time in range(3)}) == 3


def test_a_declined_sign_in_ends_the_wait(client: ProviderClient) -> None:
    login = client.device_login(PUBLIC_CLIENT)
    device_code = login.start()
    with pytest.raises(AuthenticationError, match="End-User aborted interaction") as refused:
        login.wait(lambda _remaining: client.kim.decline(device_code))
    assert refused.value.code == "access_denied"
    assert not client.cache_path.exists()


def test_an_expired_code_ends_the_wait(client: ProviderClient) -> None:
    # The clock of the client does not advance, so that the provider reports the expiry.
    login = client.device_login(SHORT_CODES, clock=lambda: 0.0, sleep=lambda _seconds: time.sleep(0.05))
    login.start()
    with pytest.raises(AuthenticationError) as refused:
        login.wait(lambda _remaining: None)
    # The provider deletes the code within a second after its expiry, and then returns invalid_grant.
    assert refused.value.code in {"expired_token", "invalid_grant"}
    assert not client.cache_path.exists()
