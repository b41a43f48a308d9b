# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Compute the health of a connector or token by the rule of Intune's tenant status page.

https://learn.microsoft.com/intune/intune-service/fundamentals/tenant-status
"""

from __future__ import annotations

import typing as t

from .times import TICKS_PER_SECOND, parse_timestamp

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from .fields import State

HEALTH_VALUES: t.Final = ("healthy", "warning", "unhealthy")
UNKNOWN: t.Final = "unknown"
"""The health of an object whose last sync is a time that cannot be read."""

_DAY: t.Final = 86_400


class Thresholds(t.NamedTuple):
    """Ages and remaining lifetimes in seconds. The defaults are Microsoft's."""

    sync_warning: float = 1 * _DAY
    sync_unhealthy: float = 3 * _DAY
    expiry_warning: float = 7 * _DAY


class HealthRule(t.NamedTuple):
    """Which keys of a state decide on its health.

    :param last_sync: the key of the time of the last sync; ``None`` where there is no sync.
    :param expires: the key of the time of expiry; ``None`` where nothing expires.
    :param is_error: from a state to whether the service reports an error.
    """

    last_sync: str | None
    expires: str | None = None
    is_error: Callable[[State], bool] = lambda state: False

    def judge(
        self, state: State, now: int, thresholds: Thresholds | None = None, *, sync_time_unknown: bool = False
    ) -> tuple[str, str | None]:
        """Return the health and its reason: ``expired``, ``error_state``, ``not_synced``, ``expires_soon`` or ``None``.

        :param now: the time of the service, in ticks.
        :param sync_time_unknown: whether the service returned an unreadable time of the last sync.
        """
        limits = thresholds or Thresholds()
        left = seconds_until(state, self.expires, now)
        if left is not None and left <= 0:
            return "unhealthy", "expired"
        if self.is_error(state):
            return "unhealthy", "error_state"
        found = (UNKNOWN, None) if sync_time_unknown else self._judge_age(state, now, limits)
        if found == ("healthy", None) and left is not None and left <= limits.expiry_warning:
            return "warning", "expires_soon"
        return found

    def _judge_age(self, state: State, now: int, limits: Thresholds) -> tuple[str, str | None]:
        if self.last_sync is None:
            return "healthy", None
        age = seconds_since(state, self.last_sync, now)
        if age is None or age >= limits.sync_unhealthy:
            return "unhealthy", "not_synced"
        return ("warning", "not_synced") if age >= limits.sync_warning else ("healthy", None)


def seconds_since(state: State, key: str | None, now: int) -> int | None:
    """Return the whole seconds between a time of a state and ``now``, or ``None`` without such a time.

    Clocks of the service can differ a little, so a time in the future counts as now.
    """
    moment = None if key is None else parse_timestamp(state.get(key))
    return None if moment is None else max(0, (now - moment) // TICKS_PER_SECOND)


def seconds_until(state: State, key: str | None, now: int) -> int | None:
    """Return the whole seconds until a time of a state, negative for a past time; ``None`` without a time."""
    moment = None if key is None else parse_timestamp(state.get(key))
    return None if moment is None else (moment - now) // TICKS_PER_SECOND
