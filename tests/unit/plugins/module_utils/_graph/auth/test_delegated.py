# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The credentials of users, and the calls of the token client."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.delegated import (
    PUBLIC_CLIENT_ID,
    CachedUser,
)
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.token_cache import Account
from ansible_collections.msgraph.intune.plugins.module_utils._graph.clouds import find_cloud
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.options import collect_options
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import OptionsError
from ansible_collections.msgraph.intune.tests.unit.application_sign_ins import APPLICATION, choose, requested

OPERATOR = "operator@contoso.example"
# The default tenant and client ID.
DEFAULTS = {"tenant_id": "organizations", "client_id": PUBLIC_CLIENT_ID}


class FakeApplication:
    """An msal application that returns its arguments."""

    def acquire_token_by_username_password(self, *arguments: str, scopes: list[str]) -> tuple[t.Any, ...]:
        return "password", *arguments, scopes

    def acquire_token_by_refresh_token(self, *arguments: str, scopes: list[str]) -> tuple[t.Any, ...]:
        return "refresh token", *arguments, scopes


def test_a_password_is_passed_to_msal_with_the_username() -> None:
    call = requested(username=OPERATOR, password="hush-hush")
    request_token = call.pop("request_token")
    assert call == {
        "client_method": "user",
        **DEFAULTS,
        "username": OPERATOR,
        "refresh_token": None,
        "method": "password",
    }
    assert request_token(FakeApplication(), ["A"]) == ("password", OPERATOR, "hush-hush", ["A"])


def test_a_refresh_token_is_passed_to_msal_without_a_username() -> None:
    call = requested(refresh_token="hush-hush")
    request_token = call.pop("request_token")
    assert call == {
        "client_method": "user",
        **DEFAULTS,
        "username": None,
        "refresh_token": "hush-hush",
        "method": "refresh_token",
    }
    assert request_token(FakeApplication(), ["A"]) == ("refresh token", "hush-hush", ["A"])


def test_a_token_cache_passes_no_credential_to_msal() -> None:
    call = requested(token_cache_path="/c", username=OPERATOR)
    assert call == {
        "client_method": "user",
        **DEFAULTS,
        "username": OPERATOR,
        "request_token": None,
        "refresh_token": None,
        "method": "token_cache",
    }


@pytest.mark.parametrize(
    "params", [{"username": OPERATOR, "password": "p"}, {"refresh_token": "r"}, {"token_cache_path": "/c"}], ids=list
)
def test_tenant_and_client_may_be_given(params: dict[str, str]) -> None:
    call = requested(**APPLICATION, **params)
    assert {name: call[name] for name in APPLICATION} == APPLICATION


def test_the_action_names_user_tenant_application_and_credential() -> None:
    assert choose(**APPLICATION, username=OPERATOR, refresh_token="r").action == (
        f"sign {OPERATOR} in to tenant contoso.example through application app-1 with a refresh token"
    )
    assert choose(refresh_token="r").action.startswith("sign a user in to tenant organizations through")


class FakeCache:
    """A token cache with the sign-ins of these users."""

    def __init__(self, *accounts: Account) -> None:
        self._accounts = list(accounts)

    def accounts(self, host: str, client_id: str, username: str | None) -> list[Account]:
        assert (host, client_id) == ("login.microsoftonline.com", "app-1")
        return [account for account in self._accounts if username in (None, account.username)]


def test_a_cached_user_is_the_only_user_or_the_user_with_the_username() -> None:
    first, second = Account("1.t", OPERATOR), Account("2.t", "two@contoso.example")

    def account(*accounts: Account, **params: str) -> Account | None:
        user = CachedUser.read(collect_options({**APPLICATION, **params}, {}), explicit=True)
        return user.account_in(t.cast("t.Any", FakeCache(*accounts)), find_cloud("global"))

    assert account() is None
    assert account(first) == first
    assert account(first, second, username=OPERATOR) == first
    with pytest.raises(
        OptionsError, match="several users: operator@contoso.example, two@contoso.example. Set username"
    ):
        account(first, second)
