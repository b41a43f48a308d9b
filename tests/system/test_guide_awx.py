# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide to AWX: what it says of files, fields, variables and defaults is so."""

from __future__ import annotations

import re
import typing as t

import yaml
from ansible_collections.msgraph.intune.tests.system.guides import GUIDES, ROOT, code_blocks, rows

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


def test_each_file_that_it_names_is_there() -> None:
    names = set(re.findall(r"``([\w-]+\.yml)``", TEXT))
    there = {path.name for path in FILES.rglob("*.yml")}
    # The variables are the reader's own file.
    assert names - {"awx.yml"} <= there
    assert "project_requirements.yml" in names
    assert {"credential_type_inputs.yml", "credential_type_injectors.yml", "survey.yml"} <= names


def test_the_playbook_that_it_shows_is_that_of_the_project() -> None:
    assert yaml.safe_load(PROJECT_PLAYBOOK) == read(FILES / "project/sync_exchange_connectors.yml")


def test_the_fields_that_it_tells_to_fill_in_are_those_of_the_credential_type() -> None:
    labels = [field["label"] for field in read(FILES / "credential_type_inputs.yml")["fields"]]
    told = [cell for _way, cell in rows(GUIDE, "To sign in with")]
    for label in labels:
        # The password of the key is described there, and global is what most leave the cloud at.
        assert label in ("Password of the private key", "Microsoft cloud") or any(label in cell for cell in told), label


def test_the_variables_are_those_of_the_survey_with_its_defaults() -> None:
    told = {variable.strip("`"): default for variable, default in rows(GUIDE, "Variable")}
    spec = {question["variable"]: question for question in read(FILES / "survey.yml")["spec"]}
    assert set(told) == set(spec)
    for variable, question in spec.items():
        default = str(question["default"])
        assert told[variable].startswith(f"``{default}``" if default else "Selects nothing"), variable


def test_the_variables_of_the_set_up_are_those_of_the_role() -> None:
    options = read(SETUP / "meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    given = yaml.safe_load(VARIABLES)
    assert set(given) | set(yaml.safe_load(FURTHER)) <= set(options)
    fields = {field["id"] for field in read(FILES / "credential_type_inputs.yml")["fields"]}
    assert set(given["awx_setup_credential_inputs"]) <= fields
    assert set(re.findall(r"``(awx_setup_\w+)``", TEXT)) <= set(options)
    assert "ansible-playbook msgraph.intune.awx_setup" in SET_UP


def test_the_readme_of_the_role_shows_the_same() -> None:
    (shown,) = code_blocks(SETUP / "README.md", "yaml")
    assert shown == VARIABLES


def test_the_job_template_that_it_names_is_made() -> None:
    names = {template["name"] for template in read(SETUP / "vars/main.yml")["awx_setup_templates"]}
    assert set(re.findall(r"\*(Report on [\w ]+|Sync Exchange [\w ]+)\*", TEXT)) <= names


def test_the_image_is_built_from_the_file_that_is_there() -> None:
    (name,) = re.findall(r"--file (\S+)", BUILD)
    assert (FILES / name).exists()
