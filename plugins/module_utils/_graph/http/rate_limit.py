# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Keeps writes within the rate that the service documents, instead of running into its limit.

For Intune's connectors: 100 writes in 20 seconds for each application and tenant
(https://learn.microsoft.com/graph/throttling-limits).
"""

from __future__ import annotations

import collections
import typing as t

if t.TYPE_CHECKING:
    from ..clock import Clock

WRITES: t.Final = 100
SECONDS: t.Final = 20.0


class RateLimiter:
    """The writes of one task; what others send within the same limit it cannot know."""

    def __init__(self, clock: Clock, *, writes: int = WRITES, seconds: float = SECONDS) -> None:
        self._clock = clock
        self._writes = writes
        self._seconds = seconds
        self._done: collections.deque[tuple[float, int]] = collections.deque()

    def acquire(self, writes: int) -> None:
        """Wait until so many more may be sent."""
        while self._done and sum(number for _moment, number in self._done) + writes > self._writes:
            moment, _number = self._done.popleft()
            wait = moment + self._seconds - self._clock.now()
            if wait > 0:
                self._clock.sleep(wait)

    def record(self, writes: int) -> None:
        """Note that so many were sent. After the answer, for the service counts from when it received them."""
        if writes:
            self._done.append((self._clock.now(), writes))
