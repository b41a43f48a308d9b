# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Define an invented resource, so that the tests of reading and syncing do not depend on a real one."""

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
widget_state = WIDGET.read_state


def widget(name: str, polished: str | None = "2026-01-01T12:00:00Z", shine: str = "bright") -> dict[str, t.Any]:
    """Return the JSON of a widget with a name of "big" and its ID."""
    return {"id": name, "name": f"big {name}", "shine": shine, "polished": polished}


def list_reply(*widgets: dict[str, t.Any], link: str | None = None, date: str | None = DATE) -> Reply:
    """Return the answer with a page of the list."""
    body = {"value": list(widgets), **({} if link is None else {"@odata.nextLink": link})}
    return Reply(200, body, {} if date is None else {"Date": date})


def object_reply(body: dict[str, t.Any], date: str | None = DATE) -> Reply:
    """Return the answer with a single widget."""
    return Reply(200, body, {} if date is None else {"Date": date})


def widget_client(
    session: FakeSession, clock: FakeClock | None = None, credential: FakeCredential | None = None, **options: t.Any
) -> GraphClient:
    """A client whose token holds the permission to sync, unless another credential is given."""
    credential = credential or FakeCredential(tokens=[jwt({"roles": [POLISH.permission.name]})])
    return make_client(session, find_cloud("global"), credential, clock=clock, **options)
