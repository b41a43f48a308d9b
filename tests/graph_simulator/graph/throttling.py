# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Throttling limits of each application.

Source: https://learn.microsoft.com/graph/throttling-limits (Intune service limits). These are the limits of each
application in each tenant. The higher limits for all applications of a tenant are not simulated.
"""

from __future__ import annotations

import collections
import dataclasses
import math
import typing as t
from datetime import datetime, timedelta

from ..fields import Fields
from .errors import ODataError

if t.TYPE_CHECKING:
    from ..clock import UtcClock
    from ..http_messages import HttpRequest
    from ..signing import Claims

_WRITES = ("POST", "PUT", "PATCH", "DELETE")


@dataclasses.dataclass(frozen=True)
class Limits:
    """The maximum of ``writes``, and of ``requests`` with any verb, in ``seconds``."""

    writes: int = 100
    requests: int = 1000
    seconds: float = 20

    @classmethod
    def from_json(cls, value: object) -> Limits:
        """Read an object with any of the fields; raise InputError."""
        fields = Fields(value, "The limits", known=[field.name for field in dataclasses.fields(cls)])
        return cls(
            writes=fields.count("writes", cls.writes, minimum=1),
            requests=fields.count("requests", cls.requests, minimum=1),
            seconds=fields.number("seconds", cls.seconds),
        )


class SlidingWindow:
    """Count requests of the last ``seconds``, up to ``limit``."""

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit = limit
        self._length = timedelta(seconds=seconds)
        self._times: collections.deque[datetime] = collections.deque()

    def wait(self, now: datetime) -> float:
        """Return the seconds until another request is allowed; 0 when it is allowed now."""
        while self._times and self._times[0] + self._length <= now:
            self._times.popleft()
        if len(self._times) < self._limit:
            return 0
        return (self._times[0] + self._length - now).total_seconds()

    def add(self, now: datetime) -> None:
        """Count a request."""
        self._times.append(now)


class Throttling:
    """Check requests against the limits. A rejected request does not count."""

    def __init__(self, clock: UtcClock, limits: Limits | None) -> None:
        self._clock = clock
        self._initial_limits = limits
        self.reset()

    def reset(self) -> None:
        """Restore the initial limits, and start the count at zero."""
        self.change(self._initial_limits)

    def change(self, limits: Limits | None) -> None:
        """Set other limits (None: no throttling), and start the count at zero."""
        self.limits = limits
        self._windows: dict[tuple[str, str], SlidingWindow] = {}

    def admit(self, request: HttpRequest, claims: Claims) -> None:
        """Count a request of the token's application; raise ODataError with 429 when it exceeds a limit."""
        if self.limits is None:
            return
        now = self._clock()
        windows = [self._window(claims["appid"], "requests", self.limits.requests, self.limits.seconds)]
        if request.method in _WRITES:
            windows.append(self._window(claims["appid"], "writes", self.limits.writes, self.limits.seconds))
        wait = max(window.wait(now) for window in windows)
        if wait > 0:
            raise ODataError(429, "TooManyRequests", "Too many requests.", {"Retry-After": str(math.ceil(wait))})
        for window in windows:
            window.add(now)

    def _window(self, application: str, kind: str, limit: int, seconds: float) -> SlidingWindow:
        return self._windows.setdefault((application, kind), SlidingWindow(limit, seconds))
