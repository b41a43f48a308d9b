# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event source and the rulebook in the real ansible-rulebook, from the installed collection."""

from __future__ import annotations

import json
import re
import signal
import typing as t

import pytest
from ansible_collections.msgraph.intune.tests.graph_simulator.private_file import write_private_file
from ansible_collections.msgraph.intune.tests.system.guides import CONTOSO, FABRIKAM, ago, contoso, fabrikam
from ansible_collections.msgraph.intune.tests.system.rulebooks import SOURCE, Stage, check, events, types

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
    from ansible_collections.msgraph.intune.tests.system.engines import Engines

RULEBOOK = "msgraph.intune.sync_unhealthy_exchange_connectors"
# A request without an answer, for longer than these tests wait for anything.
HANGS = {"service": "graph", "times": None, "delay": 600, "moment": "before"}


@pytest.fixture
def stage(simulator: Simulator, engines: Engines, installed_collections: Path, tmp_path: Path) -> Stage:
    simulator.set_connectors([contoso(), fabrikam()])
    return Stage(simulator, engines, installed_collections, tmp_path)


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
    check(events(run))


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
    check(events(run))


def test_a_secret_that_is_replaced_while_it_runs_is_told_and_survived(stage: Stage) -> None:
    application = next(one for one in stage.simulator.applications() if one["client_id"] == stage.simulator.client_id)
    stage.simulator.change_application(stage.simulator.client_id, secrets=[])
    with stage.watch() as run:
        run.wait_for("told of the refusal", lambda: types(run) == ["watch_failed"])
        assert events(run)[0]["error"]["kind"] == "authentication"
        stage.simulator.change_application(stage.simulator.client_id, secrets=application["secrets"])
        run.wait_for("told of its end", lambda: "watch_recovered" in types(run))
        run.stop()
    check(events(run))


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
    # With a blank in its path it is quoted where it is to be copied from.
    said = r"In the Python interpreter (.+?) the Python package msal cannot be imported .+ Run '?\1'? -m pip install "
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
    check(events(run))
