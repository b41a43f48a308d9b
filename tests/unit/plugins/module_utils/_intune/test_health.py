# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._intune.health import (
    HealthRule,
    Thresholds,
    seconds_since,
    seconds_until,
)
from ansible_collections.msgraph.intune.plugins.module_utils._intune.times import TICKS_PER_SECOND, parse_timestamp

DAY = 86_400
NOW_TEXT = "2026-01-10T00:00:00Z"
NOW = parse_timestamp(NOW_TEXT) or 0


def text(seconds: int) -> str:
    """Return the time so many seconds after 2026-01-01."""
    day, rest = divmod(seconds, DAY)
    return f"2026-01-{day + 1:02d}T{rest // 3600:02d}:{rest % 3600 // 60:02d}:{rest % 60:02d}Z"


def ago(seconds: int) -> str:
    return text(9 * DAY - seconds)


RULE = HealthRule(last_sync="synced", expires="expires", is_error=lambda state: state.get("state") == "error")


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (0, ("healthy", None)),
        (DAY - 1, ("healthy", None)),
        (DAY, ("warning", "not_synced")),
        (3 * DAY - 1, ("warning", "not_synced")),
        (3 * DAY, ("unhealthy", "not_synced")),
    ],
)
def test_the_age_of_the_last_sync_decides(age: int, expected: tuple[str, str | None]) -> None:
    assert RULE.judge({"synced": ago(age)}, NOW) == expected


@pytest.mark.parametrize("never", [None, "", "0001-01-01T00:00:00Z"])
def test_an_object_that_never_synced_is_unhealthy(never: str | None) -> None:
    assert RULE.judge({"synced": never}, NOW) == ("unhealthy", "not_synced")


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (-1, ("unhealthy", "expired")),
        (0, ("unhealthy", "expired")),
        (1, ("warning", "expires_soon")),
        (7 * DAY, ("warning", "expires_soon")),
        (7 * DAY + 1, ("healthy", None)),
    ],
)
def test_the_remaining_lifetime_decides(left: int, expected: tuple[str, str | None]) -> None:
    assert RULE.judge({"synced": ago(0), "expires": text(9 * DAY + left)}, NOW) == expected


def test_the_worst_reason_wins_in_the_documented_order() -> None:
    old, soon = ago(5 * DAY), text(9 * DAY + 60)
    assert RULE.judge({"synced": old, "expires": ago(1), "state": "error"}, NOW)[1] == "expired"
    assert RULE.judge({"synced": old, "expires": soon, "state": "error"}, NOW)[1] == "error_state"
    assert RULE.judge({"synced": old, "expires": soon}, NOW) == ("unhealthy", "not_synced")
    assert RULE.judge({"synced": ago(DAY), "expires": soon}, NOW) == ("warning", "not_synced")


def test_an_unreadable_time_of_the_last_sync_is_unknown_health() -> None:
    assert RULE.judge({"synced": None}, NOW, sync_time_unknown=True) == ("unknown", None)
    assert RULE.judge({"synced": None, "expires": ago(1)}, NOW, sync_time_unknown=True) == ("unhealthy", "expired")


def test_other_thresholds_can_be_given() -> None:
    limits = Thresholds(sync_warning=10, sync_unhealthy=20, expiry_warning=30)
    assert RULE.judge({"synced": ago(10)}, NOW, limits)[0] == "warning"
    assert RULE.judge({"synced": ago(20)}, NOW, limits)[0] == "unhealthy"
    assert RULE.judge({"synced": ago(0), "expires": text(9 * DAY + 31)}, NOW, limits)[0] == "healthy"


def test_without_a_time_of_a_sync_only_the_expiry_counts() -> None:
    rule = HealthRule(last_sync=None, expires="expires")
    assert rule.judge({"expires": None}, NOW) == ("healthy", None)
    assert rule.judge({"expires": ago(1)}, NOW) == ("unhealthy", "expired")


def test_ages_and_lifetimes_are_whole_seconds() -> None:
    state = {"time": "2026-01-09T23:59:58.5Z"}
    assert (seconds_since(state, "time", NOW), seconds_until(state, "time", NOW)) == (1, -2)
    assert seconds_since({"time": NOW_TEXT}, "time", NOW - TICKS_PER_SECOND) == 0
    assert (seconds_since({}, "time", NOW), seconds_until({}, None, NOW)) == (None, None)
