# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evaluate the rules of a resource for objects in Graph's JSON."""

from __future__ import annotations

import typing as t

from ansible_collections.msgraph.intune.plugins.module_utils._intune.times import parse_timestamp

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.plugins.module_utils._intune.resource import Resource, SyncAction

NOW_TEXT = "2026-01-10T12:00:00Z"
NOW = parse_timestamp(NOW_TEXT) or 0
EARLIER, LATER = "2026-01-10T11:00:00Z", "2026-01-10T12:00:30Z"
NEVER = "0001-01-01T00:00:00Z"


def action_of(resource: Resource) -> SyncAction:
    """Return the action of a resource that has one."""
    assert resource.action is not None
    return resource.action


def progress(resource: Resource, before: t.Any, after: t.Any, *, changed: bool = True) -> tuple[str, str]:
    """Return the status and the message of the progress between two bodies."""
    status, message = action_of(resource).progress(resource.read_state(before), resource.read_state(after), changed)
    return status, message


def not_ready_reason(resource: Resource, body: t.Any) -> str | None:
    """Return why an object cannot sync now."""
    check = action_of(resource).not_ready_reason
    assert check is not None
    return check(resource.read_state(body), NOW)


def seconds_until_ready(resource: Resource, body: t.Any) -> float | None:
    """Return the seconds until the minimum interval is over; negative after its end, ``None`` without a known sync."""
    ready_at = action_of(resource).ready_at(resource.read_state(body))
    return None if ready_at is None else (ready_at - NOW) / 10_000_000


def health(resource: Resource, body: t.Any) -> tuple[str, str | None]:
    """Return the health of an object and its reason."""
    return resource.health.judge(resource.read_state(body), NOW)
