# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event source and the rulebook in the real ansible-rulebook, from the installed collection."""

from __future__ import annotations

import ast
import contextlib
import json
import re
import signal
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import ansible_environment
from ansible_collections.msgraph.intune.tests.graph_simulator.private_file import write_private_file
from ansible_collections.msgraph.intune.tests.system.guides import CONTOSO, FABRIKAM, ago, contoso, fabrikam
from ansible_collections.msgraph.intune.tests.system.long_run import LongRun

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
    from ansible_collections.msgraph.intune.tests.system.engines import Engines

SOURCE = "msgraph.intune.exchange_connectors"
RULEBOOK = "msgraph.intune.sync_unhealthy_exchange_connectors"
SCHEMA = Path(__file__).parents[2] / "extensions/eda/event_schemas/exchange_connectors.json"
INVENTORY = {"all": {"hosts": {"localhost": {"ansible_connection": "local"}}}}

# A request without an answer, for longer than these tests wait for anything.
HANGS = {"service": "graph", "times": None, "delay": 600, "moment": "before"}


class Stage:
    """Runs rulebooks against the simulator; each request is made once, and looks are a second apart."""

    def __init__(self, simulator: Simulator, engines: Engines, collections: Path, folder: Path) -> None:
        self.simulator = simulator
        self.collections = collections
        self.folder = folder
        self._command = [engines.command("ansible-rulebook"), "-vv", "--inventory", "inventory.yml"]
        (folder / "inventory.yml").write_text(yaml.safe_dump(INVENTORY), encoding="utf-8")
        self.environment = ansible_environment(
            simulator, MSGRAPH_RETRIES="0", MSGRAPH_TIMEOUT="600", JAVA_HOME=engines.java(), interval="1s"
        )
        self.environment["ANSIBLE_COLLECTIONS_PATH"] = str(collections)

    def run(self, rulebook: str, *flags: str) -> LongRun:
        command = [*self._command, "--env-vars", "interval", "--rulebook", rulebook, *flags]
        return LongRun(command, self.environment, self.folder)

    def watch(self, *flags: str, source: str = SOURCE, **args: t.Any) -> LongRun:
        """Print what the source tells."""
        rules = {
            "name": "Tell",
            "condition": "event.type is defined",
            "action": {"print_event": {"pretty": True}},
        }
        return self.run(self.write([{source: {"interval": 1, **args}}], rules), *flags)

    def write(self, sources: list[dict[str, t.Any]], *rules: dict[str, t.Any]) -> str:
        """Write a rulebook, and return its path."""
        path = self.folder / "rulebook.yml"
        rulebook = [{"name": "Watch", "hosts": "all", "sources": sources, "rules": list(rules)}]
        path.write_text(yaml.safe_dump(rulebook), encoding="utf-8")
        return str(path)

    def paths(self, method: str = "GET") -> list[str]:
        """What was asked of Microsoft Graph."""
        sent = [entry for entry in self.simulator.journal() if entry["service"] == "graph"]
        return [entry["path"] for entry in sent if entry["method"] == method]

    def triggers(self) -> list[str]:
        return [path.split("/")[-2] for path in self.paths("POST")]

    def looks(self) -> int:
        return len(self.paths())


@pytest.fixture
def stage(simulator: Simulator, engines: Engines, installed_collections: Path, tmp_path: Path) -> Stage:
    simulator.set_connectors([contoso(), fabrikam()])
    return Stage(simulator, engines, installed_collections, tmp_path)


def events(run: LongRun) -> list[dict[str, t.Any]]:
    """The events that were printed, each over several lines, and by the engine itself once more."""
    found = []
    for block in re.findall(r"^\{'.+?\}\}?$", run.output, re.MULTILINE | re.DOTALL):
        with contextlib.suppress(SyntaxError, ValueError):
            found.append(ast.literal_eval(block))
    return list({event["meta"]["uuid"]: event for event in found if "type" in event}.values())


def check(run: LongRun) -> None:
    """Hold each event against the schema; ansible-rulebook brings the package that does that."""
    import jsonschema

    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    for event in events(run):
        jsonschema.validate(event, schema, jsonschema.Draft202012Validator)


def types(run: LongRun) -> list[str]:
    return [event["type"] for event in events(run)]


def test_a_connector_that_becomes_unhealthy_is_synced_once(stage: Stage) -> None:
    with stage.run(RULEBOOK) as run:
        run.wait_for("looked", stage.looks)
        assert stage.triggers() == []
        stage.simulator.change_connector(FABRIKAM, lastSyncDateTime=ago(days=4))
        run.wait_for("synced", stage.triggers)
        # Another one, so that it is known that the first would have been synced again by now.
        stage.simulator.change_connector(FABRIKAM, lastSyncDateTime=ago(days=5))
        stage.simulator.change_connector(CONTOSO, lastSyncDateTime=ago(days=5))
        run.wait_for("synced the other one", lambda: CONTOSO in stage.triggers())
        assert run.stop() is not None
    assert stage.triggers() == [FABRIKAM, CONTOSO]
    assert "Traceback" not in run.output


def test_events_tell_what_happened(stage: Stage) -> None:
    with stage.watch() as run:
        run.wait_for("looked", stage.looks)
        stage.simulator.change_connector(CONTOSO, status="disconnected", lastSyncDateTime=ago(minutes=1))
        run.wait_for("told of the change", lambda: {"status_changed", "synced"} <= set(types(run)))
        stage.simulator.set_connectors(stage.simulator.connectors()[:1])
        run.wait_for("told of the loss", lambda: "removed" in types(run))
        run.stop()
    assert sorted(types(run)) == ["removed", "status_changed", "synced"]
    check(run)


def test_an_outage_is_told_once_and_survived(stage: Stage) -> None:
    with stage.watch() as run:
        run.wait_for("looked", stage.looks)
        stage.simulator.faults([{"service": "graph", "times": None, "status": 503}])
        run.wait_for("looked again, and later", lambda: "The next look is in 2 s." in run.output)
        assert types(run) == ["watch_failed"]
        # What a log says that shows no events.
        assert re.search(
            r"WARNING - Could not list .+: Microsoft Graph answered 503.+ The next look is in 1 s\.", run.output
        )
        stage.simulator.faults([])
        run.wait_for("told of its end", lambda: "watch_recovered" in types(run))
        run.stop()
    assert types(run) == ["watch_failed", "watch_recovered"]
    assert "Traceback" not in run.output
    check(run)


def test_a_secret_that_is_replaced_while_it_runs_is_told_and_survived(stage: Stage) -> None:
    application = next(one for one in stage.simulator.applications() if one["client_id"] == stage.simulator.client_id)
    stage.simulator.change_application(stage.simulator.client_id, secrets=[])
    with stage.watch() as run:
        run.wait_for("told of the refusal", lambda: types(run) == ["watch_failed"])
        assert events(run)[0]["error"]["kind"] == "authentication"
        stage.simulator.change_application(stage.simulator.client_id, secrets=application["secrets"])
        run.wait_for("told of its end", lambda: "watch_recovered" in types(run))
        run.stop()
    check(run)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_while_a_look_is_under_way(stage: Stage, number: signal.Signals) -> None:
    stage.simulator.faults([HANGS])
    with stage.watch() as run:
        run.wait_for("asked", stage.looks)
        # The second is the Java machine's way to end, which runs the rules.
        assert run.stop(number) in (0, 128 + number)
    assert "Traceback" not in run.output
    assert "ERROR" not in run.output


def test_a_rulebook_that_shuts_down_does_not_wait_for_a_look(stage: Stage) -> None:
    stage.simulator.faults([{**HANGS, "path": f"/{CONTOSO}$"}])
    sources: list[dict[str, t.Any]] = [{SOURCE: {"connector_id": CONTOSO}}, {SOURCE: {"interval": 1}}]
    shutdown = {"name": "End", "condition": "event.connector is defined", "action": {"shutdown": {}}}
    with stage.run(stage.write(sources, shutdown)) as run:
        run.wait_for("asked for the one", lambda: any(path.endswith(CONTOSO) for path in stage.paths()))
        stage.simulator.change_connector(FABRIKAM, lastSyncDateTime=ago(days=4))
        assert run.end() == 0
    assert "Traceback" not in run.output


def test_a_missing_package_is_said_in_a_sentence(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "msal.py").write_text('raise ImportError("there is none here")', encoding="utf-8")
    stage.environment["PYTHONPATH"] = str(tmp_path)
    with stage.watch() as run:
        assert run.end() != 0
    assert "DependencyError: Source plugin failed with error message: " in run.output
    said = r"In the Python interpreter (\S+) the Python package msal cannot be imported .+ Run \1 -m pip install "
    assert re.search(said, run.output), run.output


def test_a_secret_in_the_arguments_is_not_shown(stage: Stage) -> None:
    secret = stage.environment.pop("AZURE_CLIENT_SECRET")
    write_private_file(stage.folder / "variables.json", json.dumps({"intune_client_secret": secret}).encode())
    stage.simulator.faults([{"service": "graph", "status": 403}])
    with stage.watch("--vars", "variables.json", client_secret="{{ intune_client_secret }}") as run:
        run.wait_for("told of a failure and its end", lambda: types(run) == ["watch_failed", "watch_recovered"])
        run.stop()
    assert secret not in run.output


def test_a_folder_of_sources_will_do(stage: Stage) -> None:
    folder = stage.collections / "ansible_collections/msgraph/intune/extensions/eda/plugins/event_source"
    stage.simulator.change_connector(CONTOSO, lastSyncDateTime=ago(days=4))
    with stage.watch("--source-dir", str(folder), source="exchange_connectors") as run:
        run.wait_for("told", lambda: types(run) == ["unhealthy"])
        run.stop()


def test_what_does_not_fit_is_said_in_a_sentence(stage: Stage) -> None:
    with stage.watch(connector_id=[]) as run:
        assert run.end() != 0
    assert "OptionsError: Source plugin failed with error message: 'connector_id or connector_name is an" in run.output
    assert stage.looks() == 0


def test_an_event_holds_the_connector_as_the_module_shows_it(stage: Stage) -> None:
    stage.simulator.change_connector(CONTOSO, lastSyncDateTime=ago(days=4))
    with stage.watch(connector_name="Contoso") as run:
        run.wait_for("told", lambda: types(run))
        run.stop()
    (event,) = events(run)
    connector = event["connector"]
    assert (connector["id"], connector["health"], event["previous"]) == (CONTOSO, "unhealthy", None)
    assert 4 * 86_400 <= connector["seconds_since_last_sync"] < 5 * 86_400
    assert connector["server_name"] == "EXCH01.contoso.example"
    # What ansible-rulebook adds by itself.
    assert event["meta"]["source"] == {"name": SOURCE, "type": SOURCE}
    check(run)
