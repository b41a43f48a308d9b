# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulated proxy."""

from __future__ import annotations

import base64
import socket
import typing as t
from urllib.parse import urlsplit

import pytest
import requests
from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator, SimulatorError
from ansible_collections.msgraph.intune.tests.system.clients import CONNECTORS

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.system.clients import Client


def proxies(simulator: Simulator, username: str | None = None, password: str | None = None) -> dict[str, str]:
    """Return the proxy setting for requests. The default credentials are valid."""
    username, password = username or simulator.proxy_username, password or simulator.proxy_password
    url = simulator.proxy_url.replace("http://", f"http://{username}:{password}@")
    return {"https": url, "http": url}


def request_bytes(simulator: Simulator, request_line: str, credentials: str | None = None) -> bytes:
    if credentials is None:
        pair = f"{simulator.proxy_username}:{simulator.proxy_password}".encode()
        credentials = f"Basic {base64.b64encode(pair).decode()}"
    return f"{request_line} HTTP/1.1\r\nProxy-Authorization: {credentials}\r\n\r\n".encode()


def send_raw(simulator: Simulator, request_line: str, credentials: str | None = None) -> bytes:
    """Send one request with these credentials (default: valid ones) and return the whole response."""
    address = urlsplit(simulator.proxy_url)
    with socket.create_connection(("127.0.0.1", address.port or 0), timeout=5) as connection:
        connection.sendall(request_bytes(simulator, request_line, credentials))
        with connection.makefile("rb") as response:
            return response.read()


def proxy_entries(simulator: Simulator) -> list[dict[str, t.Any]]:
    return [entry for entry in simulator.journal() if entry["service"] == "proxy"]


def test_the_proxy_tunnels_tls_connections(simulator: Simulator, graph: Client, writer: str) -> None:
    for _twice in range(2):
        assert graph.get(CONNECTORS, writer, proxies=proxies(simulator)).status_code == 200
    proxied, first, second = simulator.journal()
    assert (proxied["service"], proxied["method"], proxied["status"]) == ("proxy", "CONNECT", 200)
    assert proxied["path"] == urlsplit(simulator.graph_url).netloc
    assert proxied["headers"]["proxy-authorization"] == "Basic ***"
    assert simulator.proxy_password not in str(simulator.journal())
    assert first["service"] == second["service"] == "graph"
    assert "proxy-authorization" not in first["headers"]


def test_the_tunnel_forwards_large_bodies_in_both_directions(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.faults([{"service": "graph", "status": 200, "body": "x" * 500_000}])
    response = graph.post(CONNECTORS, writer, data=b"y" * 500_000, proxies=proxies(simulator))
    assert response.text == "x" * 500_000
    assert simulator.journal()[-1]["body"] == "500000 bytes that are neither JSON nor a form"


def test_the_tunnel_closes_when_the_service_closes_the_connection(
    simulator: Simulator, graph: Client, writer: str
) -> None:
    simulator.faults([{"service": "graph", "reset": True}, {"service": "graph", "drop": True}])
    for _twice in range(2):
        with pytest.raises(requests.ConnectionError):
            graph.get(CONNECTORS, writer, proxies=proxies(simulator))
    assert graph.get(CONNECTORS, writer, proxies=proxies(simulator)).status_code == 200


@pytest.mark.parametrize(("username", "password"), [("proxy", "wrong"), ("wrong", None)])
def test_the_proxy_requires_credentials(
    simulator: Simulator, graph: Client, writer: str, username: str, password: str | None
) -> None:
    with pytest.raises(requests.exceptions.ProxyError, match="407 Proxy Authentication Required"):
        graph.get(CONNECTORS, writer, proxies=proxies(simulator, username, password))
    assert [(entry["service"], entry["status"]) for entry in simulator.journal()] == [("proxy", 407)]


def test_the_proxy_asks_for_basic_credentials(simulator: Simulator) -> None:
    response = send_raw(simulator, "CONNECT localhost:1", credentials="Bearer x")
    assert response.startswith(b"HTTP/1.1 407 Proxy Authentication Required\r\n")
    assert b'\r\nProxy-Authenticate: Basic realm="proxy"\r\n' in response


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        ("CONNECT graph.microsoft.com:443", 403),
        ("CONNECT 127.0.0.2:443", 403),
        ("CONNECT localhost", 403),
        ("CONNECT localhost:https", 403),
        ("CONNECT localhost:65536", 403),
        ("GET http://localhost/", 405),
        # No process listens on port 1, and systems do not assign it automatically.
        ("CONNECT 127.0.0.1:1", 502),
    ],
)
def test_the_proxy_rejects_other_destinations(simulator: Simulator, request_line: str, status: int) -> None:
    assert send_raw(simulator, request_line).startswith(f"HTTP/1.1 {status} ".encode())
    (entry,) = simulator.journal()
    assert (entry["status"], entry["method"]) == (status, request_line.partition(" ")[0])


def test_the_proxy_closes_a_connection_without_http(simulator: Simulator) -> None:
    assert send_raw(simulator, "GARBAGE") == b""
    assert simulator.journal() == []


def test_an_open_tunnel_does_not_delay_the_shutdown() -> None:
    with Simulator() as simulator:
        address = urlsplit(simulator.proxy_url)
        with socket.create_connection(("127.0.0.1", address.port or 0), timeout=5) as connection:
            connection.sendall(request_bytes(simulator, f"CONNECT {urlsplit(simulator.graph_url).netloc}"))
            assert connection.recv(100).startswith(b"HTTP/1.1 200 ")
            assert simulator.process is not None
            simulator.process.terminate()
            assert simulator.process.wait(5) == 0
        assert simulator.output() == ""


def test_proxy_connections_are_numbered(simulator: Simulator) -> None:
    for _twice in range(2):
        send_raw(simulator, "CONNECT example.com:443")
    first, second = proxy_entries(simulator)
    assert second["connection"] == first["connection"] + 1


def test_rules_can_hit_the_proxy(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.faults(
        [
            {"service": "proxy", "status": 503, "headers": {"Retry-After": "7"}, "body": "busy", "name": "busy"},
            {"service": "proxy", "reset": True},
            {"service": "proxy", "drop": True},
        ]
    )
    assert send_raw(simulator, "CONNECT localhost:1").endswith(b"\r\nConnection: close\r\n\r\nbusy")
    with pytest.raises(ConnectionResetError):
        send_raw(simulator, "CONNECT localhost:1")
    assert send_raw(simulator, "CONNECT localhost:1") == b""
    assert [(entry["status"], entry["fault"]) for entry in proxy_entries(simulator)] == [
        (503, "busy"),
        (None, "1"),
        (None, "2"),
    ]
    assert graph.get(CONNECTORS, writer, proxies=proxies(simulator)).status_code == 200


@pytest.mark.parametrize("effect", [{"delay": 1}, {"truncate": True}, {"drip": {}}, {"redirect": {"location": "/"}}])
def test_effects_that_the_proxy_does_not_support_are_rejected(simulator: Simulator, effect: dict[str, t.Any]) -> None:
    with pytest.raises(SimulatorError, match="is about the proxy"):
        simulator.faults([{"service": "proxy", **effect}])
