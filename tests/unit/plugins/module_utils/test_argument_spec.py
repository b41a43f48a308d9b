# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Validate the shared options with Ansible's validator, and read the settings from the result."""

from __future__ import annotations

import os
import typing as t

import pytest
from ansible.module_utils.common import warnings
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator, ModuleArgumentSpecValidator
from ansible_collections.msgraph.intune.plugins.module_utils._argument_spec import shared_options
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.methods import choose_credential
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.options import (
    OPTIONS,
    ProvidedOptions,
    collect_options,
)
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.settings import Settings, read_settings
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import OptionsError

APPLICATION = {"tenant_id": "contoso.example", "client_id": "4f1f6b8a-2c39-4d5e-9d0c-1a2b3c4d5e6f"}


@pytest.fixture(autouse=True)
def _remove_variables_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(("AZURE_", "MSGRAPH_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


def validate(task: dict[str, t.Any]) -> t.Any:
    return ArgumentSpecValidator(shared_options()).validate(task)


def collect(**task: t.Any) -> ProvidedOptions:
    checked = validate(task)
    assert checked.error_messages == []
    return collect_options(checked.validated_parameters, os.environ)


def read(**task: t.Any) -> Settings:
    return read_settings(collect(**task))


def test_the_spec_has_the_secrets_aliases_types_and_defaults_of_the_options() -> None:
    spec = shared_options()
    assert {name for name, option in spec.items() if option["no_log"]} == {
        "access_token",
        "certificate_password",
        "client_secret",
        "federated_token",
        "password",
        "proxy",
        "refresh_token",
    }
    assert {name: option["aliases"] for name, option in spec.items() if option["aliases"]} == {
        "tenant_id": ["tenant"],
        "certificate_path": ["x509_certificate_path"],
        "client_secret": ["secret"],
        "federated_token": ["oidc_token"],
        "federated_token_file": ["oidc_token_file_path"],
        "username": ["ad_user"],
        "cloud": ["cloud_environment"],
        "authority_url": ["authority_host"],
    }
    assert {name: option["type"] for name, option in spec.items() if option["type"] != "str"} == {
        **dict.fromkeys(("certificate_path", "federated_token_file", "token_cache_path", "ca_path"), "path"),
        "retries": "int",
        "validate_certs": "bool",
    }
    assert {name: option["default"] for name, option in spec.items() if "default" in option} == {
        "auth_method": "auto",
        "cloud": "global",
        "timeout": "30",
        "retries": 4,
        "retry_budget": "120",
        "validate_certs": True,
    }


class SettingCase(t.NamedTuple):
    """An option with a default, its variable, and a value for each."""

    name: str
    env_var: str
    option: t.Any
    content: str
    read: t.Callable[[Settings], t.Any]
    expected: tuple[t.Any, t.Any, t.Any]
    """The parsed values of the option, of the variable and of the default."""


SETTING_CASES = [
    SettingCase(
        "auth_method",
        "MSGRAPH_AUTH_METHOD",
        "certificate",
        "password",
        lambda settings: settings.auth_method,
        ("certificate", "password", "auto"),
    ),
    SettingCase(
        "cloud",
        "AZURE_CLOUD_ENVIRONMENT",
        "china",
        "dod",
        lambda settings: settings.cloud.name,
        ("china", "us_gov_l5", "global"),
    ),
    SettingCase("timeout", "MSGRAPH_TIMEOUT", 0.5, "1m", lambda settings: settings.timeout, (0.5, 60.0, 30.0)),
    SettingCase("retries", "MSGRAPH_RETRIES", 0, "7", lambda settings: settings.retry.retries, (0, 7, 4)),
    SettingCase(
        "retry_budget", "MSGRAPH_RETRY_BUDGET", "0", "1.5m", lambda settings: settings.retry.budget, (0.0, 90.0, 120.0)
    ),
]


def test_each_option_with_a_default_and_a_variable_has_a_case() -> None:
    names = {*(setting.name for setting in SETTING_CASES), "validate_certs"}
    assert names == {option.name for option in OPTIONS.values() if option.default is not None and option.environment}


@pytest.mark.parametrize("setting", SETTING_CASES, ids=lambda setting: setting.name)
def test_the_option_wins_over_the_variable_and_the_variable_over_the_default(
    setting: SettingCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_option, by_variable, by_default = setting.expected
    assert setting.read(read()) == by_default
    monkeypatch.setenv(setting.env_var, "  ")
    assert setting.read(read()) == by_default
    monkeypatch.setenv(setting.env_var, setting.content)
    assert setting.read(read()) == by_variable
    assert setting.read(read(**{setting.name: setting.option})) == by_option


@pytest.mark.parametrize(
    "setting", [case for case in SETTING_CASES if OPTIONS[case.name].type == "str"], ids=lambda case: case.name
)
def test_a_blank_option_falls_back_to_the_variable_and_then_to_the_default(
    setting: SettingCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert setting.read(read(**{setting.name: " "})) == setting.expected[2]
    monkeypatch.setenv(setting.env_var, setting.content)
    assert setting.read(read(**{setting.name: " "})) == setting.expected[1]


@pytest.mark.parametrize("setting", SETTING_CASES, ids=lambda setting: setting.name)
def test_the_source_of_a_value_is_known_even_if_option_and_variable_are_equal(
    setting: SettingCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert setting.name not in collect()
    monkeypatch.setenv(setting.env_var, setting.content)
    assert collect()[setting.name].env_var == setting.env_var
    assert collect(**{setting.name: setting.content})[setting.name].env_var is None


def test_the_validated_parameters_contain_the_values_of_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MSGRAPH_TIMEOUT", "9")
    monkeypatch.setenv("MSGRAPH_RETRIES", "9")
    monkeypatch.setenv("MSGRAPH_VALIDATE_CERTS", "no")
    shown = validate({}).validated_parameters
    assert (shown["timeout"], shown["retries"], shown["validate_certs"]) == ("9", 9, False)


def test_a_credential_of_the_task_wins_over_the_auth_method_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MSGRAPH_AUTH_METHOD", "access_token")
    monkeypatch.setenv("MSGRAPH_ACCESS_TOKEN", "a.b.c")
    secret = {**APPLICATION, "client_secret": "s"}
    assert choose_credential(read(**secret), None).method == "client_secret"
    assert choose_credential(read(**secret, auth_method="access_token"), None).method == "access_token"


@pytest.mark.parametrize(
    ("env_var", "content", "words"),
    [
        ("MSGRAPH_TIMEOUT", "soon", "timeout (from the environment variable MSGRAPH_TIMEOUT) is 'soon'; it must"),
        ("MSGRAPH_RETRIES", "many", "retries (from the environment variable MSGRAPH_RETRIES) is 'many', which"),
        ("MSGRAPH_RETRIES", "101", "retries (from the environment variable MSGRAPH_RETRIES) is '101', which"),
    ],
)
def test_a_message_about_an_invalid_variable_contains_its_name(
    env_var: str, content: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(env_var, content)
    with pytest.raises(OptionsError) as caught:
        read()
    assert str(caught.value).startswith(words)


@pytest.mark.parametrize(("content", "verify"), [("no", False), ("Yes", True), (" ", True)])
def test_validate_certs_can_be_set_with_a_variable(content: str, verify: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MSGRAPH_VALIDATE_CERTS", content)
    assert read().verify is verify
    assert read(validate_certs=not verify).verify is not verify


def test_the_message_of_ansible_about_a_boolean_contains_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MSGRAPH_VALIDATE_CERTS", "perhaps")
    (message,) = validate({}).error_messages
    assert "validate_certs" in message
    assert "perhaps (from the environment variable MSGRAPH_VALIDATE_CERTS)" in message
    # The option of the task wins, so the variable is not read.
    assert read(validate_certs=True).verify is True


@pytest.mark.parametrize(
    "task", [{"validate_certs": ""}, {"validate_certs": "perhaps"}, {"retries": ""}, {"retries": "many"}]
)
def test_a_blank_or_another_word_is_an_invalid_boolean_or_number(task: dict[str, t.Any]) -> None:
    assert len(validate(task).error_messages) == 1


@pytest.mark.parametrize("retries", [-1, 101, True])
def test_retries_outside_the_limits_are_refused(retries: t.Any) -> None:
    with pytest.raises(OptionsError, match="^retries is .*, which is not a whole number between 0 and 100"):
        read(retries=retries)


def test_an_alias_and_a_variable_together_cause_no_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_CLOUD_ENVIRONMENT", "dod")
    warnings_shown: list[str] = []
    monkeypatch.setattr(warnings, "warn", warnings_shown.append)
    checked = ModuleArgumentSpecValidator(shared_options()).validate({"cloud_environment": "china"})
    assert (checked._warnings, warnings_shown) == ([], [])
    assert collect_options(checked.validated_parameters, os.environ)["cloud"].content == "china"
