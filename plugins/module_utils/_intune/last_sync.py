# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Which members to trigger, and which synced not long ago: decided from what was read, and from nothing else."""

from __future__ import annotations

import typing as t

from .times import TICKS, read_moment

if t.TYPE_CHECKING:
    from .resource import Resource, State

UNKNOWN: t.Final = "unknown"
"""The health of a member whose last sync is a time that cannot be read."""


def seconds_since_last_sync(resource: Resource, state: State, now: int) -> int | None:
    """Return how long before ``now`` the last sync was; ``None`` when there never was one or its time is unknown."""
    last = read_moment(state.get(resource.last_sync))
    # The service's clocks may differ a little among themselves.
    return None if last is None else max(0, (now - last) // TICKS)


def is_due(resource: Resource, state: State, now: int, if_older_than: float | None) -> bool:
    """Return whether to trigger a sync: a member that never synced, or whose age is unknown, is older than any age."""
    age = seconds_since_last_sync(resource, state, now)
    return if_older_than is None or age is None or age >= if_older_than


def sync_completed(resource: Resource, before: State, after: State) -> bool:
    """Return whether the last sync is a later one than before; ``False`` when the time before is unknown.

    That is the completion that can be seen: the service reports neither progress nor the end of a sync.
    """
    if before.get("health") == UNKNOWN:
        return False
    then, now = read_moment(before.get(resource.last_sync)), read_moment(after.get(resource.last_sync))
    return now is not None and (then is None or now > then)
