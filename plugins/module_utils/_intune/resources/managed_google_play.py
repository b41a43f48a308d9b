# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The connection of a tenant to managed Google Play.

https://learn.microsoft.com/graph/api/resources/intune-androidforwork-androidmanagedstoreaccountenterprisesettings
"""

from __future__ import annotations

import typing as t

from ..._graph.permission import Permission
from ..fields import Field
from ..health import HealthRule
from ..resource import COMPLETED, LICENCE_HINT, PENDING, Progress, Resource, SyncAction, is_later

if t.TYPE_CHECKING:
    from ..fields import State

_LAST_SYNC: t.Final = "last_app_sync_date_time"
_ROLE_HINT = (
    "The signed-in user needs an Intune role as well, such as Intune Administrator, or one with Update app sync on"
    " Android Enterprise (earlier: Android for work)."
)
_READ_WRITE = Permission("DeviceManagementConfiguration.ReadWrite.All", _ROLE_HINT, application_hint=LICENCE_HINT)


def _not_ready_reason(state: State, _now: int | None) -> str | None:
    if state["bind_status"] == "boundAndValidated":
        return None
    bind_status = state["bind_status"] or "unknown"
    return f"its bind_status is {bind_status}, and the module syncs only a bound and validated account"


def _progress(before: State, after: State, _changed: bool) -> Progress:
    if not is_later(before, after, _LAST_SYNC):
        return PENDING
    status = after["last_app_sync_status"]
    if status == "success":
        return COMPLETED
    return Progress("failed", f"its last_app_sync_status is {status or 'unknown'}")


MANAGED_GOOGLE_PLAY: t.Final = Resource(
    noun="managed Google Play",
    plural="managed Google Play settings",
    result_key="settings",
    path="deviceManagement/androidManagedStoreAccountEnterpriseSettings",
    version="beta",
    fields=(
        Field("id", ("id",)),
        Field("bind_status", ("bindStatus",)),
        Field("owner_user_principal_name", ("ownerUserPrincipalName",)),
        Field("owner_organization_name", ("ownerOrganizationName",)),
        Field(_LAST_SYNC, ("lastAppSyncDateTime",), "time"),
        Field("last_app_sync_status", ("lastAppSyncStatus",)),
        Field("last_modified_date_time", ("lastModifiedDateTime",), "time"),
        Field("enrollment_target", ("enrollmentTarget",)),
    ),
    selection=None,
    name_keys=(),
    status_key="last_app_sync_status",
    statuses=(
        "success",
        "credentialsNotValid",
        "androidForWorkApiError",
        "managementServiceError",
        "unknownError",
        "none",
    ),
    last_sync_key=_LAST_SYNC,
    health=HealthRule(
        last_sync=_LAST_SYNC, is_error=lambda state: state["last_app_sync_status"] not in ("success", "none", None)
    ),
    info_module="msgraph.intune.intune_managed_google_play_info",
    not_found_hint="Connect the tenant to managed Google Play in the Intune admin center.",
    read_permission=Permission(
        "DeviceManagementConfiguration.Read.All",
        _ROLE_HINT,
        implied_by=(_READ_WRITE.name,),
        application_hint=LICENCE_HINT,
    ),
    action=SyncAction(
        name="syncApps",
        permission=_READ_WRITE,
        progress=_progress,
        not_ready_reason=_not_ready_reason,
        failure_hint="Check the managed Google Play connection in the Intune admin center.",
        not_ready_hint="Connect the tenant to managed Google Play in the Intune admin center.",
    ),
)
