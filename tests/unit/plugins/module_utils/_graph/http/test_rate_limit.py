# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.rate_limit import RateLimit, RateLimiter
from ansible_collections.msgraph.intune.tests.unit.fakes import FakeClock


def paced(*steps: int | float) -> list[float]:
    """Send so many writes (an int), or let seconds pass (a float); return what the limiter slept."""
    clock = FakeClock()
    rate_limiter = RateLimiter(clock, RateLimit(writes=100, seconds=20.0))
    for step in steps:
        if isinstance(step, float):
            clock.moment += step
        else:
            rate_limiter.acquire(step)
            rate_limiter.record(step)
    return clock.slept


def test_the_first_hundred_go_at_once() -> None:
    assert paced(*[20] * 5) == []


def test_the_next_ones_wait_until_the_window_has_moved_on() -> None:
    assert paced(*[20] * 5, 20) == [20.0]
    assert paced(20, 5.0, 20, 20, 20, 20, 20, 20) == [15.0, 5.0]
    assert paced(90, 19.5, 20) == [0.5]


def test_what_is_long_ago_does_not_count() -> None:
    assert paced(*[20] * 5, 20.0, *[20] * 5) == []
    assert paced(*[20] * 5, 30.0, *[20] * 5) == []


def test_reading_needs_no_pace() -> None:
    assert paced(100, *[0] * 500) == []


def test_more_than_the_window_holds_is_let_through_when_it_is_empty() -> None:
    assert paced(150) == []
