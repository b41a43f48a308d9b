# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.delegated import PUBLIC_CLIENT_ID
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.methods import METHOD_NAMES, choose_credential
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.token_cache import Account
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.options import collect_options
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.settings import read_settings
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import OptionsError

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.credential import Credential

PLATFORM = {"IDENTITY_ENDPOINT": "http://x", "IDENTITY_HEADER": "of-the-platform"}
APPLICATION = {"tenant_id": "contoso.example", "client_id": "4f1f6b8a-2c39-4d5e-9d0c-1a2b3c4d5e6f"}


class FakeCache:
    """A token cache with the sign-ins of these users."""

    def __init__(self, *accounts: Account) -> None:
        self._accounts = list(accounts)

    def accounts(self, host: str, client_id: str, username: str | None) -> list[Account]:
        assert (host, client_id, username) == ("login.microsoftonline.com", PUBLIC_CLIENT_ID, None)
        return self._accounts


def choose(params: t.Mapping[str, t.Any], cache: FakeCache | None = None, /, **environ: t.Any) -> Credential:
    return choose_credential(read_settings(collect_options(params, environ)), t.cast("t.Any", cache))


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "file"
    path.write_text("a.federated.token\n")
    return str(path)


@pytest.mark.parametrize(
    ("params", "environ", "method"),
    [
        ({"access_token": "a.b.c"}, {}, "access_token"),
        ({**APPLICATION, "client_secret": "s"}, {}, "client_secret"),
        ({**APPLICATION, "access_token": "a.b.c", "client_secret": "s"}, {}, "access_token"),
        ({**APPLICATION, "client_secret": "s"}, {"MSGRAPH_ACCESS_TOKEN": "a.b.c"}, "client_secret"),
        (APPLICATION, {"MSGRAPH_ACCESS_TOKEN": "a.b.c", "AZURE_SECRET": "s"}, "access_token"),
        ({**APPLICATION, "client_secret": "s", "federated_token": "f"}, {}, "federated_token"),
        ({**APPLICATION, "client_secret": "s", "refresh_token": "r"}, {}, "client_secret"),
        ({"username": "u", "password": "p", "refresh_token": "r"}, {}, "password"),
        ({"refresh_token": "r", "token_cache_path": "/c"}, {}, "refresh_token"),
        ({"token_cache_path": "/c"}, {}, "token_cache"),
        ({}, {"AZURE_AD_USER": "u", "AZURE_PASSWORD": "p"}, "password"),
        ({}, PLATFORM, "managed_identity"),
        ({"access_token": "t"}, PLATFORM, "access_token"),
        ({"auth_method": "managed_identity"}, {}, "managed_identity"),
        ({**APPLICATION, "auth_method": "access_token", "client_secret": "s", "access_token": "t"}, {}, "access_token"),
        (
            {**APPLICATION, "token_cache_path": "/c"},
            {"MSGRAPH_AUTH_METHOD": "client_secret", "AZURE_SECRET": "s", "MSGRAPH_ACCESS_TOKEN": "t"},
            "client_secret",
        ),
        (
            {**APPLICATION, "auth_method": "access_token", "client_secret": "s"},
            {"MSGRAPH_ACCESS_TOKEN": "t"},
            "access_token",
        ),
        (
            {**APPLICATION, "auth_method": "client_secret", "client_secret": "s", "access_token": "t"},
            {},
            "client_secret",
        ),
        ({**APPLICATION, "token_cache_path": "/c"}, {"AZURE_SECRET": "s"}, "client_secret"),
        (
            {**APPLICATION, "auth_method": "client_secret"},
            {"MSGRAPH_ACCESS_TOKEN": "t", "AZURE_SECRET": "s"},
            "client_secret",
        ),
        (
            {**APPLICATION, "client_secret": "s"},
            {"MSGRAPH_AUTH_METHOD": "access_token", "MSGRAPH_ACCESS_TOKEN": "t"},
            "client_secret",
        ),
    ],
)
def test_the_credential_is_chosen_by_source_and_order(
    params: t.Mapping[str, str], environ: dict[str, str], method: str
) -> None:
    assert choose(params, **environ).method == method


def test_a_token_file_of_the_platform_has_the_lowest_precedence(file: str) -> None:
    platform: dict[str, t.Any] = {"AZURE_FEDERATED_TOKEN_FILE": file, **PLATFORM}
    assert choose(APPLICATION, **platform).method == "federated_token"
    assert choose(APPLICATION, **platform, AZURE_SECRET="s").method == "client_secret"
    assert choose({**APPLICATION, "federated_token_file": file}, AZURE_SECRET="s").method == "federated_token"


def test_a_token_or_file_from_an_option_wins_over_the_environment(file: str) -> None:
    from_file = choose({**APPLICATION, "federated_token_file": file}, AZURE_FEDERATED_TOKEN="of.the.environment")
    from_text = choose({**APPLICATION, "federated_token": "of.the.option"}, AZURE_FEDERATED_TOKEN_FILE=file)
    assert [t.cast("t.Any", credential)._assertion() for credential in (from_file, from_text)] == [
        "a.federated.token",
        "of.the.option",
    ]


def test_token_cache_wins_over_an_application_if_the_cache_has_a_user() -> None:
    cache = FakeCache(Account("uid.utid", "operator@contoso.example"))
    environ: dict[str, t.Any] = {"AZURE_TENANT": "contoso.example", "AZURE_SECRET": "s"}
    assert choose({"token_cache_path": "/c"}, cache, **environ).method == "token_cache"
    with pytest.raises(OptionsError, match="client_secret needs client_id"):
        choose({"token_cache_path": "/c"}, FakeCache(), **environ)


@pytest.mark.parametrize(
    ("environ", "method"),
    [
        ({"AZURE_AD_USER": "u", "AZURE_PASSWORD": "p"}, "password"),
        ({"MSGRAPH_REFRESH_TOKEN": "r"}, "refresh_token"),
    ],
)
def test_password_and_refresh_token_win_over_token_cache(environ: dict[str, t.Any], method: str) -> None:
    cache = FakeCache(Account("uid.utid", "operator@contoso.example"))
    assert choose({"token_cache_path": "/c"}, cache, **environ).method == method


def test_a_pipe_instead_of_a_file_does_not_block_the_task(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OptionsError, match="it is not a regular file but a pipe"):
        choose({**APPLICATION, "federated_token_file": str(tmp_path / "pipe")})


@pytest.mark.parametrize(
    ("params", "names"),
    [
        (
            {},
            [
                "access_token",
                "MSGRAPH_ACCESS_TOKEN",
                "client_secret",
                "AZURE_CLIENT_SECRET",
                "certificate_path",
                "auth_method",
            ],
        ),
        ({"client_secret": "s"}, ["tenant_id", "AZURE_TENANT_ID", "AZURE_TENANT", "client_id", "AZURE_CLIENT_ID"][:3]),
        ({"client_secret": "s", "tenant_id": "t"}, ["client_id", "AZURE_CLIENT_ID"]),
        ({**APPLICATION, "auth_method": "client_secret"}, ["client_secret", "AZURE_CLIENT_SECRET", "AZURE_SECRET"]),
        ({**APPLICATION, "auth_method": "certificate"}, ["certificate_path", "AZURE_CLIENT_CERTIFICATE_PATH"]),
        ({**APPLICATION, "auth_method": "federated_token"}, ["federated_token", "AZURE_FEDERATED_TOKEN"]),
        ({"auth_method": "password", "username": "u"}, ["password", "AZURE_PASSWORD"]),
        ({"password": "p"}, ["username", "AZURE_USERNAME", "AZURE_AD_USER"]),
        ({"auth_method": "refresh_token"}, ["refresh_token", "MSGRAPH_REFRESH_TOKEN"]),
        ({"auth_method": "token_cache"}, ["token_cache_path", "MSGRAPH_TOKEN_CACHE"]),
        ({"auth_method": "access_token"}, ["access_token", "MSGRAPH_ACCESS_TOKEN"]),
        ({"auth_method": "guess"}, ["guess", "auto", "access_token", "managed_identity"]),
    ],
)
def test_the_message_names_missing_options_with_their_environment_variables(
    params: dict[str, str], names: list[str]
) -> None:
    with pytest.raises(OptionsError) as caught:
        choose(params)
    assert [name for name in names if name not in str(caught.value)] == []
    assert caught.value.hint


@pytest.mark.parametrize("tenant", ["../common", "a/b", "contoso example", "x?y", "#", ".hidden", "tenant\nid"])
@pytest.mark.parametrize("credential", ["client_secret", "refresh_token"])
def test_a_tenant_that_could_change_the_url_is_refused(tenant: str, credential: str) -> None:
    with pytest.raises(OptionsError, match="tenant_id is neither a GUID nor a domain name: .*. Copy it") as caught:
        choose({**APPLICATION, "tenant_id": tenant, credential: "S"})
    assert repr(tenant) in str(caught.value)


@pytest.mark.parametrize(
    ("client_id", "shown"),
    [
        ("4f1f6b8a\u200b-2c39", r"'4f1f6b8a\u200b-2c39'"),
        ("\ufeff4f1f6b8a", r"'\ufeff4f1f6b8a'"),
        ("cont\u043eso", r"'cont\u043eso'"),
        ("contoso\u00a0example", r"'contoso\xa0example'"),
    ],
)
def test_invisible_characters_of_a_refused_id_are_escaped(client_id: str, shown: str) -> None:
    with pytest.raises(OptionsError, match="client_id is neither a GUID nor a domain name") as caught:
        choose({**APPLICATION, "client_id": client_id, "client_secret": "hush-hush"})
    assert shown in str(caught.value)


@pytest.mark.parametrize(
    "secret", ["abc8Q~of-the-portal", "eyJhbGciOi.e_J9.x", "k" * 60 + "/" + "k" * 60, "hush-hush/hush"]
)
def test_a_secret_instead_of_an_id_is_not_in_the_message(secret: str) -> None:
    with pytest.raises(OptionsError, match="client_id is neither a GUID nor a domain name") as caught:
        choose({**APPLICATION, "client_id": secret, "client_secret": "hush-hush/hush"})
    assert secret not in str(caught.value)


def test_without_a_credential_the_message_names_the_client_secret_first() -> None:
    with pytest.raises(
        OptionsError, match="^tenant_id and client_id are set, but client_secret .* is missing. Set it"
    ) as caught:
        choose(APPLICATION)
    message = str(caught.value)
    names = ["client_secret", "AZURE_CLIENT_SECRET", "AZURE_SECRET", "access_token", "certificate_path", "auth_method"]
    assert sorted(names, key=message.index) == names
    assert message.count("AZURE_CLIENT_SECRET") == 1
    with pytest.raises(OptionsError, match="^No credential was given.") as caught:
        choose({"tenant_id": "contoso.example"})
    assert str(caught.value).startswith(
        "No credential was given. The usual way: set tenant_id, client_id and client_secret (AZURE_TENANT_ID,"
        " AZURE_CLIENT_ID, AZURE_CLIENT_SECRET). Other ways: access_token (environment: MSGRAPH_ACCESS_TOKEN), "
    )
    assert str(caught.value).endswith(", or set auth_method to managed_identity.")


def test_the_name_of_a_guest_is_accepted_for_a_cache() -> None:
    credential = choose({"username": "guest_fabrikam.example#EXT#@contoso.example", "token_cache_path": "/c"})
    assert "#EXT#" in credential.action


@pytest.mark.parametrize("username", ["a/b", "a b@c", "a?b", "a#b", "%2e%2e", "a\\b", "a\nb"])
def test_a_username_that_could_change_the_url_is_refused(username: str) -> None:
    with pytest.raises(OptionsError, match="username is not a user principal name .*. Give it as name@domain"):
        choose({"username": username, "password": "p"})


@pytest.mark.parametrize(
    "token", ["Bearer abc", "two words", '"quoted"', "line\nbreak", "umlaut-\u00e4", "{{ token }}"]
)
@pytest.mark.parametrize("option", ["access_token", "federated_token", "refresh_token"])
def test_an_invalid_token_is_refused_and_not_in_the_message(option: str, token: str) -> None:
    with pytest.raises(OptionsError, match=f"{option} is not a token. Give the token alone") as caught:
        choose({**APPLICATION, option: token})
    assert token not in str(caught.value)


@pytest.mark.parametrize("option", ["certificate_path", "federated_token_file"])
def test_a_file_that_cannot_be_read_is_refused(option: str, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    for path, reason in (
        ("nowhere", "No such file"),
        ("empty", "it is empty"),
        (".", "it is not a regular file but a folder"),
    ):
        with pytest.raises(
            OptionsError, match=f"{option} names .*cannot be read: {reason}.* The file must be on the host"
        ):
            choose({**APPLICATION, option: str(tmp_path / path)})


def test_a_detected_managed_identity_ignores_the_client_id_of_the_environment() -> None:
    platform: dict[str, t.Any] = {**PLATFORM, "AZURE_CLIENT_ID": "of-something-else"}
    assert "system-assigned" in choose({}, **platform).action
    assert "user-assigned identity mine" in choose({"client_id": "mine"}, **platform).action
    assert "of-something-else" in choose({"auth_method": "managed_identity"}, **platform).action


def test_a_users_sign_in_has_defaults_for_tenant_and_client() -> None:
    action = choose({"username": "operator@contoso.example", "password": "p"}).action
    assert "tenant organizations" in action
    assert PUBLIC_CLIENT_ID in action


@pytest.mark.parametrize("method", METHOD_NAMES)
def test_repr_and_action_contain_no_secret(method: str) -> None:
    secrets = dict.fromkeys(
        ("access_token", "client_secret", "federated_token", "password", "refresh_token"), "hush-hush"
    )
    params = {**APPLICATION, **secrets, "username": "u", "token_cache_path": "/c", "certificate_path": __file__}
    credential = choose({**params, "auth_method": method})
    assert "hush-hush" not in repr(credential) + credential.action
