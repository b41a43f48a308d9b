# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sync run over a scripted wire, for a resource made up here: it knows no connector."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph._clouds import find_cloud
from ansible_collections.msgraph.intune.plugins.module_utils._graph._credentials import choose_credential
from ansible_collections.msgraph.intune.plugins.module_utils._graph._errors import (
    AuthenticationError,
    GraphError,
    ProtocolError,
)
from ansible_collections.msgraph.intune.plugins.module_utils._graph._options import gather
from ansible_collections.msgraph.intune.plugins.module_utils._graph._permission import Permission
from ansible_collections.msgraph.intune.plugins.module_utils._graph._settings import read_settings
from ansible_collections.msgraph.intune.plugins.module_utils._intune._resource import SyncResource
from ansible_collections.msgraph.intune.plugins.module_utils._intune._sync import SyncRun, results
from ansible_collections.msgraph.intune.tests.unit.fakes import FakeSession, Reply, Scripted, batch_reply, make_client

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.plugins.module_utils._graph._client import GraphClient

BASE = "https://graph.microsoft.com/v1.0/widgets"
GONE = Reply(404, {"error": {"code": "ResourceNotFound", "message": "gone"}}, {"request-id": "r-404"})


def state(body: t.Any) -> dict[str, t.Any]:
    if not isinstance(body, dict):
        raise ProtocolError("not a widget")
    return {"id": body.get("id"), "colour": body.get("colour")}


WIDGET = SyncResource(
    noun="widget",
    collection="widgets",
    sync_action="polish",
    sync_body=lambda sync_type: {"how": sync_type},
    state=state,
    not_found_hint="Count the widgets.",
    read_permission=Permission("Widgets.Read.All", ""),
    sync_permission=Permission("Widgets.ReadWrite.All", ""),
)


def run(ids: list[str], *script: Scripted, check_mode: bool = False) -> tuple[SyncRun, FakeSession]:
    session = FakeSession(*script)
    settings = read_settings(gather({"access_token": "at-hand"}, {}))
    client = make_client(session, find_cloud("global"), choose_credential(settings, None))
    sync = SyncRun(lambda: client, WIDGET, "gently", check_mode=check_mode)
    sync.run(ids)
    return sync, session


def test_a_204_means_triggered_and_no_more() -> None:
    sync, session = run(["7"], Reply(204, headers={"request-id": "r-1"}))
    assert session.wire == [f"POST {BASE}/7/polish"]
    assert json.loads(session.sent[0].body or b"") == {"how": "gently"}
    (result,) = results(sync.targets)
    assert result.pop("client_request_id") == session.sent[0].headers["client-request-id"]
    assert result == {
        "id": "7",
        "sync_type": "gently",
        "action": "triggered",
        "completed": None,
        "changed": True,
        "http_status": 204,
        "before": None,
        "after": None,
        "attempts": 1,
        "request_id": "r-1",
        "error": None,
    }
    assert sync.message() == "Microsoft Graph accepted a gently of widget '7'."
    assert (sync.failure, sync.warnings) == (None, [])


def test_check_mode_reads_and_triggers_nothing() -> None:
    sync, session = run(["7"], Reply(200, {"id": "7", "colour": "red"}), check_mode=True)
    assert session.wire == [f"GET {BASE}/7"]
    (result,) = results(sync.targets)
    assert (result["action"], result["changed"], result["before"]) == (
        "would_trigger",
        True,
        {"id": "7", "colour": "red"},
    )
    assert (result["http_status"], result["attempts"], result["request_id"]) == (None, 0, None)
    assert sync.message() == "Would ask Microsoft Graph for a gently of widget '7'."


def test_check_mode_fails_for_what_does_not_exist() -> None:
    sync, _session = run(["7"], GONE, check_mode=True)
    assert isinstance(sync.failure, GraphError)
    assert sync.failure.kind == "not_found"
    assert sync.message() == (
        "Could not read widget '7': Microsoft Graph answered 404 ResourceNotFound: gone (request-id r-404)."
        " Count the widgets."
    )
    assert results(sync.targets)[0]["changed"] is False


def test_one_that_fails_does_not_stop_the_others() -> None:
    sync, session = run(["a", "gone", "b"], batch_reply(Reply(204), GONE, Reply(204)))
    assert [item["url"] for item in session.sent[0].json()["requests"]] == [
        f"/widgets/{name}/polish" for name in ("a", "gone", "b")
    ]
    assert [(r["id"], r["action"], r["changed"]) for r in results(sync.targets)] == [
        ("a", "triggered", True),
        ("gone", "failed", False),
        ("b", "triggered", True),
    ]
    failed = results(sync.targets)[1]
    assert (failed["http_status"], failed["attempts"], failed["request_id"]) == (404, 1, "r-404")
    assert failed["error"]["kind"] == "not_found"
    assert "widget 'gone'" in sync.message()
    assert sync.message().endswith("1 of 3 widgets failed: 'gone'. Microsoft Graph accepted a gently of 2 widgets.")


def test_of_several_failures_the_first_asked_for_is_the_tasks() -> None:
    sync, _session = run(["a", "b"], batch_reply(GONE, Reply(500)))
    assert sync.failure is not None
    assert sync.failure.kind == "not_found"
    assert sync.message().endswith("2 of 2 widgets failed: 'a', 'b'.")


def test_nothing_asked_for_is_nothing_sent() -> None:
    sync, session = run([])
    assert (session.wire, sync.targets, sync.failure) == ([], [], None)
    assert sync.message() == "Nothing to do: no widget was asked for."


@pytest.mark.parametrize("reply", [Reply(200, {"id": "7"}), Reply(202), Reply(200, "  ")])
def test_another_success_counts_with_a_warning(reply: Reply) -> None:
    sync, _session = run(["7"], reply)
    assert sync.targets[0].action == "triggered"
    (warning,) = sync.warnings
    assert f"answered {reply.status}" in warning
    assert "widget '7'" in warning


def test_a_success_that_is_a_web_page_is_none() -> None:
    sync, _session = run(["7"], Reply(200, "<html>log in to this network</html>"))
    assert sync.targets[0].action == "failed"
    assert sync.failure is not None
    assert sync.failure.kind == "protocol"


def test_a_read_of_another_shape_names_what_was_being_read() -> None:
    sync, _session = run(["7"], Reply(200, []), check_mode=True)
    assert "Could not read widget '7'" in sync.message()
    assert "not a widget" in sync.message()


def test_another_one_than_asked_for_is_none() -> None:
    sync, _session = run(["7"], Reply(200, {"id": "8"}, {"request-id": "r-8"}), check_mode=True)
    assert sync.failure is not None
    assert (sync.failure.kind, sync.failure.status, sync.failure.request_id) == ("protocol", 200, "r-8")
    assert "the answer is another widget, '8'" in sync.message()


def test_a_message_names_ten_that_failed_and_counts_the_rest() -> None:
    sync, _session = run([f"w{number}" for number in range(12)], batch_reply(*[GONE] * 12))
    assert "12 of 12 widgets failed: 'w0', 'w1'" in sync.message()
    assert sync.message().endswith("'w9' and 2 more.")


def test_nothing_asked_for_needs_no_client() -> None:
    def never() -> t.NoReturn:
        raise AssertionError

    SyncRun(never, WIDGET, "gently", check_mode=False).run([])


def test_a_failed_sign_in_stops_everything_before_the_first() -> None:
    class Refusing:
        def sign_in(self, permission: Permission) -> None:
            assert permission.name == "Widgets.ReadWrite.All"
            raise AuthenticationError("no")

    sync = SyncRun(lambda: t.cast("GraphClient", Refusing()), WIDGET, "gently", check_mode=True)
    with pytest.raises(AuthenticationError):
        sync.run(["7"])
    assert sync.targets == []
