# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.clock import Clock
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import (
    AuthenticationError,
    GraphError,
    NetworkError,
    ServiceError,
    ThrottledError,
)
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.retry import Retry, RetryPolicy
from ansible_collections.msgraph.intune.tests.unit.fakes import FakeClock, retry_policy

# The documented patience: 4 retries of a request, and 120 s of waiting without progress.
POLICY = retry_policy()


def delay(error: GraphError, tries: int = 1, *, waited: float = 0.0, jitter: float = 1.0) -> float:
    return POLICY.delay(error, tries, waited=waited, jitter=jitter)


def busy(status: int = 503, retry_after: float | None = None) -> GraphError:
    return (ThrottledError if status == 429 else ServiceError)("busy", status=status, retry_after=retry_after)


# --- the policy


@pytest.mark.parametrize("status", [408, 429, 502, 503, 504, 509])
def test_what_passes_by_itself_is_waited_for(status: int) -> None:
    assert delay(busy(status)) == 3.0


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 423, 424, 500, 501, 505])
def test_what_does_not_is_not(status: int) -> None:
    error = busy(status)
    with pytest.raises(ServiceError) as caught:
        delay(error)
    assert caught.value is error


def test_a_dropped_connection_is_tried_again_and_another_failure_to_connect_is_not() -> None:
    assert delay(NetworkError("reset", connection_lost=True)) == 3.0
    with pytest.raises(NetworkError):
        delay(NetworkError("certificate"))


def test_without_advice_of_the_service_the_wait_doubles_up_to_a_minute_and_is_random() -> None:
    patient = RetryPolicy(retries=100, budget=10_000.0)
    longest = [patient.delay(busy(), tries, waited=0.0, jitter=1.0) for tries in range(1, 8)]
    assert longest == [3.0, 6.0, 12.0, 24.0, 48.0, 60.0, 60.0]
    assert patient.delay(busy(), 100, waited=0.0, jitter=1.0) == 60.0
    assert delay(busy(), 3, jitter=0.25) == 3.0
    assert delay(busy(), 3, jitter=0.0) == 0.0


def test_the_service_is_waited_for_as_long_as_it_asks_and_no_longer() -> None:
    assert delay(busy(429, 17.0), jitter=0.0) == 17.0
    assert delay(busy(503, 120.0)) == 120.0


def test_a_wait_of_zero_is_obeyed_once_and_then_the_usual_backoff_applies() -> None:
    assert [delay(busy(503, 0.0), tries) for tries in (1, 2, 4)] == [0.0, 6.0, 24.0]
    world = World()
    with pytest.raises(ThrottledError):
        world.run(*[busy(429, 0.0)] * 5)
    assert world.clock.slept == [6.0, 12.0, 24.0]


def test_a_tiny_wait_is_obeyed_once_and_then_prolonged_by_the_usual_backoff() -> None:
    assert [delay(busy(503, 0.5), tries) for tries in (1, 2)] == [0.5, 6.0]
    assert delay(busy(503, 0.5), 2, jitter=0.0) == 0.5


def test_a_request_is_sent_again_so_many_times() -> None:
    assert delay(busy(), 4) == 24.0
    error = busy(429, 1.0)
    with pytest.raises(ThrottledError) as caught:
        delay(error, 5)
    assert caught.value is error


def test_without_retries_nothing_is_sent_again() -> None:
    with pytest.raises(ServiceError):
        retry_policy(retries=0).delay(busy(), 1, waited=0.0, jitter=1.0)


@pytest.mark.parametrize("status", [429, 503])
def test_a_wait_that_does_not_fit_fails_at_once_as_throttled(status: int) -> None:
    error = ServiceError(
        "busy",
        service="Microsoft Graph",
        status=status,
        code="TooManyRequests",
        request_id="r-1",
        client_request_id="c-1",
        retry_after=60.5,
        action="do it",
        attempts=2,
    )
    with pytest.raises(ThrottledError) as caught:
        delay(error, waited=60.0)
    raised = caught.value
    hint = raised.hint or ""
    assert "asks to wait 60.5 s" in hint
    assert "leaves 60 s" in hint
    assert raised.as_dict() == {**error.as_dict(), "kind": "throttled", "hint": hint}
    assert str(raised).startswith("Could not do it: Microsoft Graph answered")
    assert (raised.attempts, raised.__cause__) == (2, error)


@pytest.mark.parametrize(("waited", "left"), [(119.5, "0.5"), (120.0, "0"), (130.0, "0")])
def test_what_is_left_of_the_budget_is_told_and_never_less_than_nothing(waited: float, left: str) -> None:
    with pytest.raises(ThrottledError, match=f"retry_budget leaves {left} s:"):
        delay(busy(429, 60.0), waited=waited)


def test_a_wait_of_our_own_choice_is_cut_to_what_is_left() -> None:
    assert delay(busy(), 3, waited=119.0) == 1.0


@pytest.mark.parametrize("waited", [120.0, 130.0])
def test_when_nothing_is_left_the_failure_itself_is_told(waited: float) -> None:
    error = NetworkError("reset", connection_lost=True)
    with pytest.raises(NetworkError) as caught:
        delay(error, waited=waited)
    assert caught.value is error


# --- a task's patience


class World:
    def __init__(self, policy: RetryPolicy = POLICY) -> None:
        self.clock = FakeClock()
        self.told: list[str] = []
        self.retry = Retry(policy, clock=self.clock, jitter=lambda: 1.0, on_retry=self.told.append)

    def run(self, *script: t.Any, recover: t.Any = lambda error: False) -> t.Any:
        remaining = list(script)

        def send(attempt: int) -> t.Any:
            assert attempt == len(script) - len(remaining) + 1
            outcome = remaining.pop(0)
            if isinstance(outcome, GraphError):
                raise outcome
            return outcome

        result = self.retry.run(send, recover)
        self.retry.reset_budget()
        return result


def test_it_goes_on_until_it_succeeds() -> None:
    world = World()
    assert world.run(busy(), busy(429, 7.0), NetworkError("reset", connection_lost=True), "fine") == "fine"
    assert world.clock.slept == [3.0, 7.0, 12.0]
    assert world.retry.count == 3
    assert world.told[1] == "Sending again after 7.0 s. busy (2 attempts)."


def test_it_gives_up_and_says_how_often_it_tried() -> None:
    world = World()
    with pytest.raises(ServiceError, match=r"busy \(5 attempts\)") as caught:
        world.run(*[busy() for _attempt in range(5)])
    assert caught.value.attempts == 5
    assert world.clock.slept == [3.0, 6.0, 12.0, 24.0]
    assert world.retry.count == 4


def test_a_failure_that_is_none_of_the_moment_ends_it_at_once() -> None:
    world = World()
    with pytest.raises(AuthenticationError) as caught:
        world.run(AuthenticationError("no", status=401))
    assert (caught.value.attempts, world.clock.slept, world.told) == (1, [], [])


def test_the_budget_is_the_tasks_and_a_success_renews_it() -> None:
    world = World(RetryPolicy(retries=4, budget=10.0))
    assert world.run(busy(503, 8.0), "fine") == "fine"
    with pytest.raises(ThrottledError):
        world.run(busy(503, 8.0), busy(503, 8.0))
    assert world.clock.slept == [8.0, 8.0]
    with pytest.raises(ThrottledError):
        world.run(busy(503, 8.0))


def test_the_whole_budget_may_be_waited_and_no_more() -> None:
    world = World(retry_policy(budget=10.0))
    with pytest.raises(ThrottledError, match="leaves 10 s"):
        world.run(busy(503, 10.5))
    assert world.run(busy(503, 10.0), "fine") == "fine"
    with pytest.raises(ThrottledError, match="leaves 10 s"):
        world.run(busy(503, 10.5))
    assert world.run(busy(503, 10.0), "fine") == "fine"


def test_what_can_be_mended_is_tried_again_at_once_and_not_held_against_it() -> None:
    world = World(retry_policy(retries=0))
    recovered: list[GraphError] = []

    def recover(error: GraphError) -> bool:
        recovered.append(error)
        return len(recovered) == 1

    assert world.run(AuthenticationError("old token"), "fine", recover=recover) == "fine"
    assert (world.clock.slept, world.retry.count) == ([], 1)
    assert world.told == ["Sending again after 0.0 s. old token."]
    with pytest.raises(AuthenticationError):
        world.run(AuthenticationError("old token"), recover=recover)


def test_a_request_that_was_mended_is_sent_no_sooner_than_the_service_asks() -> None:
    world = World(retry_policy(budget=60.0))
    refused = AuthenticationError("old token", status=401, retry_after=7.0)
    assert world.run(refused, "fine", recover=lambda _error: True) == "fine"
    assert world.clock.slept == [7.0]
    with pytest.raises(ThrottledError, match="asks to wait 90 s"):
        world.run(AuthenticationError("old token", status=401, retry_after=90.0), recover=lambda _error: True)


def test_when_the_budget_is_spent_a_wait_of_zero_still_fits() -> None:
    assert POLICY.requested_wait(busy(503, 0.0), waited=130.0) == 0.0


def test_where_nobody_can_mend_a_failure_it_stays_one() -> None:
    script = [AuthenticationError("old token"), None]

    def send(_attempt: int) -> None:
        if (error := script.pop(0)) is not None:
            raise error

    with pytest.raises(AuthenticationError):
        World().retry.run(send)


def test_a_failure_to_mend_tells_how_often_the_request_was_sent() -> None:
    def recover(error: GraphError) -> bool:
        if error.transient:
            return False
        raise AuthenticationError("the secret has expired")

    with pytest.raises(AuthenticationError, match="the secret has expired .2 attempts.") as caught:
        World().run(busy(), AuthenticationError("old token"), recover=recover)
    assert caught.value.attempts == 2


def test_the_real_clock_is_the_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    Clock().sleep(2.5)
    assert slept == [2.5]
    assert time.monotonic() <= Clock().now() <= time.monotonic()
