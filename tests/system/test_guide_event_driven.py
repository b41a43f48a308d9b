# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the rulebooks of the guide to event-driven automation, and compare its events and messages with real ones."""

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
from ansible_collections.msgraph.intune.tests.system.rulebooks import (
    SCHEMA,
    RulebookRunner,
    event_types,
    events,
    validate_events,
)
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
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture
def runner(simulator: Simulator, engines: Engines, installed_collections: Path, tmp_path: Path) -> RulebookRunner:
    """Create a runner with the inventory of the guide. The connector of Contoso is unhealthy from the start."""
    simulator.set_connectors([contoso(ago(days=4)), fabrikam()])
    runner = RulebookRunner(simulator, engines, installed_collections, tmp_path)
    runner.environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    (tmp_path / "inventory.yml").write_text(INVENTORY, encoding="utf-8")
    (tmp_path / "watch.yml").write_text(WATCH, encoding="utf-8")
    return runner


def run(runner: RulebookRunner, command: str, rulebook: str | None = None) -> LongRun:
    """Run a command of the guide. Another rulebook can replace that of the guide."""
    if rulebook is not None:
        (runner.folder / "watch.yml").write_text(rulebook, encoding="utf-8")
    return LongRun(["sh", "-c", f"exec {command}"], runner.environment, runner.folder)


def normalize(value: t.Any) -> t.Any:
    """Return a text, or a value as JSON, in one line with a placeholder for each ID."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return " ".join(ID.sub("…", text).split())


def test_the_sample_events_match_the_schema_and_the_guide_names_each_event_type(engines: Engines) -> None:
    engines.package("ansible-rulebook")
    validate_events(SAMPLES)
    shapes = [form["properties"]["type"] for form in json.loads(SCHEMA.read_text(encoding="utf-8"))["oneOf"]]
    documented_types = [name for shape in shapes for name in shape.get("enum", [shape.get("const")])]
    text = GUIDE.read_text(encoding="utf-8")
    assert [name for name in documented_types if f"``{name}``" not in text] == []


def test_the_first_rulebook_prints_the_event_of_the_guide(runner: RulebookRunner) -> None:
    with run(runner, WATCHED) as running:
        running.wait_for("printed an event", lambda: event_types(running) == ["unhealthy"])
        running.stop()
    sample, (event,) = SAMPLES[0], events(running)
    assert event["meta"]["source"] == sample["meta"]["source"]
    assert event["connector"].keys() == sample["connector"].keys()
    constant_fields = {
        "id",
        "server_name",
        "connector_server_name",
        "exchange_alias",
        "exchange_organization",
        "version",
    }
    assert {key: event["connector"][key] for key in constant_fields} == {
        key: sample["connector"][key] for key in constant_fields
    }
    assert runner.paths("POST") == []


def test_the_rulebook_of_the_collection_works_with_the_inventory_of_the_guide(runner: RulebookRunner) -> None:
    with run(runner, SHIPPED) as running:
        running.wait_for("synced", runner.triggers)
        running.stop()
    assert runner.triggers() == [CONTOSO]


def test_the_event_and_the_log_message_of_a_failure_are_those_of_the_guide(runner: RulebookRunner) -> None:
    runner.simulator.faults([{"service": "graph", "times": None, "status": 503}])
    with run(runner, WATCHED) as running:
        running.wait_for("reported the failure", lambda: event_types(running) == ["watch_failed"])
        running.stop()
    (event,) = events(running)
    for key in ("message", "error"):
        assert normalize(event[key]) == normalize(SAMPLES[1][key])
    (message,) = messages(GUIDE)
    assert normalize(message) in normalize(running.output)


def test_the_event_of_a_recovery_is_that_of_the_guide(runner: RulebookRunner) -> None:
    runner.simulator.faults([{"service": "graph", "status": 503}])
    with run(runner, WATCHED, WATCH.replace("interval: 5m", "interval: 1s")) as running:
        running.wait_for("reported the recovery", lambda: "watch_recovered" in event_types(running))
        running.stop()
    (event,) = [event for event in events(running) if event["type"] == "watch_recovered"]
    assert event["message"] == SAMPLES[2]["message"]


def test_a_custom_rulebook_runs_the_module_and_raises_an_alarm(runner: RulebookRunner) -> None:
    runner.simulator.set_connectors([contoso(status="disconnected"), fabrikam()])
    with run(runner, WATCHED, CATCH_UP.replace("interval: 10m", "interval: 1s")) as running:
        running.wait_for("polled", runner.polls)
        runner.simulator.change_connector(CONTOSO, status="connected")
        running.wait_for("synced", runner.triggers)
        runner.simulator.faults([{"service": "graph", "status": 403, "method": "GET"}])
        running.wait_for("raised an alarm", lambda: "cannot be read: protocol" in alarms(running))
        running.stop()
    assert runner.triggers() == [CONTOSO]


def alarms(running: LongRun) -> str:
    """Return the messages of the module debug."""
    return "".join(re.findall(r'"msg": "(.+)"', running.output))


def test_the_rulebook_starts_a_job_with_variables_of_the_survey(runner: RulebookRunner) -> None:
    # The controller renders the injectors of the credential. Other variables do not sign in.
    simulator = runner.simulator
    fields = {
        "tenant_id": simulator.tenant_id,
        "client_id": simulator.client_id,
        "client_secret": runner.environment.pop("AZURE_CLIENT_SECRET"),
    }
    assert fields.keys() == {field["id"] for field in yaml.safe_load(FIELDS)["fields"]}
    assert [field["id"] for field in yaml.safe_load(FIELDS)["fields"] if field.get("secret")] == ["client_secret"]
    del runner.environment["AZURE_TENANT_ID"], runner.environment["AZURE_CLIENT_ID"]
    injected = yaml.safe_load(INJECTORS)["extra_vars"]
    variables = {name: Template(value).render(fields) for name, value in injected.items()}
    write_private_file(runner.folder / "variables.json", json.dumps(variables).encode())
    prompts = {f"ask_{what}_on_launch": False for what in ("inventory", "labels", "limit", "variables")}
    with FakeController() as controller:
        controller.add("job_templates", {"name": TEMPLATE, **prompts})
        command = f"{WATCHED.strip()} --vars variables.json --controller-url {controller.url} --controller-token unused"
        with run(runner, command, START_A_JOB) as running:
            running.wait_for("started a job", lambda: controller.objects["jobs"])
            running.stop()
    (job,) = controller.objects["jobs"].values()
    variables_of_job = job["extra_vars"]
    assert variables_of_job["connector_id"] == CONTOSO
    # A job accepts only the variables of its survey, and needs those that are required.
    survey = yaml.safe_load((SETUP / "files/survey.yml").read_text(encoding="utf-8"))["spec"]
    required = {question["variable"] for question in survey if question["required"]}
    assert required <= variables_of_job.keys() <= {question["variable"] for question in survey}
    templates = yaml.safe_load((SETUP / "vars/main.yml").read_text(encoding="utf-8"))["awx_setup_templates"]
    assert TEMPLATE in [template["name"] for template in templates]


def test_ansible_builder_accepts_the_definition_of_the_image(runner: RulebookRunner, engines: Engines) -> None:
    (runner.folder / "image.yml").write_text(IMAGE, encoding="utf-8")
    context = runner.folder / "context"
    command = [engines.command("ansible-builder"), "create", "-f", str(runner.folder / "image.yml"), "-c", str(context)]
    build = run_command(command, runner.environment)
    assert build.returncode == 0, build.stdout + build.stderr
    assert "msgraph.intune" in (context / "_build/requirements.yml").read_text(encoding="utf-8")
