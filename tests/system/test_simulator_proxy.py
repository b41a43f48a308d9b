# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The proxy between a client and the simulated services."""

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
    """What a client is told of the proxy; with the right credentials unless told otherwise."""
    username, password = username or simulator.proxy_username, password or simulator.proxy_password
    url = simulator.proxy_url.replace("http://", f"http://{username}:{password}@")
    return {"https": url, "http": url}


def head_of(simulator: Simulator, request_line: str, credentials: str | None = None) -> bytes:
    if credentials is None:
        pair = f"{simulator.proxy_username}:{simulator.proxy_password}".encode()
        credentials = f"Basic {base64.b64encode(pair).decode()}"
    return f"{request_line} HTTP/1.1\r\nProxy-Authorization: {credentials}\r\n\r\n".encode()


def asked(simulator: Simulator, request_line: str, credentials: str | None = None) -> bytes:
    """Send one request with the given Proxy-Authorization, by default the right one; returns the whole answer."""
    address = urlsplit(simulator.proxy_url)
    with socket.create_connection(("127.0.0.1", address.port or 0), timeout=5) as connection:
        connection.sendall(head_of(simulator, request_line, credentials))
        with connection.makefile("rb") as answer:
            return answer.read()


def of_proxy(simulator: Simulator) -> list[dict[str, t.Any]]:
    return [entry for entry in simulator.journal() if entry["service"] == "proxy"]


def test_it_carries_what_it_cannot_read(simulator: Simulator, graph: Client, writer: str) -> None:
    for _twice in range(2):
        assert graph.get(CONNECTORS, writer, proxies=proxies(simulator)).status_code == 200
    proxied, first, second = simulator.journal()
    assert (proxied["service"], proxied["method"], proxied["status"]) == ("proxy", "CONNECT", 200)
    assert proxied["path"] == urlsplit(simulator.graph_url).netloc
    assert proxied["headers"]["proxy-authorization"] == "Basic ***"
    assert simulator.proxy_password not in str(simulator.journal())
    assert first["service"] == second["service"] == "graph"
    assert "proxy-authorization" not in first["headers"]


def test_large_bodies_pass_both_ways(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.faults([{"service": "graph", "status": 200, "body": "x" * 500_000}])
    answer = graph.post(CONNECTORS, writer, data=b"y" * 500_000, proxies=proxies(simulator))
    assert answer.text == "x" * 500_000
    assert simulator.journal()[-1]["body"] == "500000 bytes that are neither JSON nor a form"


def test_a_connection_that_breaks_behind_it_breaks(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.faults([{"service": "graph", "reset": True}, {"service": "graph", "drop": True}])
    for _twice in range(2):
        with pytest.raises(requests.ConnectionError):
            graph.get(CONNECTORS, writer, proxies=proxies(simulator))
    assert graph.get(CONNECTORS, writer, proxies=proxies(simulator)).status_code == 200


@pytest.mark.parametrize(("username", "password"), [("proxy", "wrong"), ("wrong", None)])
def test_it_wants_credentials(
    simulator: Simulator, graph: Client, writer: str, username: str, password: str | None
) -> None:
    with pytest.raises(requests.exceptions.ProxyError, match="407 Proxy Authentication Required"):
        graph.get(CONNECTORS, writer, proxies=proxies(simulator, username, password))
    assert [(entry["service"], entry["status"]) for entry in simulator.journal()] == [("proxy", 407)]


def test_it_says_which_credentials_it_wants(simulator: Simulator) -> None:
    answer = asked(simulator, "CONNECT localhost:1", credentials="Bearer x")
    assert answer.startswith(b"HTTP/1.1 407 Proxy Authentication Required\r\n")
    assert b'\r\nProxy-Authenticate: Basic realm="proxy"\r\n' in answer


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        ("CONNECT graph.microsoft.com:443", 403),
        ("CONNECT 127.0.0.2:443", 403),
        ("CONNECT localhost", 403),
        ("CONNECT localhost:https", 403),
        ("CONNECT localhost:65536", 403),
        ("GET http://localhost/", 405),
        # Nobody listens at this port, which is none that a system hands out.
        ("CONNECT 127.0.0.1:1", 502),
    ],
)
def test_where_it_does_not_lead(simulator: Simulator, request_line: str, status: int) -> None:
    assert asked(simulator, request_line).startswith(f"HTTP/1.1 {status} ".encode())
    (entry,) = simulator.journal()
    assert (entry["status"], entry["method"]) == (status, request_line.partition(" ")[0])


def test_whoever_does_not_speak_http_gets_nothing(simulator: Simulator) -> None:
    assert asked(simulator, "GARBAGE") == b""
    assert simulator.journal() == []


def test_an_open_tunnel_does_not_hold_back_the_end() -> None:
    with Simulator() as simulator:
        address = urlsplit(simulator.proxy_url)
        with socket.create_connection(("127.0.0.1", address.port or 0), timeout=5) as connection:
            connection.sendall(head_of(simulator, f"CONNECT {urlsplit(simulator.graph_url).netloc}"))
            assert connection.recv(100).startswith(b"HTTP/1.1 200 ")
            assert simulator.process is not None
            simulator.process.terminate()
            assert simulator.process.wait(5) == 0
        assert simulator.output() == ""


def test_connections_are_counted(simulator: Simulator) -> None:
    for _twice in range(2):
        asked(simulator, "CONNECT example.com:443")
    first, second = of_proxy(simulator)
    assert second["connection"] == first["connection"] + 1


def test_it_has_faults(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.faults(
        [
            {"service": "proxy", "status": 503, "headers": {"Retry-After": "7"}, "body": "busy", "name": "busy"},
            {"service": "proxy", "reset": True},
            {"service": "proxy", "drop": True},
        ]
    )
    assert asked(simulator, "CONNECT localhost:1").endswith(b"\r\nConnection: close\r\n\r\nbusy")
    with pytest.raises(ConnectionResetError):
        asked(simulator, "CONNECT localhost:1")
    assert asked(simulator, "CONNECT localhost:1") == b""
    assert [(entry["status"], entry["fault"]) for entry in of_proxy(simulator)] == [
        (503, "busy"),
        (None, "1"),
        (None, "2"),
    ]
    assert graph.get(CONNECTORS, writer, proxies=proxies(simulator)).status_code == 200


@pytest.mark.parametrize("effect", [{"delay": 1}, {"truncate": True}, {"drip": {}}, {"redirect": {"location": "/"}}])
def test_faults_that_a_proxy_does_not_have(simulator: Simulator, effect: dict[str, t.Any]) -> None:
    with pytest.raises(SimulatorError, match="is about the proxy"):
        simulator.faults([{"service": "proxy", **effect}])
