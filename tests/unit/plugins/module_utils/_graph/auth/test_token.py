# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.token import read_token
from ansible_collections.msgraph.intune.tests.unit.fakes import jwt

DEEP = base64.urlsafe_b64encode(b"[" * 30_000).decode()


def test_roles_make_an_application_token() -> None:
    token = read_token(jwt({"roles": ["A.Read.All", "B.ReadWrite.All"], "idtyp": "app"}))
    assert (token.kind, token.permissions) == ("application", ("A.Read.All", "B.ReadWrite.All"))


def test_tokens_of_each_length_are_read() -> None:
    for length in range(20):
        token = read_token(jwt({"scp": "x" * length}))
        assert (token.kind, "".join(token.permissions)) == ("delegated", "x" * length)


def test_scopes_make_a_delegated_token() -> None:
    token = read_token(jwt({"scp": "A.Read.All openid", "roles": ["a-role-of-the-user"]}))
    assert (token.kind, token.permissions) == ("delegated", ("A.Read.All", "openid"))


def test_idtyp_identifies_an_application_without_permissions() -> None:
    token = read_token(jwt({"idtyp": "app"}))
    assert (token.kind, token.permissions) == ("application", ())


@pytest.mark.parametrize(
    "text",
    [
        "opaque",
        "a.b.c",
        "a.b",
        "",
        "..",
        jwt({}),
        "e30.WzFd.x",
        "e30.bnVsbA.x",
        "x.\u00e9.y",
        jwt({"roles": "text"}),
        f"x.{DEEP}.x",
    ],
)
def test_a_token_without_readable_claims_is_unknown(text: str) -> None:
    assert read_token(text).kind == "unknown"


def test_a_token_is_not_in_its_repr() -> None:
    assert "hush-hush" not in repr(read_token("hush-hush"))


@pytest.mark.parametrize("claims", [{"scp": "x" * 5000}, {"roles": ["x" * 5000]}, {"roles": [["x" * 5000]]}])
def test_a_long_permission_name_is_truncated(claims: dict[str, object]) -> None:
    (permission,) = read_token(jwt(claims)).permissions
    assert len(permission) == 128


def test_a_message_names_the_first_fifty_permissions() -> None:
    roles = [f"Role{number}" for number in range(60)]
    token = read_token(jwt({"roles": roles}))
    assert token.permissions == tuple(roles)
    assert token.shown_permissions == f"the permissions {', '.join(roles[:50])} and 10 more"
    assert read_token(jwt({"roles": roles[:50]})).shown_permissions == f"the permissions {', '.join(roles[:50])}"
    assert read_token(jwt({"roles": []})).shown_permissions == "no permissions"
    assert read_token(jwt({"roles": roles[:1]})).shown_permissions == f"the permission {roles[0]}"
    assert len(read_token(jwt({"scp": " ".join(["x"] * 5000)})).permissions) == 1000
