# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the guide to troubleshooting shows, done: its playbooks and commands run, and it leaves out no kind of failure.

Before a playbook or a command of the guide runs, one thing in its text is replaced: the example's connector id, by that
of a connector in the simulator. All else comes from the environment, as the guide's readers would have it.
"""

from __future__ import annotations

import inspect
import re
import subprocess
import textwrap
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.msgraph.intune.plugins.module_utils._graph import _errors
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import ansible_environment
from ansible_collections.msgraph.intune.tests.system.playbooks import playbook_command, result_of

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator

GUIDE = (Path(__file__).parents[2] / "docs/docsite/rst/guide_troubleshooting.rst").read_text(encoding="utf-8")
# The id that all examples of this collection show.
EXAMPLE_ID = "7ce3b1f5-9b53-4b0c-8a8e-3c5f3a0f1d11"


def code_blocks(language: str) -> list[str]:
    """The guide's code blocks in this language, each without its indentation."""
    blocks = re.findall(rf"^\.\. code-block:: {language}\n\n((?:(?: {{4}}.*)?\n)+)", GUIDE, re.MULTILINE)
    return [textwrap.dedent(block).strip() + "\n" for block in blocks]


PLAYBOOKS = [block for block in code_blocks("yaml") if isinstance(yaml.safe_load(block), list)]
COMMANDS = code_blocks("shell")
WITH_RESCUE = [playbook for playbook in PLAYBOOKS if "rescue:" in playbook]


def first_line(block: str) -> str:
    """What pytest calls an example by."""
    return block.partition("\n")[0]


def fault(status: int, code: str) -> dict[str, t.Any]:
    """A fault that makes Microsoft Graph refuse every request."""
    body = {"error": {"code": code, "message": "made up"}}
    return {"service": "graph", "times": None, "status": status, "body": body}


class Stage:
    """Where the guide's examples run: a folder, and an environment that signs in to the simulator."""

    def __init__(self, simulator: Simulator, folder: Path) -> None:
        self._simulator = simulator
        self._folder = folder
        # Each request once, so that a fault in force needs no patience.
        self._environment = ansible_environment(simulator, MSGRAPH_RETRIES="0")

    def play(self, playbook: str) -> subprocess.CompletedProcess[str]:
        path = self._folder / "playbook.yml"
        path.write_text(self._adapted(playbook), encoding="utf-8")
        return self._run(playbook_command(path))

    def command(self, command: str) -> subprocess.CompletedProcess[str]:
        return self._run(["sh", "-c", self._adapted(command)])

    def _adapted(self, text: str) -> str:
        assert EXAMPLE_ID in text
        return text.replace(EXAMPLE_ID, self._simulator.connector_ids[0])

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self._folder, env=self._environment, check=False, capture_output=True, text=True
        )

    def triggers(self) -> int:
        return sum(entry["path"].endswith("/sync") for entry in self._simulator.journal())


@pytest.fixture
def stage(simulator: Simulator, tmp_path: Path) -> Stage:
    return Stage(simulator, tmp_path)


def recap(run: subprocess.CompletedProcess[str]) -> dict[str, int]:
    """The counts of the play's last line."""
    assert "PLAY RECAP" in run.stdout, run.stdout + run.stderr
    counts = re.findall(r"(\w+)=(\d+)", run.stdout.partition("PLAY RECAP")[2])
    return {name: int(number) for name, number in counts}


def test_the_guide_shows_a_playbook_with_a_rescue_block_and_a_command() -> None:
    assert PLAYBOOKS
    assert WITH_RESCUE
    assert COMMANDS


@pytest.mark.parametrize("playbook", PLAYBOOKS, ids=first_line)
def test_a_playbook_succeeds_when_all_is_well(stage: Stage, playbook: str) -> None:
    run = stage.play(playbook)
    assert (run.returncode, stage.triggers()) == (0, 1), run.stdout
    assert {name: recap(run)[name] for name in ("changed", "failed", "rescued")} == {
        "changed": 1,
        "failed": 0,
        "rescued": 0,
    }


@pytest.mark.parametrize("playbook", WITH_RESCUE, ids=first_line)
def test_a_playbook_passes_over_what_may_pass_by_itself(simulator: Simulator, stage: Stage, playbook: str) -> None:
    simulator.faults([fault(503, "ServiceUnavailable")])
    run = stage.play(playbook)
    assert run.returncode == 0, run.stdout
    assert (recap(run)["failed"], recap(run)["rescued"]) == (0, 1)
    assert "Left to the next run: Could not trigger a deltaSync" in run.stdout


@pytest.mark.parametrize("playbook", WITH_RESCUE, ids=first_line)
def test_a_playbook_fails_for_what_needs_a_person(simulator: Simulator, stage: Stage, playbook: str) -> None:
    simulator.faults([fault(403, "Forbidden")])
    run = stage.play(playbook)
    assert run.returncode == 2, run.stdout
    assert "authorization: Could not trigger a deltaSync" in run.stdout + run.stderr


@pytest.mark.parametrize("playbook", WITH_RESCUE, ids=first_line)
def test_a_playbook_copes_with_a_failure_that_is_not_the_modules(stage: Stage, playbook: str) -> None:
    run = stage.play(playbook.replace("connector_id:", "connector_ids:"))
    assert (run.returncode, stage.triggers()) == (2, 0), run.stdout
    assert "arguments: Unsupported parameters" in run.stdout + run.stderr


@pytest.mark.parametrize("command", COMMANDS, ids=first_line)
def test_a_command_looks_and_triggers_nothing(stage: Stage, command: str) -> None:
    run = stage.command(command)
    assert (run.returncode, stage.triggers()) == (0, 0), run.stdout + run.stderr
    before = result_of(run)["connectors"][0]["before"]
    assert {"last_sync_date_time", "status", "server_name", "connector_server_name"} <= set(before)


def test_the_guide_has_a_section_for_each_kind_of_failure_and_no_other() -> None:
    kinds = {
        error.kind
        for _name, error in inspect.getmembers(_errors, inspect.isclass)
        if issubclass(error, _errors.GraphError) and error is not _errors.GraphError
    }
    sections = re.findall(r"^``(\w+)``\n\^+$", GUIDE, re.MULTILINE)
    assert len(sections) == len(set(sections))
    assert set(sections) == kinds
