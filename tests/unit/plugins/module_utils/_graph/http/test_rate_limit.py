# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.rate_limit import RateLimit, RateLimiter
from ansible_collections.msgraph.intune.tests.unit.fakes import FakeClock


def waits_of(*steps: int | float) -> list[float]:
    """Send writes and return the waits of the limiter.

    :param steps: a number of writes (int), or seconds that pass (float).
    """
    clock = FakeClock()
    rate_limiter = RateLimiter(clock, RateLimit(writes=100, seconds=20.0))
    for step in steps:
        if isinstance(step, float):
            clock.moment += step
        else:
            rate_limiter.acquire(step)
            rate_limiter.record(step)
    return clock.slept


def test_the_first_hundred_writes_do_not_wait() -> None:
    assert waits_of(*[20] * 5) == []


def test_further_writes_wait_until_the_window_has_passed() -> None:
    assert waits_of(*[20] * 5, 20) == [20.0]
    assert waits_of(20, 5.0, 20, 20, 20, 20, 20, 20) == [15.0, 5.0]
    assert waits_of(90, 19.5, 20) == [0.5]


def test_writes_before_the_window_do_not_count() -> None:
    assert waits_of(*[20] * 5, 20.0, *[20] * 5) == []
    assert waits_of(*[20] * 5, 30.0, *[20] * 5) == []


def test_reads_are_not_limited() -> None:
    assert waits_of(100, *[0] * 500) == []


def test_more_writes_than_the_limit_pass_in_an_empty_window() -> None:
    assert waits_of(150) == []
