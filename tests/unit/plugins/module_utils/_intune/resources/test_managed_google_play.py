# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._intune.resources.managed_google_play import (
    MANAGED_GOOGLE_PLAY,
)
from ansible_collections.msgraph.intune.tests.unit.resource_checks import (
    EARLIER,
    LATER,
    health,
    not_ready_reason,
    progress,
)


def settings(**changes: t.Any) -> dict[str, t.Any]:
    """Return the settings as Graph returns them."""
    return {
        "id": "androidManagedStoreAccountEnterpriseSettings",
        "bindStatus": "boundAndValidated",
        "lastAppSyncDateTime": EARLIER,
        "lastAppSyncStatus": "success",
        **changes,
    }


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (settings(), settings(), "pending"),
        (settings(), settings(lastAppSyncStatus="unknownError"), "pending"),
        (settings(), settings(lastAppSyncDateTime=LATER), "completed"),
        (settings(lastAppSyncDateTime=None), settings(), "completed"),
        (settings(), settings(lastAppSyncDateTime=LATER, lastAppSyncStatus="credentialsNotValid"), "failed"),
        (settings(), settings(lastAppSyncDateTime=LATER, lastAppSyncStatus=None), "failed"),
    ],
)
def test_the_status_counts_after_a_later_sync(before: t.Any, after: t.Any, expected: str) -> None:
    assert progress(MANAGED_GOOGLE_PLAY, before, after)[0] == expected


@pytest.mark.parametrize("status", ["notBound", "bound", "unbinding", None])
def test_only_a_bound_and_validated_account_can_sync(status: str | None) -> None:
    assert not_ready_reason(MANAGED_GOOGLE_PLAY, settings()) is None
    assert (not_ready_reason(MANAGED_GOOGLE_PLAY, settings(bindStatus=status)) or "").startswith(
        f"its bind_status is {status or 'unknown'}, and the module syncs only"
    )


def test_a_failed_sync_is_unhealthy() -> None:
    assert health(MANAGED_GOOGLE_PLAY, settings()) == ("healthy", None)
    assert health(MANAGED_GOOGLE_PLAY, settings(lastAppSyncStatus="unknownError")) == ("unhealthy", "error_state")
    assert health(MANAGED_GOOGLE_PLAY, settings(lastAppSyncDateTime=None, lastAppSyncStatus="none")) == (
        "unhealthy",
        "not_synced",
    )
