# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The Apple enrollment program token (Automated Device Enrollment).

https://learn.microsoft.com/graph/api/resources/intune-enrollment-deponboardingsetting
"""

from __future__ import annotations

import typing as t

from ..._graph.permission import Permission
from ..fields import Field
from ..health import HealthRule, seconds_until
from ..resource import COMPLETED, LICENCE_HINT, PENDING, Progress, Resource, SyncAction, is_later
from ..selection import SelectionOptions

if t.TYPE_CHECKING:
    from ..fields import State

_LAST_SYNC: t.Final = "last_successful_sync_date_time"
_LAST_TRIGGER: t.Final = "last_sync_triggered_date_time"
_EXPIRES: t.Final = "token_expiration_date_time"
_INFO_MODULE: t.Final = "msgraph.intune.intune_enrollment_program_token_info"
_ROLE_HINT = (
    "The signed-in user needs an Intune role as well, such as Intune Administrator, or one with Read token and Update"
    " token on Enrollment programs."
)
_READ_WRITE = Permission("DeviceManagementServiceConfig.ReadWrite.All", _ROLE_HINT, application_hint=LICENCE_HINT)


def _not_ready_reason(state: State, now: int | None) -> str | None:
    left = None if now is None else seconds_until(state, _EXPIRES, now)
    return f"the token expired at {state[_EXPIRES]}" if left is not None and left <= 0 else None


def _progress(before: State, after: State, changed: bool) -> Progress:
    if is_later(before, after, _LAST_SYNC):
        return COMPLETED
    # The error code counts only if the trigger time moved. Otherwise it belongs to an earlier sync.
    code = after["last_sync_error_code"]
    if code and changed and is_later(before, after, _LAST_TRIGGER):
        return Progress("failed", f"its last_sync_error_code is {code}")
    return PENDING


ENROLLMENT_PROGRAM_TOKEN: t.Final = Resource(
    noun="enrollment program token",
    plural="enrollment program tokens",
    result_key="tokens",
    path="deviceManagement/depOnboardingSettings",
    version="beta",
    fields=(
        Field("id", ("id",)),
        Field("token_name", ("tokenName",)),
        Field("apple_identifier", ("appleIdentifier",)),
        Field("token_type", ("tokenType",)),
        Field(_LAST_SYNC, ("lastSuccessfulSyncDateTime",), "time"),
        Field(_LAST_TRIGGER, ("lastSyncTriggeredDateTime",), "time"),
        Field("last_sync_error_code", ("lastSyncErrorCode",), "number"),
        Field("synced_device_count", ("syncedDeviceCount",), "number"),
        Field(_EXPIRES, ("tokenExpirationDateTime",), "time"),
        Field("last_modified_date_time", ("lastModifiedDateTime",), "time"),
    ),
    selection=SelectionOptions(id="token_id", name="token_name", all="all_tokens"),
    name_keys=("token_name", "apple_identifier"),
    detail_labels={"apple_identifier": "Apple ID"},
    last_sync_key=_LAST_SYNC,
    health=HealthRule(
        last_sync=_LAST_SYNC, expires=_EXPIRES, is_error=lambda state: bool(state["last_sync_error_code"])
    ),
    info_module=_INFO_MODULE,
    not_found_hint=f"Run {_INFO_MODULE} to see the IDs.",
    read_permission=Permission(
        "DeviceManagementServiceConfig.Read.All",
        _ROLE_HINT,
        implied_by=(_READ_WRITE.name,),
        application_hint=LICENCE_HINT,
    ),
    action=SyncAction(
        name="syncWithAppleDeviceEnrollmentProgram",
        permission=_READ_WRITE,
        progress=_progress,
        not_ready_reason=_not_ready_reason,
        # The service accepts one sync in 15 minutes:
        # https://learn.microsoft.com/mem/intune/enrollment/device-enrollment-program-enroll-ios
        minimum_interval=900,
        interval_keys=(_LAST_TRIGGER,),
        failure_key="last_sync_error_code",
        failure_hint="Check the token in the Intune admin center and in Apple Business Manager.",
        not_ready_hint="Renew the token in Apple Business Manager and in the Intune admin center.",
    ),
)
