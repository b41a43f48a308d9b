# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many requests an application may send.

Source: https://learn.microsoft.com/graph/throttling-limits (Intune service limits), which name these limits for each
application in each tenant. There are wider ones for all applications of a tenant, which no single one can reach.
"""

from __future__ import annotations

import collections
import dataclasses
import math
import typing as t
from datetime import datetime, timedelta

from ..fields import Fields
from .errors import GraphError

if t.TYPE_CHECKING:
    from ..clock import Clock
    from ..http_messages import Call
    from ..signing import Claims

_WRITES = ("POST", "PUT", "PATCH", "DELETE")


@dataclasses.dataclass(frozen=True)
class Limits:
    """The most ``writes``, and the most ``requests`` of any kind, that are admitted within ``seconds``."""

    writes: int = 100
    requests: int = 1000
    seconds: float = 20

    @classmethod
    def from_json(cls, value: object) -> Limits:
        """Read an object that may have any of the fields; raises InputError."""
        fields = Fields(value, "The limits", known=[field.name for field in dataclasses.fields(cls)])
        return cls(
            writes=fields.count("writes", cls.writes, minimum=1),
            requests=fields.count("requests", cls.requests, minimum=1),
            seconds=fields.number("seconds", cls.seconds),
        )


class Window:
    """The moments of the last ``seconds`` at which something was admitted, ``most`` at most."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._length = timedelta(seconds=seconds)
        self._moments: collections.deque[datetime] = collections.deque()

    def wait(self, now: datetime) -> float:
        """Return the seconds until there is room for one more; 0 when there is now."""
        while self._moments and self._moments[0] + self._length <= now:
            self._moments.popleft()
        if len(self._moments) < self._most:
            return 0
        return (self._moments[0] + self._length - now).total_seconds()

    def add(self, now: datetime) -> None:
        """Count one more."""
        self._moments.append(now)


class Throttling:
    """Admits what is within the limits. A request that is not admitted does not count."""

    def __init__(self, clock: Clock, limits: Limits | None) -> None:
        self._clock = clock
        self._initial_limits = limits
        self.reset()

    def reset(self) -> None:
        """Go back to the first limits and count anew."""
        self.change(self._initial_limits)

    def change(self, limits: Limits | None) -> None:
        """Put other limits in force (None: none at all) and count anew."""
        self.limits = limits
        self._windows: dict[tuple[str, str], Window] = {}

    def admit(self, call: Call, claims: Claims) -> None:
        """Count a request of the token's application; raises GraphError with 429 when it is one too many."""
        if self.limits is None:
            return
        now = self._clock()
        windows = [self._window(claims["appid"], "requests", self.limits.requests, self.limits.seconds)]
        if call.method in _WRITES:
            windows.append(self._window(claims["appid"], "writes", self.limits.writes, self.limits.seconds))
        wait = max(window.wait(now) for window in windows)
        if wait > 0:
            raise GraphError(429, "TooManyRequests", "Too many requests.", {"Retry-After": str(math.ceil(wait))})
        for window in windows:
            window.add(now)

    def _window(self, application: str, kind: str, most: int, seconds: float) -> Window:
        return self._windows.setdefault((application, kind), Window(most, seconds))
