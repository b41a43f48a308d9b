# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check the files, variables and defaults that the guide to AWX names."""

from __future__ import annotations

import re
import typing as t

import yaml
from ansible_collections.msgraph.intune.tests.system.guides import GUIDES, ROOT, code_blocks, table_rows

if t.TYPE_CHECKING:
    from pathlib import Path

SETUP = ROOT / "roles/awx_setup"
FILES = SETUP / "files"
GUIDE = GUIDES / "guide_awx.rst"
TEXT = GUIDE.read_text(encoding="utf-8")
PROJECT_PLAYBOOK, VARIABLES, FURTHER = code_blocks(GUIDE, "yaml")
BUILD, SET_UP = code_blocks(GUIDE, "shell")


def read(path: Path) -> t.Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_each_file_that_the_guide_names_exists() -> None:
    names = set(re.findall(r"``([\w-]+\.yml)``", TEXT))
    existing = {path.name for path in FILES.rglob("*.yml")}
    # The reader creates these files.
    assert names - {"awx.yml", "secrets.yml"} <= existing
    assert "project_requirements.yml" in names
    assert {"credential_type_inputs.yml", "credential_type_injectors.yml", "survey.yml"} <= names


def test_the_playbook_in_the_guide_is_that_of_the_project() -> None:
    assert yaml.safe_load(PROJECT_PLAYBOOK) == read(FILES / "project/sync_exchange_connectors.yml")


def test_the_table_has_each_variable_of_the_survey_with_its_default() -> None:
    documented = {variable.strip("`"): default for variable, default in table_rows(GUIDE, "Variable")}
    spec = {question["variable"]: question for question in read(FILES / "survey.yml")["spec"]}
    assert set(documented) == set(spec)
    for variable, question in spec.items():
        default = str(question["default"])
        assert documented[variable].startswith(f"``{default}``" if default else "Selects nothing"), variable


def test_the_variables_of_the_set_up_are_options_of_the_role() -> None:
    options = read(SETUP / "meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    variables = yaml.safe_load(VARIABLES)
    assert set(variables) | set(yaml.safe_load(FURTHER)) <= set(options)
    fields = {field["id"] for field in read(FILES / "credential_type_inputs.yml")["fields"]}
    assert set(variables["awx_setup_credential_inputs"]) <= fields
    assert set(re.findall(r"``(awx_setup_\w+)``", TEXT)) <= set(options)
    assert "ansible-playbook msgraph.intune.awx_setup" in SET_UP


def test_the_readme_of_the_role_has_the_variables_of_the_guide() -> None:
    (variables,) = code_blocks(SETUP / "README.md", "yaml")
    assert variables == VARIABLES


def test_the_build_command_names_an_existing_file() -> None:
    (name,) = re.findall(r"--file (\S+)", BUILD)
    assert (FILES / name).exists()
