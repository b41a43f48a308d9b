# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Count what a task costs: requests, connections, and third-party packages that it loads.

``make bench`` measures the time and the memory.
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

    from ansible_collections.msgraph.intune.plugins.module_utils._intune.resource import SyncAction
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator

# Run the module as a program, and print the names of the loaded modules on standard error.
PROBE = """
import runpy, sys
try:
    runpy.run_module(sys.argv.pop(), {}, "__main__")
finally:
    print(*sorted(sys.modules), sep="\\n", file=sys.stderr)
"""


class Costs(t.NamedTuple):
    """The HTTP requests, connections and third-party packages of one run."""

    requests: int
    connections: int
    packages: set[str]


def costs(simulator: Simulator, environment: t.Mapping[str, str], **options: t.Any) -> Costs:
    """Run the module once. It must succeed."""
    simulator.clear_journal()
    run = run_command(
        [sys.executable, "-c", PROBE, MODULE],
        {**environment, "PYTHONPATH": os.environ["ANSIBLE_COLLECTIONS_PATH"]},
        text=json.dumps({"ANSIBLE_MODULE_ARGS": options}),
    )
    assert run.returncode == 0, run.stdout + run.stderr
    loaded = run.stderr.split()
    # An item of a batch is not an HTTP request.
    sent = [entry for entry in simulator.journal() if entry["batch"] is None]
    return Costs(
        requests=len(sent),
        connections=len({(entry["service"], entry["connection"]) for entry in sent}),
        packages={"requests", "msal", "cryptography", "jwt", "asyncio"} & set(loaded),
    )


@pytest.fixture
def with_token(simulator: Simulator, writer: str) -> dict[str, str]:
    return clean_environment(
        MSGRAPH_ACCESS_TOKEN=writer, MSGRAPH_URL=simulator.graph_url, MSGRAPH_CA_PATH=simulator.ca_path
    )


def test_one_id_with_an_access_token(simulator: Simulator, with_token: dict[str, str], connector_id: str) -> None:
    result = costs(simulator, with_token, connector_id=connector_id)
    assert result == Costs(1, 1, {"requests"})


def test_one_id_with_a_cached_token(simulator: Simulator, connector_id: str, tmp_path: Path) -> None:
    environment = ansible_environment(simulator, MSGRAPH_TOKEN_CACHE=str(tmp_path / "cache.json"))
    costs(simulator, environment, connector_id=connector_id)
    result = costs(simulator, environment, connector_id=connector_id)
    assert result == Costs(1, 1, {"requests"})


def test_one_id_with_a_secret(simulator: Simulator, connector_id: str) -> None:
    result = costs(simulator, ansible_environment(simulator), connector_id=connector_id)
    # One connection to each of the two services.
    assert result._replace(packages=set()) == Costs(3, 2, set())
    assert {"requests", "msal"} <= result.packages


def test_a_hundred_ids(simulator: Simulator, with_token: dict[str, str]) -> None:
    ids = [f"00000000-0000-4000-8000-{number:012}" for number in range(100)]
    simulator.set_connectors([{**simulator.connectors()[0], "id": connector_id} for connector_id in ids])
    result = costs(simulator, with_token, connector_id=ids)
    assert result == Costs(5, 1, {"requests"})


def test_one_connector_that_synced_recently(
    simulator: Simulator, with_token: dict[str, str], connector_id: str
) -> None:
    result = costs(simulator, with_token, connector_id=connector_id, if_older_than="100w")
    assert result == Costs(1, 1, {"requests"})


class InstantClock(Clock):
    """A clock on which each wait ends at once. A thousand writes at the documented rate take three minutes."""

    passed = 0.0

    def now(self) -> float:
        return super().now() + self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds


def sync_in_this_process(simulator: Simulator, environment: t.Mapping[str, str], ids: t.Sequence[str]) -> int:
    """Trigger a sync of each connector, and return the peak of the memory that Python allocated, in bytes."""
    client = connect(
        collect_options({}, environment),
        rate_limit=EXCHANGE_CONNECTOR.rate_limit,
        clock=InstantClock(),
        on_warning=pytest.fail,
        on_retry=pytest.fail,
    )
    simulator.set_connectors([{**simulator.connectors()[0], "id": connector_id} for connector_id in ids])
    simulator.clear_journal()
    run = SyncRun(
        lambda: client,
        EXCHANGE_CONNECTOR,
        t.cast("SyncAction", EXCHANGE_CONNECTOR.action),
        SyncOptions(Selection(ids=tuple(ids)), "deltaSync"),
    )
    tracemalloc.start()
    run.run()
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [target.action for target in run.targets] == ["triggered"] * len(ids)
    return peak


def test_a_thousand_ids(simulator: Simulator, with_token: dict[str, str]) -> None:
    simulator.end_throttling()
    ids = [f"00000000-0000-4000-8000-{number:012}" for number in range(1000)]
    few = sync_in_this_process(simulator, with_token, ids[:21])
    many = sync_in_this_process(simulator, with_token, ids)
    sent = [entry for entry in simulator.journal() if entry["batch"] is None]
    assert len(sent) == 50
    assert len({entry["connection"] for entry in sent}) == 1
    assert many - few < 10_000_000


def test_an_empty_list_of_ids(simulator: Simulator, with_token: dict[str, str]) -> None:
    result = costs(simulator, with_token, connector_id=[])
    assert (result.requests, result.connections, result.packages) == (0, 0, set())
