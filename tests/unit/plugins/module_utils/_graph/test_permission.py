# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.token import Token
from ansible_collections.msgraph.intune.plugins.module_utils._graph.permission import Permission

ADD_HINT = "In the app registration (Entra admin center, API permissions) add the"
PERMISSION = Permission(
    "Things.ReadWrite.All",
    "The user needs the role of a keeper.",
    implied_by=("Things.Own.All",),
    application_hint="Check the licence.",
)


@pytest.mark.parametrize(
    ("token", "missing"),
    [
        (Token("x", "application", ("Things.Read.All",)), True),
        (Token("x", "delegated"), True),
        (Token("x", "delegated", ("Things.ReadWrite.All",)), False),
        (Token("x", "application", ("Things.Own.All",)), False),
        (Token("x"), False),
    ],
)
def test_a_readable_token_shows_a_missing_permission(token: Token, missing: bool) -> None:
    assert PERMISSION.is_missing_from(token) is missing


READ = Permission("Things.Read.All", "", implied_by=("Things.ReadWrite.All",))
ACT = Permission("Things.Act.All", "The user needs the role of a keeper.", application_hint="Check the licence.")


def test_a_permission_that_includes_another_replaces_it() -> None:
    assert PERMISSION.combined_with(READ) == PERMISSION
    assert PERMISSION.combined_with(PERMISSION).names == ("Things.ReadWrite.All",)


def test_independent_permissions_are_both_needed() -> None:
    both = ACT.combined_with(READ)
    assert both.names == ("Things.Act.All", "Things.Read.All")
    assert not both.is_missing_from(Token("x", "application", ("Things.Act.All", "Things.ReadWrite.All")))
    assert both.is_missing_from(Token("x", "application", ("Things.Act.All",)))


@pytest.mark.parametrize(
    ("token", "words"),
    [
        (Token("x"), "Check that the token holds the permissions Things.Act.All and Things.Read.All."),
        (Token("x", "delegated"), "add the delegated permissions Things.Act.All and Things.Read.All and grant"),
        (
            Token("x", "application", ("Things.Act.All",)),
            "add the application permission Things.Read.All and grant admin consent.",
        ),
        (Token("x", "application", ("Things.Act.All", "Things.Read.All")), "Check the licence."),
    ],
)
def test_the_advice_names_only_the_missing_permissions(token: Token, words: str) -> None:
    assert words in ACT.combined_with(READ).advice(token)


@pytest.mark.parametrize(
    ("token", "words"),
    [
        (
            Token("x", "application", ("Things.Read.All",)),
            f"with the permission Things.Read.All. {ADD_HINT} application permission Things",
        ),
        (
            Token("x", "application"),
            f"an application token with no permissions. {ADD_HINT} application permission Things.ReadWrite.All and",
        ),
        (
            Token("x", "delegated", ("openid",)),
            f"a delegated token with the permission openid. {ADD_HINT} delegated permission Things.ReadWrite.All",
        ),
        (Token("x", "delegated", ("openid",)), "role of a keeper"),
        (
            Token("x", "delegated", ("Things.ReadWrite.All",)),
            "with the permission Things.ReadWrite.All. The user needs the role of a",
        ),
        (
            Token("x", "application", ("Things.ReadWrite.All",)),
            "with the permission Things.ReadWrite.All. Check the licence.",
        ),
        (Token("x", "application", ("Things.Own.All",)), "with the permission Things.Own.All. Check the licence."),
        (Token("x"), "Check that the token holds the permission Things.ReadWrite.All."),
    ],
)
def test_the_advice_depends_on_the_kind_and_permissions_of_the_token(token: Token, words: str) -> None:
    assert words in PERMISSION.advice(token)
    assert ("role of a keeper" in PERMISSION.advice(token)) is (token.kind == "delegated")
