# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Poll objects until their syncs have completed, as far as their states show it."""

from __future__ import annotations

import typing as t

from .._graph.errors import GraphError, GraphTimeoutError, ServiceError
from .ids import join_limited
from .read import read_selected
from .resource import PENDING, is_later
from .selection import Selection
from .times import is_unreadable, parse_timestamp

if t.TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .._graph.client import GraphClient
    from .._graph.permission import Permission
    from .fields import State
    from .resource import Progress, Resource, SyncAction
    from .sync_options import WaitOptions
    from .sync_target import SyncTarget


class Wait:
    """Polls the objects of one run.

    :param permission: the permission that the whole run needs.
    :param on_warnings: receives the warnings of each poll.
    """

    def __init__(
        self,
        client: GraphClient,
        resource: Resource,
        action: SyncAction,
        options: WaitOptions,
        *,
        permission: Permission,
        on_warnings: Callable[[Sequence[str]], None],
    ) -> None:
        self._client = client
        self._resource = resource
        self._action = action
        self._options = options
        self._permission = permission
        self._on_warnings = on_warnings

    def run(self, targets: Sequence[SyncTarget]) -> None:
        """Poll the pending targets together until each sync has completed or failed, or the time is over.

        A poll that fails with a transient error is repeated by the next poll, until the retry budget is spent. Targets
        that are still pending at the end get an error that shows their last known state.
        """
        clock, retry = self._client.clock, self._client.retry
        start = clock.now()
        last_error: GraphError | None = None
        for target in targets:
            target.completed = False
        while pending := [target for target in targets if target.is_pending]:
            left = start + self._options.timeout - clock.now()
            requested = 0.0 if last_error is None else last_error.retry_after or 0.0
            # A wait that the service requests is never shortened: the next poll would come too early.
            if left <= 0 or requested > left:
                elapsed = clock.now() - start
                self._time_out(targets, pending, elapsed, last_error, requested=requested if left > 0 else 0.0)
                return
            if last_error is None:
                clock.sleep(min(self._options.sleep, left))
            else:
                retry.backoff(last_error, min(max(self._options.sleep, requested), left))
            try:
                with retry.disabled():
                    self._poll(pending)
                last_error = None
            except GraphError as exc:
                if not _is_transient(exc) or retry.is_exhausted:
                    self._time_out(targets, pending, clock.now() - start, exc, given_up=True)
                    return
                last_error = exc

    def _poll(self, pending: Sequence[SyncTarget]) -> None:
        names = {target.id: target.name for target in pending}
        snapshot = read_selected(
            self._client, self._resource, Selection(ids=tuple(names)), self._permission, names=names
        )
        for target in pending:
            state = snapshot.states[target.id]
            target.missing = isinstance(state, GraphError)
            if not isinstance(state, GraphError):
                self._record(target, state)
        self._on_warnings(snapshot.warnings(self._resource))

    def _record(self, target: SyncTarget, state: State) -> None:
        before = target.before or {}
        status = self._action.failure_key or self._resource.status_key
        target.after = state
        # A failure that the status shows counts only after this: it can be left over from an earlier sync.
        target.state_changed = (
            target.state_changed
            or (status is not None and state.get(status) != before.get(status))
            or is_later(before, state, self._resource.last_sync_key)
        )
        progress = self._action.progress(before, state, target.state_changed)
        if progress.status == "failed":
            target.sync_failed = True
            target.error = self._sync_error(target, progress)
        elif not target.sync_time_unknown:
            target.completed = progress.status != PENDING.status

    def _sync_error(self, target: SyncTarget, progress: Progress) -> ServiceError:
        return ServiceError(
            f"Microsoft Graph reports that {progress.message}",
            hint=self._action.failure_hint,
            action=f"sync {self._resource.object_phrase(target.id, target.name)}",
        )

    def _time_out(
        self,
        targets: Sequence[SyncTarget],
        pending: Sequence[SyncTarget],
        elapsed: float,
        cause: GraphError | None,
        *,
        given_up: bool = False,
        requested: float = 0.0,
    ) -> None:
        """Give the pending targets an error.

        :param cause: the error of the last poll.
        :param given_up: whether the cause ended the wait, and not the time.
        :param requested: the seconds that the service asked to wait, where they exceed the remaining time.
        """
        resource = self._resource
        end = ""
        if cause is not None:
            end += f"; the last look failed: {cause.sentence.rstrip('.')}"
        if requested:
            end += f"; the service asks to wait {requested:g} s, which is longer than the rest of wait_timeout"

        # A sync that has not completed can have a later time already, where the status decides.
        key = resource.last_sync_key
        time_moved = any(is_later(one.before or {}, one.after or {}, key) for one in pending)
        problem = "the sync has not completed" if time_moved else "the time of the last sync has not moved on"

        def message(shown: str) -> str:
            return f"after {round(elapsed, 1):g} s {problem} for {shown}{end}"

        share = f"{len(pending)} of " if len(pending) < len(targets) else ""
        counted = resource.noun if resource.is_singleton else f"{share}{resource.count_phrase(len(targets))}"
        hints = self._hints(pending)
        changes: dict[str, t.Any] = {
            "message": message(join_limited([self._shown(target) for target in pending], "; ")),
            "service": None,
            "action": f"see the {pending[0].sync_type or 'sync'} of {counted} finish",
            "attempts": 0,
            "retry_after": requested or (None if cause is None else cause.retry_after),
            "hint": cause.hint if given_up and cause is not None and cause.hint else " ".join(hints),
        }
        error = (cause if given_up and cause is not None else GraphTimeoutError("")).copy_with(**changes)
        for target in pending:
            target.error = error
            target.error_message = message(self._shown(target))

    def _hints(self, pending: Sequence[SyncTarget]) -> list[str]:
        resource = self._resource
        hints = [resource.not_found_hint] if any(target.missing for target in pending) else []
        hints += self._earlier_failure_hints(pending)
        hints += self._status_hints([target for target in pending if not target.missing])
        hints.append(
            f"Raise wait_timeout, or run the module {resource.info_module} later to see whether the sync has completed."
        )
        return [*hints, resource.support_notice] if resource.support_notice else hints

    def _earlier_failure_hints(self, pending: Sequence[SyncTarget]) -> list[str]:
        """Return the advice for objects that show the failure of an earlier sync, or of this one: it looks the same."""
        failures = [
            progress
            for target in pending
            if target.before is not None
            and target.after is not None
            and (progress := self._action.progress(target.before, target.after, True)).status == "failed"
        ]
        if not failures:
            return []
        subject = (
            f"{failures[0].message[0].upper()}{failures[0].message[1:]}"
            if len(pending) == 1
            else (f"The status of {len(failures)} of them shows a failure")
        )
        hint = f"{subject}, as before this sync, so this sync may have failed, too."
        return [hint, self._action.failure_hint] if self._action.failure_hint else [hint]

    def _status_hints(self, pending: Sequence[SyncTarget]) -> list[str]:
        """Return the advice to check objects whose status shows that they cannot sync."""
        resource = self._resource
        if resource.status_key is None or resource.working_status is None:
            return []
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

    def _shown(self, target: SyncTarget) -> str:
        resource = self._resource
        state: State = target.after or target.before or {}
        name = resource.label(target.id, target.name)
        if target.missing:
            return f"{name}, which is no longer in the tenant"
        status = f", {resource.status_key} {state.get(resource.status_key) or 'unknown'}" if resource.status_key else ""
        return f"{name}{status}, last sync {_last_sync(state.get(resource.last_sync_key))}"


def _is_transient(error: GraphError) -> bool:
    # A poll changes nothing, so it may be repeated after more errors than a trigger.
    return error.transient or (error.status or 0) >= 500


def _last_sync(text: str | None) -> str:
    """Return the time of a last sync for a message. The service writes "never" as a time in the year 1."""
    if not text or is_unreadable(text):
        return "unknown"
    return "never" if parse_timestamp(text) is None else text
