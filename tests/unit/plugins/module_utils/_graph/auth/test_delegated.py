# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a person's credentials ask the login service for."""

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
from ansible_collections.msgraph.intune.tests.unit.plugins.module_utils._graph.auth.test_application import (
    APPLICATION,
    asked,
    choose,
)

OPERATOR = "operator@contoso.example"
# By default whichever organization the person belongs to, through the client that each tenant has.
ANYWHERE = {"tenant_id": "organizations", "client_id": PUBLIC_CLIENT_ID}


class FakeApplication:
    """One of msal's: gives back what it was asked."""

    def acquire_token_by_username_password(self, *asked: str, scopes: list[str]) -> tuple[t.Any, ...]:
        return "password", *asked, scopes

    def acquire_token_by_refresh_token(self, *asked: str, scopes: list[str]) -> tuple[t.Any, ...]:
        return "refresh token", *asked, scopes


def test_a_password_is_asked_with_for_the_person() -> None:
    found = asked(username=OPERATOR, password="hush-hush")
    ask = found.pop("request_token")
    assert found == {"way": "user", **ANYWHERE, "username": OPERATOR, "refresh_token": None, "method": "password"}
    assert ask(FakeApplication(), ["A"]) == ("password", OPERATOR, "hush-hush", ["A"])


def test_a_refresh_token_is_asked_with_and_stands_for_somebody() -> None:
    found = asked(refresh_token="hush-hush")
    ask = found.pop("request_token")
    assert found == {
        "way": "user",
        **ANYWHERE,
        "username": None,
        "refresh_token": "hush-hush",
        "method": "refresh_token",
    }
    assert ask(FakeApplication(), ["A"]) == ("refresh token", "hush-hush", ["A"])


def test_with_a_cache_alone_nothing_can_be_asked_with() -> None:
    found = asked(token_cache_path="/c", username=OPERATOR)
    assert found == {
        "way": "user",
        **ANYWHERE,
        "username": OPERATOR,
        "request_token": None,
        "refresh_token": None,
        "method": "token_cache",
    }


@pytest.mark.parametrize(
    "params", [{"username": OPERATOR, "password": "p"}, {"refresh_token": "r"}, {"token_cache_path": "/c"}], ids=list
)
def test_tenant_and_client_may_be_given(params: dict[str, str]) -> None:
    found = asked(**APPLICATION, **params)
    assert {name: found[name] for name in APPLICATION} == APPLICATION


def test_the_action_names_who_signs_in_where_through_what_and_how() -> None:
    assert choose(**APPLICATION, username=OPERATOR, refresh_token="r").action == (
        f"sign {OPERATOR} in to tenant contoso.example through application app-1 with a refresh token"
    )
    assert choose(refresh_token="r").action.startswith("sign a user in to tenant organizations through")


class FakeCache:
    """A token cache with these users in it."""

    def __init__(self, *accounts: Account) -> None:
        self._accounts = list(accounts)

    def accounts(self, host: str, client_id: str, username: str | None) -> list[Account]:
        assert (host, client_id) == ("login.microsoftonline.com", "app-1")
        return [one for one in self._accounts if username in (None, one.username)]


def test_a_caches_user_is_the_only_one_or_the_one_that_is_named() -> None:
    one, two = Account("1.t", OPERATOR), Account("2.t", "two@contoso.example")

    def account(*accounts: Account, **params: str) -> Account | None:
        user = CachedUser.read(collect_options({**APPLICATION, **params}, {}), explicit=True)
        return user.account_in(t.cast("t.Any", FakeCache(*accounts)), find_cloud("global"))

    assert account() is None
    assert account(one) == one
    assert account(one, two, username=OPERATOR) == one
    with pytest.raises(
        OptionsError, match="several users: operator@contoso.example, two@contoso.example. Set username"
    ):
        account(one, two)
