# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import importlib.machinery
import sys
import types

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.options import collect_options
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.proxy import (
    bypasses_proxy,
    check_environment_proxy,
    label_proxy,
    read_proxy,
    user_info_secrets,
    without_user_info,
)
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import OptionsError


@pytest.mark.parametrize(
    ("provided", "url"),
    [
        ("http://proxy.example:8080", "http://proxy.example:8080"),
        ("https://proxy.example", "https://proxy.example"),
        ("proxy.example:8080", "http://proxy.example:8080"),
        ("proxy", "http://proxy"),
        ("http://127.0.0.1:3128/", "http://127.0.0.1:3128/"),
        ("http://[::1]:3128", "http://[::1]:3128"),
        ("http://svc:p%40ss@proxy.example:8080", "http://svc:p%40ss@proxy.example:8080"),
        ("svc:pass@proxy.example:8080", "http://svc:pass@proxy.example:8080"),
    ],
)
def test_a_proxy_is_a_url_or_a_host(provided: str, url: str) -> None:
    assert read_proxy("proxy", provided) == url


@pytest.mark.parametrize(
    "provided",
    [
        "socks5://proxy.example:1080",
        "ftp://svc:hush-hush@proxy.example",
        "http://",
        "http://svc:hush-hush@",
        "http://svc:hush/hush@proxy.example",
        "http://proxy.example/path",
        "http://proxy.example?x=1",
        "http://proxy.example#x",
        "http://proxy.example:0",
        "http://proxy.example:port",
        "http://two words",
        "http://svc:hush hush@proxy.example",
        "http://proxy.example:80\n80",
        "http://[::1",
    ],
)
def test_an_invalid_proxy_is_refused_and_not_in_the_message(provided: str) -> None:
    with pytest.raises(OptionsError, match="proxy .from X. is not the URL of an HTTP proxy") as caught:
        read_proxy("proxy (from X)", provided)
    assert "hush" not in str(caught.value)
    assert "percent-encoded" in str(caught.value)


@pytest.mark.parametrize(
    ("params", "environ", "address", "source"),
    [
        ({"proxy": "http://svc:hush-hush@proxy.example:8080"}, {}, "proxy.example:8080", "the option proxy"),
        ({"proxy": "proxy.example"}, {"HTTPS_PROXY": "http://other"}, "proxy.example:80", "the option proxy"),
        ({"proxy": "https://[::1]/"}, {}, "[::1]:443", "the option proxy"),
        ({}, {"MSGRAPH_PROXY": "http://p:1"}, "p:1", "the environment variable MSGRAPH_PROXY"),
        ({}, {"https_proxy": "http://svc:hush-hush@p:"}, "p:80", "the environment variable https_proxy"),
        ({}, {"ALL_PROXY": "socks5h://svc:hush-hush@p"}, "p:1080", "the environment variable ALL_PROXY"),
    ],
)
def test_messages_name_the_proxy_and_where_it_was_configured(
    params: dict[str, str], environ: dict[str, str], address: str, source: str
) -> None:
    label = label_proxy(collect_options(params, environ))
    assert label is not None
    assert (label.address, label.source) == (address, source)
    hint = "Check whether the proxy runs and allows connections to graph.example."
    # NO_PROXY has no effect on the option.
    if "option" not in source and "MSGRAPH" not in source:
        hint += " If graph.example must be reached without a proxy, add it to NO_PROXY."
    assert label.hint("graph.example") == hint


@pytest.mark.parametrize("environ", [{}, {"HTTP_PROXY": "http://p"}, {"HTTPS_PROXY": "http://"}])
def test_without_a_proxy_the_label_is_none(environ: dict[str, str]) -> None:
    assert label_proxy(collect_options({}, environ)) is None


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("http://proxy.example:8080", ()),
        ("proxy.example", ()),
        ("http://svc:p%40ss@proxy.example", ("svc:p%40ss", "p%40ss", "p@ss")),
        ("svc:pass@proxy.example", ("svc:pass", "pass")),
        ("http://svc:pa@ss@proxy.example", ("svc:pa@ss", "pa@ss")),
        ("http://token@proxy.example", ("token",)),
        ("http://svc:@proxy.example", ("svc:",)),
        ("http://svc:%20@proxy.example", ("svc:%20", "%20")),
    ],
)
def test_the_user_info_of_a_proxy_url_is_secret(url: str, secrets: tuple[str, ...]) -> None:
    assert user_info_secrets(url) == secrets
    shown = without_user_info(url)
    assert all(secret not in shown for secret in secrets)
    assert shown.endswith(url.rpartition("@")[2])


def test_a_url_without_user_info_is_not_changed() -> None:
    assert without_user_info("http://proxy.example:8080") == "http://proxy.example:8080"
    assert without_user_info("http://svc:x@proxy.example") == "http://********@proxy.example"


@pytest.mark.parametrize(
    "url",
    [
        "http://proxy.example:8080",
        "HTTPS://proxy.example",
        "proxy.example:8080",
        "http://proxy.example.:8080/ignored?x#y",
        "http://svc:p%40ss@proxy.example:8080",
        "http://[::1]:3128",
    ],
)
def test_proxy_variables_that_requests_can_use_are_accepted(url: str) -> None:
    check_environment_proxy("HTTPS_PROXY", url)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://proxy.example",
        "http://",
        " ",
        "http://svc:hush-hush@",
        "http://svc:hush#hush@proxy.example",
        "http://svc:12/hush@proxy.example",
        "http://proxy.example:port",
        "http://proxy.example:0",
        "http://proxy.example:99999",
        "http://svc:hush hush@proxy.example",
        "http://[::1",
    ],
)
def test_the_message_names_an_invalid_proxy_variable_without_its_value(url: str) -> None:
    with pytest.raises(OptionsError, match="variable https_proxy is not the URL of a proxy. Correct or") as caught:
        check_environment_proxy("https_proxy", url)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["socks4", "socks4a", "socks5", "socks5h"])
def test_a_socks_proxy_needs_pysocks(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setitem(sys.modules, "socks", None)
    with pytest.raises(OptionsError, match="variable ALL_PROXY names a SOCKS proxy.* PySocks is missing") as caught:
        check_environment_proxy("ALL_PROXY", f"{scheme}://svc:hush-hush@proxy.example:1080")
    assert "pip install PySocks" in str(caught.value)
    assert "hush" not in str(caught.value)
    module = types.ModuleType("socks")
    module.__spec__ = importlib.machinery.ModuleSpec("socks", None)
    monkeypatch.setitem(sys.modules, "socks", module)
    check_environment_proxy("ALL_PROXY", f"{scheme}://proxy.example:1080")


@pytest.mark.parametrize(
    ("no_proxy", "bypasses"),
    [("", False), ("other.example", False), ("*", True), (".example", True), ("graph.example:8443", True)],
)
def test_no_proxy_matches_hosts_as_requests_does(no_proxy: str, bypasses: bool) -> None:
    assert bypasses_proxy("https://graph.example:8443/root", no_proxy) is bypasses
