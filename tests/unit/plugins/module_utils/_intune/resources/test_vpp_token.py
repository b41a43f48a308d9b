# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.masking import MASK, SECRETS
from ansible_collections.msgraph.intune.plugins.module_utils._intune.resources.vpp_token import VPP_TOKEN
from ansible_collections.msgraph.intune.tests.unit.resource_checks import (
    EARLIER,
    LATER,
    health,
    not_ready_reason,
    progress,
)


def token(**changes: t.Any) -> dict[str, t.Any]:
    """Return a token as Graph returns it."""
    return {
        "id": "7",
        "displayName": "Contoso apps",
        "locationName": "Contoso",
        "organizationName": "Contoso Ltd",
        "appleId": "apps@contoso.example",
        "state": "valid",
        "lastSyncDateTime": EARLIER,
        "lastSyncStatus": "completed",
        "expirationDateTime": "2026-12-01T00:00:00Z",
        "automaticallyUpdateApps": True,
        "token": "the-secret-content-token",
        **changes,
    }


@pytest.mark.parametrize("body", [token(), {"value": token()}], ids=["bare", "wrapped"])
def test_the_secret_is_registered_and_not_part_of_the_state(body: t.Any) -> None:
    state = VPP_TOKEN.read_state(body)
    assert "the-secret-content-token" not in json.dumps(state)
    assert "token" not in state
    assert SECRETS.mask("the-secret-content-token") == MASK


def test_the_state_has_the_names_that_users_know() -> None:
    state = VPP_TOKEN.read_state(token())
    assert VPP_TOKEN.name_of(state) == "Contoso apps"
    assert [state[key] for key in VPP_TOKEN.name_keys] == [
        "Contoso apps",
        "Contoso",
        "Contoso Ltd",
        "apps@contoso.example",
    ]
    assert state["automatically_update_apps"] is True


@pytest.mark.parametrize(
    ("after", "changed", "expected"),
    [
        (token(lastSyncStatus="inProgress"), True, "pending"),
        (token(), True, "pending"),
        (token(lastSyncDateTime=LATER, lastSyncStatus="inProgress"), True, "pending"),
        (token(lastSyncDateTime=LATER), True, "completed"),
        (token(lastSyncStatus="failed"), True, "failed"),
        (token(lastSyncStatus="failed"), False, "pending"),
    ],
)
def test_a_sync_has_completed_with_the_status_and_a_later_time(after: t.Any, changed: bool, expected: str) -> None:
    status, message = progress(VPP_TOKEN, token(), after, changed=changed)
    assert status == expected
    assert message == ("its last_sync_status is failed" if expected == "failed" else "")


@pytest.mark.parametrize("state", ["expired", "invalid", "assignedToExternalMDM", "duplicateLocationId", None])
def test_only_a_valid_token_can_sync(state: str | None) -> None:
    assert not_ready_reason(VPP_TOKEN, token()) is None
    assert not_ready_reason(VPP_TOKEN, token(state=state)) == (
        f"its state is {state or 'unknown'}, and the module syncs only valid tokens"
    )


def test_expiry_and_errors_are_part_of_the_health() -> None:
    assert health(VPP_TOKEN, token()) == ("healthy", None)
    assert health(VPP_TOKEN, token(expirationDateTime="2026-01-16T00:00:00Z")) == ("warning", "expires_soon")
    assert health(VPP_TOKEN, token(expirationDateTime=EARLIER)) == ("unhealthy", "expired")
    assert health(VPP_TOKEN, token(lastSyncStatus="failed")) == ("unhealthy", "error_state")
    assert health(VPP_TOKEN, token(state="invalid")) == ("unhealthy", "error_state")
