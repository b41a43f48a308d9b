# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the playbooks and commands of the guides and README files whose marker names this file; see guides.py."""

from __future__ import annotations

import os
import shlex
import sys
import typing as t
from pathlib import Path

import pytest
from ansible_collections.msgraph.intune.tests.system.guides import (
    GUIDES,
    README,
    ROOT,
    START,
    ExampleRunner,
    all_code_blocks,
    as_playbook,
    code_blocks,
    commands,
    example,
    first_line,
    recap,
)
from ansible_collections.msgraph.intune.tests.system.playbooks import result_of

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
    from ansible_collections.msgraph.intune.tests.system.engines import Engines

GETTING_STARTED = GUIDES / "guide_getting_started.rst"
REPORT = ROOT / "roles/exchange_connector_report/README.md"
NAMES = (
    "guide_autopilot",
    "guide_connectors_and_syncs",
    "guide_driver_updates",
    "guide_enrollment_program_tokens",
    "guide_getting_started",
    "guide_managed_google_play",
    "guide_performance",
    "guide_powershell",
    "guide_sync_options",
    "guide_troubleshooting",
    "guide_vpp_tokens",
)
DOCUMENTS = (README, START, REPORT, *(GUIDES / f"{name}.rst" for name in NAMES))


def name_of(document: Path) -> str:
    """Return the ID of a document in pytest."""
    return str(document.relative_to(ROOT))


# The number of syncs is right for the documents' tenant: one connector synced two days ago, the other three hours ago.
PLAYBOOKS = [
    pytest.param(playbook, block.triggers, id=f"{name_of(document)}: {first_line(playbook)}")
    for document in DOCUMENTS
    for block in all_code_blocks(document)
    if block.test_file == Path(__file__).name and (playbook := as_playbook(block))
]
COMMANDS = [
    pytest.param(command, id=f"{name_of(document)}: {command}")
    for document in DOCUMENTS
    for command in commands(document)
]


@pytest.fixture
def runner(quick_simulator: Simulator, tmp_path: Path) -> ExampleRunner:
    return ExampleRunner(quick_simulator, tmp_path, replacements={"/var/www/status": str(tmp_path)})


@pytest.mark.parametrize(("playbook", "triggers"), PLAYBOOKS)
def test_a_playbook_succeeds_and_triggers_the_syncs_that_its_marker_names(
    runner: ExampleRunner, playbook: str, triggers: int
) -> None:
    run = runner.run_playbook(playbook)
    assert (run.returncode, runner.triggers()) == (0, triggers), run.stdout + run.stderr
    assert {name: recap(run)[name] for name in ("failed", "rescued", "ignored")} == {
        "failed": 0,
        "rescued": 0,
        "ignored": 0,
    }
    assert "UNDEFINED" not in run.stdout.upper()


@pytest.mark.parametrize("command", COMMANDS)
def test_an_ad_hoc_command_shows_objects_and_triggers_no_sync(runner: ExampleRunner, command: str) -> None:
    run = runner.run_shell(command)
    assert (run.returncode, runner.triggers()) == (0, 0), run.stdout + run.stderr
    result = result_of(run)
    entry = (result.get("connectors") or result["tokens"])[0]
    assert "last_sync_date_time" in entry.get("before", entry)


@pytest.mark.parametrize("document", [GUIDES / "guide_connectors_and_syncs.rst", REPORT], ids=name_of)
def test_the_command_of_the_report_writes_a_page(runner: ExampleRunner, document: Path) -> None:
    (command,) = (block for block in code_blocks(document, "shell") if block.startswith("ansible-playbook"))
    run = runner.run_shell(command)
    assert (run.returncode, runner.triggers()) == (0, 0), run.stdout + run.stderr
    assert (runner.folder / "exchange_connector_report.html").exists()


def install_commands(document: Path) -> list[str]:
    return [block for block in code_blocks(document, "shell") if "ansible-galaxy collection install ." in block]


def assert_commands_install_the_collection(runner: ExampleRunner, commands: str) -> None:
    """Run commands, with replacements for the programs that need the network or root rights.

    pip needs no network, because the packages are installed already.
    """
    python = shlex.quote(sys.executable)
    programs = {
        "sudo": "exit 0",
        "git": f"ln -s {shlex.quote(str(ROOT))} msgraph.intune",
        # pipx install PACKAGE; pipx runpip ENVIRONMENT ARGUMENTS
        "pipx": f'[ "$1" = install ] || {{ shift 2; exec {python} -m pip "$@"; }}',
        # python3 -m venv FOLDER; python3 -m pip ARGUMENTS
        "python3": f"""
            [ "$2" = venv ] || exec {python} "$@"
            mkdir -p "$3/bin" && touch "$3/bin/activate"
        """,
    }
    folder = runner.folder / "bin"
    folder.mkdir()
    for name, script in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (folder / name).chmod(0o700)
    collections = runner.folder / "collections"
    runner.environment["ANSIBLE_COLLECTIONS_PATH"] = str(collections)
    runner.environment["HOME"] = str(runner.folder)
    runner.environment["PATH"] = os.pathsep.join([str(folder), runner.environment["PATH"]])
    run = runner.run_shell(f"set -e\n{commands}")
    assert run.returncode == 0, run.stdout + run.stderr
    assert (collections / "ansible_collections/msgraph/intune/MANIFEST.json").exists()


@pytest.mark.parametrize("commands", install_commands(README), ids=["venv", "pipx"])
def test_the_commands_of_the_readme_install_the_collection(runner: ExampleRunner, commands: str) -> None:
    assert_commands_install_the_collection(runner, commands)


def test_the_getting_started_guide_has_the_commands_of_the_readme() -> None:
    guide = code_blocks(GETTING_STARTED, "shell")
    assert [block for block in code_blocks(README, "shell") if block not in guide] == ["make demo\n"]


def test_a_playbook_reads_its_secret_from_the_vault_that_the_guide_creates(runner: ExampleRunner) -> None:
    create, run = (block.strip() for block in code_blocks(GETTING_STARTED, "shell") if "secrets.yml" in block)
    playbook = runner.adapt(example(GETTING_STARTED, "Sync with a secret from a vault"))
    (runner.folder / "sync_with_vault.yml").write_text(playbook, encoding="utf-8")
    editor = runner.folder / "editor"
    editor.write_text('#!/bin/sh\necho "intune_client_secret: $AZURE_CLIENT_SECRET" > "$1"\n', encoding="utf-8")
    editor.chmod(0o700)
    runner.environment["EDITOR"] = str(editor)
    # Without a terminal, ansible-vault reads the password from its standard input.
    created = runner.run_shell(f"setsid --wait {create} --skip-tty-check", "vault-password\n" * 2)
    assert created.returncode == 0, created.stdout + created.stderr
    del runner.environment["AZURE_CLIENT_SECRET"]
    synced = runner.run_shell(f"setsid --wait {run}", "vault-password\n")
    assert (synced.returncode, runner.triggers()) == (0, 1), synced.stdout + synced.stderr


def test_the_commands_of_the_event_guide_install_the_collection(runner: ExampleRunner, engines: Engines) -> None:
    engines.package("ansible-rulebook")
    (commands,) = install_commands(GUIDES / "guide_event_driven.rst")
    assert_commands_install_the_collection(runner, f"cd {shlex.quote(str(ROOT))}\n{commands}")


@pytest.mark.parametrize("name", ["guide_event_driven", "guide_powershell"])
def test_the_guide_has_the_sign_in_commands_of_the_readme(name: str) -> None:
    readme, guide = (
        [block for block in code_blocks(document, "shell") if block.startswith("export AZURE_TENANT_ID")]
        for document in (README, GUIDES / f"{name}.rst")
    )
    assert readme == guide
    assert len(readme) == 1
