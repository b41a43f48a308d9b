# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulated Graph without a network, on a clock that tests turn themselves."""

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
from ansible_collections.msgraph.intune.tests.graph_simulator.graph.service import answer as graph_answer
from ansible_collections.msgraph.intune.tests.graph_simulator.http_messages import Call
from ansible_collections.msgraph.intune.tests.graph_simulator.service_handler import ServiceHandler
from ansible_collections.msgraph.intune.tests.graph_simulator.tokens import application_claims
from ansible_collections.msgraph.intune.tests.system.batches import BATCH, JSON, get, sync
from ansible_collections.msgraph.intune.tests.system.clients import CONNECTORS, READ_WRITE
from ansible_collections.msgraph.intune.tests.system.worlds import make_world

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.graph_simulator.world import World

PACKAGE = ServiceHandler.__module__.rpartition(".")[0]


@dataclasses.dataclass
class Clock:
    """Stands still until it is turned."""

    now: datetime = datetime(2026, 1, 1, tzinfo=timezone.utc)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(clock: Clock) -> World:
    return make_world(clock)


@pytest.fixture
def handler(world: World) -> ServiceHandler:
    return ServiceHandler("graph", graph_answer, "request-id", world)


def call(world: World, method: str, target: str, body: t.Any = None) -> Call:
    token = world.tokens.issue(world.graph_url, application_claims("me", "my-object", [READ_WRITE]))
    content = b"" if body is None else json.dumps(body).encode()
    return Call.to(method, target, {**JSON, "Authorization": f"Bearer {token}"}, content)


def test_a_call_is_answered_and_recorded(world: World, handler: ServiceHandler) -> None:
    answer, rule, entry = handler.answer(call(world, "GET", f"{CONNECTORS}?$skiptoken=x"), connection=7)
    assert (answer.status, rule) == (400, None)
    assert {"request-id", "client-request-id"} <= set(answer.headers)
    assert (entry.status, entry.connection, entry.query) == (400, 7, {"$skiptoken": "x"})
    assert world.journal.to_json() == [dataclasses.asdict(entry)]


def test_it_needs_no_http_server() -> None:
    modules = ", ".join(f"{PACKAGE}.{name}" for name in ("desk", "world", "seed", "graph.service", "faults.rules"))
    script = f"import sys, {modules}; sys.exit('aiohttp' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", script], env=environment, check=True)


def test_hours_pass_in_no_time(world: World, handler: ServiceHandler, clock: Clock) -> None:
    connector = world.connectors.all()[0]
    assert (
        handler.answer(call(world, "POST", f"{CONNECTORS}/{connector.id}/sync", {"syncType": "fullSync"})).answer.status
        == 204
    )
    clock.turn(3599)
    assert world.connectors.all()[0] == connector
    clock.turn(1)
    assert world.connectors.all()[0].last_sync == "2026-01-01T01:00:00.0000000Z"


def test_a_batch_goes_through_journal_and_faults(world: World, handler: ServiceHandler) -> None:
    world.faults.replace(read_rules([{"service": "graph", "path": "/sync$", "status": 503, "skip": 1}]))
    items = [sync("1", "nobody"), sync("2", "nobody"), get("3", "nobody")]
    answer, _rule, outer = handler.answer(call(world, "POST", BATCH, {"requests": items}))
    assert {item["id"]: item["status"] for item in json.loads(answer.body)["responses"]} == {
        "1": 404,
        "2": 503,
        "3": 404,
    }
    assert [(entry["batch"], entry["status"], entry["fault"]) for entry in world.journal.to_json()] == [
        (None, 200, None),
        (outer.number, 404, None),
        (outer.number, 503, "0"),
        (outer.number, 404, None),
    ]


@pytest.mark.parametrize("cut", ["reset", "truncate", "drop"])
def test_whoever_plays_the_network_learns_of_a_cut(world: World, handler: ServiceHandler, cut: str) -> None:
    world.faults.replace(read_rules([{"service": "graph", cut: True}]))
    _answer, rule, entry = handler.answer(call(world, "GET", CONNECTORS))
    assert rule is not None
    assert not rule.delivery.complete
    assert entry.status is None


def test_throttling_runs_on_the_worlds_clock(world: World, handler: ServiceHandler, clock: Clock) -> None:
    answered = [
        handler.answer(call(world, "POST", f"{CONNECTORS}/nobody/sync", {"syncType": "fullSync"}))
        for _request in range(101)
    ]
    assert [answer.status for answer, _rule, _entry in answered[-2:]] == [404, 429]
    assert answered[-1].answer.headers["Retry-After"] == "20"
    clock.turn(19.5)
    again = handler.answer(call(world, "POST", f"{CONNECTORS}/nobody/sync", {"syncType": "fullSync"})).answer
    assert (again.status, again.headers["Retry-After"]) == (429, "1")
    clock.turn(0.5)
    assert (
        handler.answer(call(world, "POST", f"{CONNECTORS}/nobody/sync", {"syncType": "fullSync"})).answer.status == 404
    )
