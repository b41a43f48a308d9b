# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event source and the rulebook in the real ansible-rulebook, from the installed collection."""

from __future__ import annotations

import base64
import json
import re
import signal
import typing as t
from secrets import token_hex
from urllib.parse import quote

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
    secret = stage.environment["AZURE_CLIENT_SECRET"]
    broken = "import os\nraise ImportError('not for ' + os.environ['AZURE_CLIENT_SECRET'] + chr(27))"
    (tmp_path / "msal.py").write_text(broken, encoding="utf-8")
    stage.environment["PYTHONPATH"] = str(tmp_path)
    with stage.watch() as run:
        assert run.end() != 0
    # The exception is logged without its cause, which quotes the secret.
    assert "(not for ******** )" in run.output
    assert (secret in run.output, "\x1b" in run.output, "ImportError" in run.output) == (False, False, False)
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


def quoted_forms(secret: str) -> list[str]:
    """Return the secret in the forms in which services quote what was sent to them."""
    percent = quote(secret, safe="")
    lower = re.sub("%..", lambda found: found[0].lower(), percent)
    encoded = [base64.b64encode(secret.encode()), base64.urlsafe_b64encode(f"id:{secret}".encode())]
    return [secret, percent, lower, *(form.decode() for form in encoded)]


def test_a_secret_that_the_service_quotes_is_masked_in_events_and_in_the_log(stage: Stage) -> None:
    # It contains the characters that encodings change. It is random, because this file is searched for secrets, too.
    secret = f"a/b+c d>e?f=g~{token_hex(16)}"
    stage.simulator.change_application(stage.simulator.client_id, secrets=[{"value": secret}])
    stage.environment["AZURE_CLIENT_SECRET"] = secret
    forms = quoted_forms(secret)
    quoted = " | ".join(forms)
    error = {"code": quoted, "message": f"Refused: {quoted}", "innerError": {"request-id": quoted}}
    next_page = f"{stage.simulator.graph_url}/v1.0/deviceManagement/exchangeConnectors?$skiptoken={forms[1]}"
    unhealthy = contoso(ago(days=4), serverName=quoted)
    bodies = [
        (403, {"error": error}),
        (200, {"value": [], "@odata.nextLink": next_page}),
        (200, {"value": [unhealthy]}),
    ]
    stage.simulator.faults([{"service": "graph", "status": status, "body": body} for status, body in bodies])
    with stage.watch() as run:
        run.wait_for("told of both", lambda: {"watch_failed", "unhealthy"} <= set(types(run)))
        run.stop()
    # The ends of Base64 also depend on what is around the secret.
    assert [form for form in forms if form[8:-8] in run.output] == []
    shown = {event["type"]: event for event in events(run)}
    assert shown["watch_failed"]["error"]["message"].startswith("Refused: ******** | ******** | ******** | ")
    assert shown["unhealthy"]["connector"]["server_name"].startswith("******** | ******** | ******** | ")
    check(events(run))


# Names of a connector and of its host. A template engine that renders them creates FILE.
ATTACKS = {
    "expression": ("{{ lookup('pipe', 'touch FILE') }}", None),
    "statement": ("{% if lookup('pipe', 'touch FILE') %}{% endif %}", None),
    "joined": ("{", "{ lookup('pipe', 'touch FILE') }}"),
    # ansible-rulebook evaluates a rendered text that is a Python literal.
    "escaped": (r"""'\x7b\173 lookup("pipe", "touch FILE") \x7d\u007d'""", None),
    # The first line of a template can choose other delimiters.
    "header": ("#jinja2:variable_start_string:'[%', variable_end_string:'%]'", "[% lookup('pipe', 'touch FILE') %]"),
}
SHOW = """\
- hosts: localhost
  gather_facts: false
  vars:
    connector: "{{ ansible_eda.event.connector }}"
  tasks:
    - ansible.builtin.set_fact:
        names: "{{ [connector.server_name, connector.connector_server_name] }}"
    - ansible.builtin.debug:
        msg: "{{ names | join }} {{ messages | join }}"
"""


def test_names_are_never_rendered_as_templates(stage: Stage) -> None:
    written = {attack: stage.folder / f"written-by-{attack}" for attack in ATTACKS}
    connectors = []
    for attack, names in ATTACKS.items():
        server, host = (name and name.replace("FILE", str(written[attack])) for name in names)
        connectors.append({"id": attack, "serverName": server, "connectorServerName": host})
    stage.simulator.set_connectors(connectors)
    (stage.folder / "show.yml").write_text(SHOW, encoding="utf-8")
    server, host = "{{ event.connector.server_name }}", "{{ event.connector.connector_server_name }}"
    messages = [f"{server}\n{host}", server + host, server]
    show = {"run_module": {"name": "ansible.builtin.debug", "module_args": {"msg": messages}}}
    playbook = {"run_playbook": {"name": "show.yml", "extra_vars": {"messages": messages}}}
    rule = {"name": "Show", "condition": 'event.type == "unhealthy"', "actions": [show, playbook]}
    with stage.run(stage.write([{SOURCE: {"interval": "1h"}}], rule)) as run:
        run.wait_for("showed all", lambda: run.output.count("PLAY RECAP") == 2 * len(ATTACKS))
        run.stop()
    assert [attack for attack, path in written.items() if path.exists()] == []
    assert run.output.count("failed=0") == 2 * len(ATTACKS), run.output


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
