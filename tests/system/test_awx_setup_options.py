# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each documented option of the role awx_setup reaches the modules of awx.awx, even where that collection is not there.

In its place stand modules that take what the role's tasks give them and write it down. What the real ones make of it,
test_awx_setup.py shows where it can.
"""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import clean_environment
from ansible_collections.msgraph.intune.tests.system.commands import run_command
from ansible_collections.msgraph.intune.tests.system.documentation import role_options
from ansible_collections.msgraph.intune.tests.system.playbooks import playbook_command

ROLE = Path(__file__).parents[2] / "roles/awx_setup"
STAND_IN = """\
import json, os
from ansible.module_utils.basic import AnsibleModule

NAME, OPTIONS = {name!r}, {options!r}
module = AnsibleModule({{option: {{"type": "raw", "no_log": False}} for option in OPTIONS}})
with open(os.environ["RECORD"], "a", encoding="utf-8") as stream:
    given = {{key: value for key, value in module.params.items() if value is not None}}
    stream.write(json.dumps([NAME, given]) + "\\n")
module.exit_json(changed=True, id=7)
"""

# A controller that has no schedule yet.
LOOKUP = """\
from ansible.plugins.lookup import LookupBase


class LookupModule(LookupBase):
    def run(self, terms, variables=None, **kwargs):
        return []
"""

# A module's name, and the options that it was given.
Given = tuple[str, dict[str, t.Any]]

# For each option another value than its default, and the modules' options that are to hold it then.
REACHES: dict[str, tuple[t.Any, set[str]]] = {
    "organization": (
        "Ours",
        {"project.organization", "inventory.organization", "credential.organization"}
        | {"job_template.organization", "schedule.organization"},
    ),
    "project": ("P", {"project.name", "job_template.project"}),
    "scm_url": ("https://git.example/other.git", {"project.scm_url"}),
    "scm_branch": ("stable", {"project.scm_branch"}),
    "scm_credential": ("Git", {"project.credential"}),
    "execution_environment": ("E", {"execution_environment.name", "job_template.execution_environment"}),
    "image": ("registry.example/other:2", {"execution_environment.image"}),
    "image_credential": ("Registry", {"execution_environment.credential"}),
    "inventory": ("I", {"inventory.name", "job_template.inventory"}),
    "credential_type": ("T", {"credential_type.name", "credential.credential_type"}),
    "credential": ("C", {"credential.name", "job_template.credentials"}),
    "credential_inputs": ({"tenant": "fabrikam.example", "client": "another"}, {"credential.inputs"}),
    "replace_secrets": (True, {"credential.update_secrets"}),
    "rrule": ("DTSTART:20270101T060000Z RRULE:FREQ=WEEKLY;INTERVAL=1", {"schedule.rrule"}),
}


def tasks() -> t.Iterator[tuple[str, dict[str, t.Any]]]:
    """The role's tasks that call awx.awx: a module's name, and what it is given."""
    for path in (ROLE / "tasks").glob("*.yml"):
        for task in yaml.safe_load(path.read_text(encoding="utf-8")):
            for name, options in task.items():
                if name.startswith("awx.awx."):
                    yield name.rpartition(".")[2], options


@pytest.fixture(scope="module")
def collections(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds what stands in for awx.awx."""
    folder = tmp_path_factory.mktemp("collections")
    collection = folder / "ansible_collections/awx/awx"
    (collection / "plugins/modules").mkdir(parents=True)
    (collection / "plugins/lookup").mkdir(parents=True)
    (collection / "plugins/lookup/controller_api.py").write_text(LOOKUP, encoding="utf-8")
    facts = {"namespace": "awx", "name": "awx", "version": "24.6.1", "authors": [], "readme": "README.md"}
    (collection / "galaxy.yml").write_text(yaml.safe_dump(facts), encoding="utf-8")
    for name, options in tasks():
        text = STAND_IN.format(name=name, options=sorted(options))
        (collection / f"plugins/modules/{name}.py").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def usual(collections: Path) -> list[Given]:
    """What the modules are given when no option is."""
    return set_up(collections, "usual", {})


@pytest.fixture(scope="module")
def changed(collections: Path) -> list[Given]:
    """What they are given when each option has another value."""
    return set_up(
        collections, "changed", {f"awx_setup_{option}": value for option, (value, _reaches) in REACHES.items()}
    )


def set_up(collections: Path, name: str, answers: dict[str, t.Any]) -> list[Given]:
    path, record = collections / f"{name}.json", collections / name
    path.write_text(json.dumps(answers), encoding="utf-8")
    environment = clean_environment(RECORD=str(record))
    environment["ANSIBLE_COLLECTIONS_PATH"] += f":{collections}"
    run = run_command(playbook_command("msgraph.intune.awx_setup", "-e", f"@{path}"), environment)
    assert run.returncode == 0, run.stdout + run.stderr
    return [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]


def holding(value: t.Any, given: list[Given]) -> set[str]:
    """The modules' options that hold a value, alone or in a list."""
    return {f"{module}.{key}" for module, options in given for key, one in options.items() if one in (value, [value])}


@pytest.mark.parametrize("option", REACHES)
def test_an_option_reaches_the_modules_that_it_is_for(usual: list[Given], changed: list[Given], option: str) -> None:
    value, reaches = REACHES[option]
    assert holding(value, changed) - holding(value, usual) == reaches


def test_the_schedule_selects_all_connectors(usual: list[Given]) -> None:
    (schedule,) = (options for module, options in usual if module == "schedule")
    assert schedule["extra_data"] == {"all_connectors": "true"}


def test_each_documented_option_is_tried() -> None:
    assert role_options("awx_setup") == {"main": {f"awx_setup_{option}" for option in REACHES}}
