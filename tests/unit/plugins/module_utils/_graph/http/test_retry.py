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

# The documented defaults: 4 retries of a request, and a budget of 120 s.
POLICY = retry_policy()


def delay(error: GraphError, tries: int = 1, *, waited: float = 0.0, jitter: float = 1.0) -> float:
    return POLICY.delay(error, tries, waited=waited, jitter=jitter)


def busy(status: int = 503, retry_after: float | None = None) -> GraphError:
    return (ThrottledError if status == 429 else ServiceError)("busy", status=status, retry_after=retry_after)


# --- the policy


@pytest.mark.parametrize("status", [408, 429, 502, 503, 504, 509])
def test_a_transient_status_is_retried(status: int) -> None:
    assert delay(busy(status)) == 3.0


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 423, 424, 500, 501, 505])
def test_another_status_is_not_retried(status: int) -> None:
    error = busy(status)
    with pytest.raises(ServiceError) as caught:
        delay(error)
    assert caught.value is error


def test_a_lost_connection_is_retried_and_a_certificate_error_is_not() -> None:
    assert delay(NetworkError("reset", connection_lost=True)) == 3.0
    with pytest.raises(NetworkError):
        delay(NetworkError("certificate"))


def test_without_retry_after_the_wait_is_random_and_doubles_up_to_a_minute() -> None:
    patient = RetryPolicy(retries=100, budget=10_000.0)
    longest = [patient.delay(busy(), tries, waited=0.0, jitter=1.0) for tries in range(1, 8)]
    assert longest == [3.0, 6.0, 12.0, 24.0, 48.0, 60.0, 60.0]
    assert patient.delay(busy(), 100, waited=0.0, jitter=1.0) == 60.0
    assert delay(busy(), 3, jitter=0.25) == 3.0
    assert delay(busy(), 3, jitter=0.0) == 0.0


def test_retry_after_sets_the_wait() -> None:
    assert delay(busy(429, 17.0), jitter=0.0) == 17.0
    assert delay(busy(503, 120.0)) == 120.0


def test_a_retry_after_of_zero_is_used_once_and_then_the_backoff_applies() -> None:
    assert [delay(busy(503, 0.0), tries) for tries in (1, 2, 4)] == [0.0, 6.0, 24.0]
    scenario = RetryScenario()
    with pytest.raises(ThrottledError):
        scenario.run(*[busy(429, 0.0)] * 5)
    assert scenario.clock.slept == [6.0, 12.0, 24.0]


def test_a_retry_after_below_one_second_is_used_once_and_then_the_backoff_applies() -> None:
    assert [delay(busy(503, 0.5), tries) for tries in (1, 2)] == [0.5, 6.0]
    assert delay(busy(503, 0.5), 2, jitter=0.0) == 0.5


def test_the_number_of_retries_is_limited() -> None:
    assert delay(busy(), 4) == 24.0
    error = busy(429, 1.0)
    with pytest.raises(ThrottledError) as caught:
        delay(error, 5)
    assert caught.value is error


def test_zero_retries_disable_the_retry() -> None:
    with pytest.raises(ServiceError):
        retry_policy(retries=0).delay(busy(), 1, waited=0.0, jitter=1.0)


@pytest.mark.parametrize("status", [429, 503])
def test_a_retry_after_beyond_the_budget_raises_a_throttled_error(status: int) -> None:
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
def test_the_error_shows_the_rest_of_the_budget(waited: float, left: str) -> None:
    with pytest.raises(ThrottledError, match=f"retry_budget leaves {left} s:"):
        delay(busy(429, 60.0), waited=waited)


def test_the_backoff_is_cut_to_the_rest_of_the_budget() -> None:
    assert delay(busy(), 3, waited=119.0) == 1.0


@pytest.mark.parametrize("waited", [120.0, 130.0])
def test_an_exhausted_budget_raises_the_error_itself(waited: float) -> None:
    error = NetworkError("reset", connection_lost=True)
    with pytest.raises(NetworkError) as caught:
        delay(error, waited=waited)
    assert caught.value is error


# --- the retries of a task


class RetryScenario:
    def __init__(self, policy: RetryPolicy = POLICY) -> None:
        self.clock = FakeClock()
        self.logged: list[str] = []
        self.retry = Retry(policy, clock=self.clock, jitter=lambda: 1.0, on_retry=self.logged.append)

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


def test_a_request_is_retried_until_it_succeeds() -> None:
    scenario = RetryScenario()
    assert scenario.run(busy(), busy(429, 7.0), NetworkError("reset", connection_lost=True), "fine") == "fine"
    assert scenario.clock.slept == [3.0, 7.0, 12.0]
    assert scenario.retry.count == 3
    assert scenario.logged[1] == "Sending again after 7.0 s. busy (2 attempts)."


def test_the_last_error_shows_the_number_of_attempts() -> None:
    scenario = RetryScenario()
    with pytest.raises(ServiceError, match=r"busy \(5 attempts\)") as caught:
        scenario.run(*[busy() for _attempt in range(5)])
    assert caught.value.attempts == 5
    assert scenario.clock.slept == [3.0, 6.0, 12.0, 24.0]
    assert scenario.retry.count == 4


def test_a_permanent_error_is_raised_at_once() -> None:
    scenario = RetryScenario()
    with pytest.raises(AuthenticationError) as caught:
        scenario.run(AuthenticationError("no", status=401))
    assert (caught.value.attempts, scenario.clock.slept, scenario.logged) == (1, [], [])


def test_the_requests_share_a_budget_that_a_success_resets() -> None:
    scenario = RetryScenario(RetryPolicy(retries=4, budget=10.0))
    assert scenario.run(busy(503, 8.0), "fine") == "fine"
    with pytest.raises(ThrottledError):
        scenario.run(busy(503, 8.0), busy(503, 8.0))
    assert scenario.clock.slept == [8.0, 8.0]
    with pytest.raises(ThrottledError):
        scenario.run(busy(503, 8.0))


def test_a_wait_may_use_the_whole_budget() -> None:
    scenario = RetryScenario(retry_policy(budget=10.0))
    with pytest.raises(ThrottledError, match="leaves 10 s"):
        scenario.run(busy(503, 10.5))
    assert scenario.run(busy(503, 10.0), "fine") == "fine"
    with pytest.raises(ThrottledError, match="leaves 10 s"):
        scenario.run(busy(503, 10.5))
    assert scenario.run(busy(503, 10.0), "fine") == "fine"


def test_a_recovered_request_is_retried_at_once_and_does_not_count_as_a_retry() -> None:
    scenario = RetryScenario(retry_policy(retries=0))
    recovered: list[GraphError] = []

    def recover(error: GraphError) -> bool:
        recovered.append(error)
        return len(recovered) == 1

    assert scenario.run(AuthenticationError("old token"), "fine", recover=recover) == "fine"
    assert (scenario.clock.slept, scenario.retry.count) == ([], 1)
    assert scenario.logged == ["Sending again after 0.0 s. old token."]
    with pytest.raises(AuthenticationError):
        scenario.run(AuthenticationError("old token"), recover=recover)


def test_a_recovered_request_waits_for_retry_after() -> None:
    scenario = RetryScenario(retry_policy(budget=60.0))
    refused = AuthenticationError("old token", status=401, retry_after=7.0)
    assert scenario.run(refused, "fine", recover=lambda _error: True) == "fine"
    assert scenario.clock.slept == [7.0]
    with pytest.raises(ThrottledError, match="asks to wait 90 s"):
        scenario.run(AuthenticationError("old token", status=401, retry_after=90.0), recover=lambda _error: True)


def test_a_retry_after_of_zero_fits_into_an_exhausted_budget() -> None:
    assert POLICY.requested_wait(busy(503, 0.0), waited=130.0) == 0.0


def test_an_error_without_a_recovery_is_raised() -> None:
    script = [AuthenticationError("old token"), None]

    def send(_attempt: int) -> None:
        if (error := script.pop(0)) is not None:
            raise error

    with pytest.raises(AuthenticationError):
        RetryScenario().retry.run(send)


def test_a_failed_recovery_shows_the_attempts_of_the_request() -> None:
    def recover(error: GraphError) -> bool:
        if error.transient:
            return False
        raise AuthenticationError("the secret has expired")

    with pytest.raises(AuthenticationError, match="the secret has expired .2 attempts.") as caught:
        RetryScenario().run(busy(), AuthenticationError("old token"), recover=recover)
    assert caught.value.attempts == 2


def test_the_clock_uses_the_time_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    Clock().sleep(2.5)
    assert slept == [2.5]
    assert time.monotonic() <= Clock().now() <= time.monotonic()
