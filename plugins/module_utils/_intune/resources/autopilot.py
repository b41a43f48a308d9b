# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The Windows Autopilot sync settings of a tenant.

https://learn.microsoft.com/graph/api/intune-enrollment-windowsautopilotsettings-sync
"""

from __future__ import annotations

import typing as t

from ..._graph.permission import Permission
from ..fields import Field
from ..health import HealthRule
from ..resource import COMPLETED, LICENCE_HINT, PENDING, Progress, Resource, SyncAction, is_later

if t.TYPE_CHECKING:
    from ..fields import State

_LAST_SYNC: t.Final = "last_sync_date_time"
_ROLE_HINT = (
    "The signed-in user needs an Intune role as well, such as Intune Administrator, or one with Sync device on"
    " Enrollment programs."
)
_READ_WRITE = Permission("DeviceManagementServiceConfig.ReadWrite.All", _ROLE_HINT, application_hint=LICENCE_HINT)


def _progress(before: State, after: State, changed: bool) -> Progress:
    status = after["sync_status"]
    if status == "failed" and changed:
        return Progress("failed", "its sync_status is failed")
    return COMPLETED if status == "completed" and is_later(before, after, _LAST_SYNC) else PENDING


AUTOPILOT: t.Final = Resource(
    noun="Windows Autopilot",
    plural="Windows Autopilot settings",
    result_key="settings",
    path="deviceManagement/windowsAutopilotSettings",
    version="beta",
    fields=(
        Field("id", ("id",)),
        Field(_LAST_SYNC, ("lastSyncDateTime",), "time"),
        Field("last_manual_sync_trigger_date_time", ("lastManualSyncTriggerDateTime",), "time"),
        Field("sync_status", ("syncStatus",)),
    ),
    selection=None,
    name_keys=(),
    status_key="sync_status",
    statuses=("unknown", "inProgress", "completed", "failed"),
    last_sync_key=_LAST_SYNC,
    health=HealthRule(last_sync=_LAST_SYNC, is_error=lambda state: state["sync_status"] == "failed"),
    info_module="msgraph.intune.intune_autopilot_info",
    not_found_hint="Check that the tenant uses Windows Autopilot.",
    read_permission=Permission(
        "DeviceManagementServiceConfig.Read.All",
        _ROLE_HINT,
        implied_by=(_READ_WRITE.name,),
        application_hint=LICENCE_HINT,
    ),
    action=SyncAction(
        name="sync",
        permission=_READ_WRITE,
        progress=_progress,
        is_running=lambda state: state["sync_status"] == "inProgress",
        # The service accepts one sync in 10 minutes:
        # https://learn.microsoft.com/graph/api/intune-enrollment-windowsautopilotsettings-sync
        minimum_interval=600,
        interval_keys=(_LAST_SYNC, "last_manual_sync_trigger_date_time"),
        running_on_409=True,
        cooldown_on_429=True,
        failure_hint="See the Windows enrollment pages of the Intune admin center, and run the task again later.",
    ),
)
