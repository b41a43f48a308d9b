# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many requests the simulated Graph admits."""

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


def syncs(graph: Client, token: str, count: int) -> list[int]:
    path = f"{CONNECTORS}/nobody/sync"
    return [graph.post(path, token, json=DELTA).status_code for _request in range(count)]


def reads(graph: Client, token: str, count: int) -> list[int]:
    return [graph.get(CONNECTORS, token).status_code for _request in range(count)]


def test_writes_are_limited_to_those_of_the_documentation(graph: Client, writer: str) -> None:
    batches = [send(graph, writer, *[sync(str(number), "nobody") for number in range(20)]) for _batch in range(5)]
    assert {status for batch in batches for status in statuses(batch).values()} == {404}
    answer = graph.post(f"{CONNECTORS}/nobody/sync", writer, json=DELTA)
    assert assert_graph_error(answer, 429, "TooManyRequests") == "Too many requests."
    assert 1 <= int(answer.headers["Retry-After"]) <= 20
    assert reads(graph, writer, 1) == [200]


def test_requests_of_any_kind_are_limited(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.set_throttling(requests=3)
    assert reads(graph, writer, 2) == [200, 200]
    assert syncs(graph, writer, 1) == [404]
    assert (reads(graph, writer, 1), syncs(graph, writer, 1)) == ([429], [429])


def test_a_throttled_request_does_not_act(simulator: Simulator, graph: Client, writer: str, connector_id: str) -> None:
    simulator.set_throttling(writes=1)
    before = simulator.connectors()[0]
    syncs(graph, writer, 1)
    assert graph.post(f"{CONNECTORS}/{connector_id}/sync", writer, json=DELTA).status_code == 429
    time.sleep(SYNC_SECONDS * 1.2)
    assert simulator.connectors()[0] == before
    assert [entry["status"] for entry in simulator.journal()] == [404, 429]


def test_there_is_room_after_retry_after(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.set_throttling(writes=2, seconds=0.5)
    assert syncs(graph, writer, 3) == [404, 404, 429]
    answer = graph.post(f"{CONNECTORS}/nobody/sync", writer, json=DELTA)
    assert answer.headers["Retry-After"] == "1"
    time.sleep(1)
    assert syncs(graph, writer, 3) == [404, 404, 429]


def test_the_window_slides(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.set_throttling(writes=2, seconds=1)
    assert syncs(graph, writer, 1) == [404]
    time.sleep(0.6)
    assert syncs(graph, writer, 2) == [404, 429]
    time.sleep(0.5)
    assert syncs(graph, writer, 2) == [404, 429]


def test_items_of_a_batch_are_throttled_one_by_one(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.set_throttling(writes=2)
    answers = send(graph, writer, *[sync(str(number), "nobody") for number in range(4)], get("read", "nobody"))
    assert statuses(answers) == {"0": 404, "1": 404, "2": 429, "3": 429, "read": 404}
    assert int(answers["3"]["headers"]["Retry-After"]) >= 1
    assert statuses(send(graph, writer, sync("4", "nobody"))) == {"4": 429}


def test_a_batch_itself_does_not_count(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.set_throttling(writes=1, requests=2)
    for item_id in ("1", "2"):
        assert statuses(send(graph, writer, get(item_id, "nobody"))) == {item_id: 404}
    assert statuses(send(graph, writer, get("3", "nobody"))) == {"3": 429}


def test_each_application_counts_for_itself(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.set_throttling(requests=1)
    assert reads(graph, writer, 2) == [200, 429]
    assert reads(graph, simulator.token(roles=[]), 1) == [429]
    other = simulator.token(roles=["DeviceManagementServiceConfig.Read.All"], appid="another")
    assert reads(graph, other, 2) == [200, 429]


def test_what_is_refused_for_its_token_or_path_does_not_count(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.set_throttling(requests=1)
    assert reads(graph, "garbage", 2) == [401, 401]
    assert graph.get("/v1.0/users", writer).status_code == 400
    assert reads(graph, writer, 1) == [200]


def test_throttling_ends_and_comes_back(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.set_throttling(requests=1)
    simulator.end_throttling()
    assert reads(graph, writer, 3) == [200] * 3
    simulator.reset()
    assert syncs(graph, simulator.token(roles=["DeviceManagementServiceConfig.ReadWrite.All"]), 101)[-1] == 429


def test_a_simulator_without_throttling() -> None:
    with Simulator(throttling=False) as simulator:
        client = make_client(simulator.graph_url, simulator)
        token = simulator.token(roles=["DeviceManagementServiceConfig.ReadWrite.All"])
        with client.session:
            for _twice in range(2):
                assert set(syncs(client, token, 101)) == {404}
                simulator.reset()


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        ({"writes": 0}, "The limits.writes must be at least 1, not 0."),
        ({"requests": 0.5}, "The limits.requests must be an integer, not a number."),
        ({"seconds": -1}, "The limits.seconds must be at least 0, not -1."),
        ({"reads": 1}, "The limits has the unknown field reads"),
    ],
)
def test_limits_that_do_not_fit(simulator: Simulator, limits: dict[str, t.Any], sentence: str) -> None:
    with pytest.raises(SimulatorError) as refusal:
        simulator.control("PUT", "/throttling", limits)
    assert str(refusal.value).startswith(sentence)
