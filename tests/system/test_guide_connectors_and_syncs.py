# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide to connectors and syncs: what it shows of messages and diffs is what is said, and its promises hold."""

from __future__ import annotations

import json
import re
import typing as t

import pytest
import yaml
from ansible_collections.msgraph.intune.tests.system.guides import (
    CONTOSO,
    FABRIKAM,
    GUIDES,
    Stage,
    ago,
    code_blocks,
    contoso,
    example,
    fabrikam,
    messages,
    recap,
)
from ansible_collections.msgraph.intune.tests.system.playbooks import SYNC

if t.TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator

GUIDE = GUIDES / "guide_connectors_and_syncs.rst"
LAST_SYNC = "2024-02-12T06:30:12.1234567Z"
HANDLER = example(GUIDE, "Sync and run the handler even when some fail")
FOLLOW_UP = example(GUIDE, "Sync and follow up what was triggered")
AGAIN = example(GUIDE, "Sync and try again what failed")
PROBE = example(GUIDE, "Probe the Exchange connectors")
LONG_WAIT = example(GUIDE, "Sync all Exchange connectors with a long wait")
HOURLY = example(GUIDE, "Keep the Exchange connectors in sync")
NOT_HEALTHY = example(GUIDE, "Sync what is not healthy")
REPORT = example(GUIDE, "Write down the Exchange connectors")


@pytest.fixture
def stage(simulator: Simulator, tmp_path: Path) -> Stage:
    return Stage(simulator, tmp_path)


def failure(run: subprocess.CompletedProcess[str]) -> dict[str, t.Any]:
    """The result of the task that failed."""
    text = run.stdout + run.stderr
    return t.cast("dict[str, t.Any]", json.JSONDecoder().raw_decode(text, text.index("FAILED! => ") + 11)[0])


def shown(beginning: str) -> str:
    """The message that the guide shows, by its first words."""
    return next(message for message in messages(GUIDE) if message.startswith(beginning))


def test_the_message_for_a_name_that_fits_none_is_shown(stage: Stage) -> None:
    result = failure(stage.task(SYNC, connector_name="EXCH03.contoso.example"))
    assert (result["error"]["kind"], result["msg"]) == ("not_found", shown("The name 'EXCH03.contoso.example'"))


def test_the_message_for_a_name_with_commas_shows_the_form_of_a_list(stage: Stage) -> None:
    result = failure(stage.task(SYNC, connector_name="Contoso, Fabrikam"))
    assert shown("For several names, give a list.") in result["msg"]


def test_the_message_for_a_name_that_fits_several_is_shown(stage: Stage) -> None:
    result = failure(stage.task(SYNC, connector_name="intune-connector"))
    assert (result["error"]["kind"], result["msg"]) == ("options", shown("The name 'intune-connector'"))
    assert stage.triggers() == 0


def test_the_message_of_a_wait_in_vain_is_shown(stage: Stage) -> None:
    stage.set_connectors(contoso(LAST_SYNC, stuck=True))
    result = failure(stage.task(SYNC, connector_name="Contoso", wait=True, wait_timeout=1))
    # Nobody waits here for as long as the guide does.
    assert result["msg"].replace("after 1 s", "after 900 s") == shown("Microsoft Graph accepted a deltaSync")
    assert (result["error"]["kind"], result["changed"]) == ("timeout", True)
    entry = result["connectors"][0]
    assert (entry["action"], entry["completed"], entry["after"]["status"]) == ("triggered", False, "connected")


def test_the_diff_is_shown(stage: Stage) -> None:
    stage.set_connectors(contoso(LAST_SYNC))
    run = stage.task(SYNC, "--diff", connector_name="Contoso", wait=True)
    (sample,) = code_blocks(GUIDE, "diff")
    when = re.compile(r'^(\+ +"last_sync_date_time": ")[^"]+', re.MULTILINE)
    assert when.sub(r"\1", sample) in when.sub(r"\1", run.stdout)


def test_in_check_mode_and_without_a_wait_one_line_of_the_diff_differs(stage: Stage) -> None:
    for flags in (("--diff", "--check"), ("--diff",)):
        run = stage.task(SYNC, *flags, connector_name="Contoso")
        assert re.findall(r"^[+-] .*", run.stdout, re.MULTILINE) == [
            '-    "requested": null,',
            '+    "requested": "deltaSync",',
        ]


def test_a_long_wait_survives_check_mode(stage: Stage) -> None:
    run = stage.play(LONG_WAIT, "--check")
    assert (run.returncode, recap(run)["changed"], stage.triggers()) == (0, 1, 0), run.stdout


def test_the_hourly_job_triggers_nothing_when_all_are_young(stage: Stage) -> None:
    stage.set_connectors(contoso(ago(hours=5)), fabrikam())
    run = stage.play(HOURLY)
    assert (run.returncode, recap(run)["changed"], stage.triggers()) == (0, 0, 0), run.stdout


@pytest.mark.parametrize("ignored", [False, True], ids=["plain", "with ignore_errors"])
def test_ansible_itself_runs_no_handler_for_a_failed_task(stage: Stage, ignored: bool) -> None:
    stage.set_connectors(contoso())
    (play,) = yaml.safe_load(HANDLER)
    del play["tasks"][0]["rescue"]
    play["tasks"][0]["ignore_errors"] = ignored
    run = stage.play(yaml.safe_dump([play]))
    assert (run.returncode, stage.triggers(CONTOSO)) == (0 if ignored else 2, 1), run.stdout
    assert "RUNNING HANDLER" not in run.stdout


def test_the_handler_runs_when_some_fail_and_the_play_fails(stage: Stage) -> None:
    stage.set_connectors(contoso())
    run = stage.play(HANDLER)
    assert (run.returncode, recap(run)["failed"]) == (2, 1), run.stdout
    assert run.stdout.count("RUNNING HANDLER [Tell the team]") == 1
    assert "Triggered before the failure: True" in run.stdout


def test_the_handler_does_not_run_when_all_fail(stage: Stage) -> None:
    stage.set_connectors()
    run = stage.play(HANDLER)
    assert run.returncode == 2, run.stdout
    assert "RUNNING HANDLER" not in run.stdout


def test_what_was_triggered_is_followed_up_and_the_play_fails(stage: Stage) -> None:
    stage.set_connectors(contoso())
    run = stage.play(FOLLOW_UP)
    assert run.returncode == 2, run.stdout
    assert f"Triggered: {CONTOSO}\n" in run.stdout.replace('"', "")


@pytest.mark.parametrize(("age", "again"), [("if_older_than: 1h", 1), ("", 2)], ids=["with an age", "without"])
def test_a_task_that_tries_again_triggers_the_good_ones_once_with_an_age(stage: Stage, age: str, again: int) -> None:
    stage.set_connectors(contoso(), fabrikam(ago(days=1)))
    stage.simulator.faults(
        [{"service": "graph", "path": f".*/{FABRIKAM}/sync", "times": 1, "status": 500, "body": {"error": {}}}]
    )
    run = stage.play(AGAIN.replace("if_older_than: 1h", age))
    assert (run.returncode, recap(run)["changed"]) == (0, 1), run.stdout
    assert (stage.triggers(CONTOSO), stage.triggers(FABRIKAM)) == (again, 2)


def test_the_probe_fails_when_one_is_unhealthy(stage: Stage) -> None:
    stage.set_connectors(contoso(ago(days=3)), fabrikam())
    assert (run := stage.play(PROBE)).returncode == 2, run.stdout


def test_the_probe_fails_when_it_cannot_read(stage: Stage) -> None:
    stage.simulator.faults([{"service": "graph", "times": None, "status": 503}])
    assert (run := stage.play(PROBE)).returncode == 2, run.stdout


def test_the_probe_passes_without_connectors_unless_that_is_a_failure(stage: Stage) -> None:
    stage.set_connectors()
    assert (run := stage.play(PROBE)).returncode == 0, run.stdout
    stricter = PROBE.replace("unhealthy > 0", "unhealthy > 0 or result.counts.total == 0")
    assert (run := stage.play(stricter)).returncode == 2, run.stdout


def test_nothing_is_synced_when_all_are_healthy(stage: Stage) -> None:
    stage.set_connectors(contoso(ago(hours=1)), fabrikam())
    run = stage.play(NOT_HEALTHY)
    assert (run.returncode, recap(run)["changed"], stage.triggers()) == (0, 0, 0), run.stdout


def test_the_template_has_a_line_for_each(stage: Stage) -> None:
    stage.set_connectors(contoso(LAST_SYNC, status="disconnected"), fabrikam())
    assert (run := stage.play(REPORT)).returncode == 0, run.stdout
    assert (stage.folder / "not_connected.txt").read_text(encoding="utf-8").splitlines() == [
        "1 Exchange connector: 0 healthy, 0 warning, 1 unhealthy.",
        f"EXCH01.contoso.example: disconnected, last sync {LAST_SYNC}",
    ]
