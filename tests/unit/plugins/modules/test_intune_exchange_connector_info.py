# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the module in a real AnsibleModule, and check its requests and its result."""

from __future__ import annotations

import pytest
from ansible_collections.msgraph.intune.plugins.modules import intune_exchange_connector_info
from ansible_collections.msgraph.intune.tests.unit.fakes import Reply
from ansible_collections.msgraph.intune.tests.unit.tasks import TOKEN, ModuleRunner

CONNECTORS = "https://graph.microsoft.com/v1.0/deviceManagement/exchangeConnectors"
LIST = Reply(
    200,
    {
        "value": [
            {"id": "a", "status": "connected", "serverName": "EX01", "lastSyncDateTime": "2026-01-01T00:00:00Z"},
            {"id": "b", "status": "disconnected", "serverName": "EX02", "lastSyncDateTime": "0001-01-01T00:00:00Z"},
        ]
    },
    {"Date": "Thu, 01 Jan 2026 01:00:00 GMT"},
)


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> ModuleRunner:
    return ModuleRunner(intune_exchange_connector_info.main, monkeypatch, capfd)


@pytest.mark.parametrize("check", [False, True])
def test_without_a_selection_all_connectors_are_returned_with_age_and_health(runner: ModuleRunner, check: bool) -> None:
    result = runner.run(LIST, check=check)
    assert runner.sent == [f"GET {CONNECTORS}"]
    assert result["changed"] is False
    assert [(entry["id"], entry["seconds_since_last_sync"], entry["health"]) for entry in result["connectors"]] == [
        ("a", 3600, "healthy"),
        ("b", None, "unhealthy"),
    ]
    assert (result["counts"]["total"], result["counts"]["unhealthy"], result["counts"]["connected"]) == (2, 1, 1)
    assert result["msg"] == "2 Exchange connectors: 1 healthy, 0 warning, 1 unhealthy."


def test_a_connector_with_an_unreadable_time_has_unknown_health(runner: ModuleRunner) -> None:
    odd = {"id": "a", "status": "connected", "serverName": "EX01", "lastSyncDateTime": 1767225600}
    result = runner.run(Reply(200, {"value": [odd]}, LIST.headers))
    (entry,) = result["connectors"]
    assert (entry["last_sync_date_time"], entry["seconds_since_last_sync"], entry["health"]) == (None, None, "unknown")
    assert (result["counts"]["unknown"], result["counts"]["unhealthy"]) == (1, 0)
    assert result["msg"] == "1 Exchange connector: 0 healthy, 0 warning, 0 unhealthy, 1 unknown."


def test_a_secret_in_a_status_is_masked_in_the_counts_too(runner: ModuleRunner) -> None:
    result = runner.run(Reply(200, {"value": [{"id": "a", "status": f"x {TOKEN}"}]}, LIST.headers))
    assert result["counts"]["x ********"] == 1


def test_the_option_status_filters_the_connectors(runner: ModuleRunner) -> None:
    result = runner.run(LIST, status="Disconnected")
    assert [entry["id"] for entry in result["connectors"]] == ["b"]
    assert (result["counts"]["total"], result["counts"]["connected"]) == (1, 0)


def test_a_missing_id_fails_the_task_and_the_other_connectors_are_returned(runner: ModuleRunner) -> None:
    result = runner.run(LIST, connector_id=["a", "gone"])
    assert (result["failed"], result["error"]["kind"]) == (True, "not_found")
    assert [entry["id"] for entry in result["connectors"]] == ["a"]
    assert result["msg"].startswith("Could not find Exchange connector 'gone'")
    assert "counts" not in result


def test_an_empty_list_sends_no_request(runner: ModuleRunner) -> None:
    result = runner.run(connector_id=[])
    assert (runner.sent, result["connectors"], result["counts"]["total"]) == ([], [], 0)


def test_a_failed_result_contains_no_counts(runner: ModuleRunner) -> None:
    result = runner.run(Reply(500))
    assert (result["failed"], result["connectors"], "counts" in result) == (True, [], False)


def test_two_selection_options_together_are_refused(runner: ModuleRunner) -> None:
    result = runner.run(connector_id="a", all_connectors=True)
    assert (runner.sent, result["error"]["kind"]) == ([], "options")
