# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph._credentials import Credential, choose_credential
from ansible_collections.msgraph.intune.plugins.module_utils._graph._errors import OptionsError
from ansible_collections.msgraph.intune.plugins.module_utils._graph._options import given_values, read_settings

APPLICATION = {"tenant_id": "contoso.example", "client_id": "4f1f6b8a-2c39-4d5e-9d0c-1a2b3c4d5e6f"}


def choose(params: t.Mapping[str, t.Any], **environ: str) -> Credential:
    return choose_credential(read_settings(given_values(params, environ)))


@pytest.mark.parametrize(
    ("params", "environ", "method"),
    [
        ({"access_token": "a.b.c"}, {}, "access_token"),
        ({**APPLICATION, "client_secret": "s"}, {}, "client_secret"),
        ({**APPLICATION, "access_token": "a.b.c", "client_secret": "s"}, {}, "access_token"),
        ({**APPLICATION, "client_secret": "s"}, {"MSGRAPH_ACCESS_TOKEN": "a.b.c"}, "client_secret"),
        (APPLICATION, {"MSGRAPH_ACCESS_TOKEN": "a.b.c", "AZURE_SECRET": "s"}, "access_token"),
        (
            {**APPLICATION, "auth_method": "client_secret"},
            {"MSGRAPH_ACCESS_TOKEN": "t", "AZURE_SECRET": "s"},
            "client_secret",
        ),
        (
            {**APPLICATION, "client_secret": "s"},
            {"MSGRAPH_AUTH_METHOD": "access_token", "MSGRAPH_ACCESS_TOKEN": "t"},
            "access_token",
        ),
    ],
)
def test_which_credential_is_used(params: t.Mapping[str, str], environ: dict[str, str], method: str) -> None:
    assert choose(params, **environ).method == method


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({}, ["access_token", "MSGRAPH_ACCESS_TOKEN", "client_secret", "AZURE_SECRET"]),
        ({"client_secret": "s"}, ["tenant_id", "AZURE_TENANT_ID", "AZURE_TENANT", "client_id", "AZURE_CLIENT_ID"]),
        ({**APPLICATION, "auth_method": "client_secret"}, ["client_secret", "AZURE_CLIENT_SECRET", "AZURE_SECRET"]),
        ({"auth_method": "access_token"}, ["access_token", "MSGRAPH_ACCESS_TOKEN"]),
        ({"auth_method": "guess"}, ["guess", "auto", "access_token", "client_secret"]),
    ],
)
def test_what_is_missing_is_named_with_its_environment_variables(params: dict[str, str], named: list[str]) -> None:
    with pytest.raises(OptionsError) as caught:
        choose(params)
    assert [name for name in named if name not in str(caught.value)] == []


@pytest.mark.parametrize("tenant", ["../common", "a/b", "contoso example", "x?y", "#", ".hidden", "tenant\nid"])
def test_a_tenant_that_could_change_the_address_is_refused(tenant: str) -> None:
    with pytest.raises(OptionsError, match="tenant_id is neither a GUID nor a domain name"):
        choose({**APPLICATION, "tenant_id": tenant, "client_secret": "s"})


@pytest.mark.parametrize(
    "token", ["Bearer abc", "two words", '"quoted"', "line\nbreak", "umlaut-\u00e4", "{{ token }}"]
)
def test_an_access_token_that_is_none_is_refused_without_being_shown(token: str) -> None:
    with pytest.raises(OptionsError, match="access_token is not a token") as caught:
        choose({"access_token": token})
    assert token not in str(caught.value)


def test_no_representation_shows_a_secret() -> None:
    assert "hush-hush" not in repr(choose({**APPLICATION, "client_secret": "hush-hush"}))
    assert "hush-hush" not in repr(choose({"access_token": "hush-hush"}))
