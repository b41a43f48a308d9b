# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._intune.resources.driver_update_profile import (
    DRIVER_UPDATE_PROFILE,
)
from ansible_collections.msgraph.intune.tests.unit.resource_checks import EARLIER, LATER, action_of, health, progress


def profile(time: str | None = EARLIER, state: str | None = "success") -> dict[str, t.Any]:
    """Return a profile as Graph returns it. Without a state it has no inventory status."""
    status = {"lastSuccessfulSyncDateTime": time, "driverInventorySyncState": state}
    return {
        "id": "7",
        "displayName": "Drivers",
        "inventorySyncStatus": None if state is None else status,
        "newUpdates": 2,
    }


@pytest.mark.parametrize(
    ("before", "after", "changed", "expected"),
    [
        (profile(), profile(state="pending"), True, "pending"),
        (profile(), profile(LATER), True, "completed"),
        (profile(None, None), profile(), True, "completed"),
        (profile(), profile(LATER, "pending"), True, "pending"),
        (profile(), profile(state="failure"), True, "failed"),
        (profile(state="failure"), profile(state="failure"), False, "pending"),
        (profile(), profile(None, None), True, "pending"),
    ],
)
def test_a_sync_has_completed_with_the_state_and_a_later_time(
    before: t.Any, after: t.Any, changed: bool, expected: str
) -> None:
    assert progress(DRIVER_UPDATE_PROFILE, before, after, changed=changed)[0] == expected


def test_a_profile_needs_no_state_before_the_sync() -> None:
    assert not action_of(DRIVER_UPDATE_PROFILE).needs_state


def test_nested_properties_are_read_and_a_missing_parent_is_null() -> None:
    state = DRIVER_UPDATE_PROFILE.read_state(profile())
    assert (state["last_successful_sync_date_time"], state["driver_inventory_sync_state"]) == (EARLIER, "success")
    state = DRIVER_UPDATE_PROFILE.read_state(profile(None, None))
    assert (state["last_successful_sync_date_time"], state["driver_inventory_sync_state"]) == (None, None)


def test_a_failed_sync_is_unhealthy() -> None:
    assert health(DRIVER_UPDATE_PROFILE, profile()) == ("healthy", None)
    assert health(DRIVER_UPDATE_PROFILE, profile(state="failure")) == ("unhealthy", "error_state")


def test_the_sync_needs_the_permission_that_microsoft_documents_alone() -> None:
    read = DRIVER_UPDATE_PROFILE.read_permission
    sync = action_of(DRIVER_UPDATE_PROFILE).permission
    assert read.name == sync.name == "DeviceManagementConfiguration.Read.All"
    assert read.implied_by == ("DeviceManagementConfiguration.ReadWrite.All",)
    assert sync.implied_by == ()
