# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two invented resources: a singleton with a minimum interval, and a collection whose syncs report a status."""

from __future__ import annotations

import typing as t

from ansible_collections.msgraph.intune.plugins.module_utils._graph.clouds import find_cloud
from ansible_collections.msgraph.intune.plugins.module_utils._graph.permission import Permission
from ansible_collections.msgraph.intune.plugins.module_utils._intune.fields import Field
from ansible_collections.msgraph.intune.plugins.module_utils._intune.health import HealthRule
from ansible_collections.msgraph.intune.plugins.module_utils._intune.resource import (
    COMPLETED,
    PENDING,
    SINGLETON_ID,
    Progress,
    Resource,
    SyncAction,
    is_later,
)
from ansible_collections.msgraph.intune.plugins.module_utils._intune.selection import Selection, SelectionOptions
from ansible_collections.msgraph.intune.plugins.module_utils._intune.sync import SyncRun
from ansible_collections.msgraph.intune.plugins.module_utils._intune.sync_options import SyncOptions, WaitOptions
from ansible_collections.msgraph.intune.plugins.module_utils._intune.sync_report import message
from ansible_collections.msgraph.intune.tests.unit.fakes import (
    FakeClock,
    FakeCredential,
    FakeSession,
    Reply,
    Scripted,
    jwt,
    make_client,
)

DATE = "Fri, 02 Jan 2026 12:00:00 GMT"
EARLIER = "2026-01-01T12:00:00Z"
RECENT = "2026-01-02T11:55:00Z"
LATER = "2026-01-02T12:00:30Z"
ROOT = "https://graph.microsoft.com/beta"
PERMISSION = Permission("Gadgets.ReadWrite.All", "")


def _progress(before: t.Any, after: t.Any, changed: bool) -> Progress:
    if after["state"] == "failed" and changed:
        return Progress("failed", "its state is failed")
    return COMPLETED if after["state"] == "done" and is_later(before, after, "polished") else PENDING


FURNACE = Resource(
    noun="furnace",
    plural="furnaces",
    result_key="settings",
    path="factory/furnace",
    version="beta",
    fields=(
        Field("id", ("id",)),
        Field("polished", ("times", "polished"), "time"),
        Field("triggered", ("times", "triggered"), "time"),
        Field("state", ("state",)),
    ),
    selection=None,
    name_keys=(),
    status_key="state",
    last_sync_key="polished",
    health=HealthRule(last_sync="polished"),
    info_module="gadgets.furnace_info",
    not_found_hint="Build a furnace.",
    read_permission=PERMISSION,
    action=SyncAction(
        name="polish",
        permission=PERMISSION,
        progress=_progress,
        is_running=lambda state: state["state"] == "running",
        minimum_interval=600,
        interval_keys=("polished", "triggered"),
        running_on_409=True,
        cooldown_on_429=True,
        failure_hint="Call the stoker.",
    ),
)
LAMP = Resource(
    noun="lamp",
    plural="lamps",
    result_key="lamps",
    path="factory/lamps",
    version="beta",
    fields=(
        Field("id", ("id",)),
        Field("name", ("name",)),
        Field("polished", ("polished",), "time"),
        Field("state", ("state",)),
    ),
    selection=SelectionOptions(id="lamp_id", name="lamp_name", all="all_lamps"),
    name_keys=("name",),
    status_key="state",
    last_sync_key="polished",
    health=HealthRule(last_sync="polished", is_error=lambda state: state["state"] == "failed"),
    info_module="gadgets.lamp_info",
    not_found_hint="Count the lamps.",
    read_permission=PERMISSION,
    secrets=("wick",),
    action=SyncAction(
        name="polish",
        permission=PERMISSION,
        success_status=200,
        progress=_progress,
        not_ready_reason=lambda state, _now: "it is broken" if state["state"] == "broken" else None,
        failure_hint="Change the wick.",
    ),
)


def furnace(polished: str | None = EARLIER, state: str = "done", triggered: str | None = None) -> Reply:
    """Return the response to a read of the furnace."""
    return Reply(200, {"times": {"polished": polished, "triggered": triggered}, "state": state}, {"Date": DATE})


def lamp(lamp_id: str, polished: str | None = EARLIER, state: str = "done") -> dict[str, t.Any]:
    """Return the JSON of a lamp, with a secret."""
    return {
        "id": lamp_id,
        "name": f"lamp {lamp_id}",
        "polished": polished,
        "state": state,
        "wick": f"secret-wick-{lamp_id}",
    }


def lamps(*items: dict[str, t.Any]) -> Reply:
    """Return the response to a list of lamps, or to a read of a single lamp."""
    body: t.Any = items[0] if len(items) == 1 else {"value": list(items)}
    return Reply(200, body, {"Date": DATE})


class GadgetSync:
    """A sync run of an invented resource on scripted responses."""

    def __init__(self, resource: Resource, selection: Selection, *script: Scripted, **options: t.Any) -> None:
        self.session = FakeSession(*script)
        self.clock = FakeClock()
        credential = FakeCredential(tokens=[jwt({"roles": [PERMISSION.name]})])
        client = make_client(self.session, find_cloud("global"), credential, clock=self.clock)
        wait_options = WaitOptions(options.pop("wait_timeout", 900.0), 30.0)
        assert resource.action is not None
        self.run = SyncRun(
            lambda: client, resource, resource.action, SyncOptions(selection, wait_options=wait_options, **options)
        )
        self.run.run()

    @property
    def requests(self) -> list[str]:
        """The requests as "METHOD path"."""
        return [line.replace(f"{ROOT}/", "") for line in self.session.wire]

    @property
    def message(self) -> str:
        return message(self.run)

    def each(self, key: str) -> list[t.Any]:
        """Return the values of a key of the entries."""
        return [target.as_result(with_sync_type=False)[key] for target in self.run.targets]


def sync_furnace(*script: Scripted, **options: t.Any) -> GadgetSync:
    """Run a sync of the only furnace."""
    return GadgetSync(FURNACE, Selection(ids=(SINGLETON_ID,)), *script, **options)


def sync_lamps(ids: tuple[str, ...], *script: Scripted, **options: t.Any) -> GadgetSync:
    """Run a sync of lamps by their ids."""
    return GadgetSync(LAMP, Selection(ids=ids), *script, **options)
