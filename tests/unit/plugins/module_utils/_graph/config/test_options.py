# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import pwd
import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.options import (
    OPTIONS,
    SuppliedNumber,
    SuppliedText,
    collect_options,
    same_scheme_value,
)
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.settings import Settings, read_settings
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import OptionsError
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.retry import RetryPolicy
from ansible_collections.msgraph.intune.plugins.module_utils._graph.masking import SECRETS

if t.TYPE_CHECKING:
    from pathlib import Path


def read(params: t.Mapping[str, t.Any] | None = None, **environ: str) -> Settings:
    return read_settings(collect_options(params or {}, environ))


def test_the_defaults_are_as_documented() -> None:
    settings = read()
    assert settings.cloud.name == "global"
    assert (settings.auth_method, settings.timeout, settings.verify) == ("auto", 30.0, True)
    assert settings.retry == RetryPolicy(retries=4, budget=120.0)
    assert settings.proxy is None
    assert not settings.provided
    assert settings.token_cache_path is None


def test_each_option_has_the_documented_environment_variables() -> None:
    assert {option.name: option.environment for option in OPTIONS.values()} == {
        "auth_method": ("MSGRAPH_AUTH_METHOD",),
        "access_token": ("MSGRAPH_ACCESS_TOKEN",),
        "tenant_id": ("AZURE_TENANT_ID", "AZURE_TENANT"),
        "client_id": ("AZURE_CLIENT_ID",),
        "certificate_path": ("AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_X509_CERTIFICATE_PATH"),
        "certificate_password": ("AZURE_CLIENT_CERTIFICATE_PASSWORD",),
        "client_secret": ("AZURE_CLIENT_SECRET", "AZURE_SECRET"),
        "federated_token": ("AZURE_FEDERATED_TOKEN",),
        "federated_token_file": ("AZURE_FEDERATED_TOKEN_FILE",),
        "username": ("AZURE_USERNAME", "AZURE_AD_USER"),
        "password": ("AZURE_PASSWORD",),
        "refresh_token": ("MSGRAPH_REFRESH_TOKEN",),
        "token_cache_path": ("MSGRAPH_TOKEN_CACHE",),
        "cloud": ("AZURE_CLOUD_ENVIRONMENT",),
        "authority_url": ("AZURE_AUTHORITY_HOST",),
        "graph_url": ("MSGRAPH_URL",),
        "timeout": ("MSGRAPH_TIMEOUT",),
        "retries": ("MSGRAPH_RETRIES",),
        "retry_budget": ("MSGRAPH_RETRY_BUDGET",),
        "validate_certs": ("MSGRAPH_VALIDATE_CERTS",),
        "ca_path": ("MSGRAPH_CA_PATH",),
        "proxy": ("MSGRAPH_PROXY",),
    }


@pytest.mark.parametrize("option", OPTIONS.values(), ids=lambda option: option.name)
def test_each_environment_variable_sets_its_option(option: t.Any) -> None:
    for env_var in option.environment:
        provided = collect_options({}, {env_var: "something"})
        assert provided[option.name].content == "something"
        assert provided[option.name].env_var == env_var


@pytest.mark.parametrize("option", OPTIONS.values(), ids=lambda option: option.name)
def test_an_option_wins_over_the_environment(option: t.Any) -> None:
    provided = collect_options({option.name: "from-option"}, dict.fromkeys(option.environment, "from-environment"))
    assert provided[option.name].content == "from-option"
    assert provided[option.name].env_var is None


@pytest.mark.parametrize("blank", ["", "  ", "\n", None])
def test_empty_blank_and_null_count_as_unset(blank: str | None) -> None:
    params = dict.fromkeys(OPTIONS, blank)
    environ = {variable: blank or "" for option in OPTIONS.values() for variable in option.environment}
    assert collect_options(params, environ) == {}


def test_the_environment_is_used_for_an_empty_option() -> None:
    provided = collect_options({"client_id": ""}, {"AZURE_CLIENT_ID": "from-environment"})
    assert provided["client_id"].content == "from-environment"


def test_the_first_variable_that_is_not_empty_wins() -> None:
    provided = collect_options({}, {"AZURE_CLIENT_SECRET": "", "AZURE_SECRET": "the-second"})
    assert provided["client_secret"].env_var == "AZURE_SECRET"


@pytest.mark.parametrize(
    ("credential", "env_var", "tenant"),
    [
        ("client_secret", "AZURE_SECRET", "of-the-collection"),
        ("client_secret", "AZURE_CLIENT_SECRET", "of-azure-identity"),
        ("certificate_path", "AZURE_X509_CERTIFICATE_PATH", "of-the-collection"),
        ("certificate_path", "AZURE_CLIENT_CERTIFICATE_PATH", "of-azure-identity"),
        ("username", "AZURE_AD_USER", "of-the-collection"),
        ("username", "AZURE_USERNAME", "of-azure-identity"),
    ],
)
def test_a_credential_uses_the_tenant_of_its_naming_scheme(credential: str, env_var: str, tenant: str) -> None:
    environ = {env_var: "x", "AZURE_TENANT": "of-the-collection", "AZURE_TENANT_ID": "of-azure-identity"}
    provided = collect_options({}, environ)
    value = same_scheme_value(provided, "tenant_id", provided[credential])
    assert value is not None
    assert value.content == tenant
    provided = collect_options({"tenant_id": "from-option"}, environ)
    option_value = same_scheme_value(provided, "tenant_id", provided[credential])
    assert option_value is not None
    assert option_value.content == "from-option"


def test_the_tenant_of_the_other_scheme_is_the_fallback() -> None:
    provided = collect_options({}, {"AZURE_SECRET": "x", "AZURE_TENANT_ID": "only"})
    value = same_scheme_value(provided, "tenant_id", provided["client_secret"])
    assert value is not None
    assert value.content == "only"


def test_without_a_credential_the_naming_scheme_is_ignored() -> None:
    provided = collect_options({}, {"AZURE_TENANT": "second", "AZURE_TENANT_ID": "first"})
    assert same_scheme_value(provided, "tenant_id", None) == provided["tenant_id"]
    assert same_scheme_value(provided, "client_id", None) is None


def test_for_a_credential_from_an_option_the_naming_scheme_is_ignored() -> None:
    provided = collect_options({"client_secret": "x"}, {"AZURE_TENANT": "second", "AZURE_TENANT_ID": "first"})
    assert same_scheme_value(provided, "tenant_id", provided["client_secret"]) == provided["tenant_id"]
    assert provided["tenant_id"].content == "first"


def test_secrets_are_collected_and_not_in_the_repr() -> None:
    environ = {
        "MSGRAPH_ACCESS_TOKEN": "top-secret",
        "AZURE_CLIENT_ID": "an-id",
        "AZURE_SECRET": "not-even-used",
        "IDENTITY_HEADER": "of-the-platform",
    }
    provided = collect_options({"client_secret": "hush-hush"}, environ)
    assert sorted(provided.secrets) == ["hush-hush", "not-even-used", "of-the-platform", "top-secret"]
    shown = repr(provided) + repr(read_settings(provided))
    assert [secret for secret in provided.secrets if secret in shown] == []


def test_only_the_user_info_of_a_proxy_is_secret() -> None:
    url = "http://svc:hush-hush@proxy.example"
    assert collect_options({"proxy": url}, {}).secrets == ("svc:hush-hush", "hush-hush")
    assert collect_options({"proxy": "http://proxy.example"}, {}).secrets == ()
    for variable in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        assert collect_options({}, {variable: url}).secrets == ("svc:hush-hush", "hush-hush")


@pytest.mark.parametrize(
    ("endpoint", "other"),
    [
        ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"),
        ("IDENTITY_ENDPOINT", "IMDS_ENDPOINT"),
        ("MSI_ENDPOINT", "MSI_SECRET"),
    ],
)
def test_a_managed_identity_is_detected_by_a_pair_of_variables(endpoint: str, other: str) -> None:
    assert collect_options({}, {endpoint: "http://localhost/msi", other: "x"}).announces_identity
    assert not collect_options({}, {endpoint: "http://localhost/msi"}).announces_identity
    assert not collect_options({}, {endpoint: " ", other: "x"}).announces_identity
    assert not collect_options({}, {endpoint: "http://localhost/msi", other: ""}).announces_identity


@pytest.mark.parametrize(
    "pasted", ["-----BEGIN PRIVATE KEY-----\nhush-hush", "eyJhbGciOi.hush-hush", "a\nhush-hush", "a\0b"]
)
@pytest.mark.parametrize("option", ["certificate_path", "federated_token_file", "token_cache_path", "ca_path"])
def test_file_content_instead_of_a_path_is_masked_and_refused(option: str, pasted: str) -> None:
    provided = collect_options({option: pasted}, {})
    assert provided.secrets == (pasted,)
    with pytest.raises(OptionsError, match=f"{option} holds what belongs in a file. Write it to a file") as caught:
        read_settings(provided)
    assert "hush-hush" not in str(caught.value)


@pytest.mark.parametrize("option", ["client_secret", "password", "certificate_password", "username", "client_id"])
def test_a_value_that_is_not_text_is_refused_and_not_in_the_message(option: str) -> None:
    with pytest.raises(OptionsError, match=f"{option} holds characters that are not text. Give it in UTF-8.") as caught:
        read({option: "hush-hush\ud800"})
    assert "hush-hush" not in str(caught.value)


def test_a_ca_path_that_is_a_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OptionsError, match="which cannot be read: it is not a regular file but a pipe"):
        read({"ca_path": str(tmp_path / "pipe")})


def test_whitespace_at_the_ends_of_a_password_is_kept() -> None:
    provided = collect_options(
        {"password": " pass word ", "client_secret": " secret\n"}, {"AZURE_CLIENT_CERTIFICATE_PASSWORD": " x "}
    )
    assert provided["password"].content == " pass word "
    assert provided["client_secret"].content == "secret"
    assert provided["certificate_password"].content == " x "


def test_a_tilde_is_expanded_only_in_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/kim")
    assert collect_options({}, {"MSGRAPH_TOKEN_CACHE": "~/cache"})["token_cache_path"].content == "/home/kim/cache"
    assert collect_options({"password": "~/cache"}, {})["password"].content == "~/cache"


def test_values_from_the_argument_spec_are_ignored() -> None:
    supplied = {"timeout": SuppliedText("9"), "retries": SuppliedNumber(9), "cloud": SuppliedText("global")}
    provided = collect_options(supplied, {"MSGRAPH_TIMEOUT": "9", "AZURE_CLOUD_ENVIRONMENT": "china"})
    assert {name: (value.content, value.env_var) for name, value in provided.items()} == {
        "timeout": ("9", "MSGRAPH_TIMEOUT"),
        "cloud": ("china", "AZURE_CLOUD_ENVIRONMENT"),
    }


@pytest.mark.parametrize("value", [False, "False", "none", "null"])
def test_false_counts_as_unset_for_a_duration(value: t.Any) -> None:
    assert collect_options({"timeout": value}, {"MSGRAPH_TIMEOUT": "9"})["timeout"].content == "9"
    assert collect_options({"timeout": value}, {"MSGRAPH_TIMEOUT": "false"}) == {}
    assert "client_id" in collect_options({"client_id": value}, {})


@pytest.mark.parametrize(("value", "seconds"), [(5, 5.0), ("2.5", 2.5), (0.5, 0.5), ("1.5m", 90.0)])
def test_a_timeout_is_a_duration(value: t.Any, seconds: float) -> None:
    assert read({"timeout": value}).timeout == seconds
    assert read(MSGRAPH_TIMEOUT=str(value)).timeout == seconds


@pytest.mark.parametrize("value", [0, "0s", -1, "soon", "nan", "inf", True, [3], "1e999", 10**400, 86_401, "25h"])
def test_an_invalid_timeout_is_refused(value: t.Any) -> None:
    with pytest.raises(OptionsError, match="timeout is .*; it must be a duration longer than 0 and at most 1d"):
        read({"timeout": value})


def test_the_message_names_the_environment_variable_of_an_invalid_value() -> None:
    with pytest.raises(
        OptionsError, match=r"^timeout \(from the environment variable MSGRAPH_TIMEOUT\) is 'soon'; it must"
    ):
        read(MSGRAPH_TIMEOUT="soon")


@pytest.mark.parametrize(
    ("provided", "verify"), [(True, True), ("yes", True), ("1", True), (False, False), ("Off", False)]
)
def test_validate_certs_accepts_booleans_of_ansible(provided: t.Any, verify: bool) -> None:
    assert read({"validate_certs": provided}).verify is verify


def test_validate_certs_refuses_other_values() -> None:
    with pytest.raises(OptionsError, match="validate_certs is 'perhaps', which is not a boolean. Give true or false."):
        read({"validate_certs": "perhaps"})


CA = """-----BEGIN CERTIFICATE-----
MIIBNTCB3KADAgECAgEBMAoGCCqGSM49BAMCMBkxFzAVBgNVBAMMDkEgQ0Egb2Yg
bm9ib2R5MCAXDTI2MDEwMTAwMDAwMFoYDzIxMjUxMjA4MDAwMDAwWjAZMRcwFQYD
VQQDDA5BIENBIG9mIG5vYm9keTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABPZ2
tjanGD6857j0khv9KUYvu9Wp+Leany23jDJumfc4m7QdOAvuy/1jJl1SDAAJc3/w
zlwkVGG8mPvsbUUFsoyjEzARMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwID
SAAwRQIhAORwtbE1OCpw2FR/acsGpOHXbU1mDr5CcV/2E7BRDtZ+AiBjRhAu6rys
mwQayXL5wNLIWYPALAUd9aj/atiWuauutQ==
-----END CERTIFICATE-----
"""


def test_ca_path_sets_the_certificates_for_verification(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ca = tmp_path / "ca.pem"
    ca.write_text(CA)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read({"ca_path": str(ca)}).verify == str(ca)
    assert read({"ca_path": str(ca)}).ca_source == "the option ca_path"
    assert read({}, MSGRAPH_CA_PATH=str(ca)).ca_source == "the environment variable MSGRAPH_CA_PATH"
    assert read({}).ca_source is None
    assert read(MSGRAPH_CA_PATH="~/ca.pem").verify == str(ca)
    assert read({"ca_path": str(tmp_path)}).verify == str(tmp_path)
    assert read({"ca_path": str(ca), "validate_certs": False}).verify is False


def test_a_ca_path_that_does_not_exist_is_refused() -> None:
    with pytest.raises(OptionsError, match="'/nowhere/ca.pem', which does not exist on this host. Give a PEM file"):
        read(MSGRAPH_CA_PATH="/nowhere/ca.pem")


def test_a_ca_path_without_a_certificate_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    with pytest.raises(OptionsError, match="which holds no CA certificate that can be read"):
        read({"ca_path": str(tmp_path / "ca.pem")})


def test_the_message_names_the_environment_variable_of_a_cloud() -> None:
    with pytest.raises(OptionsError, match="cloud .from the environment variable AZURE_CLOUD_ENVIRONMENT. is"):
        read(AZURE_CLOUD_ENVIRONMENT="AzureGermanCloud")


PATH_OPTIONS = ["certificate_path", "federated_token_file", "token_cache_path", "ca_path"]


def test_the_path_options_are_these() -> None:
    assert [option.name for option in OPTIONS.values() if option.type == "path"] == PATH_OPTIONS


@pytest.mark.parametrize(
    ("home", "expanded"), [("/home/kim", "/home/kim/x"), ("/home/kim/", "/home/kim/x"), ("/", "/x")]
)
def test_a_home_folder_is_expanded(monkeypatch: pytest.MonkeyPatch, home: str, expanded: str) -> None:
    monkeypatch.setenv("HOME", home)
    assert collect_options({"token_cache_path": "~/x"}, {})["token_cache_path"].content == expanded
    assert collect_options({"token_cache_path": "~"}, {})["token_cache_path"].content.rstrip("/") == home.rstrip("/")
    assert collect_options({"token_cache_path": "a/~/x"}, {})["token_cache_path"].content == "a/~/x"
    assert collect_options({"token_cache_path": "./~"}, {})["token_cache_path"].content == "./~"


def test_the_home_folder_of_another_user_is_expanded() -> None:
    user = pwd.getpwuid(os.getuid())
    assert collect_options({"ca_path": f"~{user.pw_name}/x"}, {})["ca_path"].content == f"{user.pw_dir}/x"


@pytest.mark.parametrize("option", PATH_OPTIONS)
@pytest.mark.parametrize("path", ["~no-such-user-here/x", "~no-such-user-here"])
def test_a_home_folder_that_is_unknown_is_refused(option: str, path: str) -> None:
    with pytest.raises(OptionsError, match=f"{option} names '{path}', whose '~' cannot be expanded") as caught:
        read({option: path})
    assert "Give an absolute path" in str(caught.value)


@pytest.mark.parametrize("home", [None, "", " ", "relative"])
@pytest.mark.parametrize("path", ["~/x", "~"])
def test_without_a_home_folder_a_tilde_is_refused(monkeypatch: pytest.MonkeyPatch, home: str | None, path: str) -> None:
    def unknown(_uid: int) -> None:
        raise KeyError

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.delenv("HOME", raising=False)
    if home is not None:
        monkeypatch.setenv("HOME", home)
    message = f"token_cache_path .from the environment variable MSGRAPH_TOKEN_CACHE. names '{path}', whose '~' cannot"
    with pytest.raises(OptionsError, match=message):
        read(MSGRAPH_TOKEN_CACHE=path)


def test_an_invalid_user_name_in_a_path_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_path: str) -> str:
        raise ValueError("embedded null byte")

    monkeypatch.setattr(os.path, "expanduser", fail)
    with pytest.raises(OptionsError, match="whose '~' cannot be expanded"):
        read({"ca_path": "~kim/x"})


def test_a_ca_folder_without_access_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda _path, mode: mode != os.X_OK)
    with pytest.raises(OptionsError, match="a folder that this user may not open"):
        read({"ca_path": str(tmp_path)})


@pytest.mark.parametrize("option", OPTIONS.values(), ids=lambda option: option.name)
def test_ansibles_placeholder_for_an_omitted_value_counts_as_not_given(option: t.Any) -> None:
    omitted = "__omit_place_holder__9c1185a5c5e9fc54612808977ee8f548b2258d31"
    assert collect_options({option.name: omitted}, {}) == {}
    for env_var in option.environment:
        assert collect_options({option.name: omitted}, {env_var: "from-environment"})[option.name].env_var == env_var
    assert SECRETS.mask(omitted) == omitted


@pytest.mark.parametrize("name", PATH_OPTIONS)
@pytest.mark.parametrize("word", [False, "False", "false", "null", "None"])
def test_false_and_null_count_as_unset_for_a_path(name: str, word: object) -> None:
    assert collect_options({name: word}, {}) == {}
    assert collect_options({name: "./false"}, {})[name].content == "./false"
