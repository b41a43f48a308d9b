# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Throttling in the simulated Graph."""

from __future__ import annotations

import time
import typing as t

import pytest
from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator, SimulatorError
from ansible_collections.msgraph.intune.tests.system.batches import get, send, statuses, sync
from ansible_collections.msgraph.intune.tests.system.clients import CONNECTORS, SYNC_SECONDS, make_client
from ansible_collections.msgraph.intune.tests.system.graph_errors import assert_graph_error

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.system.clients import Client

DELTA = {"syncType": "deltaSync"}


def sync_statuses(graph: Client, token: str, count: int) -> list[int]:
    path = f"{CONNECTORS}/nobody/sync"
    return [graph.post(path, token, json=DELTA).status_code for _request in range(count)]


def read_statuses(graph: Client, token: str, count: int) -> list[int]:
    return [graph.get(CONNECTORS, token).status_code for _request in range(count)]


def test_the_default_limit_of_writes_is_the_documented_limit(graph: Client, writer: str) -> None:
    batches = [send(graph, writer, *[sync(str(number), "nobody") for number in range(20)]) for _batch in range(5)]
    assert {status for batch in batches for status in statuses(batch).values()} == {404}
    response = graph.post(f"{CONNECTORS}/nobody/sync", writer, json=DELTA)
    assert assert_graph_error(response, 429, "TooManyRequests") == "Too many requests."
    assert 1 <= int(response.headers["Retry-After"]) <= 20
    assert read_statuses(graph, writer, 1) == [200]


def test_the_limit_of_requests_includes_reads_and_writes(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.set_throttling(requests=3)
    assert read_statuses(graph, writer, 2) == [200, 200]
    assert sync_statuses(graph, writer, 1) == [404]
    assert (read_statuses(graph, writer, 1), sync_statuses(graph, writer, 1)) == ([429], [429])


def test_a_throttled_request_is_not_executed(
    simulator: Simulator, graph: Client, writer: str, connector_id: str
) -> None:
    simulator.set_throttling(writes=1)
    before = simulator.connectors()[0]
    sync_statuses(graph, writer, 1)
    assert graph.post(f"{CONNECTORS}/{connector_id}/sync", writer, json=DELTA).status_code == 429
    time.sleep(SYNC_SECONDS * 1.2)
    assert simulator.connectors()[0] == before
    assert [entry["status"] for entry in simulator.journal()] == [404, 429]


def test_requests_are_allowed_again_after_retry_after(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.set_throttling(writes=2, seconds=0.5)
    assert sync_statuses(graph, writer, 3) == [404, 404, 429]
    response = graph.post(f"{CONNECTORS}/nobody/sync", writer, json=DELTA)
    assert response.headers["Retry-After"] == "1"
    time.sleep(1)
    assert sync_statuses(graph, writer, 3) == [404, 404, 429]


def test_the_window_slides(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.set_throttling(writes=2, seconds=1)
    assert sync_statuses(graph, writer, 1) == [404]
    time.sleep(0.6)
    assert sync_statuses(graph, writer, 2) == [404, 429]
    time.sleep(0.5)
    assert sync_statuses(graph, writer, 2) == [404, 429]


def test_requests_of_a_batch_are_throttled_separately(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.set_throttling(writes=2)
    responses = send(graph, writer, *[sync(str(number), "nobody") for number in range(4)], get("read", "nobody"))
    assert statuses(responses) == {"0": 404, "1": 404, "2": 429, "3": 429, "read": 404}
    assert int(responses["3"]["headers"]["Retry-After"]) >= 1
    assert statuses(send(graph, writer, sync("4", "nobody"))) == {"4": 429}


def test_the_batch_itself_does_not_count(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.set_throttling(writes=1, requests=2)
    for item_id in ("1", "2"):
        assert statuses(send(graph, writer, get(item_id, "nobody"))) == {item_id: 404}
    assert statuses(send(graph, writer, get("3", "nobody"))) == {"3": 429}


def test_each_application_has_its_own_limit(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.set_throttling(requests=1)
    assert read_statuses(graph, writer, 2) == [200, 429]
    assert read_statuses(graph, simulator.token(roles=[]), 1) == [429]
    other = simulator.token(roles=["DeviceManagementServiceConfig.Read.All"], appid="another")
    assert read_statuses(graph, other, 2) == [200, 429]


def test_a_request_with_an_invalid_token_or_path_does_not_count(
    simulator: Simulator, graph: Client, writer: str
) -> None:
    simulator.set_throttling(requests=1)
    assert read_statuses(graph, "garbage", 2) == [401, 401]
    assert graph.get("/v1.0/users", writer).status_code == 400
    assert read_statuses(graph, writer, 1) == [200]


def test_throttling_can_be_turned_off_and_reset_restores_it(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.set_throttling(requests=1)
    simulator.end_throttling()
    assert read_statuses(graph, writer, 3) == [200] * 3
    simulator.reset()
    assert sync_statuses(graph, simulator.token(roles=["DeviceManagementServiceConfig.ReadWrite.All"]), 101)[-1] == 429


def test_the_simulator_can_start_without_throttling() -> None:
    with Simulator(throttling=False) as simulator:
        client = make_client(simulator.graph_url, simulator)
        token = simulator.token(roles=["DeviceManagementServiceConfig.ReadWrite.All"])
        with client.session:
            for _twice in range(2):
                assert set(sync_statuses(client, token, 101)) == {404}
                simulator.reset()


@pytest.mark.parametrize(
    ("limits", "expected_message"),
    [
        ({"writes": 0}, "The limits.writes must be at least 1, not 0."),
        ({"requests": 0.5}, "The limits.requests must be an integer, not a number."),
        ({"seconds": -1}, "The limits.seconds must be at least 0, not -1."),
        ({"reads": 1}, "The limits has the unknown field reads"),
    ],
)
def test_invalid_limits_are_rejected(simulator: Simulator, limits: dict[str, t.Any], expected_message: str) -> None:
    with pytest.raises(SimulatorError) as error_info:
        simulator.control("PUT", "/throttling", limits)
    assert str(error_info.value).startswith(expected_message)
