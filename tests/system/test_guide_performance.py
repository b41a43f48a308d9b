# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide to performance: a task makes as many requests as it says, and loads what it says."""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.batch import MAX_BATCH_SIZE
from ansible_collections.msgraph.intune.plugins.module_utils._intune.resources.exchange_connector import (
    EXCHANGE_CONNECTOR,
)
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import (
    ansible_environment,
    clean_environment,
)
from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
from ansible_collections.msgraph.intune.tests.system.clients import READ_WRITE
from ansible_collections.msgraph.intune.tests.system.guides import CONTOSO, GUIDES, Stage, code_blocks, contoso, rows
from ansible_collections.msgraph.intune.tests.system.modules import run_module
from ansible_collections.msgraph.intune.tests.system.playbooks import SYNC, ad_hoc, result_of

if t.TYPE_CHECKING:
    from pathlib import Path

GUIDE = GUIDES / "guide_performance.rst"
INFO = "msgraph.intune.intune_exchange_connector_info"
HUNDRED = [CONTOSO, *(f"00000000-0000-4000-8000-{number:012}" for number in range(99))]

# The options of the table's tasks.
TASKS: dict[str, dict[str, t.Any]] = {
    "Sync one connector by its ID": {"connector_id": CONTOSO},
    "Sync 20 connectors by their IDs": {"connector_id": HUNDRED[:20]},
    "Sync 100 connectors by their IDs": {"connector_id": HUNDRED},
    "Sync one connector by its name": {"connector_name": "Contoso"},
    "Sync one connector by its ID, with ``if_older_than``, when it is old enough": {
        "connector_id": CONTOSO,
        "if_older_than": "1h",
    },
    "Sync one connector by its ID, with ``if_older_than``, when it is not": {
        "connector_id": CONTOSO,
        "if_older_than": "1w",
    },
    "Sync 100 connectors by their IDs in check mode": {"connector_id": HUNDRED},
    "Sync an empty list of connectors": {"connector_id": []},
    "Read one connector by its ID with the info module": {"connector_id": CONTOSO},
    "Read all connectors with the info module": {"all_connectors": True},
}

RATE_LIMIT = EXCHANGE_CONNECTOR.rate_limit


@pytest.fixture(scope="module")
def running_tenant() -> t.Iterator[Simulator]:
    """A simulator whose page holds a hundred connectors."""
    with Simulator(throttling=False) as simulator:
        yield simulator


@pytest.fixture
def tenant(running_tenant: Simulator) -> Simulator:
    """A hundred connectors, of which none was synced lately."""
    organizations = ["Contoso", *(f"Organization {number}" for number in range(99))]
    running_tenant.set_connectors(
        [contoso(id=one, exchangeOrganization=name) for one, name in zip(HUNDRED, organizations, strict=True)]
    )
    return running_tenant


def test_the_table_counts_these_tasks() -> None:
    assert [task for task, _requests in rows(GUIDE, "Task")] == list(TASKS)


@pytest.mark.parametrize(("task", "requests"), rows(GUIDE, "Task"))
def test_a_task_makes_as_many_requests_as_the_table_says(tenant: Simulator, task: str, requests: str) -> None:
    given = {
        "MSGRAPH_ACCESS_TOKEN": tenant.token(roles=[READ_WRITE]),
        "MSGRAPH_URL": tenant.graph_url,
        "MSGRAPH_CA_PATH": tenant.ca_path,
    }
    tenant.clear_journal()
    result = (
        run_module(TASKS[task], check="check mode" in task, environ=given).result
        if task.startswith("Sync")
        else result_of(ad_hoc(clean_environment(**given), INFO, **TASKS[task]))
    )
    sent = [entry for entry in tenant.journal() if entry["batch"] is None]
    assert (result["graph"]["requests"], len(sent)) == (int(requests), int(requests)), result


def test_each_look_of_a_wait_is_one_request(simulator: Simulator, tmp_path: Path) -> None:
    stage = Stage(simulator, tmp_path)
    stage.set_connectors(contoso(stuck=True))
    stage.task(SYNC, connector_id=CONTOSO, wait=True, wait_timeout=2, wait_sleep=1)
    sent = [entry["method"] for entry in simulator.journal() if entry["service"] == "graph"]
    # Before the trigger, the trigger, and two looks.
    assert sent == ["GET", "POST", "GET", "GET"]


def test_with_the_cache_that_it_names_the_second_task_asks_the_login_service_nothing(
    simulator: Simulator, tmp_path: Path
) -> None:
    (export,) = code_blocks(GUIDE, "shell")
    variable, _path = export.removeprefix("export ").split("=")
    environment = ansible_environment(simulator, **{variable: str(tmp_path / "cache.json")})
    asked = []
    for _task in range(2):
        simulator.clear_journal()
        assert ad_hoc(environment, INFO, all_connectors=True).returncode == 0
        asked.append(sum(entry["service"] == "login" for entry in simulator.journal()))
    assert asked == [2, 0]


def test_its_limits_are_the_codes() -> None:
    text = " ".join(GUIDE.read_text(encoding="utf-8").split())
    assert f"a limit of {RATE_LIMIT.writes} writes in {RATE_LIMIT.seconds:g} seconds" in text
    (batch,) = re.findall(r"go in batches of (\d+)", text)
    assert int(batch) == MAX_BATCH_SIZE
    ((total, seconds),) = re.findall(r"last of (\d+) connectors is asked for after (\d+) seconds", text)
    assert (int(total) // RATE_LIMIT.writes - 1) * RATE_LIMIT.seconds == int(seconds)
