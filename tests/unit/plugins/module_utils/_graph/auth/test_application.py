# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The credentials of applications: validation, and the calls of the token client."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.methods import choose_credential
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.options import collect_options
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.settings import read_settings
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import AuthenticationError, OptionsError
from ansible_collections.msgraph.intune.plugins.module_utils._graph.masking import SECRETS
from ansible_collections.msgraph.intune.tests.unit.application_sign_ins import (
    APPLICATION,
    call_of,
    choose,
    requested,
)
from ansible_collections.msgraph.intune.tests.unit.certificates import CERTIFICATE, ENCRYPTED, PLAIN

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.token import Token


def credential(**params: t.Any) -> t.Any:
    """Sign in as an application with these options, and return the credential that msal gets."""
    call = requested(**APPLICATION, **params)
    other = {name: call[name] for name in ("credential", "method")}
    assert call == {"client_method": "application", **APPLICATION, **other}
    return call["credential"]()


def test_an_access_token_needs_no_login_service() -> None:
    assert choose(access_token="a.b.c").acquire(None).secret == "a.b.c"


def test_a_client_secret_is_passed_unchanged() -> None:
    assert credential(client_secret="hush-hush") == "hush-hush"


SECRET_ID = "5f1b6e9c-0d0a-4b4e-9d0e-3f2b1a0c9d8e"


class RefusingTokenClient:
    """A token client for a login service that refuses the credential."""

    def __init__(self, code: str) -> None:
        self.code = code

    def application(self, **_options: t.Any) -> Token:
        raise AuthenticationError("no", code=self.code, hint="Check it.")


def hint_for_secret(secret: str, code: str = "AADSTS7000215") -> str | None:
    with pytest.raises(AuthenticationError) as caught:
        choose(**APPLICATION, client_secret=secret).acquire(lambda: RefusingTokenClient(code))
    return caught.value.hint


@pytest.mark.parametrize(
    ("secret", "hint"),
    [
        (SECRET_ID.upper(), "client_secret looks like the ID of a secret: it is a GUID. Check it."),
        ("'hush~hush'", "client_secret begins and ends with a quote. Check it."),
        ('"hush~hush"', "client_secret begins and ends with a quote. Check it."),
        ("hush~'hush", "Check it."),
    ],
)
def test_the_hint_on_a_refused_secret_depends_on_its_form(secret: str, hint: str) -> None:
    assert hint_for_secret(secret) == hint


def test_the_form_of_a_secret_is_mentioned_only_when_the_secret_was_refused() -> None:
    assert hint_for_secret(SECRET_ID, "AADSTS7000222") == "Check it."


def test_the_hint_on_a_refused_secret_names_its_environment_variable() -> None:
    provided = collect_options(dict(APPLICATION), {"AZURE_SECRET": "'hush~hush'"})
    with pytest.raises(AuthenticationError, match="variable AZURE_SECRET. begins and ends with a quote") as caught:
        choose_credential(read_settings(provided), None).acquire(
            t.cast("t.Any", lambda: RefusingTokenClient("AADSTS7000215"))
        )
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(("key", "password"), [(PLAIN, None), (ENCRYPTED, "pass phrase")], ids=["plain", "encrypted"])
def test_a_certificate_is_read_with_its_password(tmp_path: Path, key: bytes, password: str | None) -> None:
    path = tmp_path / "certificate.pem"
    path.write_bytes(key + CERTIFICATE)
    assert credential(certificate_path=str(path), certificate_password=password) == {
        "private_key": PLAIN.decode(),
        "public_certificate": CERTIFICATE.decode(),
    }


def test_a_federated_token_is_an_assertion_and_its_file_is_read_at_each_use(tmp_path: Path) -> None:
    assert credential(federated_token="from.the.option") == {"client_assertion": "from.the.option"}
    path = tmp_path / "token"
    path.write_text("the.first\n")
    call = requested(**APPLICATION, federated_token_file=str(path))
    path.write_text("the.second\n")
    assert call["credential"]() == {"client_assertion": "the.second"}


def test_a_federated_token_wins_over_a_file_from_the_same_source() -> None:
    names = ("federated_token", "federated_token_file")
    for params, environ in (
        (dict.fromkeys(names, "a.token"), {}),
        ({}, {"AZURE_FEDERATED_TOKEN": "a.token", "AZURE_FEDERATED_TOKEN_FILE": "a.token"}),
    ):
        chosen: t.Any = choose_credential(read_settings(collect_options({**APPLICATION, **params}, environ)), None)
        assert call_of(chosen)["credential"]() == {"client_assertion": "a.token"}


@pytest.mark.parametrize("client_id", [None, "mine"])
def test_a_managed_identity_is_system_assigned_without_a_client_id(client_id: str | None) -> None:
    assert requested(auth_method="managed_identity", client_id=client_id) == {
        "client_method": "managed identity",
        "client_id": client_id,
    }


@pytest.mark.parametrize(
    "params",
    [
        {"client_secret": "s"},
        {"certificate_path": __file__},
        {"federated_token": "t"},
        {"username": "u", "password": "p"},
        {"refresh_token": "r"},
        {"token_cache_path": "/c"},
    ],
    ids=list,
)
@pytest.mark.parametrize("name", ["tenant_id", "client_id"])
def test_an_id_that_could_change_a_url_is_refused(params: dict[str, str], name: str) -> None:
    with pytest.raises(OptionsError, match=f"{name} is neither a GUID nor a domain name"):
        choose(**{**APPLICATION, **params, name: "../common"})


def test_a_client_id_of_a_managed_identity_that_could_change_a_url_is_refused() -> None:
    with pytest.raises(OptionsError, match="client_id is neither a GUID nor a domain name"):
        choose(auth_method="managed_identity", client_id="x&y=z")


@pytest.mark.parametrize(
    ("method", "required"),
    [
        ("client_secret", ["tenant_id", "client_id", "client_secret"]),
        ("certificate", ["tenant_id", "client_id", "certificate_path"]),
        ("federated_token", ["federated_token"]),
        ("access_token", ["access_token"]),
        ("password", ["username", "password"]),
        ("refresh_token", ["refresh_token"]),
        ("token_cache", ["token_cache_path"]),
    ],
)
def test_one_message_names_all_missing_options(method: str, required: list[str]) -> None:
    with pytest.raises(OptionsError, match=f"auth_method {method} needs") as caught:
        choose(auth_method=method)
    assert [name for name in required if f"{name} (environment:" not in str(caught.value)] == []


def test_a_message_names_the_environment_variable_of_a_file() -> None:
    provided = collect_options(APPLICATION, {"AZURE_FEDERATED_TOKEN_FILE": "/nowhere/token"})
    with pytest.raises(OptionsError, match="from the environment variable AZURE_FEDERATED_TOKEN_FILE. names '/nowhere"):
        choose_credential(read_settings(provided), None)


@pytest.mark.parametrize(
    ("variables", "tenant"),
    [
        ({"AZURE_SECRET": "s"}, "of-the-collection"),
        ({"AZURE_CLIENT_SECRET": "s"}, "of-azure-identity"),
        ({"AZURE_X509_CERTIFICATE_PATH": __file__}, "of-the-collection"),
        ({"AZURE_CLIENT_CERTIFICATE_PATH": __file__}, "of-azure-identity"),
        ({"AZURE_AD_USER": "u", "AZURE_PASSWORD": "p"}, "of-the-collection"),
        ({"AZURE_USERNAME": "u", "AZURE_PASSWORD": "p"}, "of-azure-identity"),
    ],
    ids=str,
)
def test_the_tenant_comes_from_the_naming_scheme_of_the_credential(variables: dict[str, str], tenant: str) -> None:
    tenants = {"AZURE_TENANT": "of-the-collection", "AZURE_TENANT_ID": "of-azure-identity", "AZURE_CLIENT_ID": "app-1"}
    chosen: t.Any = choose_credential(read_settings(collect_options({}, {**tenants, **variables})), None)
    assert call_of(chosen)["tenant_id"] == tenant


def test_the_action_names_application_tenant_and_credential() -> None:
    assert choose(**APPLICATION, client_secret="s").action == (
        "sign in to tenant contoso.example as application app-1 with its client secret"
    )


def test_the_error_of_an_unusable_certificate_contains_its_path(tmp_path: Path) -> None:
    path = tmp_path / "certificate.pem"
    path.write_bytes(CERTIFICATE)
    with pytest.raises(
        OptionsError, match=f"certificate_path names '{path}', which cannot be used: it holds no private"
    ):
        credential(certificate_path=str(path))


def test_a_federated_token_needs_an_application_and_its_tenant() -> None:
    with pytest.raises(OptionsError, match="federated_token needs tenant_id .* and client_id"):
        choose(federated_token="t")


@pytest.mark.parametrize("content", ["two words", "{{ token }}", "umlaut-\u00e4"])
def test_a_file_without_a_token_is_refused_and_its_content_is_not_in_the_message(tmp_path: Path, content: str) -> None:
    (tmp_path / "token").write_text(content, encoding="utf-8")
    with pytest.raises(OptionsError, match="federated_token_file is not a token") as caught:
        choose(**APPLICATION, federated_token_file=str(tmp_path / "token"))
    assert content not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "it is empty"), (b" \n", "it is empty"), (b"x" * 2 * 1024 * 1024, "it is larger than 1024 KB")],
    ids=["empty", "blank", "large"],
)
@pytest.mark.parametrize("option", ["certificate_path", "federated_token_file"])
def test_an_empty_or_too_large_file_is_refused(tmp_path: Path, option: str, content: bytes, reason: str) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(OptionsError, match=f"{option} names .*cannot be read: {reason}"):
        choose(**{**APPLICATION, option: str(tmp_path / "file")})


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfthe.federated.token\r\n",
        "the.federated.token\r\n".encode("utf-16"),
        b"\xfe\xff" + "the.federated.token\n".encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-16-le", "utf-16-be"],
)
def test_the_byte_order_mark_of_a_token_file_is_removed(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "token").write_bytes(content)
    assert credential(federated_token_file=str(tmp_path / "token")) == {"client_assertion": "the.federated.token"}


def test_the_content_of_a_token_file_is_masked(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("the.federated.token\n")
    choose(**APPLICATION, federated_token_file=str(tmp_path / "token"))
    assert SECRETS.mask("it holds the.federated.token") == "it holds ********"


def test_the_content_of_a_very_short_token_file_is_not_masked(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("to")
    choose(**APPLICATION, federated_token_file=str(tmp_path / "token"))
    assert SECRETS.mask("total") == "total"
