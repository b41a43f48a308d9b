# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What guides and README show, done: their playbooks and commands run, and do what the words beside them say.

:mod:`.guides` tells what is replaced in them before. The guide to authentication has tests of its own, by the ways to
sign in.
"""

from __future__ import annotations

import shlex
import typing as t

import pytest
from ansible_collections.msgraph.intune.tests.system.guides import (
    GUIDES,
    README,
    ROOT,
    Stage,
    code_blocks,
    commands,
    first_line,
    playbooks,
    recap,
)
from ansible_collections.msgraph.intune.tests.system.playbooks import result_of

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
    from ansible_collections.msgraph.intune.tests.system.engines import Engines

REPORT = ROOT / "roles/exchange_connector_report/README.md"
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
    REPORT: {"- name: Show how the Exchange connectors are": 0},
}


def name_of(document: Path) -> str:
    """What pytest calls a document by."""
    return str(document.relative_to(ROOT))


PLAYBOOKS = [
    pytest.param(playbook, triggers.get(first_line(playbook)), id=f"{name_of(document)}: {first_line(playbook)}")
    for document, triggers in TRIGGERS.items()
    for playbook in playbooks(document)
]
COMMANDS = [
    pytest.param(command, id=f"{name_of(document)}: {command}")
    for document in TRIGGERS
    for command in commands(document)
]


@pytest.fixture
def stage(quick_simulator: Simulator, tmp_path: Path) -> Stage:
    return Stage(quick_simulator, tmp_path, replaced={"/var/www/status": str(tmp_path)})


@pytest.mark.parametrize("document", TRIGGERS, ids=name_of)
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


@pytest.mark.parametrize("document", [GUIDES / "guide_connectors_and_syncs.rst", REPORT], ids=name_of)
def test_the_command_of_the_report_writes_it(stage: Stage, document: Path) -> None:
    (command,) = (block for block in code_blocks(document, "shell") if block.startswith("ansible-playbook"))
    run = stage.command(command)
    assert (run.returncode, stage.triggers()) == (0, 0), run.stdout + run.stderr
    assert (stage.folder / "exchange_connector_report.html").exists()


def assert_installs(stage: Stage, document: Path) -> None:
    """Its commands install the collection. What pip is to install is there already, so it asks nobody for it."""
    (commands,) = (block for block in code_blocks(document, "shell") if "ansible-galaxy collection install ." in block)
    collections = stage.folder / "collections"
    stage.environment["ANSIBLE_COLLECTIONS_PATH"] = str(collections)
    run = stage.command(f"set -e; cd {shlex.quote(str(ROOT))}; {commands}")
    assert run.returncode == 0, run.stdout + run.stderr
    assert (collections / "ansible_collections/msgraph/intune/MANIFEST.json").exists()


def test_the_commands_of_the_readme_install_the_collection(stage: Stage) -> None:
    assert_installs(stage, README)


def test_the_guide_to_getting_started_installs_as_the_readme_does() -> None:
    (readme, guide) = (
        [block for block in code_blocks(document, "shell") if "collection install" in block]
        for document in (README, GUIDES / "guide_getting_started.rst")
    )
    assert readme == guide
    assert len(readme) == 1


def test_the_commands_of_the_guide_to_events_install_it_beside_the_engine(stage: Stage, engines: Engines) -> None:
    engines.package("ansible-rulebook")
    assert_installs(stage, GUIDES / "guide_event_driven.rst")


def test_the_guide_to_events_signs_in_as_the_readme_does() -> None:
    exports = [
        [block for block in code_blocks(document, "shell") if block.startswith("export AZURE_TENANT_ID")]
        for document in (README, GUIDES / "guide_event_driven.rst")
    ]
    assert exports[0] == exports[1]
    assert len(exports[0]) == 1
