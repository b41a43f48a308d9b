# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fault rules that hit batches or their requests."""

from __future__ import annotations

import time
import typing as t

import pytest
import requests
from ansible_collections.msgraph.intune.tests.system.batches import BATCH, get, send, statuses, sync
from ansible_collections.msgraph.intune.tests.system.clients import CONNECTORS, SYNC_SECONDS

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
    from ansible_collections.msgraph.intune.tests.system.clients import Client


def test_a_rule_can_hit_a_request_of_a_batch(simulator: Simulator, graph: Client, writer: str) -> None:
    busy = {"error": {"code": "TooManyRequests", "message": "Too many requests."}}
    headers = {"Retry-After": "7"}
    simulator.faults(
        [
            {"service": "graph", "method": "POST", "path": "/b/", "status": 429, "headers": headers, "body": busy},
            {"service": "graph", "path": "/c$", "status": 502, "body": "<html>", "name": "gateway"},
            {"service": "graph", "path": "/d$", "status": 503},
        ]
    )
    items = [sync("1", "a"), get("2", "b"), sync("3", "b"), get("4", "c"), get("5", "d")]
    responses = send(graph, writer, *items)
    assert statuses(responses) == {"1": 404, "2": 404, "3": 429, "4": 502, "5": 503}
    assert (responses["3"]["headers"]["Retry-After"], responses["3"]["body"]) == ("7", busy)
    assert responses["4"]["body"] == "<html>"
    assert "body" not in responses["5"]
    assert [entry["fault"] for entry in simulator.journal()] == [None, None, None, "0", "gateway", "2"]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_the_moment_of_a_rule_applies_to_requests_of_a_batch(
    simulator: Simulator, graph: Client, writer: str, moment: str
) -> None:
    before = simulator.connectors()[0]
    simulator.faults([{"service": "graph", "path": "/sync$", "status": 503, "moment": moment}])
    assert statuses(send(graph, writer, sync("1", before["id"]))) == {"1": 503}
    time.sleep(SYNC_SECONDS * 1.2)
    assert (simulator.connectors()[0] != before) == (moment == "after")


@pytest.mark.parametrize(
    "effect",
    [
        {"reset": True},
        {"drop": True},
        {"truncate": True},
        {"drip": {}},
        {"delay": 0.1},
        {"delay": 0.1, "status": 503},
        {"redirect": {"location": "/x"}},
    ],
)
def test_a_rule_with_a_delay_or_a_delivery_skips_requests_of_a_batch(
    simulator: Simulator, graph: Client, writer: str, effect: dict[str, t.Any]
) -> None:
    simulator.faults([{"service": "graph", "path": "/nobody$", **effect}])
    assert statuses(send(graph, writer, get("1", "nobody"))) == {"1": 404}
    assert simulator.applied_faults()[0]["applied"] == 0


def test_a_rule_can_hit_the_batch_itself(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.faults([{"service": "graph", "path": r"\$batch", "status": 503}])
    assert graph.post(BATCH, writer, json={"requests": [get("1", "nobody")]}).status_code == 503
    assert [entry["path"] for entry in simulator.journal()] == [BATCH]
    assert statuses(send(graph, writer, get("1", "nobody"))) == {"1": 404}


def test_a_batch_is_executed_even_when_its_response_is_lost(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.faults([{"service": "graph", "path": r"\$batch", "reset": True, "moment": "after"}])
    with pytest.raises(requests.ConnectionError):
        graph.post(BATCH, writer, json={"requests": [sync("1", simulator.connector_ids[0])]})
    assert [(entry["path"], entry["status"]) for entry in simulator.journal()] == [
        (BATCH, None),
        (f"{CONNECTORS}/{simulator.connector_ids[0]}/sync", 204),
    ]
