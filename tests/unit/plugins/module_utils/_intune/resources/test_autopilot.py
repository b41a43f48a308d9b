# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._intune.resources.autopilot import AUTOPILOT
from ansible_collections.msgraph.intune.tests.unit.resource_checks import (
    EARLIER,
    LATER,
    NEVER,
    action_of,
    health,
    progress,
    seconds_until_ready,
)


def settings(**changes: t.Any) -> dict[str, t.Any]:
    """Return the settings as Graph returns them."""
    return {
        "lastSyncDateTime": EARLIER,
        "lastManualSyncTriggerDateTime": NEVER,
        "syncStatus": "completed",
        **changes,
    }


def test_the_settings_need_no_id() -> None:
    assert AUTOPILOT.read_state(settings())["id"] is None
    assert AUTOPILOT.is_singleton
    assert AUTOPILOT.object_path("") == "deviceManagement/windowsAutopilotSettings"


@pytest.mark.parametrize(
    ("after", "changed", "expected"),
    [
        (settings(syncStatus="inProgress"), True, "pending"),
        (settings(lastSyncDateTime=LATER, syncStatus="inProgress"), True, "pending"),
        (settings(lastSyncDateTime=LATER), True, "completed"),
        (settings(syncStatus="failed"), True, "failed"),
        (settings(syncStatus="failed"), False, "pending"),
        (settings(syncStatus="aStatusOfTheFuture"), True, "pending"),
    ],
)
def test_a_sync_has_completed_with_the_status_and_a_later_time(after: t.Any, changed: bool, expected: str) -> None:
    assert progress(AUTOPILOT, settings(), after, changed=changed)[0] == expected


def test_the_later_of_both_times_starts_the_minimum_interval() -> None:
    assert seconds_until_ready(AUTOPILOT, settings()) == -3000
    trigger = "2026-01-10T11:55:00Z"
    assert seconds_until_ready(AUTOPILOT, settings(lastManualSyncTriggerDateTime=trigger)) == 300
    assert seconds_until_ready(AUTOPILOT, settings(lastSyncDateTime=NEVER)) is None


def test_a_running_sync_is_recognized() -> None:
    is_running = action_of(AUTOPILOT).is_running
    assert is_running is not None
    assert is_running(AUTOPILOT.read_state(settings(syncStatus="inProgress")))
    assert not is_running(AUTOPILOT.read_state(settings()))


def test_a_failed_sync_is_unhealthy() -> None:
    assert health(AUTOPILOT, settings()) == ("healthy", None)
    assert health(AUTOPILOT, settings(syncStatus="failed")) == ("unhealthy", "error_state")
