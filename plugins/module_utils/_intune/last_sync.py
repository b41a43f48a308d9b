# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Compute the age of an object's last sync, whether a sync is due, and whether it completed."""

from __future__ import annotations

import typing as t

from .times import TICKS_PER_SECOND, parse_timestamp

if t.TYPE_CHECKING:
    from .resource import Resource, State

UNKNOWN: t.Final = "unknown"
"""The health of an object if the time of its last sync cannot be read."""


def seconds_since_last_sync(resource: Resource, state: State, now: int) -> int | None:
    """Return the age of the last sync in seconds; ``None`` if the object never synced or the time is unknown.

    :param now: the current time in ticks.
    """
    last = parse_timestamp(state.get(resource.last_sync_key))
    # The clocks of the service's servers may differ a little, so the last sync can be later than now.
    return None if last is None else max(0, (now - last) // TICKS_PER_SECOND)


def is_due(resource: Resource, state: State, now: int, if_older_than: float | None) -> bool:
    """Return whether to trigger a sync. An object without a known last sync counts as older than any age.

    :param now: the current time in ticks.
    :param if_older_than: the minimum age of the last sync in seconds, or ``None`` for any age.
    """
    age = seconds_since_last_sync(resource, state, now)
    return if_older_than is None or age is None or age >= if_older_than


def sync_completed(resource: Resource, before: State, after: State) -> bool:
    """Return whether the last sync is later than before; ``False`` if the time before is unknown.

    The service reports neither the progress nor the end of a sync, so a later time is the only sign of completion.
    """
    if before.get("health") == UNKNOWN:
        return False
    time_before = parse_timestamp(before.get(resource.last_sync_key))
    time_after = parse_timestamp(after.get(resource.last_sync_key))
    return time_after is not None and (time_before is None or time_after > time_before)
