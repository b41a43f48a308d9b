# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compare the messages of the guide to Exchange connectors with real ones, and run its examples."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.msgraph.intune.tests.system.guides import (
    GUIDES,
    ExampleRunner,
    ago,
    contoso,
    example,
    fabrikam,
    messages,
    recap,
)
from ansible_collections.msgraph.intune.tests.system.playbooks import SYNC, failed_result

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator

GUIDE = GUIDES / "guide_connectors_and_syncs.rst"
LAST_SYNC = "2024-02-12T06:30:12.1234567Z"
PROBE = example(GUIDE, "Fail when a connector has not synced for three days")
NOT_HEALTHY = example(GUIDE, "Find connectors whose last sync is a day old or more")
REPORT = example(GUIDE, "Read connectors that are not connected")


@pytest.fixture
def runner(simulator: Simulator, tmp_path: Path) -> ExampleRunner:
    return ExampleRunner(simulator, tmp_path)


def documented_message(start: str) -> str:
    """Return the message in the guide that starts with these words."""
    return next(message for message in messages(GUIDE) if message.startswith(start))


def test_the_message_for_an_unknown_name_is_that_of_the_guide(runner: ExampleRunner) -> None:
    result = failed_result(runner.run_task(SYNC, connector_name="EXCH03.contoso.example"))
    expected = documented_message("The name 'EXCH03.contoso.example'")
    assert (result["error"]["kind"], result["msg"]) == ("not_found", expected)


def test_the_message_for_a_name_with_commas_is_that_of_the_guide(runner: ExampleRunner) -> None:
    result = failed_result(runner.run_task(SYNC, connector_name="Contoso, Fabrikam"))
    assert documented_message("For several names, give a list.") in result["msg"]


def test_the_message_for_an_ambiguous_name_is_that_of_the_guide(runner: ExampleRunner) -> None:
    result = failed_result(runner.run_task(SYNC, connector_name="intune-connector"))
    expected = documented_message("The name 'intune-connector'")
    assert (result["error"]["kind"], result["msg"]) == ("options", expected)
    assert runner.triggers() == 0


def test_the_probe_fails_when_a_connector_is_unhealthy(runner: ExampleRunner) -> None:
    runner.set_connectors(contoso(ago(days=3)), fabrikam())
    assert (run := runner.run_playbook(PROBE)).returncode == 2, run.stdout


def test_the_probe_fails_when_it_cannot_read_the_connectors(runner: ExampleRunner) -> None:
    runner.simulator.faults([{"service": "graph", "times": None, "status": 503}])
    assert (run := runner.run_playbook(PROBE)).returncode == 2, run.stdout


def test_the_probe_passes_without_connectors_unless_its_condition_forbids_that(runner: ExampleRunner) -> None:
    runner.set_connectors()
    assert (run := runner.run_playbook(PROBE)).returncode == 0, run.stdout
    strict_probe = PROBE.replace("unhealthy > 0", "unhealthy > 0 or result.counts.total == 0")
    assert (run := runner.run_playbook(strict_probe)).returncode == 2, run.stdout


def test_no_connector_is_synced_when_all_are_healthy(runner: ExampleRunner) -> None:
    runner.set_connectors(contoso(ago(hours=1)), fabrikam())
    run = runner.run_playbook(NOT_HEALTHY)
    assert (run.returncode, recap(run)["changed"], runner.triggers()) == (0, 0, 0), run.stdout


def test_the_template_writes_one_line_for_each_connector(runner: ExampleRunner) -> None:
    runner.set_connectors(contoso(LAST_SYNC, status="disconnected"), fabrikam())
    assert (run := runner.run_playbook(REPORT)).returncode == 0, run.stdout
    assert (runner.folder / "not_connected.txt").read_text(encoding="utf-8").splitlines() == [
        "1 Exchange connector: 0 healthy, 0 warning, 1 unhealthy.",
        f"EXCH01.contoso.example: disconnected, last sync {LAST_SYNC}",
    ]
