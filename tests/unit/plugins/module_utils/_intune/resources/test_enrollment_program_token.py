# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._intune.resources.enrollment_program_token import (
    ENROLLMENT_PROGRAM_TOKEN,
)
from ansible_collections.msgraph.intune.tests.unit.resource_checks import (
    EARLIER,
    LATER,
    action_of,
    health,
    not_ready_reason,
    progress,
    seconds_until_ready,
)


def token(**changes: t.Any) -> dict[str, t.Any]:
    """Return a token as Graph returns it."""
    return {
        "id": "7",
        "tokenName": "Contoso enrollment",
        "appleIdentifier": "mdm@contoso.example",
        "lastSuccessfulSyncDateTime": EARLIER,
        "lastSyncTriggeredDateTime": EARLIER,
        "lastSyncErrorCode": 0,
        "syncedDeviceCount": 3,
        "tokenExpirationDateTime": "2026-12-01T00:00:00Z",
        **changes,
    }


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (token(), "pending"),
        (token(lastSyncTriggeredDateTime=LATER), "pending"),
        (token(lastSuccessfulSyncDateTime=LATER, lastSyncTriggeredDateTime=LATER), "completed"),
        (token(lastSyncErrorCode=5), "pending"),
        (token(lastSyncErrorCode=5, lastSyncTriggeredDateTime=LATER), "failed"),
    ],
)
def test_an_error_code_counts_after_the_trigger_time_moved(after: t.Any, expected: str) -> None:
    status, message = progress(ENROLLMENT_PROGRAM_TOKEN, token(), after)
    assert status == expected
    assert message == ("its last_sync_error_code is 5" if expected == "failed" else "")


def test_an_error_code_that_was_there_before_does_not_count_without_another_change() -> None:
    failed, triggered = token(lastSyncErrorCode=5), token(lastSyncErrorCode=5, lastSyncTriggeredDateTime=LATER)
    assert progress(ENROLLMENT_PROGRAM_TOKEN, failed, triggered, changed=False)[0] == "pending"
    assert action_of(ENROLLMENT_PROGRAM_TOKEN).failure_key == "last_sync_error_code"


def test_an_expired_token_cannot_sync() -> None:
    assert not_ready_reason(ENROLLMENT_PROGRAM_TOKEN, token()) is None
    assert not_ready_reason(ENROLLMENT_PROGRAM_TOKEN, token(tokenExpirationDateTime=None)) is None
    expired = token(tokenExpirationDateTime=EARLIER)
    assert not_ready_reason(ENROLLMENT_PROGRAM_TOKEN, expired) == f"the token expired at {EARLIER}"


def test_the_last_trigger_starts_the_minimum_interval() -> None:
    assert seconds_until_ready(ENROLLMENT_PROGRAM_TOKEN, token(lastSyncTriggeredDateTime="2026-01-10T11:50:00Z")) == 300


def test_expiry_and_errors_are_part_of_the_health() -> None:
    assert health(ENROLLMENT_PROGRAM_TOKEN, token()) == ("healthy", None)
    assert health(ENROLLMENT_PROGRAM_TOKEN, token(lastSyncErrorCode=5)) == ("unhealthy", "error_state")
    assert health(ENROLLMENT_PROGRAM_TOKEN, token(tokenExpirationDateTime=EARLIER)) == ("unhealthy", "expired")


def test_numbers_stay_numbers() -> None:
    state = ENROLLMENT_PROGRAM_TOKEN.read_state(token(lastSyncErrorCode=True))
    assert (state["synced_device_count"], state["last_sync_error_code"]) == (3, None)
