# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Test the playbook sync_exchange_connectors with extra variables as an AWX survey sends them."""

from __future__ import annotations

import json
import re
import typing as t
from pathlib import Path

import pytest
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import ansible_environment
from ansible_collections.msgraph.intune.tests.system.commands import run_command
from ansible_collections.msgraph.intune.tests.system.guides import CONTOSO, FABRIKAM, contoso, fabrikam, recap
from ansible_collections.msgraph.intune.tests.system.playbooks import playbook_command

if t.TYPE_CHECKING:
    import subprocess

    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator

PLAYBOOK = "msgraph.intune.sync_exchange_connectors"
PATH = Path(__file__).parents[2] / "playbooks/sync_exchange_connectors.yml"
QUICK = {"wait_sleep": 0.4}
UNANSWERED = {
    "connector_id": "",
    "connector_name": "  ",
    "all_connectors": "",
    "sync_type": "",
    "if_older_than": "",
    "wait": None,
    "wait_timeout": "",
}


def sync(simulator: Simulator, *flags: str, **answers: t.Any) -> subprocess.CompletedProcess[str]:
    """Run the playbook; Contoso's connector synced two days ago, Fabrikam's three hours ago."""
    simulator.set_connectors([contoso(), fabrikam()])
    command = playbook_command(PLAYBOOK, "-e", json.dumps({**QUICK, **answers}), *flags)
    return run_command(command, ansible_environment(simulator))


def triggers(simulator: Simulator) -> list[tuple[str, str]]:
    """Return the ids that were triggered, and the types of their syncs."""
    sent = [entry for entry in simulator.journal() if entry["path"].endswith("/sync")]
    return [(entry["path"].split("/")[-2], entry["body"]["syncType"]) for entry in sent]


@pytest.mark.parametrize("flags", [(), ("--check",)], ids=["run", "check"])
@pytest.mark.parametrize(
    "answers",
    [
        {},
        UNANSWERED,
        {"conector_name": "Contoso"},
        {"all_connectors": "false"},
        {"all_connectors": False, "connector_id": False},
        {"all_connectors": "no", "connector_name": "None"},
    ],
    ids=["none", "blank", "misspelt", "false as text", "false", "words"],
)
def test_without_a_selection_the_play_fails_before_any_request_and_shows_its_variables(
    simulator: Simulator, answers: dict[str, t.Any], flags: tuple[str, ...]
) -> None:
    run = sync(simulator, *flags, **answers)
    assert (run.returncode, simulator.journal()) == (2, []), run.stdout + run.stderr
    shown = " ".join((run.stdout + run.stderr).split())
    assert "No connector is selected." in shown
    documented = re.findall(r"^#   (\w+)  ", PATH.read_text(encoding="utf-8"), re.MULTILINE)
    listed = shown.partition("The variables of this playbook are ")[2].partition(";")[0]
    assert re.split(r", | and ", listed) == documented


@pytest.mark.parametrize("answer", ["ture", "perhaps", [True]])
def test_an_invalid_boolean_fails_and_shows_its_value_without_a_deprecation_warning(
    simulator: Simulator, answer: t.Any
) -> None:
    run = sync(simulator, all_connectors=answer)
    assert (run.returncode, simulator.journal()) == (2, []), run.stdout + run.stderr
    shown = run.stdout + run.stderr
    assert f"all_connectors is '{answer}'; write true or false." in shown
    assert "DEPRECATION" not in shown
    assert "No connector is selected." not in shown


@pytest.mark.parametrize("all_connectors", [True, "true", "yes"])
def test_all_connectors_skips_connectors_that_synced_within_a_day(simulator: Simulator, all_connectors: t.Any) -> None:
    run = sync(simulator, **{**UNANSWERED, "all_connectors": all_connectors})
    assert (run.returncode, triggers(simulator)) == (0, [(CONTOSO, "deltaSync")]), run.stdout + run.stderr
    assert recap(run)["changed"] == 1
    # The play waited: it read the connector again after the trigger.
    assert simulator.journal()[-1]["method"] == "GET"


@pytest.mark.parametrize(
    ("answers", "triggered"),
    [
        ({"connector_id": f"{FABRIKAM}, {CONTOSO}", "if_older_than": 0}, [FABRIKAM, CONTOSO]),
        ({"connector_id": [FABRIKAM], "if_older_than": "0"}, [FABRIKAM]),
        ({"connector_name": "fabrikam", "if_older_than": "2h"}, [FABRIKAM]),
        ({"connector_name": "fabrikam"}, []),
        ({"connector_name": ["Contoso", "Fabrikam"]}, [CONTOSO]),
        ({"connector_name": "fabrikam\n\n  contoso \r\n", "if_older_than": 0}, [FABRIKAM, CONTOSO]),
        ({"connector_name": "\nfabrikam\n", "if_older_than": 0}, [FABRIKAM]),
        ({"connector_name": " \n\n", "connector_id": CONTOSO}, [CONTOSO]),
        ({"connector_id": []}, []),
        ({"connector_id": "", "connector_name": []}, []),
        ({"connector_id": "", "connector_name": None, "all_connectors": True}, [CONTOSO]),
        ({"connector_name": "fabrikam", "all_connectors": "false", "if_older_than": 0}, [FABRIKAM]),
    ],
)
def test_answers_decide_which_connectors_sync(
    simulator: Simulator, answers: dict[str, t.Any], triggered: list[str]
) -> None:
    run = sync(simulator, sync_type="fullSync", wait=False, **answers)
    assert run.returncode == 0, run.stdout + run.stderr
    assert triggers(simulator) == [(connector_id, "fullSync") for connector_id in triggered]


@pytest.mark.parametrize(
    "answers",
    [
        {"connector_id": 0},
        {"connector_id": [""]},
        {"connector_name": {}},
        # YAML reads an unquoted "no" as false. The user may mean a connector with this name.
        {"connector_name": False},
        {"connector_name": "{{ misspelt }}"},
        {"connector_name": "fabrikam, contoso"},
        {"connector_name": "fabrikam\nnobody"},
        {"connector_name": "\n \n"},
        {"connector_id": "{{ [][3] }}"},
        {"all_connectors": "perhaps"},
        {"all_connectors": "{{ misspelt }}"},
        {"all_connectors": [True]},
        {"all_connectors": True, "connector_name": "fabrikam"},
    ],
)
def test_invalid_unmatched_or_conflicting_answers_trigger_no_sync(
    simulator: Simulator, answers: dict[str, t.Any]
) -> None:
    sync(simulator, wait=False, **answers)
    assert not triggers(simulator)


def test_without_wait_the_trigger_is_the_last_request(simulator: Simulator) -> None:
    run = sync(simulator, wait="no", all_connectors=True)
    assert (run.returncode, triggers(simulator)) == (0, [(CONTOSO, "deltaSync")]), run.stdout + run.stderr
    assert simulator.journal()[-1]["method"] == "POST"


def test_check_mode_shows_what_would_be_synced(simulator: Simulator) -> None:
    run = sync(simulator, "--check", all_connectors=True)
    assert (run.returncode, recap(run)["changed"]) == (0, 1), run.stdout + run.stderr
    assert not triggers(simulator)
    assert "Would ask Microsoft Graph for a deltaSync" in run.stdout


def shown(run: subprocess.CompletedProcess[str]) -> dict[str, t.Any]:
    """Return what the last task of the playbook shows."""
    text = run.stdout.partition("TASK [Show what happened]")[2]
    return t.cast("dict[str, t.Any]", json.JSONDecoder().raw_decode(text, text.index("=> ") + 3)[0]["msg"])


def test_a_name_in_a_multiline_answer_may_contain_a_comma(simulator: Simulator) -> None:
    simulator.set_connectors([{**contoso(), "serverName": "Smith, John"}, fabrikam()])
    answers = {**QUICK, "connector_name": "Smith, John\nFabrikam", "wait": False, "if_older_than": 0}
    run = run_command(playbook_command(PLAYBOOK, "-e", json.dumps(answers)), ansible_environment(simulator))
    assert run.returncode == 0, run.stdout + run.stderr
    assert triggers(simulator) == [(CONTOSO, "deltaSync"), (FABRIKAM, "deltaSync")]


def test_the_summary_names_the_servers_and_shows_the_counts(simulator: Simulator) -> None:
    summary = shown(sync(simulator, all_connectors=True, if_older_than=0))
    assert (summary["counts"]["triggered"], summary["counts"]["completed"]) == (2, 2)
    assert f"EXCH01.contoso.example ({CONTOSO})" in summary["msg"]
    assert f"EXCH02.fabrikam.example ({FABRIKAM})" in summary["msg"]


def test_a_partial_failure_shows_what_was_triggered(simulator: Simulator) -> None:
    run = sync(simulator, connector_id=[CONTOSO, "gone"], wait=False)
    # Ansible counts no change for a failed task, so AWX shows changed=0 although a sync was triggered.
    assert (run.returncode, recap(run)["failed"], recap(run)["changed"]) == (2, 1, 0)
    assert triggers(simulator) == [(CONTOSO, "deltaSync")]
    summary = shown(run)
    assert "1 of 2 was triggered: " in summary["msg"]
    assert (summary["counts"]["triggered"], summary["counts"]["failed"]) == (1, 1)


def test_a_template_in_a_server_name_is_not_rendered(simulator: Simulator) -> None:
    simulator.set_connectors([{**contoso(), "serverName": "{{ 7 * 191 }}"}])
    answers = {**QUICK, "all_connectors": True, "wait": False}
    run = run_command(playbook_command(PLAYBOOK, "-e", json.dumps(answers)), ansible_environment(simulator))
    assert run.returncode == 0, run.stdout + run.stderr
    assert "{{ 7 * 191 }}" in shown(run)["msg"]
