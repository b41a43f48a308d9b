# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Keep writes within the documented rate limit of the service.

Microsoft lists the limits of each service at https://learn.microsoft.com/graph/throttling-limits.
"""

from __future__ import annotations

import collections
import typing as t

if t.TYPE_CHECKING:
    from ..clock import Clock


class RateLimit(t.NamedTuple):
    """How many writes a service accepts within so many seconds, for each application and tenant."""

    writes: int
    seconds: float


class RateLimiter:
    """Limits the writes of one task. It does not know the writes of other clients that share the limit."""

    def __init__(self, clock: Clock, limit: RateLimit) -> None:
        self._clock = clock
        self._limit = limit
        self._done: collections.deque[tuple[float, int]] = collections.deque()

    def acquire(self, writes: int) -> None:
        """Wait until so many writes may be sent."""
        while self._done and sum(number for _time, number in self._done) + writes > self._limit.writes:
            sent_at, _number = self._done.popleft()
            wait = sent_at + self._limit.seconds - self._clock.now()
            if wait > 0:
                self._clock.sleep(wait)

    def record(self, writes: int) -> None:
        """Record that writes were sent. Call this after the response: the service counts from when it received them."""
        if writes:
            self._done.append((self._clock.now(), writes))
