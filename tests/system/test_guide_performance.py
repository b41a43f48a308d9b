# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Count the requests of the tasks in the guide to performance."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import (
    ansible_environment,
    clean_environment,
)
from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
from ansible_collections.msgraph.intune.tests.system.clients import READ_WRITE
from ansible_collections.msgraph.intune.tests.system.guides import (
    CONTOSO,
    GUIDES,
    ExampleRunner,
    code_blocks,
    contoso,
    table_rows,
)
from ansible_collections.msgraph.intune.tests.system.modules import run_module
from ansible_collections.msgraph.intune.tests.system.playbooks import SYNC, ad_hoc, result_of

if t.TYPE_CHECKING:
    from pathlib import Path

GUIDE = GUIDES / "guide_performance.rst"
INFO = "msgraph.intune.intune_exchange_connector_info"
HUNDRED = [CONTOSO, *(f"00000000-0000-4000-8000-{number:012}" for number in range(99))]

# The options of each task in the table of the guide.
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


@pytest.fixture(scope="module")
def running_tenant() -> t.Iterator[Simulator]:
    """Start a simulator that returns a hundred connectors in one page."""
    with Simulator(throttling=False) as simulator:
        yield simulator


@pytest.fixture
def tenant(running_tenant: Simulator) -> Simulator:
    """Create a hundred connectors whose last sync was two days ago."""
    organizations = ["Contoso", *(f"Organization {number}" for number in range(99))]
    running_tenant.set_connectors(
        [
            contoso(id=connector_id, exchangeOrganization=organization)
            for connector_id, organization in zip(HUNDRED, organizations, strict=True)
        ]
    )
    return running_tenant


@pytest.mark.parametrize(("task", "requests"), table_rows(GUIDE, "Task"))
def test_a_task_makes_as_many_requests_as_the_table_says(tenant: Simulator, task: str, requests: str) -> None:
    environment = {
        "MSGRAPH_ACCESS_TOKEN": tenant.token(roles=[READ_WRITE]),
        "MSGRAPH_URL": tenant.graph_url,
        "MSGRAPH_CA_PATH": tenant.ca_path,
    }
    tenant.clear_journal()
    result = (
        run_module(TASKS[task], check="check mode" in task, environ=environment).result
        if task.startswith("Sync")
        else result_of(ad_hoc(clean_environment(**environment), INFO, **TASKS[task]))
    )
    sent = [entry for entry in tenant.journal() if entry["batch"] is None]
    assert (result["graph"]["requests"], len(sent)) == (int(requests), int(requests)), result


def test_each_poll_of_a_wait_is_one_request(simulator: Simulator, tmp_path: Path) -> None:
    runner = ExampleRunner(simulator, tmp_path)
    runner.set_connectors(contoso(stuck=True))
    runner.run_task(SYNC, connector_id=CONTOSO, wait=True, wait_timeout=2, wait_sleep=1)
    sent = [entry["method"] for entry in simulator.journal() if entry["service"] == "graph"]
    # The state before the sync, the trigger, and two polls.
    assert sent == ["GET", "POST", "GET", "GET"]


def test_with_a_token_cache_the_second_task_sends_no_request_to_the_login_service(
    simulator: Simulator, tmp_path: Path
) -> None:
    (export,) = code_blocks(GUIDE, "shell")
    variable, _path = export.removeprefix("export ").split("=")
    environment = ansible_environment(simulator, **{variable: str(tmp_path / "cache.json")})
    login_requests = []
    for _task in range(2):
        simulator.clear_journal()
        assert ad_hoc(environment, INFO, all_connectors=True).returncode == 0
        login_requests.append(sum(entry["service"] == "login" for entry in simulator.journal()))
    assert login_requests == [2, 0]
