# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the module in a real AnsibleModule, and check its requests and its result."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.modules import intune_exchange_connector_sync
from ansible_collections.msgraph.intune.tests.unit.fakes import Reply, batch_reply
from ansible_collections.msgraph.intune.tests.unit.tasks import ModuleRunner

CONNECTORS = "https://graph.microsoft.com/v1.0/deviceManagement/exchangeConnectors"
A = {"id": "a", "status": "connected", "lastSyncDateTime": "2026-01-01T00:00:00Z"}


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> ModuleRunner:
    return ModuleRunner(intune_exchange_connector_sync.main, monkeypatch, capfd)


def test_each_run_sends_one_post_request(runner: ModuleRunner) -> None:
    for _run in range(2):
        result = runner.run(Reply(204), connector_id="a")
        assert runner.sent == [f"POST {CONNECTORS}/a/sync"]
        assert (result["changed"], result["connectors"][0]["action"]) == (True, "triggered")


def test_check_mode_only_reads_in_each_run(runner: ModuleRunner) -> None:
    for _run in range(2):
        result = runner.run(Reply(200, A), connector_id="a", check=True)
        assert runner.sent == [f"GET {CONNECTORS}/a"]
        assert (result["changed"], result["connectors"][0]["action"]) == (True, "would_trigger")
        assert result["connectors"][0]["before"]["status"] == "connected"


def test_several_ids_are_sent_in_a_batch_and_a_failed_result_contains_all_outcomes(runner: ModuleRunner) -> None:
    gone = Reply(404, {"error": {"code": "ResourceNotFound", "message": "gone"}})
    result = runner.run(batch_reply(Reply(204), gone), connector_id=["a", "b"])
    assert runner.sent == ["POST https://graph.microsoft.com/v1.0/$batch"]
    assert (result["failed"], result["changed"], result["error"]["kind"]) == (True, True, "not_found")
    assert [entry["action"] for entry in result["connectors"]] == ["triggered", "failed"]


def test_an_empty_list_sends_no_request(runner: ModuleRunner) -> None:
    result = runner.run(connector_id=[])
    assert (runner.sent, result["changed"], result["connectors"]) == ([], False, [])


def test_an_invalid_id_sends_no_request(runner: ModuleRunner) -> None:
    result = runner.run(connector_id="a/b")
    assert (runner.sent, result["error"]["kind"], result["connectors"]) == ([], "options", [])


def test_a_task_without_a_selection_is_refused(runner: ModuleRunner) -> None:
    result = runner.run(connector_id="")
    assert (runner.sent, result["error"]["kind"]) == ([], "options")


def test_with_a_name_and_if_older_than_only_due_connectors_are_triggered(runner: ModuleRunner) -> None:
    list_reply = Reply(200, {"value": [{**A, "serverName": "EX01"}]}, {"Date": "Thu, 01 Jan 2026 01:00:00 GMT"})
    for age, sent in (("2h", 1), ("1h", 2)):
        result = runner.run(list_reply, Reply(204), connector_name="ex01", if_older_than=age)
        assert len(runner.sent) == sent
        assert (result["changed"], result["connectors"][0]["action"]) == (
            (False, "skipped") if sent == 1 else (True, "triggered")
        )


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"wait": ""}, "wait"),
        ({"wait": "perhaps"}, "wait"),
        ({"all_connectors": " "}, "all_connectors"),
        ({"connector_id": "", "all_connectors": 2}, "all_connectors"),
        ({"validate_certs": ""}, "validate_certs"),
        ({"retries": "four"}, "retries"),
    ],
)
def test_ansible_refuses_a_blank_or_invalid_boolean_or_number(
    runner: ModuleRunner, options: dict[str, t.Any], name: str
) -> None:
    result = runner.run(**{"connector_id": "a", **options})
    assert (runner.sent, result["failed"], "error" in result) == ([], True, False)
    assert result["msg"].startswith(f"argument '{name}' is of type")


def test_durations_accept_units_and_blanks_mean_the_default(runner: ModuleRunner) -> None:
    later = {**A, "lastSyncDateTime": "2026-01-01T02:00:00Z"}
    durations: dict[str, t.Any] = {"timeout": "0.5m", "retry_budget": 0, "wait_timeout": "1m", "wait_sleep": "0.001s"}
    blanks: dict[str, t.Any] = {**dict.fromkeys(("timeout", "retry_budget", "if_older_than"), " "), "wait_sleep": 0.001}
    for options in (durations, blanks):
        script = (Reply(200, A), Reply(204), Reply(200, later))
        result = runner.run(*script, connector_id="a", wait="yes", **options)
        assert result["connectors"][0]["completed"] is True


@pytest.mark.parametrize("check", [True, False])
def test_a_diff_is_returned_if_requested(runner: ModuleRunner, check: bool) -> None:
    result = runner.run(Reply(200, A), Reply(204), connector_id="a", diff=True, check=check)
    assert result["diff"][0]["after"]["requested"] == "deltaSync"
    assert "diff" not in runner.run(Reply(204), connector_id="a")
