# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the event source and the rulebook of the installed collection in ansible-rulebook."""

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
from ansible_collections.msgraph.intune.tests.system.rulebooks import (
    SOURCE,
    RulebookRunner,
    event_types,
    events,
    validate_events,
)

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
    from ansible_collections.msgraph.intune.tests.system.engines import Engines

RULEBOOK = "msgraph.intune.sync_unhealthy_exchange_connectors"
# A request that gets no response while a test runs.
HANGS = {"service": "graph", "times": None, "delay": 600, "moment": "before"}


@pytest.fixture
def runner(simulator: Simulator, engines: Engines, installed_collections: Path, tmp_path: Path) -> RulebookRunner:
    simulator.set_connectors([contoso(), fabrikam()])
    return RulebookRunner(simulator, engines, installed_collections, tmp_path)


def test_a_connector_that_becomes_unhealthy_is_synced_once(runner: RulebookRunner) -> None:
    with runner.run(RULEBOOK) as run:
        run.wait_for("polled", runner.polls)
        assert runner.triggers() == []
        runner.simulator.change_connector(FABRIKAM, lastSyncDateTime=ago(days=4))
        run.wait_for("synced", runner.triggers)
        # The sync of the other connector shows that the rulebook handled a later poll and did not sync the first again.
        runner.simulator.change_connector(FABRIKAM, lastSyncDateTime=ago(days=5))
        runner.simulator.change_connector(CONTOSO, lastSyncDateTime=ago(days=5))
        run.wait_for("synced the other connector", lambda: CONTOSO in runner.triggers())
        assert run.stop() is not None
    assert runner.triggers() == [FABRIKAM, CONTOSO]
    assert "Traceback" not in run.output


def test_the_source_reports_changed_synced_and_removed_connectors(runner: RulebookRunner) -> None:
    with runner.watch() as run:
        run.wait_for("polled", runner.polls)
        runner.simulator.change_connector(CONTOSO, status="disconnected", lastSyncDateTime=ago(minutes=1))
        run.wait_for("reported the change", lambda: {"status_changed", "synced"} <= set(event_types(run)))
        runner.simulator.set_connectors(runner.simulator.connectors()[:1])
        run.wait_for("reported the removal", lambda: "removed" in event_types(run))
        run.stop()
    assert sorted(event_types(run)) == ["removed", "status_changed", "synced"]
    validate_events(events(run))


def test_an_outage_is_reported_once_and_the_source_continues(runner: RulebookRunner) -> None:
    with runner.watch() as run:
        run.wait_for("polled", runner.polls)
        runner.simulator.faults([{"service": "graph", "times": None, "status": 503}])
        run.wait_for("polled twice during the outage", lambda: "The next look is in 2 s." in run.output)
        assert event_types(run) == ["watch_failed"]
        # A log without events contains the message, too.
        assert re.search(
            r"WARNING - Could not list .+: Microsoft Graph answered 503.+ The next look is in 1 s\.", run.output
        )
        runner.simulator.faults([])
        run.wait_for("reported the recovery", lambda: "watch_recovered" in event_types(run))
        run.stop()
    assert event_types(run) == ["watch_failed", "watch_recovered"]
    assert "Traceback" not in run.output
    validate_events(events(run))


def test_the_source_recovers_from_a_secret_that_is_invalid_for_some_time(runner: RulebookRunner) -> None:
    client_id = runner.simulator.client_id
    application = next(app for app in runner.simulator.applications() if app["client_id"] == client_id)
    runner.simulator.change_application(runner.simulator.client_id, secrets=[])
    with runner.watch() as run:
        run.wait_for("reported the failed sign-in", lambda: event_types(run) == ["watch_failed"])
        assert events(run)[0]["error"]["kind"] == "authentication"
        runner.simulator.change_application(runner.simulator.client_id, secrets=application["secrets"])
        run.wait_for("reported the recovery", lambda: "watch_recovered" in event_types(run))
        run.stop()
    validate_events(events(run))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_engine_during_a_poll(runner: RulebookRunner, number: signal.Signals) -> None:
    runner.simulator.faults([HANGS])
    with runner.watch() as run:
        run.wait_for("sent a request", runner.polls)
        # The rules run in a Java VM, which exits with 128 plus the signal number.
        assert run.stop(number) in (0, 128 + number)
    assert "Traceback" not in run.output
    assert "ERROR" not in run.output


def test_a_rulebook_that_shuts_down_does_not_wait_for_a_poll(runner: RulebookRunner) -> None:
    runner.simulator.faults([{**HANGS, "path": f"/{CONTOSO}$"}])
    sources: list[dict[str, t.Any]] = [{SOURCE: {"connector_id": CONTOSO}}, {SOURCE: {"interval": 1}}]
    shutdown = {"name": "End", "condition": "event.connector is defined", "action": {"shutdown": {}}}
    with runner.run(runner.write(sources, shutdown)) as run:
        run.wait_for("sent the request that hangs", lambda: any(path.endswith(CONTOSO) for path in runner.paths()))
        runner.simulator.change_connector(FABRIKAM, lastSyncDateTime=ago(days=4))
        assert run.end() == 0
    assert "Traceback" not in run.output


def test_the_message_for_a_missing_package_masks_secrets(runner: RulebookRunner, tmp_path: Path) -> None:
    secret = runner.environment["AZURE_CLIENT_SECRET"]
    broken = "import os\nraise ImportError('not for ' + os.environ['AZURE_CLIENT_SECRET'] + chr(27))"
    (tmp_path / "msal.py").write_text(broken, encoding="utf-8")
    runner.environment["PYTHONPATH"] = str(tmp_path)
    with runner.watch() as run:
        assert run.end() != 0
    # The engine logs the exception without its cause, which contains the secret.
    assert "(not for ******** )" in run.output
    assert (secret in run.output, "\x1b" in run.output, "ImportError" in run.output) == (False, False, False)
    assert "DependencyError: Source plugin failed with error message: " in run.output
    # The command quotes a path that contains a blank.
    message = (
        r"In the Python interpreter (.+?) the Python package msal cannot be imported .+ Run '?\1'? -m pip install "
    )
    assert re.search(message, run.output), run.output


def test_the_output_does_not_contain_a_secret_from_the_arguments(runner: RulebookRunner) -> None:
    secret = runner.environment.pop("AZURE_CLIENT_SECRET")
    write_private_file(runner.folder / "variables.json", json.dumps({"intune_client_secret": secret}).encode())
    runner.simulator.faults([{"service": "graph", "status": 403}])
    with runner.watch("--vars", "variables.json", client_secret="{{ intune_client_secret }}") as run:
        run.wait_for(
            "reported a failure and the recovery", lambda: event_types(run) == ["watch_failed", "watch_recovered"]
        )
        run.stop()
    assert secret not in run.output


def quoted_forms(secret: str) -> list[str]:
    """Return the encodings of a secret in which a service can quote a request."""
    percent = quote(secret, safe="")
    lower = re.sub("%..", lambda found: found[0].lower(), percent)
    encoded = [base64.b64encode(secret.encode()), base64.urlsafe_b64encode(f"id:{secret}".encode())]
    return [secret, percent, lower, *(form.decode() for form in encoded)]


def test_a_secret_that_the_service_quotes_is_masked_in_events_and_in_the_log(runner: RulebookRunner) -> None:
    # The secret contains characters that encodings change. It is random, because the secret scan also reads this file.
    secret = f"a/b+c d>e?f=g~{token_hex(16)}"
    runner.simulator.change_application(runner.simulator.client_id, secrets=[{"value": secret}])
    runner.environment["AZURE_CLIENT_SECRET"] = secret
    forms = quoted_forms(secret)
    quoted = " | ".join(forms)
    error = {"code": quoted, "message": f"Refused: {quoted}", "innerError": {"request-id": quoted}}
    next_page = f"{runner.simulator.graph_url}/v1.0/deviceManagement/exchangeConnectors?$skiptoken={forms[1]}"
    unhealthy = contoso(ago(days=4), serverName=quoted)
    bodies = [
        (403, {"error": error}),
        (200, {"value": [], "@odata.nextLink": next_page}),
        (200, {"value": [unhealthy]}),
    ]
    runner.simulator.faults([{"service": "graph", "status": status, "body": body} for status, body in bodies])
    with runner.watch() as run:
        run.wait_for("reported both", lambda: {"watch_failed", "unhealthy"} <= set(event_types(run)))
        run.stop()
    # The first and last characters of Base64 depend on the text around the secret.
    assert [form for form in forms if form[8:-8] in run.output] == []
    by_type = {event["type"]: event for event in events(run)}
    assert by_type["watch_failed"]["error"]["message"].startswith("Refused: ******** | ******** | ******** | ")
    assert by_type["unhealthy"]["connector"]["server_name"].startswith("******** | ******** | ******** | ")
    validate_events(events(run))


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


def test_names_are_never_rendered_as_templates(runner: RulebookRunner) -> None:
    written = {attack: runner.folder / f"written-by-{attack}" for attack in ATTACKS}
    connectors = []
    for attack, names in ATTACKS.items():
        server, host = (name and name.replace("FILE", str(written[attack])) for name in names)
        connectors.append({"id": attack, "serverName": server, "connectorServerName": host})
    runner.simulator.set_connectors(connectors)
    (runner.folder / "show.yml").write_text(SHOW, encoding="utf-8")
    server, host = "{{ event.connector.server_name }}", "{{ event.connector.connector_server_name }}"
    messages = [f"{server}\n{host}", server + host, server]
    show = {"run_module": {"name": "ansible.builtin.debug", "module_args": {"msg": messages}}}
    playbook = {"run_playbook": {"name": "show.yml", "extra_vars": {"messages": messages}}}
    rule = {"name": "Show", "condition": 'event.type == "unhealthy"', "actions": [show, playbook]}
    with runner.run(runner.write([{SOURCE: {"interval": "1h"}}], rule)) as run:
        run.wait_for("showed all names", lambda: run.output.count("PLAY RECAP") == 2 * len(ATTACKS))
        run.stop()
    assert [attack for attack, path in written.items() if path.exists()] == []
    assert run.output.count("failed=0") == 2 * len(ATTACKS), run.output


def test_the_source_works_from_a_source_folder(runner: RulebookRunner) -> None:
    folder = runner.collections / "ansible_collections/msgraph/intune/extensions/eda/plugins/event_source"
    runner.simulator.change_connector(CONTOSO, lastSyncDateTime=ago(days=4))
    with runner.watch("--source-dir", str(folder), source="exchange_connectors") as run:
        run.wait_for("reported an event", lambda: event_types(run) == ["unhealthy"])
        run.stop()


def test_invalid_options_end_the_engine_with_a_message(runner: RulebookRunner) -> None:
    with runner.watch(connector_id=[]) as run:
        assert run.end() != 0
    assert "OptionsError: Source plugin failed with error message: 'connector_id or connector_name is an" in run.output
    assert runner.polls() == 0


def test_an_event_contains_the_connector_as_the_info_module_returns_it(runner: RulebookRunner) -> None:
    runner.simulator.change_connector(CONTOSO, lastSyncDateTime=ago(days=4))
    with runner.watch(connector_name="Contoso") as run:
        run.wait_for("reported an event", lambda: event_types(run))
        run.stop()
    (event,) = events(run)
    connector = event["connector"]
    assert (connector["id"], connector["health"], event["previous"]) == (CONTOSO, "unhealthy", None)
    assert 4 * 86_400 <= connector["seconds_since_last_sync"] < 5 * 86_400
    assert connector["server_name"] == "EXCH01.contoso.example"
    # ansible-rulebook adds this.
    assert event["meta"]["source"] == {"name": SOURCE, "type": SOURCE}
    validate_events(events(run))
