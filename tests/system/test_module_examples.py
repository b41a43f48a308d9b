# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The examples in the modules' documentation run as they stand, on the tenant that the guides show as well."""

from __future__ import annotations

import re
import typing as t

import pytest
import yaml
from ansible_collections.msgraph.intune.plugins.modules import (
    intune_exchange_connector_info,
    intune_exchange_connector_sync,
)
from ansible_collections.msgraph.intune.tests.system.guides import Stage, recap

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator


@pytest.fixture
def stage(quick_simulator: Simulator, tmp_path: Path) -> Stage:
    return Stage(quick_simulator, tmp_path)


def plays_of(examples: str) -> list[str]:
    """Each play by itself, as a playbook."""
    return [yaml.safe_dump([play]) for play in yaml.safe_load(examples)]


def test_the_example_of_the_info_module_shows_the_connectors(stage: Stage) -> None:
    (playbook,) = plays_of(intune_exchange_connector_info.EXAMPLES)
    run = stage.play(playbook)
    assert (run.returncode, stage.triggers()) == (0, 0), run.stdout + run.stderr
    for shown in ("EXCH01.contoso.example: warning, last sync", "EXCH02.fabrikam.example: healthy, last sync"):
        assert shown in run.stdout


def test_the_first_example_of_the_sync_module_triggers_one(stage: Stage) -> None:
    first, _second = plays_of(intune_exchange_connector_sync.EXAMPLES)
    run = stage.play(first)
    assert (run.returncode, stage.triggers()) == (0, 1), run.stdout + run.stderr
    assert "Microsoft Graph accepted a deltaSync" in run.stdout


def test_the_other_examples_of_the_sync_module_trigger_what_is_due(stage: Stage) -> None:
    _first, second = plays_of(intune_exchange_connector_sync.EXAMPLES)
    run = stage.play(second)
    assert run.returncode == 0, run.stdout + run.stderr
    assert (recap(run)["failed"], recap(run)["rescued"]) == (0, 0)
    # Two by the list, which are young thereafter, and one by the last task.
    assert stage.triggers() == 3


def test_the_command_in_an_example_triggers_one(stage: Stage) -> None:
    text = intune_exchange_connector_sync.EXAMPLES
    (command,) = re.findall(r"^# (ansible localhost (?:.*\\\n# )*.*)$", text, re.MULTILINE)
    run = stage.command(command.replace("\n# ", "\n"))
    assert (run.returncode, stage.triggers()) == (0, 1), run.stdout + run.stderr
