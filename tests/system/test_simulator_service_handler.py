# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The service handler of the simulator, without a network and with a simulated clock."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.msgraph.intune.tests.graph_simulator.faults.rules import read_rules
from ansible_collections.msgraph.intune.tests.graph_simulator.graph.service import respond as graph_respond
from ansible_collections.msgraph.intune.tests.graph_simulator.http_messages import HttpRequest
from ansible_collections.msgraph.intune.tests.graph_simulator.service_handler import ServiceHandler
from ansible_collections.msgraph.intune.tests.graph_simulator.tokens import application_claims
from ansible_collections.msgraph.intune.tests.system.batches import BATCH, JSON, get, sync
from ansible_collections.msgraph.intune.tests.system.clients import CONNECTORS, READ_WRITE
from ansible_collections.msgraph.intune.tests.system.service_states import make_state

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.graph_simulator.service_state import ServiceState

PACKAGE = ServiceHandler.__module__.rpartition(".")[0]
MODULES_WITHOUT_NETWORK = ("service_handler", "service_state", "seed", "graph.service", "faults.rules")


@dataclasses.dataclass
class ManualClock:
    """A clock that moves only when a test advances it."""

    now: datetime = datetime(2026, 1, 1, tzinfo=timezone.utc)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def state(clock: ManualClock) -> ServiceState:
    return make_state(clock)


@pytest.fixture
def handler(state: ServiceState) -> ServiceHandler:
    return ServiceHandler("graph", graph_respond, "request-id", state)


def make_request(state: ServiceState, method: str, target: str, body: t.Any = None) -> HttpRequest:
    token = state.tokens.issue(state.graph_url, application_claims("me", "my-object", [READ_WRITE]))
    content = b"" if body is None else json.dumps(body).encode()
    return HttpRequest.new(method, target, {**JSON, "Authorization": f"Bearer {token}"}, content)


def sync_request(state: ServiceState, connector_id: str) -> HttpRequest:
    return make_request(state, "POST", f"{CONNECTORS}/{connector_id}/sync", {"syncType": "fullSync"})


def test_a_request_is_answered_and_recorded(state: ServiceState, handler: ServiceHandler) -> None:
    response, rule, entry = handler.handle(make_request(state, "GET", f"{CONNECTORS}?$skiptoken=x"), connection=7)
    assert (response.status, rule) == (400, None)
    assert {"request-id", "client-request-id"} <= set(response.headers)
    assert (entry.status, entry.connection, entry.query) == (400, 7, {"$skiptoken": "x"})
    assert state.journal.to_json() == [dataclasses.asdict(entry)]


def test_the_handler_does_not_import_aiohttp() -> None:
    modules = ", ".join(f"{PACKAGE}.{name}" for name in MODULES_WITHOUT_NETWORK)
    script = f"import sys, {modules}; sys.exit('aiohttp' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", script], env=environment, check=True)


def test_a_sync_completes_on_the_simulated_clock(
    state: ServiceState, handler: ServiceHandler, clock: ManualClock
) -> None:
    connectors = state.objects["connectors"]
    connector = connectors.all()[0]
    assert handler.handle(sync_request(state, connector.id)).response.status == 204
    clock.advance(3599)
    assert connectors.all()[0] == connector
    clock.advance(1)
    assert connectors.all()[0].values["lastSyncDateTime"] == "2026-01-01T01:00:00.0000000Z"


def test_requests_of_a_batch_are_recorded_and_hit_by_faults(state: ServiceState, handler: ServiceHandler) -> None:
    state.faults.replace(read_rules([{"service": "graph", "path": "/sync$", "status": 503, "skip": 1}]))
    items = [sync("1", "nobody"), sync("2", "nobody"), get("3", "nobody")]
    response, _rule, outer = handler.handle(make_request(state, "POST", BATCH, {"requests": items}))
    assert {item["id"]: item["status"] for item in json.loads(response.body)["responses"]} == {
        "1": 404,
        "2": 503,
        "3": 404,
    }
    assert [(entry["batch"], entry["status"], entry["fault"]) for entry in state.journal.to_json()] == [
        (None, 200, None),
        (outer.number, 404, None),
        (outer.number, 503, "0"),
        (outer.number, 404, None),
    ]


@pytest.mark.parametrize("delivery", ["reset", "truncate", "drop"])
def test_the_result_shows_that_a_fault_cuts_the_connection(
    state: ServiceState, handler: ServiceHandler, delivery: str
) -> None:
    state.faults.replace(read_rules([{"service": "graph", delivery: True}]))
    _response, rule, entry = handler.handle(make_request(state, "GET", CONNECTORS))
    assert rule is not None
    assert not rule.delivery.complete
    assert entry.status is None


def test_throttling_uses_the_simulated_clock(state: ServiceState, handler: ServiceHandler, clock: ManualClock) -> None:
    results = [handler.handle(sync_request(state, "nobody")) for _request in range(101)]
    assert [result.response.status for result in results[-2:]] == [404, 429]
    assert results[-1].response.headers["Retry-After"] == "20"
    clock.advance(19.5)
    throttled = handler.handle(sync_request(state, "nobody")).response
    assert (throttled.status, throttled.headers["Retry-After"]) == (429, "1")
    clock.advance(0.5)
    assert handler.handle(sync_request(state, "nobody")).response.status == 404
