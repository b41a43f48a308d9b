# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module in a real AnsibleModule, by what it sends and what it prints."""

from __future__ import annotations

import json
import os
import typing as t

import pytest
from ansible.module_utils import basic
from ansible_collections.msgraph.intune.plugins.modules import intune_exchange_connector_sync
from ansible_collections.msgraph.intune.tests.unit.fakes import FakeSession, Reply, Scripted, batch_reply

CONNECTORS = "https://graph.microsoft.com/v1.0/deviceManagement/exchangeConnectors"
TOKEN = "a-token-that-is-long-enough"
A = {"id": "a", "status": "connected", "lastSyncDateTime": "2026-01-01T00:00:00Z"}


class Task:
    """Runs the module; ``sent`` are the requests of the last run."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capfd = capfd
        self.sent: list[str] = []

    def run(self, *script: Scripted, check: bool = False, **options: t.Any) -> dict[str, t.Any]:
        session = FakeSession(*script)
        arguments = {"access_token": TOKEN, **options, "_ansible_check_mode": check}
        self._monkeypatch.setattr("requests.Session", lambda: session)
        self._monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode())
        # From ansible-core 2.19 on.
        self._monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        with pytest.raises(SystemExit) as ended:
            intune_exchange_connector_sync.main()
        printed = self._capfd.readouterr().out
        assert TOKEN not in printed
        result: dict[str, t.Any] = json.loads(printed)
        assert ended.value.code == (1 if result.get("failed") else 0)
        self.sent = session.wire
        return result


@pytest.fixture
def task(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Task:
    for name in os.environ:
        if name.startswith(("AZURE_", "MSGRAPH_")):
            monkeypatch.delenv(name)
    return Task(monkeypatch, capfd)


def test_a_sync_is_one_post_each_time(task: Task) -> None:
    for _run in range(2):
        result = task.run(Reply(204), connector_id="a")
        assert task.sent == [f"POST {CONNECTORS}/a/sync"]
        assert (result["changed"], result["connectors"][0]["action"]) == (True, "triggered")


def test_check_mode_reads_and_posts_nothing_each_time(task: Task) -> None:
    for _run in range(2):
        result = task.run(Reply(200, A), connector_id="a", check=True)
        assert task.sent == [f"GET {CONNECTORS}/a"]
        assert (result["changed"], result["connectors"][0]["action"]) == (True, "would_trigger")
        assert result["connectors"][0]["before"]["status"] == "connected"


def test_several_go_in_a_batch_and_a_failure_does_not_hide_what_happened(task: Task) -> None:
    gone = Reply(404, {"error": {"code": "ResourceNotFound", "message": "gone"}})
    result = task.run(batch_reply(Reply(204), gone), connector_id=["a", "b"])
    assert task.sent == ["POST https://graph.microsoft.com/v1.0/$batch"]
    assert (result["failed"], result["changed"], result["error"]["kind"]) == (True, True, "not_found")
    assert [entry["action"] for entry in result["connectors"]] == ["triggered", "failed"]


def test_an_empty_list_is_nothing_to_do(task: Task) -> None:
    result = task.run(connector_id=[])
    assert (task.sent, result["changed"], result["connectors"]) == ([], False, [])


def test_bad_input_sends_nothing(task: Task) -> None:
    result = task.run(connector_id="a/b")
    assert (task.sent, result["error"]["kind"], result["connectors"]) == ([], "options", [])
