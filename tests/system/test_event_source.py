# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event source and the rulebook in the real ansible-rulebook, from the installed collection."""

from __future__ import annotations

import ast
import contextlib
import re
import signal
import typing as t

import pytest
import yaml
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import ansible_environment
from ansible_collections.msgraph.intune.tests.system.guides import CONTOSO, FABRIKAM, ago, contoso, fabrikam
from ansible_collections.msgraph.intune.tests.system.long_run import LongRun

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
    from ansible_collections.msgraph.intune.tests.system.engines import Engines

SOURCE = "msgraph.intune.exchange_connectors"
RULEBOOK = "msgraph.intune.sync_unhealthy_exchange_connectors"
INVENTORY = {"all": {"hosts": {"localhost": {"ansible_connection": "local"}}}}


class Stage:
    """Runs rulebooks against the simulator; each request is made once, and looks are a second apart."""

    def __init__(self, simulator: Simulator, engines: Engines, collections: Path, folder: Path) -> None:
        self.simulator = simulator
        self.collections = collections
        self._folder = folder
        self._command = [engines.command("ansible-rulebook"), "-vv", "--inventory", "inventory.yml"]
        (folder / "inventory.yml").write_text(yaml.safe_dump(INVENTORY), encoding="utf-8")
        self._environment = ansible_environment(simulator, MSGRAPH_RETRIES="0", JAVA_HOME=engines.java(), interval="1s")
        self._environment["ANSIBLE_COLLECTIONS_PATH"] = str(collections)

    def run(self, rulebook: str, *flags: str) -> LongRun:
        command = [*self._command, "--env-vars", "interval", "--rulebook", rulebook, *flags]
        return LongRun(command, self._environment, self._folder)

    def watch(self, *flags: str, source: str = SOURCE, **args: t.Any) -> LongRun:
        """Print what the source tells."""
        rules = {
            "name": "Tell",
            "condition": "event.type is defined",
            "action": {"print_event": {"pretty": True}},
        }
        rulebook = [{"name": "Watch", "hosts": "all", "sources": [{source: {"interval": 1, **args}}], "rules": [rules]}]
        (self._folder / "watch.yml").write_text(yaml.safe_dump(rulebook), encoding="utf-8")
        return self.run("watch.yml", *flags)

    def triggers(self) -> list[str]:
        sent = [entry["path"] for entry in self.simulator.journal() if entry["path"].endswith("/sync")]
        return [path.split("/")[-2] for path in sent]

    def looks(self) -> int:
        return sum(entry["method"] == "GET" and entry["service"] == "graph" for entry in self.simulator.journal())


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
        run.wait_for("told of the change", lambda: "status_changed" in types(run) and "synced" in types(run))
        stage.simulator.set_connectors(stage.simulator.connectors()[:1])
        run.wait_for("told of the loss", lambda: "removed" in types(run))
        run.stop()
    assert sorted(types(run)) == ["removed", "status_changed", "synced"]


def test_an_outage_is_told_and_survived(stage: Stage) -> None:
    with stage.watch() as run:
        run.wait_for("looked", stage.looks)
        stage.simulator.faults([{"service": "graph", "status": 503}])
        run.wait_for("told of the outage", lambda: types(run) == ["watch_failed"])
        assert "Microsoft Graph answered 503" in run.output
        stage.simulator.faults([])
        run.wait_for("told of its end", lambda: types(run) == ["watch_failed", "watch_recovered"])
        run.stop()
    assert "Traceback" not in run.output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_while_a_look_is_under_way(stage: Stage, number: signal.Signals) -> None:
    stage.simulator.faults([{"service": "graph", "delay": 600, "moment": "before"}])
    with stage.watch() as run:
        run.wait_for("asked", stage.looks)
        run.stop(number)
    assert "Traceback" not in run.output


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
