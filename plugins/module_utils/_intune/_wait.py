# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Waits until the syncs that were asked for have happened, as far as that can be seen."""

from __future__ import annotations

import copy
import typing as t

from .._graph._errors import DeadlineError, GraphError
from ._members import read_selected
from ._plan import has_moved_on
from ._resource import label, listed
from ._selection import Selection
from ._times import is_unreadable, read_moment

if t.TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .._graph._client import GraphClient
    from .._graph._permission import Permission
    from ._request import Patience
    from ._resource import Resource, State
    from ._target import Target


def wait_for(
    client: GraphClient,
    resource: Resource,
    targets: Sequence[Target],
    patience: Patience,
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
        left = start + patience.timeout - clock.now()
        asked = 0.0 if missed is None else missed.retry_after or 0.0
        # A wait that the service asks for is never cut: the next look would come sooner than asked.
        if left <= 0 or asked > left:
            _end(resource, targets, clock.now() - start, missed, asked=asked if left > 0 else 0.0)
            return
        if missed is None:
            clock.sleep(min(patience.sleep, left))
        else:
            retry.again(missed, min(max(patience.sleep, asked), left))
        try:
            with retry.suspended():
                on_warnings(_look(client, resource, pending, permission))
            missed = None
        except GraphError as exc:
            if not _may_pass(exc) or retry.is_exhausted:
                _end(resource, targets, clock.now() - start, exc, given_up=True)
                return
            missed = exc


def _may_pass(error: GraphError) -> bool:
    # A look changes nothing, so that one may fail in more ways than a trigger before it is worth no other.
    return error.transient or (error.status or 0) >= 500


def _look(client: GraphClient, resource: Resource, pending: Sequence[Target], permission: Permission) -> list[str]:
    """Read the pending members once; returns warnings."""
    names = {target.id: target.name for target in pending}
    reading = read_selected(client, resource, Selection(ids=tuple(names)), permission, names=names)
    for target in pending:
        state = reading.found[target.id]
        target.is_gone = isinstance(state, GraphError)
        if not isinstance(state, GraphError):
            target.after = state
            target.completed = not target.is_age_unknown and has_moved_on(resource, target.before or {}, state)
    return reading.warnings(resource)


def _end(
    resource: Resource,
    targets: Sequence[Target],
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

    said = message(listed([_seen(resource, target) for target in pending], "; "))
    error = copy.copy(cause) if given_up and cause is not None else DeadlineError("")
    error.args, error.message, error.service = (said,), said, None
    share = f"{len(pending)} of " if len(pending) < len(targets) else ""
    error.action = f"see the {pending[0].sync_type} of {share}{resource.counted(len(targets))} finish"
    error.attempts = 0
    error.retry_after = asked or error.retry_after
    hints = [resource.not_found_hint] if any(target.is_gone for target in pending) else []
    hints += _status_hints(resource, [target for target in pending if not target.is_gone])
    hints += [
        f"Raise wait_timeout, or run the module {resource.info_module} later to see whether the time has moved on.",
        resource.caveat,
    ]
    error.hint = " ".join([error.hint] if given_up and error.hint else hints)
    for target in pending:
        target.error = error
        target.error_message = message(_seen(resource, target))


def _status_hints(resource: Resource, pending: Sequence[Target]) -> list[str]:
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


def _seen(resource: Resource, target: Target) -> str:
    state: State = target.after or target.before or {}
    called = label(target.id, target.name)
    if target.is_gone:
        return f"{called}, which is no longer in the tenant"
    last = _last_sync(state.get(resource.last_sync))
    return f"{called}, {resource.status} {state.get(resource.status) or 'unknown'}, last sync {last}"


def _last_sync(text: str | None) -> str:
    """Return the time of a last sync for a message; the service writes "never" as a time in the year 1."""
    if not text or is_unreadable(text):
        return "unknown"
    return "never" if read_moment(text) is None else text
