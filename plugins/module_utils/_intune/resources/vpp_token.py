# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The Apple VPP token (Apple Business Manager location token).

https://learn.microsoft.com/graph/api/resources/intune-onboarding-vpptoken. The beta API has the name of the token that
the admin center shows; v1.0 lacks it.
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

_LAST_SYNC: t.Final = "last_sync_date_time"
_INFO_MODULE: t.Final = "msgraph.intune.intune_vpp_token_info"
_ROLE_HINT = (
    "The signed-in user needs an Intune role as well, such as Intune Administrator, or one with Read and Update on"
    " Mobile apps."
)
_CONFIGURATION_READ_WRITE: t.Final = "DeviceManagementConfiguration.ReadWrite.All"
_READ_WRITE = Permission(
    "DeviceManagementServiceConfig.ReadWrite.All",
    _ROLE_HINT,
    implied_by=(_CONFIGURATION_READ_WRITE,),
    application_hint=LICENCE_HINT,
)


def _not_ready_reason(state: State, _now: int | None) -> str | None:
    if state["state"] == "valid":
        return None
    return f"its state is {state['state'] or 'unknown'}, and the module syncs only valid tokens"


def _progress(before: State, after: State, changed: bool) -> Progress:
    status = after["last_sync_status"]
    if status == "failed" and changed:
        return Progress("failed", "its last_sync_status is failed")
    return COMPLETED if status == "completed" and is_later(before, after, _LAST_SYNC) else PENDING


VPP_TOKEN: t.Final = Resource(
    noun="VPP token",
    plural="VPP tokens",
    result_key="tokens",
    path="deviceAppManagement/vppTokens",
    version="beta",
    fields=(
        Field("id", ("id",)),
        Field("display_name", ("displayName",)),
        Field("location_name", ("locationName",)),
        Field("organization_name", ("organizationName",)),
        Field("apple_id", ("appleId",)),
        Field("state", ("state",)),
        Field(_LAST_SYNC, ("lastSyncDateTime",), "time"),
        Field("last_sync_status", ("lastSyncStatus",)),
        Field("expiration_date_time", ("expirationDateTime",), "time"),
        Field("last_modified_date_time", ("lastModifiedDateTime",), "time"),
        Field("vpp_token_account_type", ("vppTokenAccountType",)),
        Field("country_or_region", ("countryOrRegion",)),
        Field("automatically_update_apps", ("automaticallyUpdateApps",), "boolean"),
    ),
    secrets=("token",),
    selection=SelectionOptions(id="token_id", name="token_name", all="all_tokens"),
    name_keys=("display_name", "location_name", "organization_name", "apple_id"),
    detail_labels={"organization_name": "organization", "apple_id": "Apple ID"},
    status_key="last_sync_status",
    statuses=("none", "inProgress", "completed", "failed"),
    last_sync_key=_LAST_SYNC,
    health=HealthRule(
        last_sync=_LAST_SYNC,
        expires="expiration_date_time",
        is_error=lambda state: state["state"] != "valid" or state["last_sync_status"] == "failed",
    ),
    info_module=_INFO_MODULE,
    not_found_hint=f"Run {_INFO_MODULE} to see the IDs.",
    read_permission=Permission(
        "DeviceManagementServiceConfig.Read.All",
        _ROLE_HINT,
        implied_by=(_READ_WRITE.name, "DeviceManagementConfiguration.Read.All", _CONFIGURATION_READ_WRITE),
        application_hint=LICENCE_HINT,
    ),
    action=SyncAction(
        name="syncLicenses",
        permission=_READ_WRITE,
        success_status=200,
        progress=_progress,
        not_ready_reason=_not_ready_reason,
        failure_hint="Check the token in the Intune admin center and in Apple Business Manager.",
        not_ready_hint=(
            "Renew an expired token in Apple Business Manager, and check other states in the Intune admin center."
        ),
    ),
)
