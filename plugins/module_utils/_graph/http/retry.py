# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Decide when a request is retried, how long to wait before, and when to give up.

Microsoft's advice for Graph: wait as long as Retry-After asks, otherwise back off exponentially
(https://learn.microsoft.com/graph/throttling). The first delay is the one of Microsoft's SDKs. "Full jitter" keeps
tasks that failed together from retrying together.
"""

from __future__ import annotations

import contextlib
import dataclasses
import random
import typing as t

from ..errors import GraphError, ThrottledError

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..clock import Clock

    T = t.TypeVar("T")

_FIRST_DELAY: t.Final = 3.0
_MAX_DELAY: t.Final = 60.0


@dataclasses.dataclass(frozen=True)
class RetryPolicy:
    """The limits for the retries of a task.

    :param retries: the number of retries of a request.
    :param budget: the seconds that a task may wait without any success.
    """

    retries: int
    budget: float

    def delay(self, error: GraphError, tries: int, *, waited: float, jitter: float) -> float:
        """Return the seconds to wait before the next attempt.

        :param error: the error of the last attempt.
        :param tries: the number of failed attempts.
        :param waited: the seconds of the budget that are spent.
        :param jitter: a random number from 0 to 1.
        :raises GraphError: the request must not be retried: the error itself, or a ThrottledError if the service asks
            for a longer wait than the budget allows.
        """
        if not error.transient or tries > self.retries:
            raise error
        left = self.budget - waited
        # A wait of less than a second is obeyed once. Several of them would use up the retries within a second.
        if error.retry_after is not None and (error.retry_after >= 1 or tries <= 1):
            return self.requested_wait(error, waited=waited)
        if left <= 0:
            raise error
        if error.retry_delay is not None:
            return min(error.retry_delay, left)
        backoff = min(jitter * min(_FIRST_DELAY * 2.0 ** (tries - 1), _MAX_DELAY), left)
        return max(backoff, self.requested_wait(error, waited=waited))

    def requested_wait(self, error: GraphError, *, waited: float) -> float:
        """Return the seconds that the service asks to wait; 0 without such a request.

        :raises ThrottledError: the wait is longer than the rest of the budget.
        """
        requested = error.retry_after or 0.0
        left = self.budget - waited
        if requested > max(left, 0.0):
            raise _wait_too_long(error, left) from error
        return requested


class Retry:
    """The retries of one task. All its requests share one budget.

    :param jitter: returns a random number from 0 to 1.
    :param on_retry: receives a sentence with the reason and the length of each wait, before the wait.
    """

    def __init__(
        self,
        policy: RetryPolicy,
        *,
        clock: Clock,
        jitter: Callable[[], float] = random.random,
        on_retry: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        self.count = 0
        self._policy = policy
        self._clock = clock
        self._jitter = jitter
        self._on_retry = on_retry
        self._waited = 0.0

    def run(self, send: Callable[[int], T], recover: Callable[[GraphError], bool] = lambda error: False) -> T:
        """Call ``send`` until it succeeds or must not be retried.

        :param send: receives the number of the attempt, starting with 1.
        :param recover: tries to remove the cause of a failure, and returns whether it did; not called again after that.
        :raises GraphError: the error of the last attempt, with the number of attempts.
        """
        attempt = tries = 0
        recovered = False
        while True:
            attempt += 1
            try:
                return send(attempt)
            except GraphError as exc:
                error = exc.copy_with(attempts=attempt)
                if not recovered and self._recovered(error, recover):
                    recovered = True
                    self.backoff(error, self.requested_wait(error))
                    continue
                tries += 1
                self.backoff(error, self.delay(error, tries))

    def delay(self, error: GraphError, tries: int) -> float:
        """Return the seconds to wait before the next attempt; see :meth:`RetryPolicy.delay`."""
        return self._policy.delay(error, tries, waited=self._waited, jitter=self._jitter())

    def requested_wait(self, error: GraphError) -> float:
        """Return the seconds that the service asks to wait; see :meth:`RetryPolicy.requested_wait`."""
        return self._policy.requested_wait(error, waited=self._waited)

    def backoff(self, error: GraphError, seconds: float) -> None:
        """Wait before a retry, and count the retry."""
        self.count += 1
        self._waited += seconds
        self._on_retry(f"Sending again after {seconds:.1f} s. {error.sentence}")
        if seconds > 0:
            self._clock.sleep(seconds)

    @property
    def is_exhausted(self) -> bool:
        """Whether the budget is spent since the last success."""
        return self._waited >= self._policy.budget

    @contextlib.contextmanager
    def disabled(self) -> Iterator[None]:
        """Disable retries within the block. A loop that polls retries by itself."""
        policy = self._policy
        self._policy = dataclasses.replace(policy, retries=0)
        try:
            yield
        finally:
            self._policy = policy

    def reset_budget(self) -> None:
        """Start the budget anew. Call this after a success."""
        self._waited = 0.0

    def _recovered(self, error: GraphError, recover: Callable[[GraphError], bool]) -> bool:
        try:
            return recover(error)
        except GraphError as exc:
            # The error reports the attempts of the request, and not those of the recovery.
            raise exc.copy_with(attempts=error.attempts) from exc


def _wait_too_long(error: GraphError, left: float) -> ThrottledError:
    return ThrottledError(
        error.message,
        hint=f"The service asks to wait {_plain(error.retry_after)} s, and retry_budget leaves {_plain(left)} s:"
        " run the task again after that time, or raise retry_budget.",
        service=error.service,
        status=error.status,
        code=error.code,
        request_id=error.request_id,
        client_request_id=error.client_request_id,
        retry_after=error.retry_after,
        action=error.action,
        attempts=error.attempts,
    )


def _plain(seconds: float | None) -> str:
    return f"{max(seconds or 0.0, 0.0):.1f}".replace(".0", "")
