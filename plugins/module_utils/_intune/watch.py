# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Looks at members of a resource again and again, and tells what became of them since the last look."""

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

    Members = Mapping[str, State]

# However long the service is away, it is looked for again after this many seconds.
_MAX_PAUSE: t.Final = 3600.0
# However late the service asks to come back: a gateway's slip must not end the watch for years.
_MAX_RETRY_AFTER: t.Final = 86_400.0

Event = dict[str, t.Any]
"""What happened: its ``type``, and what that type tells."""


class WatchConfig(t.NamedTuple):
    """What is watched, and what is worth telling.

    :param noun: under which key an event shows a member.
    :param unhealthy: that word for a member somebody should look after.
    """

    resource: Resource
    selection: Selection
    noun: str
    unhealthy: str


class Watcher:
    """One look after the other, each told by what it returns; a service that fails ends nothing.

    :param interval: seconds between two looks while all is well.
    :param on_note: is told, in a sentence, what is for a log.
    """

    def __init__(
        self, client: GraphClient, config: WatchConfig, *, interval: float, on_note: Callable[[str], None]
    ) -> None:
        self._client = client
        self._config = config
        self._interval = interval
        self._on_note = on_note
        self._before: dict[str, State] | None = None
        self._trouble: tuple[object, ...] | None = None
        self._failures = 0
        self._noted: list[str] = []

    def poll(self) -> tuple[list[Event], float]:
        """Look once; returns the events since the last look, and the seconds until the next one is due.

        The events are safe to use in a rulebook: they contain neither secrets nor template syntax.

        :raises DependencyError: a package is missing, which no later look would find either.
        """
        events, pause = self._poll()
        return [safe_event(event) for event in events], pause

    def _poll(self) -> tuple[list[Event], float]:
        # Each look has the whole of the retry budget.
        self._client.retry.reset_budget()
        config = self._config
        try:
            info = self._read()
        except DependencyError:
            raise
        except GraphError as exc:
            self._failures += 1
            pause = self._pause(exc)
            self._on_note(f"{exc} The next look is in {pause:.0f} s.")
            return self._failure_events(exc), pause
        for note in [note for note in info.warnings if note not in self._noted]:
            self._on_note(note)
        self._noted = info.warnings
        self._failures = 0
        now = {member["id"]: member for member in info.objects}
        found = changes(config, self._before, now)
        self._before = now
        if info.failure is not None:
            return [*found, *self._failure_events(info.failure)], self._interval
        return [*self._recovery_events(), *found], self._interval

    def _read(self) -> ReadResult:
        config, names = self._config, self._config.selection.names
        everything = Selection(all=True) if names else config.selection
        info = read_info(lambda: self._client, config.resource, everything)
        if names:
            # One by one: a name that fits nothing any more is no reason to lose sight of the others.
            chosen: dict[str, State] = {}
            for name in names:
                try:
                    found = select(config.resource, Selection(names=(name,)), info.objects)
                    chosen.update({state["id"]: state for state in found})
                except GraphError as exc:
                    info.failure = info.failure or exc
            info.objects = list(chosen.values())
        return info

    def _pause(self, error: GraphError) -> float:
        longest = max(self._interval, _MAX_PAUSE)
        # 30 times the double is more than any longest pause, and the power of a week of failures no float.
        pause = min(self._interval * 2.0 ** min(self._failures - 1, 30), longest)
        return max(pause, min(error.retry_after or 0.0, _MAX_RETRY_AFTER))

    def _failure_events(self, error: GraphError) -> list[Event]:
        """Once for the same failure, however often it is met."""
        # What a service says may differ from time to time; what was not found, or fits several, is in our own words.
        trouble = (error.kind, error.status, error.code, error.message if error.status is None else None)
        if trouble == self._trouble:
            return []
        self._trouble = trouble
        return [{"type": "watch_failed", "message": str(error), "error": error.as_dict()}]

    def _recovery_events(self) -> list[Event]:
        if self._trouble is None:
            return []
        self._trouble = None
        return [{"type": "watch_recovered", "message": f"The {self._config.resource.plural} can be read again."}]


def changes(config: WatchConfig, before: Members | None, now: Members) -> list[Event]:
    """What happened between two looks.

    :param before: members by id; ``None`` at the first look, which tells of those alone that are unhealthy.
    """
    events: list[Event] = []

    def emit(kind: str, state: State, previous: State | None) -> None:
        events.append({"type": kind, config.noun: state, "previous": previous})

    for member_id, state in now.items():
        previous = (before or {}).get(member_id)
        if state["health"] == config.unhealthy and (previous is None or previous["health"] != config.unhealthy):
            emit("unhealthy", state, previous)
        if previous is None:
            continue
        status = config.resource.status
        if status is not None and state[status] != previous[status]:
            emit("status_changed", state, previous)
        if previous["health"] != UNKNOWN and is_later(previous, state, config.resource.last_sync):
            emit("synced", state, previous)
    for member_id, previous in (before or {}).items():
        if member_id not in now:
            emit("removed", previous, previous)
    return events


class Stopped(Exception):
    """The wait is over because nobody waits for its end any more."""


class StoppableClock(Clock):
    """A clock whose sleep can be ended from another thread, by Stopped in the one that sleeps."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def stop(self) -> None:
        """End the sleep there is, and each that begins."""
        self._stopped.set()

    def sleep(self, seconds: float) -> None:
        """Let that time pass; raises Stopped when it was not to."""
        if self._stopped.wait(seconds):
            raise Stopped
