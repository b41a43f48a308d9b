# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A resource made up here: what reads and syncs knows no connector."""

from __future__ import annotations

import typing as t

from ansible_collections.msgraph.intune.plugins.module_utils._graph.clouds import find_cloud
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import ProtocolError
from ansible_collections.msgraph.intune.plugins.module_utils._graph.permission import Permission
from ansible_collections.msgraph.intune.plugins.module_utils._intune.resource import DEFAULT_RATE_LIMIT, SyncResource
from ansible_collections.msgraph.intune.plugins.module_utils._intune.selection import SelectionOptions
from ansible_collections.msgraph.intune.tests.unit.fakes import (
    FakeClock,
    FakeCredential,
    FakeSession,
    Reply,
    jwt,
    make_client,
)

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.plugins.module_utils._graph.client import GraphClient

BASE = "https://graph.microsoft.com/v1.0/widgets"
BATCH_REQUEST = "POST https://graph.microsoft.com/v1.0/$batch"
DATE = "Fri, 02 Jan 2026 12:00:00 GMT"
NOT_FOUND = Reply(404, {"error": {"code": "ResourceNotFound", "message": "gone"}}, {"request-id": "r-404"})


def widget_state(body: t.Any) -> dict[str, t.Any]:
    if not isinstance(body, dict) or not isinstance(body.get("id"), str):
        raise ProtocolError("not a widget")
    return {"id": body["id"], "name": body.get("name"), "shine": body.get("shine"), "polished": body.get("polished")}


WIDGET = SyncResource(
    noun="widget",
    collection="widgets",
    parse_state=widget_state,
    selection=SelectionOptions(id="widget_id", name="widget_name", all="all_widgets"),
    name_keys=("name",),
    detail_labels={"shine": "shine"},
    status_key="shine",
    working_status="bright",
    last_sync_key="polished",
    info_module="widgets.info",
    not_found_hint="Count the widgets.",
    support_notice="Widgets are out of fashion.",
    read_permission=Permission("Widgets.Read.All", ""),
    rate_limit=DEFAULT_RATE_LIMIT,
    sync_action="polish",
    sync_body=lambda sync_type: {"how": sync_type},
    sync_permission=Permission("Widgets.ReadWrite.All", ""),
)


def widget(name: str, polished: str | None = "2026-01-01T12:00:00Z", shine: str = "bright") -> dict[str, t.Any]:
    """One as Graph shows it; its name is "big" and its id."""
    return {"id": name, "name": f"big {name}", "shine": shine, "polished": polished}


def list_reply(*widgets: dict[str, t.Any], link: str | None = None, date: str | None = DATE) -> Reply:
    """A page of the list."""
    body = {"value": list(widgets), **({} if link is None else {"@odata.nextLink": link})}
    return Reply(200, body, {} if date is None else {"Date": date})


def object_reply(body: dict[str, t.Any], date: str | None = DATE) -> Reply:
    """One by its id."""
    return Reply(200, body, {} if date is None else {"Date": date})


def widget_client(
    session: FakeSession, clock: FakeClock | None = None, credential: FakeCredential | None = None, **options: t.Any
) -> GraphClient:
    """A client whose token holds the permission to sync, unless another credential is given."""
    credential = credential or FakeCredential(tokens=[jwt({"roles": [WIDGET.sync_permission.name]})])
    return make_client(session, find_cloud("global"), credential, clock=clock, **options)
