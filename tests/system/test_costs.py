# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task costs, counted: requests, connections, and the packages of others that it loads.

``make bench`` measures the same in seconds.
"""

from __future__ import annotations

import json
import os
import sys
import tracemalloc
import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.clock import Clock
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.options import collect_options
from ansible_collections.msgraph.intune.plugins.module_utils._graph.connect import connect
from ansible_collections.msgraph.intune.plugins.module_utils._intune.resources.exchange_connector import (
    EXCHANGE_CONNECTOR,
)
from ansible_collections.msgraph.intune.plugins.module_utils._intune.selection import Selection
from ansible_collections.msgraph.intune.plugins.module_utils._intune.sync import SyncRun
from ansible_collections.msgraph.intune.plugins.module_utils._intune.sync_options import SyncOptions
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import (
    ansible_environment,
    clean_environment,
)
from ansible_collections.msgraph.intune.tests.system.commands import run_command
from ansible_collections.msgraph.intune.tests.system.modules import MODULE

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator

# Runs the module as a program, and tells on standard error what was imported for it.
PROBE = """
import runpy, sys
try:
    runpy.run_module(sys.argv.pop(), {}, "__main__")
finally:
    print(*sorted(sys.modules), sep="\\n", file=sys.stderr)
"""


class Costs(t.NamedTuple):
    """What a run cost: HTTP requests, connections, and the packages of others that it loaded."""

    requests: int
    connections: int
    packages: set[str]


def costs(simulator: Simulator, environment: t.Mapping[str, str], **options: t.Any) -> Costs:
    """Run the module once, which must succeed."""
    simulator.clear_journal()
    run = run_command(
        [sys.executable, "-c", PROBE, MODULE],
        {**environment, "PYTHONPATH": os.environ["ANSIBLE_COLLECTIONS_PATH"]},
        text=json.dumps({"ANSIBLE_MODULE_ARGS": options}),
    )
    assert run.returncode == 0, run.stdout + run.stderr
    loaded = run.stderr.split()
    sent = [entry for entry in simulator.journal() if entry["batch"] is None]
    return Costs(
        requests=len(sent),
        connections=len({(entry["service"], entry["connection"]) for entry in sent}),
        packages={"requests", "msal", "cryptography", "jwt", "asyncio"} & set(loaded),
    )


@pytest.fixture
def at_hand(simulator: Simulator, writer: str) -> dict[str, str]:
    return clean_environment(
        MSGRAPH_ACCESS_TOKEN=writer, MSGRAPH_URL=simulator.graph_url, MSGRAPH_CA_PATH=simulator.ca_path
    )


def test_one_id_with_a_token_at_hand(simulator: Simulator, at_hand: dict[str, str], connector_id: str) -> None:
    found = costs(simulator, at_hand, connector_id=connector_id)
    assert found == Costs(1, 1, {"requests"})


def test_one_id_with_a_cached_token(simulator: Simulator, connector_id: str, tmp_path: Path) -> None:
    environment = ansible_environment(simulator, MSGRAPH_TOKEN_CACHE=str(tmp_path / "cache.json"))
    costs(simulator, environment, connector_id=connector_id)
    found = costs(simulator, environment, connector_id=connector_id)
    assert found == Costs(1, 1, {"requests"})


def test_one_id_with_a_secret(simulator: Simulator, connector_id: str) -> None:
    found = costs(simulator, ansible_environment(simulator), connector_id=connector_id)
    # One connection to each of the two services.
    assert found._replace(packages=set()) == Costs(3, 2, set())
    assert {"requests", "msal"} <= found.packages


def test_a_hundred_ids(simulator: Simulator, at_hand: dict[str, str]) -> None:
    ids = [f"00000000-0000-4000-8000-{number:012}" for number in range(100)]
    simulator.set_connectors([{**simulator.connectors()[0], "id": one} for one in ids])
    found = costs(simulator, at_hand, connector_id=ids)
    assert found == Costs(5, 1, {"requests"})


def test_one_that_is_young(simulator: Simulator, at_hand: dict[str, str], connector_id: str) -> None:
    found = costs(simulator, at_hand, connector_id=connector_id, if_older_than="100w")
    assert found == Costs(1, 1, {"requests"})


class InstantClock(Clock):
    """Each wait is over at once, so that a thousand writes need no three minutes at the documented rate."""

    passed = 0.0

    def now(self) -> float:
        return super().now() + self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds


def sync_in_this_process(simulator: Simulator, environment: t.Mapping[str, str], ids: t.Sequence[str]) -> int:
    """Trigger these, and return the peak of the memory that Python gave out meanwhile, in bytes."""
    client = connect(
        collect_options({}, environment),
        rate_limit=EXCHANGE_CONNECTOR.rate_limit,
        clock=InstantClock(),
        on_warning=pytest.fail,
        on_retry=pytest.fail,
    )
    simulator.set_connectors([{**simulator.connectors()[0], "id": one} for one in ids])
    simulator.clear_journal()
    run = SyncRun(lambda: client, EXCHANGE_CONNECTOR, SyncOptions("deltaSync", Selection(ids=tuple(ids))))
    tracemalloc.start()
    run.run()
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [target.action for target in run.targets] == ["triggered"] * len(ids)
    return peak


def test_a_thousand_ids(simulator: Simulator, at_hand: dict[str, str]) -> None:
    simulator.end_throttling()
    ids = [f"00000000-0000-4000-8000-{number:012}" for number in range(1000)]
    few = sync_in_this_process(simulator, at_hand, ids[:21])
    many = sync_in_this_process(simulator, at_hand, ids)
    sent = [entry for entry in simulator.journal() if entry["batch"] is None]
    assert len(sent) == 50
    assert len({entry["connection"] for entry in sent}) == 1
    assert many - few < 10_000_000


def test_nothing_to_do(simulator: Simulator, at_hand: dict[str, str]) -> None:
    found = costs(simulator, at_hand, connector_id=[])
    assert (found.requests, found.connections, found.packages) == (0, 0, set())
