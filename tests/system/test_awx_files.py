# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is given to AWX, held against the rules that its API checks such data by."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.msgraph.intune.plugins.module_utils._graph.clouds import CLOUDS
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import clean_environment
from ansible_collections.msgraph.intune.tests.system.commands import run_command
from ansible_collections.msgraph.intune.tests.system.playbooks import playbook_command
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

ROOT = Path(__file__).parents[2]
ROLE = ROOT / "roles/awx_setup"
FILES = ROLE / "files"


def read(path: Path) -> t.Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


INPUTS = read(FILES / "credential_type_inputs.yml")
INJECTORS = read(FILES / "credential_type_injectors.yml")
SURVEY = read(FILES / "survey.yml")
REPORT_SURVEY = read(FILES / "report_survey.yml")
TOKENS_SURVEY = read(FILES / "tokens_survey.yml")
ROWS = read(ROLE / "vars/main.yml")["awx_setup_templates"]


class TestCredentialType:
    def test_inputs_have_the_keys_that_a_custom_type_may_have(self) -> None:
        assert set(INPUTS) == {"fields", "required"}
        assert INPUTS["required"] == []

    @pytest.mark.parametrize("field", INPUTS["fields"], ids=lambda field: field["id"])
    def test_the_controller_accepts_each_field(self, field: dict[str, t.Any]) -> None:
        known = {"id", "label", "type", "secret", "multiline", "help_text", "choices", "default"}
        assert {"id", "label", "type", "help_text"} <= set(field) <= known
        assert re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_]*", field["id"])
        assert field["id"] != "tower"
        assert field["type"] == "string"
        # Elsewhere a default would come from nowhere.
        assert ("default" in field) == ("choices" in field)
        assert "default" not in field or field["default"] in field["choices"]

    def test_ids_are_unique(self) -> None:
        ids = [field["id"] for field in INPUTS["fields"]]
        assert len(set(ids)) == len(ids)

    def test_injectors_use_the_fields_that_there_are_and_all_of_them(self) -> None:
        environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
        fields = {field["id"]: f"<{field['id']}>" for field in INPUTS["fields"]}
        files = {name.partition(".")[2]: f"/path/of/{name}" for name in INJECTORS["file"]}
        namespace = {**fields, "tower": {"filename": files}}
        templates = [*INJECTORS["env"].values(), *INJECTORS["file"].values()]
        rendered = [environment.from_string(template).render(namespace) for template in templates]
        assert set(rendered) == {*fields.values(), *files.values()}

    def test_the_clouds_to_choose_from_are_those_that_the_modules_know(self) -> None:
        (cloud,) = (field for field in INPUTS["fields"] if field["id"] == "cloud")
        assert cloud["choices"] == list(CLOUDS)

    @pytest.mark.parametrize("name", INJECTORS["env"])
    def test_the_controller_allows_each_variable(self, name: str) -> None:
        assert re.fullmatch(r"(AZURE|MSGRAPH)_[A-Z_]+", name)


class TestTemplates:
    @pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
    def test_a_row_has_the_keys_that_further_rows_may_have(self, row: dict[str, t.Any]) -> None:
        options = read(ROLE / "meta/argument_specs.yml")["argument_specs"]["main"]["options"]
        spec = options["awx_setup_further_templates"]["options"]
        assert {"name", "description", "playbook"} <= set(row) <= set(spec)
        assert set(row.get("schedule", {})) <= set(spec["schedule"]["options"])

    @pytest.mark.parametrize("row", [row for row in ROWS if "schedule" in row], ids=lambda row: row["name"])
    def test_a_schedule_answers_its_survey_and_selects_something(self, row: dict[str, t.Any]) -> None:
        asked = {question["variable"] for question in read(FILES / row["survey"])["spec"]}
        schedule = row["schedule"]
        assert set(schedule["answers"]) | set(schedule["selection"]) <= asked
        assert set(schedule["answers"]) & set(schedule["selection"])


class TestSurvey:
    @pytest.mark.parametrize("survey", [SURVEY, TOKENS_SURVEY, REPORT_SURVEY], ids=lambda survey: survey["name"])
    def test_the_survey_has_the_keys_that_the_controller_requires(self, survey: dict[str, t.Any]) -> None:
        assert set(survey) == {"name", "description", "spec"}

    @pytest.mark.parametrize(
        "question",
        [*SURVEY["spec"], *TOKENS_SURVEY["spec"], *REPORT_SURVEY["spec"]],
        ids=lambda question: question["variable"],
    )
    def test_the_controller_accepts_each_question(self, question: dict[str, t.Any]) -> None:
        known = {"question_name", "question_description", "variable", "type", "required", "default"}
        assert known <= set(question) <= known | {"min", "max", "choices"}
        # The controller refuses a schedule that leaves a required question unanswered, even one that has a default.
        assert question["required"] is False
        kinds = {"text": str, "textarea": str, "password": str, "multiplechoice": str, "integer": int}
        assert isinstance(question["default"], kinds[question["type"]])
        assert ("choices" in question) == (question["type"] == "multiplechoice")
        assert question["default"] in question.get("choices", [question["default"]])
        assert all(isinstance(question[bound], int) for bound in ("min", "max") if bound in question)

    @pytest.mark.parametrize(
        ("survey", "playbook", "not_asked"),
        [
            (SURVEY, "sync_exchange_connectors", {"wait_sleep"}),
            (TOKENS_SURVEY, "sync_tokens", {"wait_sleep", "vpp_token_id", "enrollment_program_token_id"}),
        ],
        ids=["connectors", "tokens"],
    )
    def test_each_answer_is_a_variable_of_the_playbook_and_has_its_default(
        self, survey: dict[str, t.Any], playbook: str, not_asked: set[str]
    ) -> None:
        text = (ROOT / f"playbooks/{playbook}.yml").read_text(encoding="utf-8")
        documented = dict(re.findall(r"^#   (\w+)  .*; (?:default|no) (.+)$", text, re.MULTILINE))
        asked = {question["variable"]: str(question["default"]) or "default" for question in survey["spec"]}
        assert asked == {name: default for name, default in documented.items() if name not in not_asked}


class TestProject:
    @pytest.mark.parametrize("playbook", sorted((FILES / "project").glob("*.yml")), ids=lambda path: path.stem)
    def test_a_playbook_of_the_project_can_be_run(self, playbook: Path) -> None:
        run = run_command(playbook_command(playbook, "--syntax-check"), clean_environment())
        assert run.returncode == 0, run.stderr

    @pytest.mark.parametrize("playbook", sorted((FILES / "project").glob("*.yml")), ids=lambda path: path.stem)
    def test_the_controller_takes_a_file_of_the_project_for_a_playbook(self, playbook: Path) -> None:
        # It offers no others, and looks for a line that begins so, in one of these two spellings.
        begins = re.compile(r"\s*-?\s*(hosts|(ansible\.builtin\.)?import_playbook):", re.ASCII)
        assert any(map(begins.match, playbook.read_text(encoding="utf-8").splitlines()))

    def test_each_job_template_names_a_playbook_of_the_project(self) -> None:
        playbooks = {path.name for path in (FILES / "project").glob("*.yml")}
        assert {row["playbook"] for row in ROWS} == playbooks

    def test_the_project_needs_no_galaxy_server(self) -> None:
        # The controller installs what collections/requirements.yml lists at each sync, and the sync fails without it.
        assert all(path.is_file() for path in (FILES / "project").iterdir())
        (wanted,) = read(FILES / "project_requirements.yml")["collections"]
        assert wanted["name"] == "msgraph.intune"
