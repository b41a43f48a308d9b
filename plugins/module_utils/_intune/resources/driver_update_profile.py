# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The Windows driver update profile.

https://learn.microsoft.com/graph/api/resources/intune-softwareupdate-windowsdriverupdateprofile
"""

from __future__ import annotations

import typing as t

from ..._graph.permission import Permission
from ..fields import Field
from ..health import HealthRule
from ..resource import COMPLETED, LICENCE_HINT, PENDING, Progress, Resource, SyncAction, is_later
from ..selection import SelectionOptions

if t.TYPE_CHECKING:
    from ..fields import State

_LAST_SYNC: t.Final = "last_successful_sync_date_time"
_SYNC_STATE: t.Final = "driver_inventory_sync_state"
_INFO_MODULE: t.Final = "msgraph.intune.intune_driver_update_profile_info"
_ROLE_HINT = "The signed-in user needs an Intune role as well, such as Intune Administrator."
_READ_ALL: t.Final = "DeviceManagementConfiguration.Read.All"
_READ = Permission(
    _READ_ALL,
    _ROLE_HINT,
    implied_by=("DeviceManagementConfiguration.ReadWrite.All",),
    application_hint=LICENCE_HINT,
)
# The action changes something, but the only permission that Microsoft documents for it is a read permission:
# https://learn.microsoft.com/graph/api/intune-softwareupdate-windowsdriverupdateprofile-syncinventory
_SYNC = Permission(_READ_ALL, _ROLE_HINT, application_hint=LICENCE_HINT)


def _progress(before: State, after: State, changed: bool) -> Progress:
    if after[_SYNC_STATE] == "failure" and changed:
        return Progress("failed", f"its {_SYNC_STATE} is failure")
    return COMPLETED if after[_SYNC_STATE] == "success" and is_later(before, after, _LAST_SYNC) else PENDING


DRIVER_UPDATE_PROFILE: t.Final = Resource(
    noun="driver update profile",
    plural="driver update profiles",
    result_key="profiles",
    path="deviceManagement/windowsDriverUpdateProfiles",
    version="beta",
    fields=(
        Field("id", ("id",)),
        Field("display_name", ("displayName",)),
        Field("description", ("description",)),
        Field("approval_type", ("approvalType",)),
        Field(_LAST_SYNC, ("inventorySyncStatus", "lastSuccessfulSyncDateTime"), "time"),
        Field(_SYNC_STATE, ("inventorySyncStatus", "driverInventorySyncState")),
        Field("device_reporting", ("deviceReporting",), "number"),
        Field("new_updates", ("newUpdates",), "number"),
        Field("deployment_deferral_in_days", ("deploymentDeferralInDays",), "number"),
        Field("created_date_time", ("createdDateTime",), "time"),
        Field("last_modified_date_time", ("lastModifiedDateTime",), "time"),
    ),
    selection=SelectionOptions(id="profile_id", name="profile_name", all="all_profiles"),
    name_keys=("display_name",),
    status_key=_SYNC_STATE,
    statuses=("pending", "success", "failure"),
    last_sync_key=_LAST_SYNC,
    health=HealthRule(last_sync=_LAST_SYNC, is_error=lambda state: state[_SYNC_STATE] == "failure"),
    info_module=_INFO_MODULE,
    not_found_hint=f"Run {_INFO_MODULE} to see the IDs.",
    read_permission=_READ,
    action=SyncAction(
        name="syncInventory",
        permission=_SYNC,
        progress=_progress,
        failure_hint="Check the profile in the Intune admin center.",
    ),
)
