# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook that sets a controller up, against a stand-in for the controller's API.

The variable AWX_COLLECTION names a folder of the collection awx.awx, as AWX's repository or an installation has it.
Without it the tests use a stand-in for that collection, too.
"""

from __future__ import annotations

import copy
import hashlib
import json
import os
import re
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import clean_environment
from ansible_collections.msgraph.intune.tests.graph_simulator.private_file import write_private_file
from ansible_collections.msgraph.intune.tests.system.awx_modules import install
from ansible_collections.msgraph.intune.tests.system.commands import run_command
from ansible_collections.msgraph.intune.tests.system.documentation import role_options
from ansible_collections.msgraph.intune.tests.system.fake_controller import FakeController
from ansible_collections.msgraph.intune.tests.system.guides import GUIDES, code_blocks, recap
from ansible_collections.msgraph.intune.tests.system.playbooks import playbook_command

if t.TYPE_CHECKING:
    import subprocess

    from ansible_collections.msgraph.intune.tests.system.engines import Engines

PLAYBOOK = "msgraph.intune.awx_setup"
FILES = Path(__file__).parents[2] / "roles/awx_setup/files"
SECRET = "invented-secret-of-the-credential-41"
RENEWED = "invented-secret-of-the-credential-42"
WEEKLY = "DTSTART:20270101T060000Z RRULE:FREQ=WEEKLY;INTERVAL=1"
ANSWERS: dict[str, t.Any] = {
    "awx_setup_scm_url": "https://git.example/intune.git",
    "awx_setup_execution_environment": "intune",
    "awx_setup_image": "registry.example/intune:1",
    "awx_setup_credential_inputs": {"tenant": "contoso.example", "client": "an-application", "secret": SECRET},
}


@pytest.fixture
def controller() -> t.Iterator[FakeController]:
    with FakeController() as controller:
        yield controller


@pytest.fixture(scope="module")
def after_one_run(collections: Path, tmp_path_factory: pytest.TempPathFactory) -> FakeController:
    """A controller that was set up once. Tests use copies of it."""
    with FakeController() as controller:
        run = set_up(controller, collections, tmp_path_factory.mktemp("run"), "-vvv")
    assert run.returncode == 0, run.stdout
    return controller


@pytest.fixture
def made(after_one_run: FakeController) -> t.Iterator[FakeController]:
    with FakeController(after_one_run) as controller:
        yield controller


@pytest.fixture(scope="module")
def collections(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds awx.awx, or a stand-in for it."""
    folder = tmp_path_factory.mktemp("elsewhere")
    source = os.environ.get("AWX_COLLECTION")
    if source:
        target = folder / "ansible_collections/awx/awx"
        target.parent.mkdir(parents=True)
        target.symlink_to(Path(source).resolve())
    else:
        install(folder)
    return folder


@pytest.fixture(autouse=True)
def _note_the_collection(engines: Engines) -> None:
    source = Path(os.environ.get("AWX_COLLECTION") or "")
    if (source / "MANIFEST.json").exists():
        engines.note(f"awx.awx {json.loads((source / 'MANIFEST.json').read_bytes())['collection_info']['version']}")
    elif (source / "galaxy.yml").exists():
        engines.note(f"awx.awx {yaml.safe_load((source / 'galaxy.yml').read_text(encoding='utf-8'))['version']}")


def set_up(
    controller: FakeController,
    collections: Path | None,
    folder: Path,
    *flags: str,
    playbook: Path | str = PLAYBOOK,
    **answers: t.Any,
) -> subprocess.CompletedProcess[str]:
    path = folder / "variables.json"
    write_private_file(path, json.dumps({**ANSWERS, **answers}).encode())
    environment = clean_environment(CONTROLLER_HOST=controller.url, CONTROLLER_OAUTH_TOKEN="unchecked")
    if collections:
        environment["ANSIBLE_COLLECTIONS_PATH"] += f":{collections}"
    run = run_command(playbook_command(playbook, "-e", f"@{path}", *flags), environment)
    assert SECRET not in run.stdout + run.stderr
    assert RENEWED not in run.stdout + run.stderr
    assert controller.unknown == []
    return run


def shown(run: subprocess.CompletedProcess[str]) -> str:
    """What a run printed, on one line and without the escapes of JSON."""
    return re.sub(r"\s+", " ", run.stdout.replace('\\"', '"'))


def test_one_run_creates_everything(made: FakeController) -> None:
    kind = made.named("credential_types", "Microsoft Entra application")
    for name in ("inputs", "injectors"):
        assert kind[name] == yaml.safe_load((FILES / f"credential_type_{name}.yml").read_text(encoding="utf-8"))
    credential = made.named("credentials", "Intune Exchange connectors")
    assert credential["inputs"] == ANSWERS["awx_setup_credential_inputs"]
    template = made.named("job_templates", "Sync Exchange connectors")
    assert template["_credentials"] == [credential["id"]]
    assert template["_survey"] == yaml.safe_load((FILES / "survey.yml").read_text(encoding="utf-8"))
    assert template["execution_environment"] == made.named("execution_environments", "intune")["id"]
    tokens = made.named("job_templates", "Sync tokens")
    assert tokens["playbook"] == "sync_tokens.yml"
    assert tokens["_survey"] == yaml.safe_load((FILES / "tokens_survey.yml").read_text(encoding="utf-8"))
    report = made.named("job_templates", "Report on Exchange connectors")
    assert (report["playbook"], report["survey_enabled"]) == ("exchange_connector_report.yml", True)
    assert report["_survey"] == yaml.safe_load((FILES / "report_survey.yml").read_text(encoding="utf-8"))
    assert report["ask_variables_on_launch"] is True
    schedule = made.named("schedules", "Sync Exchange connectors")
    assert schedule["unified_job_template"] == template["id"]
    assert schedule["extra_data"] == {"all_connectors": "true"}
    host = made.named("hosts", "localhost")
    assert host["inventory"] == made.named("inventories", "Intune Exchange connectors")["id"]


@pytest.mark.parametrize("flags", [(), ("--check",)])
def test_a_second_run_changes_nothing(
    made: FakeController, collections: Path, tmp_path: Path, flags: tuple[str, ...]
) -> None:
    run = set_up(made, collections, tmp_path, *flags)
    assert (run.returncode, recap(run)["changed"], made.writes) == (0, 0, []), run.stdout


class TestTwoOrganizations:
    @pytest.fixture
    def other(self, made: FakeController, collections: Path, tmp_path: Path) -> FakeController:
        """The controller, after another organization was set up with the same names."""
        made.add("organizations", {"name": "Other"})
        run = set_up(made, collections, tmp_path, awx_setup_organization="Other")
        assert run.returncode == 0, run.stdout
        return made

    def test_each_organization_has_its_own_objects(self, other: FakeController) -> None:
        first, second = (one["id"] for one in other.objects["organizations"].values())
        for organization in (first, second):
            template = other.named("job_templates", "Sync Exchange connectors", organization=organization)
            credential = other.named("credentials", "Intune Exchange connectors", organization=organization)
            for kind, reference in (("projects", "project"), ("inventories", "inventory")):
                assert other.objects[kind][template[reference]]["organization"] == organization
            assert template["_credentials"] == [credential["id"]]
            assert other.named("schedules", "Sync Exchange connectors", unified_job_template=template["id"])
        assert len(other.objects["credential_types"]) == len(other.objects["execution_environments"]) == 1

    @pytest.mark.parametrize("organization", ["Default", "Other"])
    def test_a_later_run_of_either_changes_nothing(
        self, other: FakeController, collections: Path, tmp_path: Path, organization: str
    ) -> None:
        other.writes.clear()
        run = set_up(other, collections, tmp_path, awx_setup_organization=organization)
        assert (run.returncode, other.writes) == (0, []), run.stdout

    def test_each_organization_uses_its_own_credential_of_the_same_name(
        self, made: FakeController, collections: Path, tmp_path: Path
    ) -> None:
        theirs = made.add("organizations", {"name": "Other"})["id"]
        ours = {name: made.add_credential(name)["id"] for name in ("Git", "Registry")}
        for name in ours:
            made.add_credential(name, organization=theirs)
        run = set_up(made, collections, tmp_path, awx_setup_scm_credential="Git", awx_setup_image_credential="Registry")
        assert run.returncode == 0, run.stdout
        assert made.named("projects", "Intune Exchange connectors")["credential"] == ours["Git"]
        assert made.named("execution_environments", "intune")["credential"] == ours["Registry"]

    def test_a_workflow_may_have_the_name_of_a_job_template(
        self, made: FakeController, collections: Path, tmp_path: Path
    ) -> None:
        workflow = made.add("projects", {"name": "Sync Exchange connectors", "organization": 1})
        made.objects["unified_job_templates"][workflow["id"]] = made.objects["projects"].pop(workflow["id"])
        run = set_up(made, collections, tmp_path, awx_setup_rrule=WEEKLY)
        assert run.returncode == 0, run.stdout
        assert made.named("schedules", "Sync Exchange connectors")["rrule"] == WEEKLY


class TestCredentialTypeVersions:
    """A later release has other inputs, which AWX refuses for a type in use."""

    @pytest.fixture
    def later(self) -> dict[str, t.Any]:
        inputs = yaml.safe_load((FILES / "credential_type_inputs.yml").read_text(encoding="utf-8"))
        inputs["fields"][0]["help_text"] = "Another help text."
        return {"awx_setup_type_inputs": inputs, "awx_setup_type_version": 2}

    def test_a_later_version_gets_a_type_and_a_credential_of_its_own(
        self, made: FakeController, collections: Path, tmp_path: Path, later: dict[str, t.Any]
    ) -> None:
        old = made.named("credential_types", "Microsoft Entra application")
        old_credential = made.named("credentials", "Intune Exchange connectors")
        before = copy.deepcopy((old, old_credential))
        run = set_up(made, collections, tmp_path, **later)
        assert run.returncode == 0, run.stdout
        assert (old, old_credential) == before
        new = made.named("credential_types", "Microsoft Entra application (v2)")
        assert new["inputs"] == later["awx_setup_type_inputs"]
        credential = made.named("credentials", "Intune Exchange connectors", credential_type=new["id"])
        assert credential["inputs"] == ANSWERS["awx_setup_credential_inputs"]
        for template in made.objects["job_templates"].values():
            assert template["_credentials"] == [credential["id"]]

        made.writes.clear()
        again = set_up(made, collections, tmp_path, **later)
        assert (again.returncode, made.writes) == (0, []), again.stdout
        # The new credential exists, so its inputs can be left out.
        again = set_up(made, collections, tmp_path, **later, awx_setup_credential_inputs={})
        assert (again.returncode, made.writes) == (0, []), again.stdout

    @pytest.mark.parametrize("inputs", [{}, {"tenant": "contoso.example", "client": "an-application"}])
    def test_secrets_have_to_be_given_again(
        self,
        made: FakeController,
        collections: Path,
        tmp_path: Path,
        later: dict[str, t.Any],
        inputs: dict[str, str],
    ) -> None:
        templates = copy.deepcopy(made.objects["job_templates"])
        run = set_up(made, collections, tmp_path, **later, awx_setup_credential_inputs=inputs)
        assert run.returncode == 2
        assert "awx_setup_credential_inputs again (tenant, client, secret)" in run.stdout
        assert made.objects["job_templates"] == templates

    def test_a_type_in_use_that_was_changed_by_hand_is_reported(
        self, made: FakeController, collections: Path, tmp_path: Path
    ) -> None:
        made.named("credential_types", "Microsoft Entra application")["inputs"]["fields"][0]["label"] = "Directory"
        run = set_up(made, collections, tmp_path)
        assert (run.returncode, made.writes) == (2, [])
        assert "Set awx_setup_credential_type to a new name" in run.stdout

    def test_an_unused_type_is_updated(self, controller: FakeController, collections: Path, tmp_path: Path) -> None:
        inputs = {"fields": [{"id": "tenant", "label": "Directory"}]}
        kind = controller.add(
            "credential_types", {"name": "Microsoft Entra application", "kind": "cloud", "inputs": inputs}
        )
        run = set_up(controller, collections, tmp_path)
        assert run.returncode == 0, run.stdout
        assert len(kind["inputs"]["fields"]) > 1

    def test_the_inputs_of_version_1_stay(self) -> None:
        # If this fails, a file of the credential type changed: add 1 to awx_setup_type_version, and update the digest.
        files = [FILES / f"credential_type_{name}.yml" for name in ("inputs", "injectors")]
        content = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in files]
        digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
        version = yaml.safe_load((FILES.parent / "vars/main.yml").read_text(encoding="utf-8"))["awx_setup_type_version"]
        assert (version, digest[:12]) == (1, "839cd2870781")


class TestProjectSync:
    def test_a_project_whose_last_sync_failed_is_synced_again(
        self, controller: FakeController, collections: Path, tmp_path: Path
    ) -> None:
        controller.sync_failure = "fatal: repository 'https://git.example/intune.git' not found"
        run = set_up(controller, collections, tmp_path)
        assert run.returncode == 2
        update = max(controller.objects["project_updates"])
        text = shown(run)
        assert f'organization "Default": {controller.sync_failure}.' in text
        assert f"project sync {update}, and at /api/v2/project_updates/{update}/stdout/?format=txt" in text

        # A run that changes nothing else meets the same failure.
        again = set_up(controller, collections, tmp_path)
        assert again.returncode == 2
        assert controller.sync_failure in shown(again)
        assert max(controller.objects["project_updates"]) > update

        controller.sync_failure = ""
        repaired = set_up(controller, collections, tmp_path)
        assert repaired.returncode == 0, repaired.stdout
        assert controller.named("job_templates", "Sync Exchange connectors")

    def test_a_project_that_the_role_did_not_create_is_synced_again(
        self, made: FakeController, collections: Path, tmp_path: Path
    ) -> None:
        project = made.named("projects", "Intune Exchange connectors")
        project["status"] = "failed"
        run = set_up(made, collections, tmp_path, awx_setup_scm_url="")
        assert run.returncode == 0, run.stdout
        assert project["status"] == "successful"

    def test_check_mode_syncs_nothing(self, made: FakeController, collections: Path, tmp_path: Path) -> None:
        made.named("projects", "Intune Exchange connectors")["status"] = "failed"
        run = set_up(made, collections, tmp_path, "--check")
        assert (run.returncode, recap(run)["changed"], made.writes) == (0, 1, []), run.stdout

    def test_a_playbook_that_is_new_in_the_repository_is_fetched(
        self, made: FakeController, collections: Path, tmp_path: Path
    ) -> None:
        made.playbooks.append("ours.yml")
        row = {"name": "Ours", "playbook": "ours.yml"}
        run = set_up(made, collections, tmp_path, awx_setup_further_templates=[row])
        assert run.returncode == 0, run.stdout
        assert made.named("job_templates", "Ours")["playbook"] == "ours.yml"

    def test_a_playbook_missing_in_the_repository_is_reported(
        self, controller: FakeController, collections: Path, tmp_path: Path
    ) -> None:
        controller.playbooks.remove("exchange_connector_report.yml")
        run = set_up(controller, collections, tmp_path)
        assert run.returncode == 2
        assert 'The project "Intune Exchange connectors" has no exchange_connector_report.yml.' in shown(run)

    def test_a_missing_project_is_reported(self, controller: FakeController, collections: Path, tmp_path: Path) -> None:
        run = set_up(controller, collections, tmp_path, awx_setup_scm_url="")
        assert run.returncode == 2
        assert 'The organization "Default" has no project "Intune Exchange connectors".' in shown(run)


class TestSchedule:
    def as_of_1_0_0(self, controller: FakeController, **answers: t.Any) -> dict[str, t.Any]:
        """Turn the objects into those of release 1.0.0, and return the schedule, which has these answers."""
        survey = controller.named("job_templates", "Sync Exchange connectors")["_survey"]
        survey["spec"] = [question for question in survey["spec"] if question["variable"] != "all_connectors"]
        schedule = controller.named("schedules", "Sync Exchange connectors")
        schedule["extra_data"] = answers
        return schedule

    @pytest.mark.parametrize("answers", [{}, {"sync_type": "fullSync"}, {"connector_name": " ", "connector_id": ""}])
    def test_another_run_migrates_a_schedule_that_selects_nothing(
        self, made: FakeController, collections: Path, tmp_path: Path, answers: dict[str, t.Any]
    ) -> None:
        schedule = self.as_of_1_0_0(made, **answers)
        run = set_up(made, collections, tmp_path)
        assert (run.returncode, recap(run)["changed"]) == (0, 2), run.stdout
        assert schedule["extra_data"] == {**answers, "all_connectors": "true"}
        questions = made.named("job_templates", "Sync Exchange connectors")["_survey"]["spec"]
        assert "all_connectors" in [question["variable"] for question in questions]

    @pytest.mark.parametrize("answers", [{"connector_name": "Contoso"}, {"connector_id": "a,b", "wait": "false"}])
    def test_another_run_keeps_the_answers_of_a_schedule_that_selects_connectors(
        self, made: FakeController, collections: Path, tmp_path: Path, answers: dict[str, t.Any]
    ) -> None:
        schedule = self.as_of_1_0_0(made, **answers)
        run = set_up(made, collections, tmp_path)
        # The survey alone.
        assert (run.returncode, recap(run)["changed"]) == (0, 1), run.stdout
        assert schedule["extra_data"] == answers

    def test_an_empty_rule_removes_it(self, made: FakeController, collections: Path, tmp_path: Path) -> None:
        run = set_up(made, collections, tmp_path, awx_setup_rrule="")
        assert (run.returncode, recap(run)["changed"]) == (0, 1), run.stdout
        assert made.objects["schedules"] == {}


class TestCredential:
    def test_a_stored_secret_stays_when_another_field_changes(
        self, made: FakeController, collections: Path, tmp_path: Path
    ) -> None:
        credential = made.named("credentials", "Intune Exchange connectors")
        given = {**ANSWERS["awx_setup_credential_inputs"], "tenant": "fabrikam.example", "secret": RENEWED}
        run = set_up(made, collections, tmp_path, awx_setup_credential_inputs=given)
        assert (run.returncode, recap(run)["changed"]) == (0, 1), run.stdout
        assert credential["inputs"] == {**given, "secret": SECRET}
        # It stays without being given, too.
        del given["secret"]
        run = set_up(made, collections, tmp_path, awx_setup_credential_inputs=given)
        assert (run.returncode, recap(run)["changed"]) == (0, 0), run.stdout
        assert credential["inputs"]["secret"] == SECRET

    def test_a_secret_is_replaced_when_that_is_asked_for(
        self, made: FakeController, collections: Path, tmp_path: Path
    ) -> None:
        credential = made.named("credentials", "Intune Exchange connectors")
        renewed = {**ANSWERS["awx_setup_credential_inputs"], "secret": RENEWED}
        set_up(made, collections, tmp_path, awx_setup_credential_inputs=renewed)
        assert credential["inputs"]["secret"] == SECRET
        run = set_up(made, collections, tmp_path, awx_setup_credential_inputs=renewed, awx_setup_replace_secrets=True)
        assert run.returncode == 0, run.stdout
        assert credential["inputs"] == renewed

    def test_credentials_added_by_hand_stay(self, made: FakeController, collections: Path, tmp_path: Path) -> None:
        template = made.named("job_templates", "Sync Exchange connectors")
        (ours,) = template["_credentials"]
        added = made.add_credential("Mail", "SMTP")["id"]
        further = made.add_credential("Webhook", "Webhook")["id"]
        template["_credentials"].append(added)
        run = set_up(made, collections, tmp_path, awx_setup_further_credentials=["Webhook"])
        assert run.returncode == 0, run.stdout
        assert sorted(template["_credentials"]) == [ours, added, further]
        report = made.named("job_templates", "Report on Exchange connectors")
        assert sorted(report["_credentials"]) == [ours, further]

    def test_another_credential_of_the_same_type_takes_its_place(
        self, made: FakeController, collections: Path, tmp_path: Path
    ) -> None:
        run = set_up(made, collections, tmp_path, awx_setup_credential="Another")
        assert run.returncode == 0, run.stdout
        template = made.named("job_templates", "Sync Exchange connectors")
        assert template["_credentials"] == [made.named("credentials", "Another")["id"]]

    def test_a_missing_credential_is_reported(self, made: FakeController, collections: Path, tmp_path: Path) -> None:
        run = set_up(made, collections, tmp_path, awx_setup_further_credentials=["Webhook"])
        assert (run.returncode, made.writes) == (2, [])
        assert 'The controller has 0 credentials with the name "Webhook"' in shown(run)


def test_emptied_options_go_back(made: FakeController, collections: Path, tmp_path: Path) -> None:
    for name in ("Git", "Registry"):
        made.add_credential(name)
    run = set_up(
        made,
        collections,
        tmp_path,
        awx_setup_scm_branch="stable",
        awx_setup_scm_credential="Git",
        awx_setup_image_credential="Registry",
    )
    assert run.returncode == 0, run.stdout
    made.writes.clear()
    emptied: dict[str, t.Any] = {"awx_setup_scm_branch": "", "awx_setup_scm_credential": ""}
    run = set_up(made, collections, tmp_path, "--check", **emptied, awx_setup_image_credential="")
    # The branch, and each credential.
    assert (run.returncode, recap(run)["changed"], made.writes) == (0, 3, []), run.stdout
    run = set_up(made, collections, tmp_path, **emptied, awx_setup_image_credential="")
    assert run.returncode == 0, run.stdout
    project = made.named("projects", "Intune Exchange connectors")
    assert (project["scm_branch"], project["credential"]) == ("", None)
    assert made.named("execution_environments", "intune")["credential"] is None
    run = set_up(made, collections, tmp_path, awx_setup_execution_environment="", awx_setup_image="")
    templates = made.objects["job_templates"].values()
    assert (run.returncode, recap(run)["changed"]) == (0, len(templates)), run.stdout
    assert {template["execution_environment"] for template in templates} == {None}


def test_check_mode_writes_nothing(made: FakeController, collections: Path, tmp_path: Path) -> None:
    run = set_up(made, collections, tmp_path, "--check", awx_setup_rrule=WEEKLY)
    assert (run.returncode, recap(run)["changed"], made.writes) == (0, 1, []), run.stdout


def test_check_mode_on_an_empty_controller_ends_before_the_job_templates(
    controller: FakeController, collections: Path, tmp_path: Path
) -> None:
    run = set_up(controller, collections, tmp_path, "--check")
    assert (run.returncode, controller.writes) == (0, []), run.stdout
    # Credential type, execution environment, project and inventory.
    assert recap(run)["changed"] == 4
    assert "Create the job template]" not in run.stdout


def test_check_mode_reports_missing_job_templates(made: FakeController, collections: Path, tmp_path: Path) -> None:
    for kind in ("schedules", "job_templates", "unified_job_templates"):
        made.objects[kind].clear()
    run = set_up(made, collections, tmp_path, "--check")
    assert (run.returncode, made.writes, recap(run)["changed"]) == (0, [], 3), run.stdout


REFUSED: dict[str, tuple[dict[str, t.Any], str]] = {
    "a field": (
        {"awx_setup_credential_inputs": {"tenant": "a", "password": SECRET}},
        "awx_setup_credential_inputs has password, and the credential type does not.",
    ),
    "a cloud": (
        {"awx_setup_credential_inputs": {"tenant": "a", "cloud": "AzureCloud"}},
        "cloud in awx_setup_credential_inputs is 'AzureCloud'. It must be one of global, us_gov_l4, us_gov_l5, china.",
    ),
    "an image": (
        {"awx_setup_execution_environment": ""},
        "awx_setup_image is set and awx_setup_execution_environment is not.",
    ),
    "a row": ({"awx_setup_further_templates": [{"name": "Ours"}]}, "missing required arguments: playbook"),
    "an organization": (
        {"awx_setup_organization": "Elsewhere"},
        'The controller has no organization "Elsewhere", or you may not read it.',
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_wrong_option_is_refused_before_anything_is_written(
    controller: FakeController, collections: Path, tmp_path: Path, name: str
) -> None:
    answers, message = REFUSED[name]
    run = set_up(controller, collections, tmp_path, **answers)
    assert (run.returncode, controller.writes) == (2, [])
    assert message in shown(run)


def test_a_controller_that_cannot_be_read_is_not_changed(
    made: FakeController, collections: Path, tmp_path: Path
) -> None:
    made.unreadable.add("organizations")
    run = set_up(made, collections, tmp_path)
    assert (run.returncode, made.writes) == (2, [])
    assert "set CONTROLLER_HOST and CONTROLLER_OAUTH_TOKEN" in shown(run)


def test_further_job_templates(made: FakeController, collections: Path, tmp_path: Path) -> None:
    survey = {"name": "Ours", "description": "", "spec": [{"variable": "who", "required": False}]}
    (tmp_path / "survey.json").write_text(json.dumps(survey), encoding="utf-8")
    made.playbooks.append("ours.yml")
    ours = {
        "name": "Ours",
        "playbook": "ours.yml",
        "survey": str(tmp_path / "survey.json"),
        "extra_vars": {"level": 1},
        "schedule": {"rrule": WEEKLY, "answers": {"who": "all"}},
    }
    replaced = {
        "name": "Report on Exchange connectors",
        "playbook": "exchange_connector_report.yml",
        "description": "R",
    }
    answers: dict[str, t.Any] = {"awx_setup_further_templates": [ours, replaced]}
    run = set_up(made, collections, tmp_path, **answers)
    assert run.returncode == 0, run.stdout
    template = made.named("job_templates", "Ours")
    assert (template["_survey"], template["survey_enabled"]) == (survey, True)
    assert json.loads(template["extra_vars"]) == {"level": 1}
    schedule = made.named("schedules", "Ours")
    assert (schedule["rrule"], schedule["extra_data"]) == (WEEKLY, {"who": "all"})
    assert made.named("job_templates", "Report on Exchange connectors")["description"] == "R"

    made.writes.clear()
    again = set_up(made, collections, tmp_path, **answers)
    assert (again.returncode, made.writes) == (0, []), again.stdout


def test_the_further_job_template_of_the_guide(made: FakeController, collections: Path, tmp_path: Path) -> None:
    (block,) = (one for one in code_blocks(GUIDES / "guide_awx.rst", "yaml") if "awx_setup_further_templates" in one)
    run = set_up(made, collections, tmp_path, **yaml.safe_load(block))
    assert run.returncode == 0, run.stdout
    template = made.named("job_templates", "Sync the connector of Contoso")
    assert json.loads(template["extra_vars"]) == {"connector_name": "Contoso"}
    assert made.named("schedules", "Sync the connector of Contoso")["unified_job_template"] == template["id"]


def test_the_collection_may_lie_beside_a_playbook_that_uses_the_role(
    controller: FakeController, collections: Path, tmp_path: Path
) -> None:
    (tmp_path / "collections").symlink_to(collections)
    playbook = tmp_path / "playbook.yml"
    play = {"hosts": "localhost", "gather_facts": False, "roles": ["msgraph.intune.awx_setup"]}
    playbook.write_text(yaml.safe_dump([play]), encoding="utf-8")
    run = set_up(controller, None, tmp_path, playbook=playbook)
    assert run.returncode == 0, run.stdout
    assert controller.named("schedules", "Sync Exchange connectors")


def test_what_is_there_already_need_not_be_given(controller: FakeController, collections: Path, tmp_path: Path) -> None:
    controller.add("projects", {"name": "Ours", "organization": 1})
    theirs = controller.add_credential("Theirs", "Microsoft Azure Resource Manager")
    nothing: dict[str, t.Any] = dict.fromkeys(
        ("awx_setup_scm_url", "awx_setup_execution_environment", "awx_setup_image", "awx_setup_rrule"), ""
    )
    names: dict[str, t.Any] = {
        "awx_setup_project": "Ours",
        "awx_setup_credential": "Theirs",
        "awx_setup_credential_inputs": {},
    }
    run = set_up(controller, collections, tmp_path, **nothing, **names)
    assert run.returncode == 0, run.stdout
    template = controller.named("job_templates", "Sync Exchange connectors")
    assert template["project"] == controller.named("projects", "Ours")["id"]
    assert template["execution_environment"] is None
    assert template["_credentials"] == [theirs["id"]]
    assert not controller.objects["schedules"]


# Another value than the default or the usual answer for each option, and what the controller then holds of it.
CHANGED: dict[str, tuple[t.Any, t.Callable[[FakeController], t.Any], t.Any]] = {
    "awx_setup_organization": (
        "Ours",
        lambda it: it.objects["organizations"][it.named("projects", "P")["organization"]]["name"],
        "Ours",
    ),
    "awx_setup_project": ("P", lambda it: names(it, "projects"), ["P"]),
    "awx_setup_scm_url": (
        "https://git.example/other.git",
        lambda it: it.named("projects", "P")["scm_url"],
        "https://git.example/other.git",
    ),
    "awx_setup_scm_branch": ("stable", lambda it: it.named("projects", "P")["scm_branch"], "stable"),
    "awx_setup_scm_credential": ("Git", lambda it: credential(it, it.named("projects", "P")["credential"]), "Git"),
    "awx_setup_execution_environment": ("E", lambda it: names(it, "execution_environments"), ["E"]),
    "awx_setup_image": (
        "registry.example/other:2",
        lambda it: it.named("execution_environments", "E")["image"],
        "registry.example/other:2",
    ),
    "awx_setup_image_credential": (
        "Registry",
        lambda it: credential(it, it.named("execution_environments", "E")["credential"]),
        "Registry",
    ),
    "awx_setup_inventory": ("I", lambda it: names(it, "inventories"), ["I"]),
    "awx_setup_credential_type": ("T", lambda it: "T" in names(it, "credential_types"), True),
    "awx_setup_credential": ("C", lambda it: names(it, "credentials"), ["Git", "Registry", "Webhook", "C"]),
    "awx_setup_credential_inputs": (
        {"tenant": "fabrikam.example", "client": "another", "secret": RENEWED},
        lambda it: it.named("credentials", "C")["inputs"]["tenant"],
        "fabrikam.example",
    ),
    "awx_setup_further_credentials": (
        ["Webhook"],
        lambda it: "Webhook" in [credential(it, one) for one in it.named("job_templates", "Ours")["_credentials"]],
        True,
    ),
    "awx_setup_further_templates": (
        [{"name": "Ours", "playbook": "exchange_connector_report.yml"}],
        lambda it: "Ours" in names(it, "job_templates"),
        True,
    ),
    "awx_setup_rrule": (WEEKLY, lambda it: it.named("schedules", "Sync Exchange connectors")["rrule"], WEEKLY),
}


def names(controller: FakeController, collection: str) -> list[str]:
    return [one["name"] for one in controller.objects[collection].values()]


def credential(controller: FakeController, number: int) -> str:
    return str(controller.objects["credentials"][number]["name"])


def test_each_option_has_its_effect(controller: FakeController, collections: Path, tmp_path: Path) -> None:
    controller.add("organizations", {"name": "Ours"})
    for name, kind in (("Git", "Source Control"), ("Registry", "Container Registry"), ("Webhook", "Webhook")):
        controller.add_credential(name, kind)
    answers = {option: value for option, (value, _seen, _expected) in CHANGED.items()}
    run = set_up(controller, collections, tmp_path, **answers)
    assert run.returncode == 0, run.stdout
    assert {option: seen(controller) for option, (_value, seen, _expected) in CHANGED.items()} == {
        option: expected for option, (_value, _seen, expected) in CHANGED.items()
    }


def test_each_documented_option_is_tried() -> None:
    # One has a test of its own: test_a_secret_is_replaced_when_that_is_asked_for.
    assert role_options("awx_setup") == {"main": {*CHANGED, "awx_setup_replace_secrets"}}


def test_a_missing_awx_collection_is_reported(controller: FakeController, tmp_path: Path) -> None:
    run = set_up(controller, None, tmp_path)
    assert run.returncode != 0
    assert "The collection awx.awx is not installed where this runs" in run.stdout
    assert controller.writes == []
