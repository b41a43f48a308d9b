# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Waits until the syncs that were asked for have happened, as far as that can be seen."""

from __future__ import annotations

import typing as t

from .._graph._errors import DeadlineError, GraphError
from ._members import read_again
from ._plan import has_moved_on

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from .._graph._client import GraphClient
    from ._request import Patience
    from ._resource import Resource, State
    from ._target import Target

# A message tells of no more than so many; the result has them all.
_LISTED: t.Final = 10


def wait_for(client: GraphClient, resource: Resource, targets: Sequence[Target], patience: Patience) -> None:
    """Look at all that are pending, together, until each has completed or the time is over.

    Those that have not completed keep what was true of them, with an error that says what was seen.
    """
    clock = client.clock
    start = clock.now()
    for target in targets:
        target.completed = False
    pending = list(targets)
    while pending:
        left = start + patience.timeout - clock.now()
        if left <= 0:
            _tell_all(resource, pending, _timed_out(resource, pending, patience.timeout))
            return
        clock.sleep(min(patience.sleep, left))
        try:
            _look(client, resource, pending)
        except GraphError as exc:
            _tell_all(resource, pending, exc)
            return
        pending = [target for target in pending if not target.completed]


def _look(client: GraphClient, resource: Resource, pending: Sequence[Target]) -> None:
    found = read_again(client, resource, [target.id for target in pending]).found
    for target in pending:
        state = found[target.id]
        if isinstance(state, GraphError):
            # It may be on its way to another id: a reinstalled one gets a new one.
            continue
        target.after = state
        target.completed = has_moved_on(resource, target.before or {}, state)


def _tell_all(resource: Resource, pending: Sequence[Target], error: GraphError) -> None:
    for target in pending:
        target.error = error


def _timed_out(resource: Resource, pending: Sequence[Target], timeout: float) -> DeadlineError:
    listed = "; ".join(_seen(resource, target) for target in pending[:_LISTED])
    more = f"; and {len(pending) - _LISTED} more" if len(pending) > _LISTED else ""
    error = DeadlineError(
        f"after {timeout:g} s the time of the last sync has not moved on for {listed}{more}",
        hint=f"{resource.caveat} Where it does, a sync may take longer: raise wait_timeout.",
    )
    error.during(f"see the {pending[0].sync_type} of {resource.counted(len(pending))} complete")
    return error


def _seen(resource: Resource, target: Target) -> str:
    state: State = target.after or target.before or {"id": target.id}
    last = state.get(resource.last_sync) or "unknown"
    return f"{resource.label(state)}, {resource.status} {state.get(resource.status) or 'unknown'}, last sync {last}"
