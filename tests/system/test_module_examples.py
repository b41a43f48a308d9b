# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the examples of the modules' documentation, with the connectors that the guides show."""

from __future__ import annotations

import re
import typing as t

import pytest
import yaml
from ansible_collections.msgraph.intune.plugins.modules import (
    intune_exchange_connector_info,
    intune_exchange_connector_sync,
)
from ansible_collections.msgraph.intune.tests.system.guides import ExampleRunner, recap

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator


@pytest.fixture
def runner(quick_simulator: Simulator, tmp_path: Path) -> ExampleRunner:
    return ExampleRunner(quick_simulator, tmp_path)


def playbooks_of(examples: str) -> list[str]:
    """Return one playbook for each play of the examples."""
    return [yaml.safe_dump([play]) for play in yaml.safe_load(examples)]


def test_the_example_of_the_info_module_shows_the_connectors(runner: ExampleRunner) -> None:
    (playbook,) = playbooks_of(intune_exchange_connector_info.EXAMPLES)
    run = runner.run_playbook(playbook)
    assert (run.returncode, runner.triggers()) == (0, 0), run.stdout + run.stderr
    for line in ("EXCH01.contoso.example: warning, last sync", "EXCH02.fabrikam.example: healthy, last sync"):
        assert line in run.stdout


def test_the_first_example_of_the_sync_module_triggers_one_sync(runner: ExampleRunner) -> None:
    first, _second = playbooks_of(intune_exchange_connector_sync.EXAMPLES)
    run = runner.run_playbook(first)
    assert (run.returncode, runner.triggers()) == (0, 1), run.stdout + run.stderr
    assert "Microsoft Graph accepted a deltaSync" in run.stdout


def test_the_second_example_of_the_sync_module_triggers_three_syncs(runner: ExampleRunner) -> None:
    _first, second = playbooks_of(intune_exchange_connector_sync.EXAMPLES)
    run = runner.run_playbook(second)
    assert run.returncode == 0, run.stdout + run.stderr
    assert (recap(run)["failed"], recap(run)["rescued"]) == (0, 0)
    # The task with a list triggers two syncs and the last task one; the tasks between find the connectors up to date.
    assert runner.triggers() == 3


def test_the_command_in_an_example_triggers_one_sync(runner: ExampleRunner) -> None:
    text = intune_exchange_connector_sync.EXAMPLES
    (command,) = re.findall(r"^# (ansible localhost (?:.*\\\n# )*.*)$", text, re.MULTILINE)
    run = runner.run_shell(command.replace("\n# ", "\n"))
    assert (run.returncode, runner.triggers()) == (0, 1), run.stdout + run.stderr
