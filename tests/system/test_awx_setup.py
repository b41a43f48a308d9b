# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook that sets a controller up, with the real modules of awx.awx against a stand-in for the controller's API.

The variable AWX_COLLECTION names a folder of the collection awx.awx, as AWX's repository or an installation has it.
"""

from __future__ import annotations

import json
import os
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import clean_environment
from ansible_collections.msgraph.intune.tests.graph_simulator.private_file import write_private_file
from ansible_collections.msgraph.intune.tests.system.commands import run_command
from ansible_collections.msgraph.intune.tests.system.documentation import role_options
from ansible_collections.msgraph.intune.tests.system.fake_controller import FakeController
from ansible_collections.msgraph.intune.tests.system.guides import recap
from ansible_collections.msgraph.intune.tests.system.playbooks import playbook_command

if t.TYPE_CHECKING:
    import subprocess

    from ansible_collections.msgraph.intune.tests.system.engines import Engines

PLAYBOOK = "msgraph.intune.awx_setup"
FILES = Path(__file__).parents[2] / "roles/awx_setup/files"
SECRET = "invented-secret-of-the-credential-41"
RENEWED = "invented-secret-of-the-credential-42"
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


@pytest.fixture
def collections(engines: Engines, tmp_path: Path) -> Path:
    """A folder that holds awx.awx."""
    source = os.environ.get("AWX_COLLECTION")
    if not source:
        pytest.skip("AWX_COLLECTION names no folder of the collection awx.awx")
    manifest, galaxy = Path(source, "MANIFEST.json"), Path(source, "galaxy.yml")
    if manifest.exists():
        found = json.loads(manifest.read_bytes())["collection_info"]
    else:
        found = yaml.safe_load(galaxy.read_text(encoding="utf-8"))
    engines.note(f"awx.awx {found['version']}")
    folder = tmp_path / "elsewhere/ansible_collections/awx"
    folder.mkdir(parents=True)
    (folder / "awx").symlink_to(Path(source).resolve())
    return folder.parents[1]


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


def test_everything_is_there_after_one_run_and_a_second_changes_nothing(
    controller: FakeController, collections: Path, tmp_path: Path
) -> None:
    run = set_up(controller, collections, tmp_path, "-vvv")
    assert run.returncode == 0, run.stdout
    kind = controller.named("credential_types", "Microsoft Entra application")
    for name in ("inputs", "injectors"):
        assert kind[name] == yaml.safe_load((FILES / f"credential_type_{name}.yml").read_text(encoding="utf-8"))
    credential = controller.named("credentials", "Intune Exchange connectors")
    assert credential["inputs"] == ANSWERS["awx_setup_credential_inputs"]
    template = controller.named("job_templates", "Sync Exchange connectors")
    assert template["_credentials"] == [credential["id"]]
    assert template["_survey"] == yaml.safe_load((FILES / "survey.yml").read_text(encoding="utf-8"))
    assert template["execution_environment"] == controller.named("execution_environments", "intune")["id"]
    report = controller.named("job_templates", "Report on Exchange connectors")
    assert (report["playbook"], report["survey_enabled"]) == ("exchange_connector_report.yml", False)
    schedule = controller.named("schedules", "Sync Exchange connectors")
    assert schedule["unified_job_template"] == template["id"]
    assert schedule["extra_data"] == {"all_connectors": "true"}

    controller.writes.clear()
    again = set_up(controller, collections, tmp_path)
    assert (again.returncode, recap(again)["changed"], controller.writes) == (0, 0, []), again.stdout


def as_of_1_0_0(controller: FakeController, **answers: t.Any) -> dict[str, t.Any]:
    """Turn what the set-up made into what that of release 1.0.0 made; returns the schedule, with these answers."""
    survey = controller.named("job_templates", "Sync Exchange connectors")["_survey"]
    survey["spec"] = [question for question in survey["spec"] if question["variable"] != "all_connectors"]
    schedule = controller.named("schedules", "Sync Exchange connectors")
    schedule["extra_data"] = answers
    return schedule


@pytest.mark.parametrize("answers", [{}, {"sync_type": "fullSync"}, {"connector_name": " ", "connector_id": ""}])
def test_another_run_migrates_a_schedule_that_selects_nothing(
    controller: FakeController, collections: Path, tmp_path: Path, answers: dict[str, t.Any]
) -> None:
    set_up(controller, collections, tmp_path)
    schedule = as_of_1_0_0(controller, **answers)
    run = set_up(controller, collections, tmp_path)
    assert (run.returncode, recap(run)["changed"]) == (0, 2), run.stdout
    assert schedule["extra_data"] == {**answers, "all_connectors": "true"}
    questions = controller.named("job_templates", "Sync Exchange connectors")["_survey"]["spec"]
    assert "all_connectors" in [question["variable"] for question in questions]


@pytest.mark.parametrize("answers", [{"connector_name": "Contoso"}, {"connector_id": "a,b", "wait": "false"}])
def test_another_run_keeps_the_answers_of_a_schedule_that_selects_connectors(
    controller: FakeController, collections: Path, tmp_path: Path, answers: dict[str, t.Any]
) -> None:
    set_up(controller, collections, tmp_path)
    schedule = as_of_1_0_0(controller, **answers)
    run = set_up(controller, collections, tmp_path)
    # The survey alone.
    assert (run.returncode, recap(run)["changed"]) == (0, 1), run.stdout
    assert schedule["extra_data"] == answers


def test_a_schedule_that_cannot_be_read_is_left_alone(
    controller: FakeController, collections: Path, tmp_path: Path
) -> None:
    set_up(controller, collections, tmp_path)
    schedule = as_of_1_0_0(controller, connector_name="Contoso")
    controller.unreadable.add("schedules")
    run = set_up(controller, collections, tmp_path)
    assert run.returncode == 2
    assert 'Could not read the schedule "Sync Exchange connectors" of the controller' in run.stdout
    assert schedule["extra_data"] == {"connector_name": "Contoso"}


def test_check_mode_writes_nothing(controller: FakeController, collections: Path, tmp_path: Path) -> None:
    set_up(controller, collections, tmp_path)
    controller.writes.clear()
    run = set_up(
        controller, collections, tmp_path, "--check", awx_setup_rrule="DTSTART:20260101T070000Z RRULE:FREQ=DAILY"
    )
    assert (run.returncode, controller.writes) == (0, []), run.stdout
    assert recap(run)["changed"] == 1


def test_check_mode_on_a_controller_that_has_none_of_it_ends_before_the_job_templates(
    controller: FakeController, collections: Path, tmp_path: Path
) -> None:
    run = set_up(controller, collections, tmp_path, "--check")
    assert (run.returncode, controller.writes) == (0, []), run.stdout
    # Credential type, execution environment, project and inventory.
    assert recap(run)["changed"] == 4
    assert "Make a job template" not in run.stdout


def test_check_mode_where_the_job_templates_are_missing_tells_of_them(
    controller: FakeController, collections: Path, tmp_path: Path
) -> None:
    set_up(controller, collections, tmp_path)
    for kind in ("schedules", "job_templates"):
        controller.objects[kind].clear()
    controller.writes.clear()
    run = set_up(controller, collections, tmp_path, "--check")
    assert (run.returncode, controller.writes, recap(run)["changed"]) == (0, [], 1), run.stdout


def test_a_secret_is_replaced_when_that_is_asked_for(
    controller: FakeController, collections: Path, tmp_path: Path
) -> None:
    set_up(controller, collections, tmp_path)
    credential = controller.named("credentials", "Intune Exchange connectors")
    renewed = {**ANSWERS["awx_setup_credential_inputs"], "secret": RENEWED}
    set_up(controller, collections, tmp_path, awx_setup_credential_inputs=renewed)
    assert credential["inputs"]["secret"] == SECRET
    run = set_up(controller, collections, tmp_path, awx_setup_credential_inputs=renewed, awx_setup_replace_secrets=True)
    assert run.returncode == 0, run.stdout
    assert credential["inputs"] == renewed


def test_a_field_that_there_is_not_is_named_before_anything_is_written(
    controller: FakeController, collections: Path, tmp_path: Path
) -> None:
    run = set_up(controller, collections, tmp_path, awx_setup_credential_inputs={"tenant": "a", "password": SECRET})
    assert run.returncode != 0
    assert "awx_setup_credential_inputs has password, and the credential type does not." in run.stdout
    assert controller.writes == []


def test_a_private_repository_and_a_private_registry(
    controller: FakeController, collections: Path, tmp_path: Path
) -> None:
    ids = {name: controller.add("credentials", {"name": name})["id"] for name in ("Git", "Registry")}
    run = set_up(
        controller, collections, tmp_path, awx_setup_scm_credential="Git", awx_setup_image_credential="Registry"
    )
    assert run.returncode == 0, run.stdout
    assert controller.named("projects", "Intune Exchange connectors")["credential"] == ids["Git"]
    assert controller.named("execution_environments", "intune")["credential"] == ids["Registry"]


def test_the_collection_may_lie_beside_a_playbook_that_uses_the_role(
    controller: FakeController, collections: Path, tmp_path: Path
) -> None:
    collections.rename(tmp_path / "collections")
    playbook = tmp_path / "playbook.yml"
    play = {"hosts": "localhost", "gather_facts": False, "roles": ["msgraph.intune.awx_setup"]}
    playbook.write_text(yaml.safe_dump([play]), encoding="utf-8")
    run = set_up(controller, None, tmp_path, playbook=playbook)
    assert run.returncode == 0, run.stdout
    assert controller.named("schedules", "Sync Exchange connectors")


def test_what_is_there_already_need_not_be_given(controller: FakeController, collections: Path, tmp_path: Path) -> None:
    for kind, name in (("projects", "Ours"), ("credentials", "Theirs")):
        controller.add(kind, {"name": name, "organization": 1})
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
    assert "execution_environment" not in template
    assert not controller.objects["schedules"]


# Another value than the default or the usual answer for each option, and what the controller then holds of it.
CHANGED: dict[str, tuple[t.Any, t.Callable[[FakeController], t.Any], t.Any]] = {
    "awx_setup_organization": ("Ours", lambda it: it.named("projects", "P")["organization"], 2),
    "awx_setup_project": ("P", lambda it: names(it, "projects"), ["P"]),
    "awx_setup_scm_url": (
        "https://git.example/other.git",
        lambda it: it.named("projects", "P")["scm_url"],
        "https://git.example/other.git",
    ),
    "awx_setup_scm_branch": ("stable", lambda it: it.named("projects", "P")["scm_branch"], "stable"),
    "awx_setup_scm_credential": ("Git", lambda it: it.named("projects", "P")["credential"], 3),
    "awx_setup_execution_environment": ("E", lambda it: names(it, "execution_environments"), ["E"]),
    "awx_setup_image": (
        "registry.example/other:2",
        lambda it: it.named("execution_environments", "E")["image"],
        "registry.example/other:2",
    ),
    "awx_setup_image_credential": (
        "Registry",
        lambda it: it.named("execution_environments", "E")["credential"],
        4,
    ),
    "awx_setup_inventory": ("I", lambda it: names(it, "inventories"), ["I"]),
    "awx_setup_credential_type": ("T", lambda it: names(it, "credential_types"), ["T"]),
    "awx_setup_credential": ("C", lambda it: names(it, "credentials"), ["Git", "Registry", "C"]),
    "awx_setup_credential_inputs": (
        {"tenant": "fabrikam.example", "client": "another", "secret": RENEWED},
        lambda it: it.named("credentials", "C")["inputs"]["tenant"],
        "fabrikam.example",
    ),
    "awx_setup_rrule": (
        "DTSTART:20270101T060000Z RRULE:FREQ=WEEKLY;INTERVAL=1",
        lambda it: it.named("schedules", "Sync Exchange connectors")["rrule"],
        "DTSTART:20270101T060000Z RRULE:FREQ=WEEKLY;INTERVAL=1",
    ),
}


def names(controller: FakeController, collection: str) -> list[str]:
    return [one["name"] for one in controller.objects[collection].values()]


def test_each_option_has_its_effect(controller: FakeController, collections: Path, tmp_path: Path) -> None:
    controller.add("organizations", {"name": "Ours"})
    for name in ("Git", "Registry"):
        controller.add("credentials", {"name": name})
    answers = {option: value for option, (value, _seen, _expected) in CHANGED.items()}
    run = set_up(controller, collections, tmp_path, **answers)
    assert run.returncode == 0, run.stdout
    assert {option: seen(controller) for option, (_value, seen, _expected) in CHANGED.items()} == {
        option: expected for option, (_value, _seen, expected) in CHANGED.items()
    }


def test_each_documented_option_is_tried() -> None:
    # One has a test of its own: test_a_secret_is_replaced_when_that_is_asked_for.
    assert role_options("awx_setup") == {"main": {*CHANGED, "awx_setup_replace_secrets"}}


def test_without_the_collection_it_says_so(controller: FakeController, tmp_path: Path) -> None:
    run = set_up(controller, None, tmp_path)
    assert run.returncode != 0
    assert "The collection awx.awx is not installed where this runs" in run.stdout
    assert controller.writes == []
