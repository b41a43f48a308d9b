# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.options import collect_options
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.settings import Settings, read_settings
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import OptionsError


def read(**params: t.Any) -> Settings:
    return read_settings(collect_options(params, {}))


def test_settings_are_immutable() -> None:
    settings = read()
    for field in dataclasses.fields(settings):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(settings, field.name, None)


def test_options_are_in_the_settings() -> None:
    settings = read(auth_method="certificate", graph_url="https://graph.example/", authority_url="login.example")
    assert (settings.auth_method, settings.provided["auth_method"].content) == ("certificate", "certificate")
    assert (settings.cloud.graph_url, settings.cloud.authority_url) == (
        "https://graph.example",
        "https://login.example",
    )


def test_token_cache_and_proxy_are_in_the_settings() -> None:
    settings = read(token_cache_path="/the/cache", proxy="proxy.example:8080")
    assert (settings.token_cache_path, settings.proxy) == ("/the/cache", "http://proxy.example:8080")
    with pytest.raises(OptionsError, match="^proxy is not the URL of an HTTP proxy"):
        read(proxy="socks5://proxy.example")


def test_disabled_certificate_validation_is_a_warning() -> None:
    assert read().warnings == ()
    (warning,) = read(validate_certs="no").warnings
    assert "validate_certs is false" in warning


def test_the_password_of_a_proxy_is_not_in_the_repr() -> None:
    assert "hush-hush" not in repr(read(proxy="http://svc:hush-hush@proxy.example"))


@pytest.mark.parametrize(("provided", "retries"), [(0, 0), ("7", 7), (3.0, 3), (100, 100)])
def test_retries_are_a_whole_number(provided: t.Any, retries: int) -> None:
    assert read(retries=provided).retry.retries == retries


@pytest.mark.parametrize("provided", [-1, -0.5, 101, 2.5, "many", "nan", "inf", True, [4]])
def test_invalid_retries_are_refused(provided: t.Any) -> None:
    with pytest.raises(
        OptionsError, match="retries is .*, which is not a whole number between 0 and 100. Give a number"
    ):
        read(retries=provided)


@pytest.mark.parametrize(
    ("provided", "budget"), [(0, 0.0), ("0", 0.0), ("2.5", 2.5), (86_400, 86_400.0), ("2m", 120.0)]
)
def test_a_retry_budget_is_from_zero_to_one_day(provided: t.Any, budget: float) -> None:
    assert read(retry_budget=provided).retry.budget == budget


@pytest.mark.parametrize("provided", [-1, 86_401, "soon", "nan", True])
def test_an_invalid_retry_budget_is_refused(provided: t.Any) -> None:
    with pytest.raises(OptionsError, match="retry_budget is .*; it must be a duration from 0 to 1d. Give"):
        read(retry_budget=provided)


@pytest.mark.parametrize("env_var", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
def test_an_invalid_proxy_variable_is_refused(env_var: str) -> None:
    environ = {env_var: "http://svc:hush/hush@proxy.example"}
    with pytest.raises(OptionsError, match=f"The environment variable {env_var} is not the URL of a proxy"):
        read_settings(collect_options({}, environ))
    # A variable that is not used is not checked.
    assert read_settings(collect_options({"proxy": "proxy.example"}, environ)).proxy == "http://proxy.example"
    assert read_settings(collect_options({}, {**environ, "NO_PROXY": "*"})).proxy is None
    assert (
        read_settings(collect_options({}, {**environ, "no_proxy": "microsoft.com,microsoftonline.com"})).proxy is None
    )


def test_only_the_proxy_variable_that_requests_uses_is_checked() -> None:
    broken = "http://proxy.example:port"
    for environ in (
        {"HTTP_PROXY": broken},
        {"HTTPS_PROXY": "http://proxy.example", "ALL_PROXY": broken},
        {"https_proxy": "http://proxy.example", "HTTPS_PROXY": broken},
        {"https_proxy": "", "HTTPS_PROXY": broken},
    ):
        assert read_settings(collect_options({}, environ)).proxy is None
    with pytest.raises(OptionsError, match="environment variable HTTPS_PROXY"):
        read_settings(collect_options({}, {"HTTPS_PROXY": broken, "NO_PROXY": "graph.microsoft.com"}))
    # With an access token, no request is sent to the login service.
    token = {"access_token": "a-token-that-is-long-enough"}
    assert (
        read_settings(collect_options(token, {"HTTPS_PROXY": broken, "NO_PROXY": "graph.microsoft.com"})).proxy is None
    )
