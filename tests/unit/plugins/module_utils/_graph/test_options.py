# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph._errors import OptionsError
from ansible_collections.msgraph.intune.plugins.module_utils._graph._options import (
    OPTIONS,
    Settings,
    argument_spec,
    given_values,
    read_settings,
    secrets_of,
)

if t.TYPE_CHECKING:
    from pathlib import Path


def read(params: t.Mapping[str, t.Any] | None = None, **environ: str) -> Settings:
    return read_settings(given_values(params or {}, environ))


def test_nothing_given_means_the_global_cloud_and_the_documented_defaults() -> None:
    settings = read()
    assert settings.cloud.name == "global"
    assert (settings.auth_method, settings.timeout, settings.verify) == ("auto", 30.0, True)
    assert not settings.credentials


@pytest.mark.parametrize("option", OPTIONS.values(), ids=lambda option: option.name)
def test_each_environment_variable_stands_in_for_its_option(option: t.Any) -> None:
    for variable in option.environment:
        given = given_values({}, {variable: "something"})
        assert given[option.name].content == "something"
        assert given[option.name].variable == variable


@pytest.mark.parametrize("option", OPTIONS.values(), ids=lambda option: option.name)
def test_the_option_beats_the_environment(option: t.Any) -> None:
    given = given_values({option.name: "mine"}, dict.fromkeys(option.environment, "theirs"))
    assert given[option.name].content == "mine"
    assert given[option.name].variable is None


@pytest.mark.parametrize("nothing", ["", "  ", "\n", None])
def test_empty_blank_and_null_count_as_unset(nothing: str | None) -> None:
    params = dict.fromkeys(OPTIONS, nothing)
    environ = {variable: nothing or "" for option in OPTIONS.values() for variable in option.environment}
    assert given_values(params, environ) == {}


def test_an_empty_option_leaves_room_for_the_environment() -> None:
    given = given_values({"client_id": ""}, {"AZURE_CLIENT_ID": "from-environment"})
    assert given["client_id"].content == "from-environment"


def test_the_first_variable_that_is_not_empty_wins() -> None:
    given = given_values({}, {"AZURE_CLIENT_SECRET": "", "AZURE_SECRET": "the-second"})
    assert given["client_secret"].variable == "AZURE_SECRET"


@pytest.mark.parametrize(
    ("secret", "tenant"), [("AZURE_SECRET", "of-the-collection"), ("AZURE_CLIENT_SECRET", "of-azure-identity")]
)
def test_a_secret_takes_its_tenant_from_its_own_naming_scheme(secret: str, tenant: str) -> None:
    environ = {secret: "x", "AZURE_TENANT": "of-the-collection", "AZURE_TENANT_ID": "of-azure-identity"}
    assert given_values({}, environ)["tenant_id"].content == tenant
    assert given_values({"tenant_id": "mine"}, environ)["tenant_id"].content == "mine"


def test_the_other_schemes_tenant_serves_where_there_is_no_own_one() -> None:
    assert given_values({}, {"AZURE_SECRET": "x", "AZURE_TENANT_ID": "only"})["tenant_id"].content == "only"


def test_secrets_are_known_as_such_and_never_in_a_representation() -> None:
    given = given_values(
        {"client_secret": "hush-hush"}, {"MSGRAPH_ACCESS_TOKEN": "top-secret", "AZURE_CLIENT_ID": "id"}
    )
    assert sorted(secrets_of(given)) == ["hush-hush", "top-secret"]
    shown = repr(given) + repr(read_settings(given))
    assert "hush-hush" not in shown
    assert "top-secret" not in shown


def test_the_argument_spec_hides_secrets_and_knows_the_aliases() -> None:
    spec = argument_spec()
    assert {name for name, option in spec.items() if option["no_log"]} == {"access_token", "client_secret"}
    assert spec["client_secret"]["aliases"] == ["secret"]
    assert all("fallback" not in option and "default" not in option for option in spec.values())


@pytest.mark.parametrize(("given", "seconds"), [(5, 5.0), ("2.5", 2.5), (0.5, 0.5)])
def test_a_timeout_is_a_number_of_seconds(given: t.Any, seconds: float) -> None:
    assert read({"timeout": given}).timeout == seconds


@pytest.mark.parametrize("given", [0, -1, "soon", "nan", "inf", True, [3], "1e999"])
def test_anything_else_is_refused_as_a_timeout(given: t.Any) -> None:
    with pytest.raises(OptionsError, match="timeout is not a number of seconds"):
        read({"timeout": given})


def test_a_message_names_the_variable_that_is_at_fault() -> None:
    with pytest.raises(OptionsError, match="timeout \\(from the environment variable MSGRAPH_TIMEOUT\\)"):
        read(MSGRAPH_TIMEOUT="soon")


@pytest.mark.parametrize(
    ("given", "verify"), [(True, True), ("yes", True), ("1", True), (False, False), ("Off", False)]
)
def test_validate_certs_takes_what_ansible_calls_a_boolean(given: t.Any, verify: bool) -> None:
    assert read({"validate_certs": given}).verify is verify


def test_validate_certs_refuses_the_rest() -> None:
    with pytest.raises(OptionsError, match="validate_certs is not a boolean"):
        read({"validate_certs": "perhaps"})


def test_a_ca_path_is_what_to_verify_with(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.touch()
    assert read({"ca_path": str(ca)}).verify == str(ca)
    assert read({"ca_path": str(ca), "validate_certs": False}).verify is False


def test_a_ca_path_that_does_not_exist_is_refused() -> None:
    with pytest.raises(OptionsError, match="'/nowhere/ca.pem', which does not exist"):
        read(MSGRAPH_CA_PATH="/nowhere/ca.pem")
