# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compare the messages and diffs of the guide to sync options with real ones, and run its examples."""

from __future__ import annotations

import re
import typing as t

import pytest
import yaml
from ansible_collections.msgraph.intune.tests.system.guides import (
    CONTOSO,
    FABRIKAM,
    GUIDES,
    ExampleRunner,
    ago,
    code_blocks,
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

GUIDE = GUIDES / "guide_sync_options.rst"
LAST_SYNC = "2024-02-12T06:30:12.1234567Z"
HANDLER = example(GUIDE, "Sync and run the handler even when some fail")
FOLLOW_UP = example(GUIDE, "Sync two connectors")
RETRY = example(GUIDE, "Sync all connectors, and retry what failed")
LONG_WAIT = example(GUIDE, "Sync all connectors with a long wait")
HOURLY = example(GUIDE, "Keep the connectors in sync")


@pytest.fixture
def runner(simulator: Simulator, tmp_path: Path) -> ExampleRunner:
    return ExampleRunner(simulator, tmp_path)


def test_the_message_of_a_wait_that_times_out_is_that_of_the_guide(runner: ExampleRunner) -> None:
    runner.set_connectors(contoso(LAST_SYNC, stuck=True))
    result = failed_result(runner.run_task(SYNC, connector_name="Contoso", wait=True, wait_timeout=1))
    # The guide shows the default timeout.
    (expected,) = messages(GUIDE)
    assert result["msg"].replace("after 1 s", "after 900 s") == expected
    assert (result["error"]["kind"], result["changed"]) == ("timeout", True)
    entry = result["connectors"][0]
    assert (entry["action"], entry["completed"], entry["after"]["status"]) == ("triggered", False, "connected")


def test_the_diff_is_that_of_the_guide(runner: ExampleRunner) -> None:
    runner.set_connectors(contoso(LAST_SYNC))
    run = runner.run_task(SYNC, "--diff", connector_name="Contoso", wait=True)
    (sample,) = code_blocks(GUIDE, "diff")
    sync_time = re.compile(r'^(\+ +"last_sync_date_time": ")[^"]+', re.MULTILINE)
    assert sync_time.sub(r"\1", sample) in sync_time.sub(r"\1", run.stdout)


def test_without_a_wait_only_the_requested_sync_differs_in_the_diff(runner: ExampleRunner) -> None:
    for flags in (("--diff", "--check"), ("--diff",)):
        run = runner.run_task(SYNC, *flags, connector_name="Contoso")
        assert re.findall(r"^[+-] .*", run.stdout, re.MULTILINE) == [
            '-    "requested": null,',
            '+    "requested": "deltaSync",',
        ]


def test_the_example_of_a_long_wait_supports_check_mode(runner: ExampleRunner) -> None:
    run = runner.run_playbook(LONG_WAIT, "--check")
    assert (run.returncode, recap(run)["changed"], runner.triggers()) == (0, 1, 0), run.stdout


def test_the_hourly_job_triggers_no_sync_when_all_connectors_synced_recently(runner: ExampleRunner) -> None:
    runner.set_connectors(contoso(ago(hours=5)), fabrikam())
    run = runner.run_playbook(HOURLY)
    assert (run.returncode, recap(run)["changed"], runner.triggers()) == (0, 0, 0), run.stdout


@pytest.mark.parametrize("ignore_errors", [False, True], ids=["default", "with ignore_errors"])
def test_ansible_runs_no_handler_for_a_failed_task(runner: ExampleRunner, ignore_errors: bool) -> None:
    runner.set_connectors(contoso())
    (play,) = yaml.safe_load(HANDLER)
    del play["tasks"][0]["rescue"]
    play["tasks"][0]["ignore_errors"] = ignore_errors
    run = runner.run_playbook(yaml.safe_dump([play]))
    assert (run.returncode, runner.triggers(CONTOSO)) == (0 if ignore_errors else 2, 1), run.stdout
    assert "RUNNING HANDLER" not in run.stdout


def test_the_handler_runs_when_some_connectors_fail_and_the_play_fails(runner: ExampleRunner) -> None:
    runner.set_connectors(contoso())
    run = runner.run_playbook(HANDLER)
    assert (run.returncode, recap(run)["failed"]) == (2, 1), run.stdout
    assert run.stdout.count("RUNNING HANDLER [Inform the team]") == 1
    assert "Triggered before the failure: True" in run.stdout


def test_the_handler_does_not_run_when_all_connectors_fail(runner: ExampleRunner) -> None:
    runner.set_connectors()
    run = runner.run_playbook(HANDLER)
    assert run.returncode == 2, run.stdout
    assert "RUNNING HANDLER" not in run.stdout


def test_the_play_shows_the_triggered_connectors_and_fails(runner: ExampleRunner) -> None:
    runner.set_connectors(contoso())
    run = runner.run_playbook(FOLLOW_UP)
    assert run.returncode == 2, run.stdout
    assert f"Triggered: {CONTOSO}\n" in run.stdout.replace('"', "")


@pytest.mark.parametrize(
    ("option", "triggers"),
    [("if_older_than: 1h", 1), ("", 2)],
    ids=["with if_older_than", "without if_older_than"],
)
def test_a_retried_task_triggers_a_synced_connector_once_with_if_older_than(
    runner: ExampleRunner, option: str, triggers: int
) -> None:
    runner.set_connectors(contoso(), fabrikam(ago(days=1)))
    runner.simulator.faults(
        [{"service": "graph", "path": f".*/{FABRIKAM}/sync", "times": 1, "status": 500, "body": {"error": {}}}]
    )
    run = runner.run_playbook(RETRY.replace("if_older_than: 1h", option))
    assert (run.returncode, recap(run)["changed"]) == (0, 1), run.stdout
    assert (runner.triggers(CONTOSO), runner.triggers(FABRIKAM)) == (triggers, 2)
