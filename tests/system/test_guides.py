# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What guides and README show, done: their playbooks and commands run, and do what the words beside them say.

:mod:`.guides` tells what is replaced in them before. The guide to authentication has tests of its own, by the ways to
sign in.
"""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.msgraph.intune.tests.system.guides import (
    GUIDES,
    README,
    Stage,
    commands,
    first_line,
    playbooks,
    recap,
)
from ansible_collections.msgraph.intune.tests.system.playbooks import result_of

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator

# From the first line of an example to how many connectors it triggers in the documents' tenant, where one connector
# synced two days ago and the other three hours ago. A sync completes before the next task looks.
TRIGGERS = {
    README: {
        "- name: Ask Intune to discover what changed in one Exchange organization": 1,
        "- name: Sync Intune's Exchange connectors": 2,
    },
    GUIDES / "guide_getting_started.rst": {
        "- name: Find the Exchange connectors": 0,
        "- name: Sync an Exchange connector": 1,
    },
    GUIDES / "guide_connectors_and_syncs.rst": {
        "- name: See the Exchange connectors": 0,
        "- name: Sync the connectors of two organizations": 2,
        "- name: Keep the Exchange connectors in sync": 1,
        "- name: Sync all Exchange connectors and see it happen": 2,
        "- name: Sync all Exchange connectors with a long wait": 2,
        "- name: Sync and run the handler even when some fail": 2,
        "- name: Sync and follow up what was triggered": 2,
        "- name: Sync and try again what failed": 2,
        "- name: Probe the Exchange connectors": 0,
        "- name: Sync what is not healthy": 1,
        "- name: Write down the Exchange connectors": 0,
    },
    GUIDES / "guide_performance.rst": {
        "- name: Sync two connectors with one request": 2,
        "- name: Sync while other work goes on": 2,
    },
    GUIDES / "guide_troubleshooting.rst": {"- name: Sync a connector and tell failures apart": 1},
}
PLAYBOOKS = [
    pytest.param(playbook, triggers.get(first_line(playbook)), id=f"{document.stem}: {first_line(playbook)}")
    for document, triggers in TRIGGERS.items()
    for playbook in playbooks(document)
]
COMMANDS = [
    pytest.param(command, id=f"{document.stem}: {command}") for document in TRIGGERS for command in commands(document)
]


@pytest.fixture
def stage(simulator: Simulator, tmp_path: Path) -> Stage:
    return Stage(simulator, tmp_path)


@pytest.mark.parametrize("document", TRIGGERS, ids=lambda document: document.stem)
def test_each_example_is_known_here(document: Path) -> None:
    assert [first_line(playbook) for playbook in playbooks(document)] == list(TRIGGERS[document])


@pytest.mark.parametrize(("playbook", "triggers"), PLAYBOOKS)
def test_a_playbook_succeeds_when_all_is_well(stage: Stage, playbook: str, triggers: int) -> None:
    run = stage.play(playbook)
    assert (run.returncode, stage.triggers()) == (0, triggers), run.stdout + run.stderr
    assert {name: recap(run)[name] for name in ("failed", "rescued", "ignored")} == {
        "failed": 0,
        "rescued": 0,
        "ignored": 0,
    }
    assert "UNDEFINED" not in run.stdout.upper()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_looks_and_triggers_nothing(stage: Stage, command: str) -> None:
    run = stage.command(command)
    assert (run.returncode, stage.triggers()) == (0, 0), run.stdout + run.stderr
    shown = result_of(run)["connectors"][0]
    state = shown.get("before", shown)
    assert {"last_sync_date_time", "status", "server_name", "connector_server_name"} <= set(state)
