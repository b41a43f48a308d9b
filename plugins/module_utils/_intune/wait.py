# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Wait until the triggered syncs complete."""

from __future__ import annotations

import typing as t

from .._graph.errors import GraphError, GraphTimeoutError
from .last_sync import sync_completed
from .read import read_selected
from .resource import join_limited, name_and_id
from .selection import Selection
from .times import is_unreadable, parse_timestamp

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
    """Poll all pending targets together until each sync completed or the timeout is over.

    After a transient error the next poll follows, as long as the retry budget lasts. Targets whose syncs did not
    complete get an error that describes their last states.

    :param permission: the permissions that the whole task needs.
    :param on_warnings: receives the warnings of each poll.
    """
    clock, retry = client.clock, client.retry
    start = clock.now()
    poll_error: GraphError | None = None
    for target in targets:
        target.completed = False
    while pending := [target for target in targets if not target.completed]:
        left = start + wait_options.timeout - clock.now()
        retry_after = 0.0 if poll_error is None else poll_error.retry_after or 0.0
        # Never poll before the time of Retry-After. If it is later than the timeout, stop now.
        if left <= 0 or retry_after > left:
            _fail_pending(resource, targets, clock.now() - start, poll_error, asked=retry_after if left > 0 else 0.0)
            return
        if poll_error is None:
            clock.sleep(min(wait_options.sleep, left))
        else:
            retry.backoff(poll_error, min(max(wait_options.sleep, retry_after), left))
        try:
            with retry.disabled():
                on_warnings(_poll(client, resource, pending, permission))
            poll_error = None
        except GraphError as exc:
            if not _is_transient(exc) or retry.is_exhausted:
                _fail_pending(resource, targets, clock.now() - start, exc, given_up=True)
                return
            poll_error = exc


def _is_transient(error: GraphError) -> bool:
    """Return whether to poll again after an error. Unlike a trigger, a poll is safe to repeat after any status 5xx."""
    return error.transient or (error.status or 0) >= 500


def _poll(client: GraphClient, resource: Resource, pending: Sequence[SyncTarget], permission: Permission) -> list[str]:
    """Read the pending objects once, update the targets, and return warnings."""
    names = {target.id: target.name for target in pending}
    snapshot = read_selected(client, resource, Selection(ids=tuple(names)), permission, names=names)
    for target in pending:
        state = snapshot.states[target.id]
        target.missing = isinstance(state, GraphError)
        if not isinstance(state, GraphError):
            target.after = state
            target.completed = not target.age_unknown and sync_completed(resource, target.before or {}, state)
    return snapshot.warnings(resource)


def _fail_pending(
    resource: Resource,
    targets: Sequence[SyncTarget],
    elapsed: float,
    cause: GraphError | None,
    *,
    given_up: bool = False,
    asked: float = 0.0,
) -> None:
    """End the wait: set the error of all pending targets.

    :param elapsed: seconds since the start of the wait.
    :param cause: the error of the last poll, or ``None``.
    :param given_up: whether the wait ends because of that error, before the timeout.
    :param asked: seconds of Retry-After if they are longer than the rest of the timeout; else 0.
    """
    pending = [target for target in targets if not target.completed]
    end = ""
    if cause is not None:
        end += f"; the last look failed: {cause.sentence.rstrip('.')}"
    if asked:
        end += f"; the service asks to wait {asked:g} s, which is longer than the rest of wait_timeout"

    def message(description: str) -> str:
        return f"after {round(elapsed, 1):g} s the time of the last sync has not moved on for {description}{end}"

    share = f"{len(pending)} of " if len(pending) < len(targets) else ""
    hints = [resource.not_found_hint] if any(target.missing for target in pending) else []
    hints += _status_hints(resource, [target for target in pending if not target.missing])
    hints += [
        f"Raise wait_timeout, or run the module {resource.info_module} later to see whether the time has moved on.",
        resource.support_notice,
    ]
    error = cause if given_up and cause is not None else GraphTimeoutError("")
    error = error.copy_with(
        message=message(join_limited([_describe(resource, target) for target in pending], "; ")),
        service=None,
        action=f"see the {pending[0].sync_type} of {share}{resource.count_phrase(len(targets))} finish",
        attempts=0,
        retry_after=asked or error.retry_after,
        hint=error.hint or " ".join(hints),
    )
    for target in pending:
        target.error = error
        target.error_message = message(_describe(resource, target))


def _status_hints(resource: Resource, pending: Sequence[SyncTarget]) -> list[str]:
    """Return the advice to check the objects whose status shows that they cannot sync."""
    statuses = [(target.after or target.before or {}).get(resource.status_key) or "unknown" for target in pending]
    bad = [status for status in statuses if status != resource.working_status]
    if not bad:
        return []
    if len(statuses) == 1:
        return [f"Check this {resource.noun} before you wait longer: its {resource.status_key} is {bad[0]}."]
    return [
        f"Before you wait longer, check each {resource.noun} whose {resource.status_key} is not"
        f" {resource.working_status}."
    ]


def _describe(resource: Resource, target: SyncTarget) -> str:
    """Return the name, the ID and the last state of a pending object, for a message."""
    state: State = target.after or target.before or {}
    label = name_and_id(target.id, target.name)
    if target.missing:
        return f"{label}, which is no longer in the tenant"
    last_sync = _describe_last_sync(state.get(resource.last_sync_key))
    return f"{label}, {resource.status_key} {state.get(resource.status_key) or 'unknown'}, last sync {last_sync}"


def _describe_last_sync(text: str | None) -> str:
    """Return the time of a last sync for a message. The service writes "never" as a time in the year 1."""
    if not text or is_unreadable(text):
        return "unknown"
    return "never" if parse_timestamp(text) is None else text
