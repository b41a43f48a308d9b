# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The effects of fault rules."""

from __future__ import annotations

import socket
import ssl
import time
import typing as t
from urllib.parse import urlsplit

import pytest
import requests
from ansible_collections.msgraph.intune.tests.graph_simulator.handle import SimulatorError
from ansible_collections.msgraph.intune.tests.system.clients import CONNECTORS, SYNC_SECONDS

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
    from ansible_collections.msgraph.intune.tests.system.clients import Client

DELTA = {"syncType": "deltaSync"}


def statuses(graph: Client, token: str, count: int) -> list[int]:
    return [graph.get(CONNECTORS, token).status_code for _request in range(count)]


def elapsed(start: float) -> float:
    return time.monotonic() - start


# --- selection of requests


def test_a_rule_hits_once_by_default(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.faults([{"service": "graph", "status": 503}])
    assert statuses(graph, writer, 3) == [503, 200, 200]


def test_skip_and_times_count_matching_requests(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.faults([{"service": "graph", "path": "Connectors$", "status": 503, "skip": 1, "times": 2}])
    graph.get("/v1.0/users", writer)
    assert statuses(graph, writer, 4) == [200, 503, 503, 200]


def test_times_null_hits_each_request(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.faults([{"service": "graph", "status": 500, "times": None}])
    assert statuses(graph, writer, 5) == [500] * 5


def test_the_first_rule_that_hits_wins(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.faults(
        [
            {"service": "graph", "status": 429, "name": "busy"},
            {"service": "graph", "status": 502, "times": 2},
            {"service": "login", "status": 500},
            {"service": "graph", "method": "post", "status": 504},
        ]
    )
    assert statuses(graph, writer, 4) == [429, 502, 502, 200]
    assert [(rule["name"], rule["applied"]) for rule in simulator.applied_faults()] == [
        ("busy", 1),
        ("1", 2),
        ("2", 0),
        ("3", 0),
    ]
    assert [entry["fault"] for entry in simulator.journal()] == ["busy", "1", "1", None]


def test_rules_can_hit_the_login_service(simulator: Simulator, login: Client) -> None:
    simulator.faults([{"service": "login", "path": "openid-configuration", "status": 500, "body": "oops"}])
    response = login.get("/common/v2.0/.well-known/openid-configuration")
    assert (response.status_code, response.text) == (500, "oops")
    assert login.get("/common/v2.0/.well-known/openid-configuration").status_code == 200


def test_delete_removes_all_rules(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.faults([{"service": "graph", "status": 503, "times": None}])
    simulator.control("DELETE", "/faults")
    assert simulator.applied_faults() == []
    assert statuses(graph, writer, 1) == [200]


def test_chance_hits_the_same_requests_with_the_same_seed(simulator: Simulator, graph: Client, writer: str) -> None:
    runs = []
    for seed in (7, 7, 8):
        simulator.faults([{"service": "graph", "status": 503, "times": None, "chance": 0.5, "seed": seed}])
        runs.append(statuses(graph, writer, 20))
    assert runs[0] == runs[1] != runs[2]
    assert 3 < runs[0].count(503) < 17


def test_a_chance_of_0_hits_no_request(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.faults([{"service": "graph", "status": 503, "chance": 0}, {"service": "graph", "status": 502}])
    assert statuses(graph, writer, 2) == [502, 200]


# --- effects


def test_a_rule_can_return_a_status_with_headers_and_json(simulator: Simulator, graph: Client, writer: str) -> None:
    error = {"error": {"code": "TooManyRequests", "message": "Too many requests."}}
    simulator.faults([{"service": "graph", "status": 429, "headers": {"Retry-After": "7"}, "body": error}])
    response = graph.get(CONNECTORS, writer)
    assert (response.status_code, response.json(), response.headers["Retry-After"]) == (429, error, "7")
    assert response.headers["Content-Type"] == "application/json"
    assert {"request-id", "client-request-id", "Date"} <= set(response.headers)


def test_a_rule_can_return_html(simulator: Simulator, graph: Client, writer: str) -> None:
    page = "<html><body>Bad gateway</body></html>"
    simulator.faults([{"service": "graph", "status": 502, "headers": {"content-type": "text/html"}, "body": page}])
    response = graph.get(CONNECTORS, writer)
    assert (response.status_code, response.headers["Content-Type"], response.text) == (502, "text/html", page)


def test_a_status_without_a_body_has_an_empty_response(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.faults([{"service": "graph", "status": 503}])
    assert graph.get(CONNECTORS, writer).content == b""


def test_headers_of_a_rule_replace_the_default_headers(simulator: Simulator, graph: Client, writer: str) -> None:
    date = "Fri, 01 Jan 2021 00:00:00 GMT"
    simulator.faults([{"service": "graph", "status": 429, "headers": {"Date": date, "request-id": "mine"}}])
    response = graph.get(CONNECTORS, writer)
    assert (response.headers["Date"], response.headers["request-id"]) == (date, "mine")


def test_a_rule_can_redirect(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.faults(
        [
            {"service": "graph", "redirect": {"location": "https://elsewhere.example/"}},
            {"service": "graph", "redirect": {"status": 307, "location": "/here"}},
        ]
    )
    responses = [graph.get(CONNECTORS, writer) for _request in range(2)]
    assert [(response.status_code, response.headers["Location"]) for response in responses] == [
        (302, "https://elsewhere.example/"),
        (307, "/here"),
    ]


def test_delay_delays_the_normal_response(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.faults([{"service": "graph", "delay": 0.2}])
    start = time.monotonic()
    assert statuses(graph, writer, 1) == [200]
    assert elapsed(start) >= 0.2


def test_delay_and_status_can_be_combined(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.faults([{"service": "graph", "delay": 0.2, "status": 504}])
    start = time.monotonic()
    assert statuses(graph, writer, 1) == [504]
    assert elapsed(start) >= 0.2


def test_drip_sends_the_whole_response_slowly(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.faults(
        [
            {"service": "graph", "drip": {"bytes": 100, "pause": 0.05}},
            {"service": "graph", "status": 502, "body": "x" * 30, "drip": {"bytes": 10, "pause": 0.05}},
        ]
    )
    start = time.monotonic()
    response = graph.get(CONNECTORS, writer)
    assert elapsed(start) >= 0.05 * (len(response.content) // 100)
    assert len(response.json()["value"]) == 2
    assert graph.get(CONNECTORS, writer).text == "x" * 30
    assert [entry["status"] for entry in simulator.journal()] == [200, 502]


def test_reset_sends_a_tcp_reset(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.faults([{"service": "graph", "reset": True}])
    # The ssl module of older Python versions reports a reset as the end of the stream.
    with pytest.raises(requests.ConnectionError, match=r"reset by peer|RemoteDisconnected"):
        graph.get(CONNECTORS, writer)
    assert statuses(graph, writer, 1) == [200]
    assert [entry["status"] for entry in simulator.journal()] == [None, 200]


def test_drop_closes_the_connection_with_a_tls_close(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.faults([{"service": "graph", "drop": True}])
    address = urlsplit(simulator.graph_url)
    context = ssl.create_default_context(cafile=simulator.ca_path)
    with (
        socket.create_connection(("127.0.0.1", address.port or 0), timeout=5) as plain,
        # A connection that ends without a TLS close_notify would raise SSLEOFError.
        context.wrap_socket(plain, server_hostname="localhost", suppress_ragged_eofs=False) as secure,
    ):
        secure.sendall(f"GET {CONNECTORS} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert secure.recv(1) == b""
    assert statuses(graph, writer, 1) == [200]
    assert [entry["status"] for entry in simulator.journal()] == [None, 200]


def test_truncate_sends_half_of_the_content_length(simulator: Simulator, graph: Client, writer: str) -> None:
    full = len(graph.get(CONNECTORS, writer).content)
    simulator.faults([{"service": "graph", "truncate": True}])
    response = graph.get(CONNECTORS, writer, stream=True)
    assert int(response.headers["Content-Length"]) == full
    with pytest.raises(requests.RequestException, match=f"{full // 2} bytes read"):
        list(response.iter_content(100_000))
    assert [entry["status"] for entry in simulator.journal()] == [200, None]


# --- the moment: before or after the service runs


@pytest.mark.parametrize("effect", [{"status": 503}, {"reset": True}, {"drop": True}, {"redirect": {"location": "/x"}}])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_the_moment_decides_whether_the_service_runs(
    simulator: Simulator, graph: Client, writer: str, effect: dict[str, t.Any], moment: str
) -> None:
    before = simulator.connectors()[0]
    simulator.faults([{"service": "graph", "moment": moment, **effect}])
    try:
        assert graph.post(f"{CONNECTORS}/{before['id']}/sync", writer, json=DELTA).status_code != 204
    except requests.ConnectionError:
        assert effect.keys() & {"reset", "drop"}
    time.sleep(SYNC_SECONDS * 1.2)
    assert (simulator.connectors()[0] != before) == (moment == "after")


@pytest.mark.parametrize("moment", ["before", "after"])
def test_the_service_runs_after_a_client_timeout_only_with_the_moment_after(
    simulator: Simulator, graph: Client, writer: str, connector_id: str, moment: str
) -> None:
    simulator.faults([{"service": "graph", "moment": moment, "delay": SYNC_SECONDS * 3}])
    before = simulator.connectors()[0]["lastSyncDateTime"]
    with pytest.raises(requests.Timeout):
        graph.session.post(
            f"{simulator.graph_url}{CONNECTORS}/{connector_id}/sync",
            json=DELTA,
            headers={"Authorization": f"Bearer {writer}"},
            verify=simulator.ca_path,
            timeout=0.1,
        )
    time.sleep(SYNC_SECONDS * 1.2)
    assert (simulator.connectors()[0]["lastSyncDateTime"] > before) == (moment == "after")


# --- invalid plans


@pytest.mark.parametrize(
    ("rule", "expected_message"),
    [
        ("text", "faults[0] must be an object, not a string."),
        ({}, "faults[0].service is missing."),
        ({"service": "control"}, "faults[0].service must be login or graph or identity or proxy, not"),
        ({"service": "graph"}, "faults[0] has no effect"),
        ({"service": "graph", "stauts": 503}, "faults[0] has the unknown field stauts"),
        ({"service": "graph", "status": "503"}, "faults[0].status must be an integer, not a string."),
        ({"service": "graph", "status": True}, "faults[0].status must be an integer, not true or false."),
        ({"service": "graph", "status": 99}, "faults[0].status must be between 200 and 599, not 99."),
        ({"service": "graph", "status": 503, "times": 0}, "faults[0].times must be at least 1, not 0."),
        ({"service": "graph", "status": 503, "skip": -1}, "faults[0].skip must be at least 0, not -1."),
        ({"service": "graph", "status": 503, "skip": 0.5}, "faults[0].skip must be an integer, not a number."),
        ({"service": "graph", "status": 503, "moment": "now"}, "faults[0].moment must be before or after, not 'now'."),
        ({"service": "graph", "status": 503, "path": "("}, "faults[0].path is no regular expression"),
        ({"service": "graph", "status": 503, "headers": {"A": 1}}, "faults[0].headers.A must be a string"),
        ({"service": "graph", "status": 503, "redirect": {"location": "/"}}, "faults[0] has both status and redirect."),
        ({"service": "graph", "delay": 1, "body": "x"}, "faults[0] has headers or a body, but no status"),
        ({"service": "graph", "redirect": {}}, "faults[0].redirect.location is missing."),
        ({"service": "graph", "drip": {"bytes": 0}}, "faults[0].drip.bytes must be at least 1, not 0."),
        ({"service": "graph", "reset": True, "truncate": True}, "faults[0] has more than one of drip, truncate"),
        ({"service": "graph", "reset": True, "drop": True}, "faults[0] has more than one of drip, truncate"),
        ({"service": "proxy", "delay": 1}, "faults[0] is about the proxy, which has no delay, redirect, drip"),
        ({"service": "graph", "status": 503, "chance": 1.5}, "faults[0].chance must be at most 1, not 1.5."),
        ({"service": "graph", "status": 503, "chance": -1}, "faults[0].chance must be at least 0, not -1."),
        ({"service": "graph", "status": 503, "seed": "a"}, "faults[0].seed must be an integer, not a string."),
    ],
)
def test_an_invalid_rule_is_rejected(simulator: Simulator, rule: t.Any, expected_message: str) -> None:
    with pytest.raises(SimulatorError) as error_info:
        simulator.faults([rule])
    assert str(error_info.value).startswith(expected_message)
    assert simulator.applied_faults() == []
