# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Waits until the syncs that were asked for have happened, as far as that can be seen."""

from __future__ import annotations

import typing as t

from .._graph.errors import GraphError, GraphTimeoutError
from .last_sync import sync_completed
from .read import read_selected
from .resource import join_limited, name_and_id
from .selection import Selection
from .times import is_unreadable, read_moment

if t.TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .._graph.client import GraphClient
    from .._graph.permission import Permission
    from .resource import Resource, State
    from .sync_options import WaitOptions
    from .sync_target import SyncTarget


def wait_for(
    client: GraphClient,
    resource: Resource,
    targets: Sequence[SyncTarget],
    wait_options: WaitOptions,
    *,
    permission: Permission,
    on_warnings: Callable[[Sequence[str]], None],
) -> None:
    """Look at all that are pending, together, until each has completed or the time is over.

    A look that fails for the moment is made up for by the next one, as long as the budget for retries lasts. Those that
    have not completed keep what was true of them, with an error that says what was seen.

    :param permission: what the whole task needs.
    :param on_warnings: is given the warnings of each look.
    """
    clock, retry = client.clock, client.retry
    start = clock.now()
    missed: GraphError | None = None
    for target in targets:
        target.completed = False
    while pending := [target for target in targets if not target.completed]:
        left = start + wait_options.timeout - clock.now()
        asked = 0.0 if missed is None else missed.retry_after or 0.0
        # A wait that the service asks for is never cut: the next look would come sooner than asked.
        if left <= 0 or asked > left:
            _end(resource, targets, clock.now() - start, missed, asked=asked if left > 0 else 0.0)
            return
        if missed is None:
            clock.sleep(min(wait_options.sleep, left))
        else:
            retry.backoff(missed, min(max(wait_options.sleep, asked), left))
        try:
            with retry.disabled():
                on_warnings(_poll(client, resource, pending, permission))
            missed = None
        except GraphError as exc:
            if not _is_transient(exc) or retry.is_exhausted:
                _end(resource, targets, clock.now() - start, exc, given_up=True)
                return
            missed = exc


def _is_transient(error: GraphError) -> bool:
    # A look changes nothing, so that one may fail in more ways than a trigger before it is worth no other.
    return error.transient or (error.status or 0) >= 500


def _poll(client: GraphClient, resource: Resource, pending: Sequence[SyncTarget], permission: Permission) -> list[str]:
    """Read the pending members once; returns warnings."""
    names = {target.id: target.name for target in pending}
    snapshot = read_selected(client, resource, Selection(ids=tuple(names)), permission, names=names)
    for target in pending:
        state = snapshot.states[target.id]
        target.missing = isinstance(state, GraphError)
        if not isinstance(state, GraphError):
            target.after = state
            target.completed = not target.age_unknown and sync_completed(resource, target.before or {}, state)
    return snapshot.warnings(resource)


def _end(
    resource: Resource,
    targets: Sequence[SyncTarget],
    elapsed: float,
    cause: GraphError | None,
    *,
    given_up: bool = False,
    asked: float = 0.0,
) -> None:
    """Give all that are pending the error of a wait that has ended: the time is over, or another look is of no use.

    :param asked: seconds that the service asked to wait, where that is longer than the rest of the time.
    """
    pending = [target for target in targets if not target.completed]
    end = ""
    if cause is not None:
        end += f"; the last look failed: {cause.sentence.rstrip('.')}"
    if asked:
        end += f"; the service asks to wait {asked:g} s, which is longer than the rest of wait_timeout"

    def message(seen: str) -> str:
        return f"after {round(elapsed, 1):g} s the time of the last sync has not moved on for {seen}{end}"

    said = message(join_limited([_seen(resource, target) for target in pending], "; "))
    share = f"{len(pending)} of " if len(pending) < len(targets) else ""
    hints = [resource.not_found_hint] if any(target.missing for target in pending) else []
    hints += _status_hints(resource, [target for target in pending if not target.missing])
    hints += [
        f"Raise wait_timeout, or run the module {resource.info_module} later to see whether the time has moved on.",
        resource.support_notice,
    ]
    error = cause if given_up and cause is not None else GraphTimeoutError("")
    error = error.copy_with(
        message=said,
        service=None,
        action=f"see the {pending[0].sync_type} of {share}{resource.count_phrase(len(targets))} finish",
        attempts=0,
        retry_after=asked or error.retry_after,
        hint=error.hint or " ".join(hints),
    )
    for target in pending:
        target.error = error
        target.error_message = message(_seen(resource, target))


def _status_hints(resource: Resource, pending: Sequence[SyncTarget]) -> list[str]:
    """Return the advice to check the members whose status shows that they cannot sync."""
    statuses = [(target.after or target.before or {}).get(resource.status) or "unknown" for target in pending]
    bad = [status for status in statuses if status != resource.working_status]
    if not bad:
        return []
    if len(statuses) == 1:
        return [f"Check this {resource.noun} before you wait longer: its {resource.status} is {bad[0]}."]
    return [
        f"Before you wait longer, check each {resource.noun} whose {resource.status} is not {resource.working_status}."
    ]


def _seen(resource: Resource, target: SyncTarget) -> str:
    state: State = target.after or target.before or {}
    called = name_and_id(target.id, target.name)
    if target.missing:
        return f"{called}, which is no longer in the tenant"
    last = _last_sync(state.get(resource.last_sync))
    return f"{called}, {resource.status} {state.get(resource.status) or 'unknown'}, last sync {last}"


def _last_sync(text: str | None) -> str:
    """Return the time of a last sync for a message; the service writes "never" as a time in the year 1."""
    if not text or is_unreadable(text):
        return "unknown"
    return "never" if read_moment(text) is None else text
