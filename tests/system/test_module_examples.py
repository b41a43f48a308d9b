# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run each example of the modules' documentation as a task of its own."""

from __future__ import annotations

import importlib
import typing as t

import pytest
import yaml
from ansible_collections.msgraph.intune.tests.system.documentation import MODULES
from ansible_collections.msgraph.intune.tests.system.guides import ExampleRunner, recap

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator

PACKAGE = "ansible_collections.msgraph.intune.plugins.modules"
PLAY = {
    "hosts": "localhost",
    "connection": "local",
    "gather_facts": False,
    "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
}


class Example(t.NamedTuple):
    """The tasks of an example: one task of the module, and those that use its result."""

    tasks: list[dict[str, t.Any]]

    @property
    def name(self) -> str:
        return str(self.tasks[0]["name"])


def examples_of(module: str) -> list[Example]:
    """Return the examples of a module. A task of another module belongs to the example before it."""
    examples: list[Example] = []
    for task in yaml.safe_load(importlib.import_module(f"{PACKAGE}.{module}").EXAMPLES):
        if f"msgraph.intune.{module}" in task:
            examples.append(Example([task]))
        else:
            examples[-1].tasks.append(task)
    return examples


SYNC_EXAMPLES = [example for name in MODULES if name.endswith("_sync") for example in examples_of(name)]
INFO_EXAMPLES = [example for name in MODULES if name.endswith("_info") for example in examples_of(name)]
# These fail on purpose when an object is not healthy. Some objects of the simulator are not.
PROBES = [example for example in INFO_EXAMPLES if "failed_when" in example.tasks[0]]


@pytest.fixture
def runner(quick_simulator: Simulator, tmp_path: Path) -> ExampleRunner:
    return ExampleRunner(quick_simulator, tmp_path)


def run(runner: ExampleRunner, example: Example) -> tuple[dict[str, int], int, str]:
    """Run an example. Return the numbers of the recap, of accepted syncs, and the output."""
    done = runner.run_playbook(yaml.safe_dump([{**PLAY, "tasks": example.tasks}]))
    syncs = [entry for entry in runner.simulator.journal() if "sync" in entry["path"].rpartition("/")[2]]
    return recap(done), len(syncs), done.stdout + done.stderr


@pytest.mark.parametrize("example", SYNC_EXAMPLES, ids=lambda example: example.name)
def test_an_example_of_a_sync_module_triggers_syncs(runner: ExampleRunner, example: Example) -> None:
    numbers, syncs, output = run(runner, example)
    assert (numbers["failed"], numbers["changed"]) == (0, 1), output
    assert syncs > 0


@pytest.mark.parametrize(
    "example", [example for example in INFO_EXAMPLES if example not in PROBES], ids=lambda example: example.name
)
def test_an_example_of_an_info_module_changes_nothing(runner: ExampleRunner, example: Example) -> None:
    numbers, syncs, output = run(runner, example)
    assert (numbers["failed"], numbers["changed"]) == (0, 0), output
    assert syncs == 0


@pytest.mark.parametrize("example", PROBES, ids=lambda example: example.name)
def test_an_example_of_a_probe_reads_the_objects(runner: ExampleRunner, example: Example) -> None:
    numbers, syncs, output = run(runner, example)
    assert numbers["ok"] + numbers["failed"] == 1, output
    assert '"error":' not in output
    assert syncs == 0
