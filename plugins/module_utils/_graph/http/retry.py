# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""When a request is sent again, how long to wait before, and when to give up.

Microsoft's advice for Graph: wait as long as Retry-After asks, else longer from time to time
(https://learn.microsoft.com/graph/throttling). The first delay is that of Microsoft's SDKs; the randomness is "full
jitter", so that tasks that failed together do not come back together.
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
    """How much patience a task has.

    :param retries: how many times a request is sent again.
    :param budget: seconds to spend waiting while nothing succeeds.
    """

    retries: int
    budget: float

    def delay(self, error: GraphError, tries: int, *, waited: float, jitter: float) -> float:
        """Seconds to wait before a request is sent again that failed ``tries`` times, the last time with ``error``.

        :param waited: seconds spent of the budget.
        :param jitter: a random number from 0 to 1.
        :raises GraphError: it is not to be sent again; the error itself, or one of kind throttled where the service
            asks for a longer wait than there is time for.
        """
        if not error.transient or tries > self.retries:
            raise error
        left = self.budget - waited
        # A wait of less than a second is obeyed once: repeated, it would use up the retries without any real wait.
        if error.retry_after is not None and (error.retry_after >= 1 or tries <= 1):
            return self.requested_wait(error, waited=waited)
        if left <= 0:
            raise error
        if error.retry_delay is not None:
            return min(error.retry_delay, left)
        backoff = min(jitter * min(_FIRST_DELAY * 2.0 ** (tries - 1), _MAX_DELAY), left)
        return max(backoff, self.requested_wait(error, waited=waited))

    def requested_wait(self, error: GraphError, *, waited: float) -> float:
        """Return the seconds that the service asked to wait, 0 when it did not ask.

        :raises ThrottledError: that is longer than the rest of the budget.
        """
        asked = error.retry_after or 0.0
        left = self.budget - waited
        if asked > max(left, 0.0):
            raise _wait_too_long(error, left) from error
        return asked


class Retry:
    """The patience of one task: what it has waited, and how often it sent a request again.

    :param jitter: returns a random number from 0 to 1.
    :param on_retry: is told, before each wait, in a sentence, why and for how long.
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
        """Call ``send`` until it succeeds or is not worth another try.

        :param send: is given the number of the attempt, from 1 on.
        :param recover: tries to remove the cause of a failure, and returns whether it did; not called again after that.
        :raises GraphError: the last attempt's, with the number of attempts in it.
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
        """Seconds to wait, by the policy and what is left of its budget; raises as :meth:`RetryPolicy.delay` does."""
        return self._policy.delay(error, tries, waited=self._waited, jitter=self._jitter())

    def requested_wait(self, error: GraphError) -> float:
        """Return the seconds that the service asked to wait; raises as :meth:`RetryPolicy.requested_wait` does."""
        return self._policy.requested_wait(error, waited=self._waited)

    def backoff(self, error: GraphError, seconds: float) -> None:
        """Wait before something that failed is sent again, and count that."""
        self.count += 1
        self._waited += seconds
        self._on_retry(f"Sending again after {seconds:.1f} s. {error.sentence}")
        if seconds > 0:
            self._clock.sleep(seconds)

    @property
    def is_exhausted(self) -> bool:
        """Whether all the budget was spent since anything succeeded."""
        return self._waited >= self._policy.budget

    @contextlib.contextmanager
    def disabled(self) -> Iterator[None]:
        """Send nothing again for a while: whoever looks again and again is a retry of its own."""
        policy = self._policy
        self._policy = dataclasses.replace(policy, retries=0)
        try:
            yield
        finally:
            self._policy = policy

    def reset_budget(self) -> None:
        """Note that something succeeded: the budget begins anew. Only the caller knows what counts as that."""
        self._waited = 0.0

    def _recovered(self, error: GraphError, recover: Callable[[GraphError], bool]) -> bool:
        try:
            return recover(error)
        except GraphError as exc:
            # What is told of is the request, however often mending was tried.
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
