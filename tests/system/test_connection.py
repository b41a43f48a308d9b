# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the module with certificates, proxies and a .netrc file that the machine configures."""

from __future__ import annotations

import re
import typing as t
from urllib.parse import urlsplit

import pytest
import trustme
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import clean_environment
from ansible_collections.msgraph.intune.tests.system.clients import READ_WRITE
from ansible_collections.msgraph.intune.tests.system.modules import run_module
from ansible_collections.msgraph.intune.tests.system.playbooks import SYNC, ad_hoc, result_of

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator

# Nothing listens on this port.
UNREACHABLE_PROXY = "http://127.0.0.1:9"


@pytest.fixture
def options(simulator: Simulator) -> dict[str, t.Any]:
    """Return the options of a sync with an access token, without a CA file."""
    return {
        "connector_id": simulator.connector_ids[0],
        "access_token": simulator.token(roles=[READ_WRITE]),
        "graph_url": simulator.graph_url,
        "retry_budget": 0.1,
    }


@pytest.fixture
def foreign_ca(tmp_path: Path) -> str:
    """Create a CA that did not sign the simulator's certificates, like that of a proxy that inspects TLS."""
    path = tmp_path / "foreign.pem"
    trustme.CA().cert_pem.write_to_path(str(path))
    return str(path)


def services(simulator: Simulator) -> list[str]:
    return [entry["service"] for entry in simulator.journal()]


# --- certificates


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_the_option_ca_path_wins_over_the_environment(
    simulator: Simulator, options: dict[str, t.Any], foreign_ca: str, variable: str
) -> None:
    run = run_module({**options, "ca_path": simulator.ca_path}, environ={variable: foreign_ca})
    assert run.result["changed"]
    run = run_module({**options, "ca_path": foreign_ca}, environ={variable: simulator.ca_path})
    assert run.result["error"]["kind"] == "network"


@pytest.mark.parametrize(
    ("has_ca_path", "hint"),
    [(False, "If a proxy inspects TLS here"), (True, "foreign.pem does not contain the CA of localhost:")],
)
def test_a_certificate_of_an_unknown_ca_fails_with_a_hint_and_without_a_retry(
    options: dict[str, t.Any], foreign_ca: str, has_ca_path: bool, hint: str
) -> None:
    no_bundle = {"REQUESTS_CA_BUNDLE": "", "CURL_CA_BUNDLE": ""}
    run = run_module({**options, "ca_path": foreign_ca if has_ca_path else ""}, environ=no_bundle)
    error = run.result["error"]
    assert error["kind"] == "network"
    assert "CERTIFICATE_VERIFY_FAILED" in error["message"]
    assert re.search(hint, error["hint"]), error
    assert (run.result["graph"]["requests"], run.result["graph"]["retries"]) == (1, 0)


def test_a_server_without_tls_fails_with_a_hint_and_without_a_retry(
    simulator: Simulator, options: dict[str, t.Any]
) -> None:
    port = urlsplit(simulator.control_url).port
    run = run_module({**options, "graph_url": f"https://127.0.0.1:{port}", "ca_path": simulator.ca_path})
    assert "does not speak TLS" in run.result["error"]["hint"]
    assert run.result["graph"]["requests"] == 1


# --- proxies


def proxy_of(simulator: Simulator, user: str | None = None, password: str | None = None) -> str:
    netloc = urlsplit(simulator.proxy_url).netloc.rpartition("@")[2]
    return (
        f"http://{user or simulator.proxy_username}:{simulator.proxy_password if password is None else password}"
        f"@{netloc}"
    )


@pytest.mark.parametrize("variable", ["https_proxy", "no_proxy"])
def test_lowercase_proxy_variables_are_used(simulator: Simulator, options: dict[str, t.Any], variable: str) -> None:
    environ = {
        "https_proxy": {"https_proxy": proxy_of(simulator)},
        "no_proxy": {"HTTPS_PROXY": UNREACHABLE_PROXY, "no_proxy": "localhost,127.0.0.1"},
    }[variable]
    run = run_module({**options, "ca_path": simulator.ca_path}, environ=environ)
    assert run.result["changed"], run.result
    assert services(simulator) == (["proxy", "graph"] if variable == "https_proxy" else ["graph"])


def test_the_option_proxy_wins_over_the_environment(simulator: Simulator, options: dict[str, t.Any]) -> None:
    environ = {"HTTPS_PROXY": UNREACHABLE_PROXY, "MSGRAPH_PROXY": UNREACHABLE_PROXY, "NO_PROXY": "*"}
    with_proxy = {**options, "ca_path": simulator.ca_path, "proxy": proxy_of(simulator)}
    assert run_module(with_proxy, environ=environ).result["changed"]
    assert services(simulator) == ["proxy", "graph"]


def test_requests_to_the_login_service_use_the_same_proxy(simulator: Simulator, options: dict[str, t.Any]) -> None:
    with_secret = {
        **options,
        "access_token": "",
        "authority_url": simulator.authority_url,
        "tenant_id": simulator.tenant_id,
        "client_id": simulator.client_id,
        "client_secret": simulator.client_secret,
        "ca_path": simulator.ca_path,
        "proxy": proxy_of(simulator),
    }
    assert run_module(with_secret).result["changed"]
    assert services(simulator).count("proxy") == 2
    assert services(simulator).count("login") == 2


def test_a_refused_connection_to_the_proxy_is_retried(simulator: Simulator, options: dict[str, t.Any]) -> None:
    run = run_module({**options, "ca_path": simulator.ca_path, "proxy": UNREACHABLE_PROXY})
    assert run.result["error"]["kind"] == "network"
    address = urlsplit(UNREACHABLE_PROXY).netloc
    assert f"the proxy {address} (from the option proxy) failed on the way to" in run.result["msg"]
    assert ": Connection refused (" in run.result["msg"]
    assert run.result["graph"]["retries"] >= 1


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1080", "http://user:canary/word@proxy.example:8080"])
def test_an_invalid_proxy_is_rejected_before_a_request_is_sent(options: dict[str, t.Any], proxy: str) -> None:
    run = run_module({**options, "proxy": proxy})
    assert (run.result["error"]["kind"], run.result["graph"]["requests"]) == ("options", 0)
    assert "canary" not in run.output


@pytest.mark.parametrize("source", ["option", "MSGRAPH_PROXY", "HTTPS_PROXY"])
@pytest.mark.parametrize("password", ["right", "canary%2Dwrong%2Dpassword"])
def test_the_output_never_contains_the_user_or_password_of_a_proxy(
    simulator: Simulator, options: dict[str, t.Any], source: str, password: str
) -> None:
    user = "canary-user-of-the-proxy"
    proxy = proxy_of(simulator) if password == "right" else proxy_of(simulator, user, password)
    environment = clean_environment(
        # Show the arguments of the module in its result. Older releases of ansible-core always do that.
        ANSIBLE_INJECT_INVOCATION="1",
        MSGRAPH_CA_PATH=simulator.ca_path,
        **({} if source == "option" else {source: proxy}),
    )
    run = ad_hoc(environment, SYNC, "-vvvv", **options, **({"proxy": proxy} if source == "option" else {}))
    output = run.stdout + run.stderr
    for secret in (simulator.proxy_password, user, "canary%2Dwrong%2Dpassword", "canary-wrong-password"):
        assert secret not in output
    result = result_of(run)
    assert "invocation" in result
    assert result["changed"] is (password == "right")
    if source == "option":
        assert result["invocation"]["module_args"]["proxy"].startswith("http://********@")


# --- a .netrc file in the home folder


def test_a_netrc_cannot_replace_the_token(simulator: Simulator, options: dict[str, t.Any], tmp_path: Path) -> None:
    for name in (".netrc", "_netrc", "netrc"):
        (tmp_path / name).write_text("machine localhost login eve password x\ndefault login eve password x\n")
        (tmp_path / name).chmod(0o600)
    environ = {"HOME": str(tmp_path), "NETRC": str(tmp_path / "netrc")}
    assert run_module({**options, "ca_path": simulator.ca_path}, environ=environ).result["changed"]
    assert [entry["headers"]["authorization"].split()[0] for entry in simulator.journal()] == ["Bearer"]
