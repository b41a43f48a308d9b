# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Define a fake resource, so that the tests of ``read`` and ``sync`` do not depend on a real resource."""

from __future__ import annotations

import typing as t

from ansible_collections.msgraph.intune.plugins.module_utils._graph.clouds import find_cloud
from ansible_collections.msgraph.intune.plugins.module_utils._graph.permission import Permission
from ansible_collections.msgraph.intune.plugins.module_utils._intune.fields import Field
from ansible_collections.msgraph.intune.plugins.module_utils._intune.health import HealthRule
from ansible_collections.msgraph.intune.plugins.module_utils._intune.resource import (
    Resource,
    SyncAction,
    completes_when_later,
)
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

# The keys differ from all real resources, so that no code can depend on a real key: ``shine`` is the status,
# ``polished`` is the time of the last sync, ``polish`` is the sync action.
WIDGET = Resource(
    noun="widget",
    plural="widgets",
    result_key="widgets",
    path="widgets",
    fields=(
        Field("id", ("id",)),
        Field("name", ("name",)),
        Field("shine", ("shine",)),
        Field("polished", ("polished",), "time"),
    ),
    selection=SelectionOptions(id="widget_id", name="widget_name", all="all_widgets"),
    name_keys=("name",),
    detail_labels={"shine": "shine"},
    status_key="shine",
    working_status="bright",
    last_sync_key="polished",
    health=HealthRule(last_sync="polished"),
    info_module="widgets.info",
    not_found_hint="Count the widgets.",
    support_notice="Widgets are out of fashion.",
    read_permission=Permission("Widgets.Read.All", ""),
    action=SyncAction(
        name="polish",
        permission=Permission("Widgets.ReadWrite.All", ""),
        progress=completes_when_later("polished"),
        sync_types=("gently", "thoroughly"),
    ),
)
POLISH = t.cast("SyncAction", WIDGET.action)


def widget(widget_id: str, polished: str | None = "2026-01-01T12:00:00Z", shine: str = "bright") -> dict[str, t.Any]:
    """Return the JSON of a widget. Its name is "big" and its ID."""
    return {"id": widget_id, "name": f"big {widget_id}", "shine": shine, "polished": polished}


def list_reply(*widgets: dict[str, t.Any], next_link: str | None = None, date: str | None = DATE) -> Reply:
    """Return a response with one page of widgets."""
    body = {"value": list(widgets), **({} if next_link is None else {"@odata.nextLink": next_link})}
    return Reply(200, body, {} if date is None else {"Date": date})


def object_reply(body: dict[str, t.Any], date: str | None = DATE) -> Reply:
    """Return a response with one widget."""
    return Reply(200, body, {} if date is None else {"Date": date})


def widget_client(
    session: FakeSession, clock: FakeClock | None = None, credential: FakeCredential | None = None, **options: t.Any
) -> GraphClient:
    """Return a client. By default, its token has the permission to sync."""
    credential = credential or FakeCredential(tokens=[jwt({"roles": [POLISH.permission.name]})])
    return make_client(session, find_cloud("global"), credential, clock=clock, **options)
