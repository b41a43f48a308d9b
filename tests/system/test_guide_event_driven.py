# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide to event-driven automation: its rulebooks run, and what it shows of events and of the log is what comes."""

from __future__ import annotations

import json
import os
import re
import sys
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.msgraph.intune.tests.graph_simulator.private_file import write_private_file
from ansible_collections.msgraph.intune.tests.system.commands import run_command
from ansible_collections.msgraph.intune.tests.system.fake_controller import FakeController
from ansible_collections.msgraph.intune.tests.system.guides import (
    CONTOSO,
    GUIDES,
    ago,
    code_blocks,
    contoso,
    fabrikam,
    messages,
)
from ansible_collections.msgraph.intune.tests.system.long_run import LongRun
from ansible_collections.msgraph.intune.tests.system.rulebooks import SCHEMA, Stage, check, events, types
from jinja2 import Template

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
    from ansible_collections.msgraph.intune.tests.system.engines import Engines

GUIDE = GUIDES / "guide_event_driven.rst"
INVENTORY, WATCH, CATCH_UP, IMAGE, FIELDS, INJECTORS, START_A_JOB = code_blocks(GUIDE, "yaml")
WATCHED, SHIPPED = [block for block in code_blocks(GUIDE, "shell") if block.startswith("ansible-rulebook")]
SAMPLES = [json.loads(block) for block in code_blocks(GUIDE, "json")]
# The job template that the role awx_setup makes, and its survey.
TEMPLATE = "Sync Exchange connectors"
SETUP = Path(__file__).parents[2] / "roles/awx_setup"
# What differs from time to time.
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture
def stage(simulator: Simulator, engines: Engines, installed_collections: Path, tmp_path: Path) -> Stage:
    """Contoso's connector is unhealthy from the start; the inventory is the guide's."""
    simulator.set_connectors([contoso(ago(days=4)), fabrikam()])
    stage = Stage(simulator, engines, installed_collections, tmp_path)
    stage.environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    (tmp_path / "inventory.yml").write_text(INVENTORY, encoding="utf-8")
    (tmp_path / "watch.yml").write_text(WATCH, encoding="utf-8")
    return stage


def run(stage: Stage, command: str, rulebook: str | None = None) -> LongRun:
    """Run a command of the guide, with another rulebook in the place of the first one."""
    if rulebook is not None:
        (stage.folder / "watch.yml").write_text(rulebook, encoding="utf-8")
    return LongRun(["sh", "-c", f"exec {command}"], stage.environment, stage.folder)


def plain(value: t.Any) -> t.Any:
    """JSON or text without ids, in one line."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return " ".join(ID.sub("…", text).split())


def test_the_samples_fit_the_schema_and_each_form_has_one(engines: Engines) -> None:
    engines.package("ansible-rulebook")
    check(SAMPLES)
    shapes = [one["properties"]["type"] for one in json.loads(SCHEMA.read_text(encoding="utf-8"))["oneOf"]]
    kinds = [shape.get("enum", [shape.get("const")]) for shape in shapes]
    text = GUIDE.read_text(encoding="utf-8")
    shown = {sample["type"] for sample in SAMPLES}
    assert all(shown & set(group) or "have the same form" in text for group in kinds)
    table = re.findall(
        r"^   \* - ``(\w+)``$", text.partition("``event.type``")[2].partition("\nOne look")[0], re.MULTILINE
    )
    assert sorted(table) == sorted(kind for group in kinds for kind in group)


def test_the_first_rulebook_shows_events(stage: Stage) -> None:
    with run(stage, WATCHED) as running:
        running.wait_for("showed one", lambda: types(running) == ["unhealthy"])
        running.stop()
    sample, (event,) = SAMPLES[0], events(running)
    assert event["meta"]["source"] == sample["meta"]["source"]
    assert event["connector"].keys() == sample["connector"].keys()
    same = {"id", "server_name", "connector_server_name", "exchange_alias", "exchange_organization", "version"}
    assert {key: event["connector"][key] for key in same} == {key: sample["connector"][key] for key in same}
    assert stage.paths("POST") == []


def test_the_rulebook_of_the_collection_syncs_by_the_guides_inventory(stage: Stage) -> None:
    with run(stage, SHIPPED) as running:
        running.wait_for("synced", stage.triggers)
        running.stop()
    assert stage.triggers() == [CONTOSO]


def test_what_is_shown_of_a_failure_is_what_comes(stage: Stage) -> None:
    stage.simulator.faults([{"service": "graph", "times": None, "status": 503}])
    with run(stage, WATCHED) as running:
        running.wait_for("told", lambda: types(running) == ["watch_failed"])
        running.stop()
    (event,) = events(running)
    for key in ("message", "error"):
        assert plain(event[key]) == plain(SAMPLES[1][key])
    (message,) = messages(GUIDE)
    assert plain(message) in plain(running.output)


def test_what_is_shown_of_its_end_is_what_comes(stage: Stage) -> None:
    stage.simulator.faults([{"service": "graph", "status": 503}])
    with run(stage, WATCHED, WATCH.replace("interval: 5m", "interval: 1s")) as running:
        running.wait_for("told of its end", lambda: "watch_recovered" in types(running))
        running.stop()
    (event,) = [event for event in events(running) if event["type"] == "watch_recovered"]
    assert event["message"] == SAMPLES[2]["message"]


def test_a_rulebook_of_ones_own_runs_the_module_and_raises_an_alarm(stage: Stage) -> None:
    stage.simulator.set_connectors([contoso(status="disconnected"), fabrikam()])
    with run(stage, WATCHED, CATCH_UP.replace("interval: 10m", "interval: 1s")) as running:
        running.wait_for("looked", stage.looks)
        stage.simulator.change_connector(CONTOSO, status="connected")
        running.wait_for("synced", stage.triggers)
        stage.simulator.faults([{"service": "graph", "status": 403, "method": "GET"}])
        running.wait_for("raised an alarm", lambda: "cannot be read: protocol" in alarms(running))
        running.stop()
    assert stage.triggers() == [CONTOSO]


def alarms(running: LongRun) -> str:
    """What the module debug was told to say."""
    return "".join(re.findall(r'"msg": "(.+)"', running.output))


def test_a_job_is_started_with_what_the_playbook_takes(stage: Stage) -> None:
    # What the credential's fields become, as the controller renders its injectors; nothing else signs in.
    simulator = stage.simulator
    fields = {
        "tenant_id": simulator.tenant_id,
        "client_id": simulator.client_id,
        "client_secret": stage.environment.pop("AZURE_CLIENT_SECRET"),
    }
    assert fields.keys() == {field["id"] for field in yaml.safe_load(FIELDS)["fields"]}
    assert [field["id"] for field in yaml.safe_load(FIELDS)["fields"] if field.get("secret")] == ["client_secret"]
    del stage.environment["AZURE_TENANT_ID"], stage.environment["AZURE_CLIENT_ID"]
    injected = yaml.safe_load(INJECTORS)["extra_vars"]
    variables = {name: Template(value).render(fields) for name, value in injected.items()}
    write_private_file(stage.folder / "variables.json", json.dumps(variables).encode())
    asks = {f"ask_{what}_on_launch": False for what in ("inventory", "labels", "limit", "variables")}
    with FakeController() as controller:
        controller.add("job_templates", {"name": TEMPLATE, **asks})
        command = f"{WATCHED.strip()} --vars variables.json --controller-url {controller.url} --controller-token unused"
        with run(stage, command, START_A_JOB) as running:
            running.wait_for("started a job", lambda: controller.objects["jobs"])
            running.stop()
    (job,) = controller.objects["jobs"].values()
    given = job["extra_vars"]
    assert given["connector_id"] == CONTOSO
    # A survey takes its own variables alone, and asks for those that it requires.
    survey = yaml.safe_load((SETUP / "files/survey.yml").read_text(encoding="utf-8"))["spec"]
    required = {question["variable"] for question in survey if question["required"]}
    assert required <= given.keys() <= {question["variable"] for question in survey}
    templates = yaml.safe_load((SETUP / "vars/main.yml").read_text(encoding="utf-8"))["awx_setup_templates"]
    assert TEMPLATE in [template["name"] for template in templates]


def test_an_image_can_be_made_of_the_definition(stage: Stage, engines: Engines) -> None:
    (stage.folder / "image.yml").write_text(IMAGE, encoding="utf-8")
    context = stage.folder / "context"
    command = [engines.command("ansible-builder"), "create", "-f", str(stage.folder / "image.yml"), "-c", str(context)]
    made = run_command(command, stage.environment)
    assert made.returncode == 0, made.stdout + made.stderr
    assert "msgraph.intune" in (context / "_build/requirements.yml").read_text(encoding="utf-8")
