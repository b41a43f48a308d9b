# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.clouds import (
    find_cloud,
    is_below,
    origin,
    same_origin,
)
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import OptionsError


@pytest.mark.parametrize(
    ("name", "graph_url", "authority_url"),
    [
        ("global", "https://graph.microsoft.com", "https://login.microsoftonline.com"),
        ("us_gov_l4", "https://graph.microsoft.us", "https://login.microsoftonline.us"),
        ("us_gov_l5", "https://dod-graph.microsoft.us", "https://login.microsoftonline.us"),
        ("china", "https://microsoftgraph.chinacloudapi.cn", "https://login.partner.microsoftonline.cn"),
    ],
)
def test_each_cloud_has_its_graph_and_login_urls(name: str, graph_url: str, authority_url: str) -> None:
    cloud = find_cloud(name)
    assert (cloud.name, cloud.graph_url, cloud.authority_url) == (name, graph_url, authority_url)


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("AzureCloud", "global"),
        ("AzureUSGovernment", "us_gov_l4"),
        ("AzureChinaCloud", "china"),
        ("gcc_high", "us_gov_l4"),
        ("dod", "us_gov_l5"),
    ],
)
def test_names_of_other_tools_are_aliases(alias: str, name: str) -> None:
    assert find_cloud(alias) == find_cloud(name)


def test_the_message_on_an_unknown_cloud_lists_all_clouds() -> None:
    with pytest.raises(OptionsError, match="cloud is 'mars', which is no known cloud.*us_gov_l4.*AzureChinaCloud"):
        find_cloud("mars")


@pytest.mark.parametrize("text", ["login.example", "https://login.example", "https://login.example/"])
def test_an_authority_may_be_a_bare_host_or_end_with_a_slash(text: str) -> None:
    assert find_cloud("global", authority_url=text).authority_url == "https://login.example"


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("https://graph.example/", "https://graph.example"),
        ("https://localhost:8443", "https://localhost:8443"),
        ("https://gateway.example/graph/", "https://gateway.example/graph"),
        ("https://[::1]:8443", "https://[::1]:8443"),
    ],
)
def test_a_graph_root_may_have_port_and_path(text: str, root: str) -> None:
    assert find_cloud("china", graph_url=text).graph_url == root


@pytest.mark.parametrize(
    "text",
    [
        "http://graph.example",
        "graph.example",
        "ftp://graph.example",
        "wss://graph.example",
        "https://",
        "https://user:pass-phrase@graph.example",
        "https://graph.example?x=1",
        "https://graph.example#x",
        "https://graph.example\\@evil.example",
        "https://graph.example evil.example",
        "https://graph.example\nevil.example",
        "https://graph.example:port",
        "https://graph.example/v1.0",
        "https://graph.example/beta/",
        "https://graph.example/v1.0/deviceManagement",
        "https://[",
        "https://[1.2.3.4",
        "https://graph\u2100.com",
        "https://graph..example",
        "https://.",
        "https://a" + 63 * "b" + ".example",
        "https://graph.example:99999",
        "https://graph.example:0",
    ],
)
def test_an_unsafe_url_is_refused_and_not_in_the_message(text: str) -> None:
    with pytest.raises(OptionsError) as caught:
        find_cloud("global", graph_url=text)
    assert "graph_url" in str(caught.value)
    assert caught.value.hint
    assert "pass-phrase" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["http://login.example", "https://login.example/contoso.example", "user@login.example"]
)
def test_an_authority_with_more_than_an_https_host_is_refused(text: str) -> None:
    with pytest.raises(OptionsError, match="authority_url") as caught:
        find_cloud("global", authority_url=text)
    assert caught.value.hint


def test_the_message_contains_the_label_of_the_option() -> None:
    with pytest.raises(OptionsError, match="cloud from the moon is 'mars'"):
        find_cloud("mars", label=lambda name: f"{name} from the moon")


def test_the_login_host_has_no_scheme_and_no_port() -> None:
    assert find_cloud("china").login_host == "login.partner.microsoftonline.cn"
    assert find_cloud("global", authority_url="https://login.example:8443").login_host == "login.example"


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://graph.example", True),
        ("https://Graph.Example:443/a?b=c", True),
        ("https://graph.example:8443/", False),
        ("https://graph.example:99999/", False),
        ("https://user@graph.example/", False),
        ("https://graph.example/a\\b", False),
        ("https://graph.example/a b", False),
        ("https://graph.example/a\x00b", False),
        ("https://[/", False),
        (None, False),
    ],
)
def test_only_an_unambiguous_url_has_the_same_origin(url: object, same: bool) -> None:
    assert same_origin(url, "https://graph.example/root") is same


@pytest.mark.parametrize(
    ("path", "below"),
    [
        ("/graph/v1.0/things", True),
        ("/graph", True),
        ("/graph/", True),
        ("/graph/a/../b", True),
        ("/graph/./a", True),
        ("/x/../graph/a", True),
        ("/graph/a%20b", True),
        ("/graph/a?next=/../x", True),
        ("/", False),
        ("", False),
        ("/graphs/a", False),
        ("/Graph/a", False),
        ("/graph/../a", False),
        ("/graph/%2e%2e/a", False),
        ("/graph/.%2E/a", False),
        ("/graph/%252e%252e/a", False),
        ("/graph/%2525252525252e/a", False),
        ("/graph/..%2fa", False),
        ("/graph/..;x/a", False),
        ("/graph/..%23/a", False),
        ("/graph/..%3fx/a", False),
        ("/graph/..%2523/a", False),
        ("/graph/%c0%ae%c0%ae/a", False),
        ("/graph/..%3bx/a", False),
        ("/graph//../a", False),
        ("//graph/a", False),
        ("/graph/..\\a", False),
        ("/graph/..%5c..%5ca", False),
        ("/graph/%00", False),
        ("/graph/" + "a" * 20_000, False),
    ],
)
def test_a_url_is_below_a_root_in_each_encoding_of_its_path(path: str, below: bool) -> None:
    assert is_below(f"https://graph.example{path}", "https://graph.example/graph") is below


def test_a_root_may_be_encoded_or_have_no_path() -> None:
    assert is_below("https://graph.example/a%20b/c", "https://graph.example/a%20b")
    assert is_below("https://graph.example/../c", "https://graph.example")
    assert not is_below("https://other.example/a/c", "https://graph.example/a")
    assert not is_below(None, "https://graph.example")


@pytest.mark.parametrize("path", ["/a b", "/a\\b", "/%25252525252e", "/%00"])
def test_an_ambiguous_graph_url_is_refused(path: str) -> None:
    with pytest.raises(OptionsError, match="graph_url has a path that is not plain. Give the path"):
        find_cloud("global", graph_url=f"https://graph.example{path}")


def test_a_very_long_host_name_is_refused() -> None:
    with pytest.raises(OptionsError, match="not a plain https URL"):
        find_cloud("global", graph_url=f"https://{'a.' * 2000}example")


def test_origins_compare_scheme_host_and_port() -> None:
    assert origin("https://Graph.Example/a") == origin("https://graph.example:443/b")
    assert origin("HTTP://graph.example") == origin("http://graph.example:80")
    assert origin("https://graph.example") != origin("https://graph.example:8443")
    assert origin("https://graph.example") != origin("http://graph.example")
    assert origin("https://graph.example") != origin("https://graph.example.evil")


@pytest.mark.parametrize("text", ["False", "false", "true", "No", "off", "none", "null", "0", "1"])
def test_false_and_null_are_not_an_authority(text: str) -> None:
    with pytest.raises(OptionsError, match=f"authority_url is '{text}', which is not a host. Give the host"):
        find_cloud("global", authority_url=text)
