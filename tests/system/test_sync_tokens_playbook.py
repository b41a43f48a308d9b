# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the playbook that syncs tokens, with the answers that surveys give."""

from __future__ import annotations

import json
import re
import typing as t
from pathlib import Path

import pytest
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import ansible_environment
from ansible_collections.msgraph.intune.tests.system.commands import run_command
from ansible_collections.msgraph.intune.tests.system.guides import ago, recap
from ansible_collections.msgraph.intune.tests.system.playbooks import playbook_command

if t.TYPE_CHECKING:
    import subprocess

    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator

PLAYBOOK = "msgraph.intune.sync_tokens"
PATH = Path(__file__).parents[2] / "playbooks/sync_tokens.yml"
VARIABLES = re.findall(r"^#   (\w+)  ", PATH.read_text(encoding="utf-8"), re.MULTILINE)
UNANSWERED = dict.fromkeys(VARIABLES, "")
# The last parts of the paths of the requests that trigger syncs.
ACTIONS = {
    "syncLicenses": "vpp",
    "syncWithAppleDeviceEnrollmentProgram": "enrollment",
    "sync": "autopilot",
}


def sync(simulator: Simulator, *flags: str, **answers: t.Any) -> subprocess.CompletedProcess[str]:
    """Run the playbook. The objects "old" synced a day ago, the objects "new" an hour ago."""
    simulator.set_objects(
        "vpp_tokens",
        [
            {"id": "old", "displayName": "Old, apps", "lastSyncDateTime": ago(days=1)},
            {"id": "new", "displayName": "New apps", "lastSyncDateTime": ago(hours=1)},
        ],
    )
    valid = {"tokenExpirationDateTime": "2099-01-01T00:00:00Z"}
    simulator.set_objects(
        "enrollment_program_tokens",
        [
            {**valid, "id": "old", "tokenName": "Old devices", "lastSuccessfulSyncDateTime": ago(days=1)},
            {**valid, "id": "new", "tokenName": "New devices", "lastSuccessfulSyncDateTime": ago(hours=1)},
        ],
    )
    simulator.set_settings("autopilot", {"id": "a", "syncStatus": "completed", "lastSyncDateTime": ago(days=1)})
    command = playbook_command(PLAYBOOK, "-e", json.dumps({"wait_sleep": 0.1, **answers}), *flags)
    return run_command(command, ansible_environment(simulator))


def triggers(simulator: Simulator) -> list[tuple[str, str]]:
    """Return the kinds and IDs of the objects that were triggered."""
    paths = [entry["path"].split("/") for entry in simulator.journal() if entry["method"] == "POST"]
    return [(ACTIONS[path[-1]], path[-2]) for path in paths if path[-1] in ACTIONS]


AUTOPILOT = ("autopilot", "windowsAutopilotSettings")


@pytest.mark.parametrize("flags", [(), ("--check",)], ids=["run", "check"])
@pytest.mark.parametrize(
    "answers",
    [{}, UNANSWERED, {"vpp_tokn_name": "Old"}, {"all_vpp_tokens": "false", "sync_autopilot": "no"}],
    ids=["none", "blank", "misspelt", "false"],
)
def test_without_a_selection_the_play_fails_before_any_request_and_shows_its_variables(
    simulator: Simulator, answers: dict[str, t.Any], flags: tuple[str, ...]
) -> None:
    run = sync(simulator, *flags, **answers)
    assert (run.returncode, simulator.journal()) == (2, []), run.stdout + run.stderr
    message = " ".join((run.stdout + run.stderr).split()).partition("Nothing is selected.")[2]
    assert [name for name in VARIABLES if name not in message.partition("check their spelling")[0]] == []


@pytest.mark.parametrize("name", ["all_vpp_tokens", "all_enrollment_program_tokens", "sync_autopilot"])
def test_an_answer_that_is_neither_true_nor_false_is_refused(simulator: Simulator, name: str) -> None:
    run = sync(simulator, **{name: "perhaps"})
    assert (run.returncode, simulator.journal()) == (2, []), run.stdout + run.stderr
    assert f"{name} is 'perhaps'; write true or false." in run.stdout + run.stderr


@pytest.mark.parametrize(
    ("answers", "triggered"),
    [
        ({"all_vpp_tokens": "true"}, [("vpp", "old")]),
        ({"all_vpp_tokens": True, "if_older_than": 0}, [("vpp", "old"), ("vpp", "new")]),
        ({"vpp_token_name": "new APPS\nOld, apps", "if_older_than": "30m"}, [("vpp", "new"), ("vpp", "old")]),
        ({"vpp_token_id": "new, old"}, [("vpp", "old")]),
        ({"enrollment_program_token_name": ["Old devices"]}, [("enrollment", "old")]),
        ({"enrollment_program_token_id": "old", "sync_autopilot": "yes"}, [("enrollment", "old"), AUTOPILOT]),
        ({"all_enrollment_program_tokens": "yes", "all_vpp_tokens": "yes"}, [("vpp", "old"), ("enrollment", "old")]),
        ({**UNANSWERED, "wait_sleep": 0.1, "sync_autopilot": True}, [AUTOPILOT]),
        ({"vpp_token_id": []}, []),
    ],
)
def test_the_answers_select_objects(
    simulator: Simulator, answers: dict[str, t.Any], triggered: list[tuple[str, str]]
) -> None:
    run = sync(simulator, **answers)
    assert run.returncode == 0, run.stdout + run.stderr
    assert triggers(simulator) == triggered
    # The play waits for the syncs by default.
    assert triggered == [] or simulator.journal()[-1]["method"] == "GET"


@pytest.mark.parametrize(
    "answers",
    [
        {"vpp_token_name": "{{ misspelt }}"},
        {"vpp_token_name": "Nobody"},
        {"vpp_token_name": "\n \n", "vpp_token_id": 0},
        {"all_vpp_tokens": True, "vpp_token_name": "Old, apps"},
        {"all_vpp_tokens": "{{ misspelt }}"},
        {"all_vpp_tokens": [True]},
        {"vpp_token_id": {}},
    ],
)
def test_an_invalid_answer_never_selects_all_tokens(simulator: Simulator, answers: dict[str, t.Any]) -> None:
    run = sync(simulator, **answers)
    assert run.returncode == 2, run.stdout + run.stderr
    assert triggers(simulator) == []


def test_if_one_part_fails_the_others_run_and_the_play_fails(simulator: Simulator) -> None:
    run = sync(simulator, vpp_token_name="Nobody", all_enrollment_program_tokens=True, sync_autopilot=True)
    assert (run.returncode, recap(run)["failed"]) == (2, 1), run.stdout + run.stderr
    assert triggers(simulator) == [("enrollment", "old"), AUTOPILOT]
    end = (run.stdout + run.stderr).partition("TASK [Fail when a sync failed]")[2]
    assert "The name 'Nobody' fits no VPP token" in end


def test_check_mode_shows_what_would_be_synced(simulator: Simulator) -> None:
    run = sync(simulator, "--check", all_vpp_tokens=True, sync_autopilot=True)
    assert (run.returncode, recap(run)["changed"]) == (0, 2), run.stdout + run.stderr
    assert triggers(simulator) == []
    assert "Would ask Microsoft Graph for a sync of VPP token Old, apps (old)." in run.stdout


def test_the_minimum_interval_can_fail_the_play(simulator: Simulator) -> None:
    arguments = {"sync_autopilot": True, "wait": False, "if_older_than": 0}
    assert sync(simulator, **arguments).returncode == 0
    command = playbook_command(PLAYBOOK, "-e", json.dumps({**arguments, "cooldown": "fail"}))
    simulator.change_settings("autopilot", syncStatus="completed")
    run = run_command(command, ansible_environment(simulator))
    assert run.returncode == 2
    assert "the service accepts one sync in 600 s, and the next one in " in run.stdout + run.stderr
