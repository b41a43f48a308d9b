# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Decide which objects to trigger, from their states and from nothing else."""

from __future__ import annotations

import typing as t

from .._graph.errors import ThrottledError
from .health import seconds_since
from .times import TICKS_PER_SECOND

if t.TYPE_CHECKING:
    from .fields import State
    from .resource import Resource
    from .sync_options import SyncOptions
    from .sync_target import SyncTarget


def plan(
    resource: Resource, options: SyncOptions, target: SyncTarget, server_time: int | None, clock_now: float
) -> None:
    """Skip a target that needs no sync or cannot sync now. The order of the checks is part of the documentation.

    :param target: a target with a state.
    :param server_time: the time of the service, in ticks; ``None`` when it is unknown. Then no age is known, and an
        unknown age is older than any age.
    :param clock_now: the time of the client's clock, in seconds.
    """
    action, state = resource.action, target.before
    if action is None or state is None:
        return
    problem = None if action.not_ready_reason is None else action.not_ready_reason(state, server_time)
    if problem is not None:
        target.skip("not_ready", problem)
    elif action.is_running is not None and action.is_running(state):
        target.skip("already_running", "a sync is running already")
    elif server_time is not None and _is_recent(resource, options, state, server_time):
        target.skip("recent", f"its last sync is {recent_phrase(options)}")
    elif server_time is not None:
        ready_at = action.ready_at(state)
        seconds = 0.0 if ready_at is None else float(-((server_time - ready_at) // TICKS_PER_SECOND))
        # A time in the future counts as now: the interval cannot last longer than the documented one.
        seconds = min(seconds, float(action.minimum_interval))
        if seconds > 0:
            hold(resource, options, target, seconds, clock_now)


def hold(resource: Resource, options: SyncOptions, target: SyncTarget, seconds: float, clock_now: float) -> None:
    """Apply the option ``cooldown`` to a target whose minimum interval is over in so many seconds."""
    if options.cooldown == "wait" and seconds <= options.wait_options.timeout:
        target.not_before = clock_now + seconds
    elif options.cooldown == "skip":
        target.skip("cooling_down", _cooldown_phrase(resource, seconds), retry_after=seconds)
    else:
        target.fail(
            ThrottledError(
                _cooldown_phrase(resource, seconds),
                hint=_COOLDOWN_HINTS[options.cooldown],
                action=trigger_phrase(resource, target),
                retry_after=seconds,
            )
        )


_COOLDOWN_HINTS: t.Final = {
    "fail": "Run the task again after that time, or set cooldown to wait or skip.",
    "wait": "Raise wait_timeout, or run the task again after that time.",
}


def recent_phrase(options: SyncOptions) -> str:
    """Return how recent the last sync of a skipped object is, for messages."""
    return f"more recent than if_older_than ({options.if_older_than:.15g} s)"


def trigger_phrase(resource: Resource, target: SyncTarget) -> str:
    """Return what the request does, to complete "Could not …"."""
    return f"trigger a {target.sync_type or 'sync'} of {resource.object_phrase(target.id, target.name)}"


def _is_recent(resource: Resource, options: SyncOptions, state: State, now: int) -> bool:
    age = seconds_since(state, resource.last_sync_key, now)
    return options.if_older_than is not None and age is not None and age < options.if_older_than


def _cooldown_phrase(resource: Resource, seconds: float) -> str:
    interval = 0 if resource.action is None else resource.action.minimum_interval
    return f"the service accepts one sync in {interval} s, and the next one in {seconds:.0f} s"
