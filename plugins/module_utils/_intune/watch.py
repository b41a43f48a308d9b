# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Poll objects of a resource, and return events for the changes since the last poll."""

from __future__ import annotations

import threading
import typing as t

from .._graph.clock import Clock
from .._graph.errors import DependencyError, GraphError
from .event_text import safe_event
from .health import UNKNOWN
from .info import read_info
from .resource import is_later
from .selection import Selection, select

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .._graph.client import GraphClient
    from .fields import State
    from .info import ReadResult
    from .resource import Resource

    Objects = Mapping[str, State]

# The maximum pause in seconds between two polls while the service fails.
_MAX_PAUSE: t.Final = 3600.0
# The maximum Retry-After in seconds that the watcher accepts. A wrong value must not stop the watch for years.
_MAX_RETRY_AFTER: t.Final = 86_400.0
# The maximum exponent of the backoff. A float overflows after about 1,000 doublings, and 30 of them exceed any pause.
_MAX_DOUBLINGS: t.Final = 30

Event = dict[str, t.Any]
"""An event: a dictionary with the key ``type``. The other keys depend on the type."""


class WatchConfig(t.NamedTuple):
    """What to watch, and the format of the events.

    :param event_key: the key of an event that contains the object.
    :param unhealthy_value: the value of ``health`` that causes an event of the type ``unhealthy``.
    """

    resource: Resource
    selection: Selection
    event_key: str
    unhealthy_value: str


class Watcher:
    """Polls the objects and returns events. Errors of the service do not end the watch.

    :param interval: seconds between two polls while the service responds.
    :param on_warning: receives each warning and each error of a poll, as a sentence.
    """

    def __init__(
        self, client: GraphClient, config: WatchConfig, *, interval: float, on_warning: Callable[[str], None]
    ) -> None:
        self._client = client
        self._config = config
        self._interval = interval
        self._on_warning = on_warning
        self._before: dict[str, State] | None = None
        self._reported_failure: tuple[object, ...] | None = None
        self._failures = 0
        self._logged_warnings: list[str] = []

    def poll(self) -> tuple[list[Event], float]:
        """Poll once. Return the events since the last poll, and the seconds until the next poll.

        The events are safe to use in a rulebook: they contain neither secrets nor template syntax.

        :raises DependencyError: a Python package is missing, so later polls would fail as well.
        """
        events, pause = self._poll()
        return [safe_event(event) for event in events], pause

    def _poll(self) -> tuple[list[Event], float]:
        # Each poll has the whole retry budget.
        self._client.retry.reset_budget()
        config = self._config
        try:
            info = self._read()
        except DependencyError:
            raise
        except GraphError as exc:
            self._failures += 1
            pause = self._pause(exc)
            self._on_warning(f"{exc} The next look is in {pause:.0f} s.")
            return self._failure_events(exc), pause
        for warning in info.warnings:
            if warning not in self._logged_warnings:
                self._on_warning(warning)
        self._logged_warnings = info.warnings
        self._failures = 0
        now = {state["id"]: state for state in info.objects}
        events = changes(config, self._before, now)
        self._before = now
        if info.failure is not None:
            return [*events, *self._failure_events(info.failure)], self._interval
        return [*self._recovery_events(), *events], self._interval

    def _read(self) -> ReadResult:
        """Read the selected objects. A name without a match does not raise: the first such error is in the result."""
        config, names = self._config, self._config.selection.names
        selection = Selection(all=True) if names else config.selection
        info = read_info(lambda: self._client, config.resource, selection)
        if names:
            # Select each name separately, because select() raises an error for the first name without a match.
            selected: dict[str, State] = {}
            for name in names:
                try:
                    states = select(config.resource, Selection(names=(name,)), info.objects)
                    selected.update({state["id"]: state for state in states})
                except GraphError as exc:
                    info.failure = info.failure or exc
            info.objects = list(selected.values())
        return info

    def _pause(self, error: GraphError) -> float:
        """Return the seconds until the next poll after an error: exponential backoff, at least Retry-After."""
        pause = self._interval * 2.0 ** min(self._failures - 1, _MAX_DOUBLINGS)
        pause = min(pause, max(self._interval, _MAX_PAUSE))
        return max(pause, min(error.retry_after or 0.0, _MAX_RETRY_AFTER))

    def _failure_events(self, error: GraphError) -> list[Event]:
        """Return the event for a failure, but no second event while the same failure lasts."""
        # The text of the service can differ between two responses to the same request, so do not compare it.
        failure = (error.kind, error.status, error.code, error.message if error.status is None else None)
        if failure == self._reported_failure:
            return []
        self._reported_failure = failure
        return [{"type": "watch_failed", "message": str(error), "error": error.as_dict()}]

    def _recovery_events(self) -> list[Event]:
        """Return the event for the end of a failure, if one was reported."""
        if self._reported_failure is None:
            return []
        self._reported_failure = None
        return [{"type": "watch_recovered", "message": f"The {self._config.resource.plural} can be read again."}]


def changes(config: WatchConfig, before: Objects | None, now: Objects) -> list[Event]:
    """Return the events for the changes between two polls.

    :param before: the objects of the previous poll by ID. ``None`` at the first poll, which returns only the events of
        unhealthy objects.
    """
    events: list[Event] = []

    def emit(event_type: str, state: State, previous: State | None) -> None:
        events.append({"type": event_type, config.event_key: state, "previous": previous})

    for object_id, state in now.items():
        previous = (before or {}).get(object_id)
        if state["health"] == config.unhealthy_value and (
            previous is None or previous["health"] != config.unhealthy_value
        ):
            emit("unhealthy", state, previous)
        if previous is None:
            continue
        status_key = config.resource.status_key
        if status_key is not None and state[status_key] != previous[status_key]:
            emit("status_changed", state, previous)
        # After an unreadable time the state has no time, so a time in this poll does not prove a new sync.
        if previous["health"] != UNKNOWN and is_later(previous, state, config.resource.last_sync_key):
            emit("synced", state, previous)
    for object_id, previous in (before or {}).items():
        if object_id not in now:
            emit("removed", previous, previous)
    return events


class Stopped(Exception):
    """A sleep was interrupted because the watch ends."""


class StoppableClock(Clock):
    """A clock whose sleep another thread can interrupt. The interrupted thread gets the exception Stopped."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Interrupt the current sleep and all later ones."""
        self._stopped.set()

    def sleep(self, seconds: float) -> None:
        """Sleep.

        :raises Stopped: another thread called stop().
        """
        if self._stopped.wait(seconds):
            raise Stopped
