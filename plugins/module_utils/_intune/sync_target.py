# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""One object in a sync run, and its entry in the result."""

from __future__ import annotations

import dataclasses
import typing as t

from .resource import SINGLETON_ID

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from .._graph.client import GraphResponse
    from .._graph.errors import GraphError
    from .fields import State


@dataclasses.dataclass
class SyncTarget:
    """An object to sync.

    :param name: its best known name; ``None`` when it was not read.
    :param before: its state before the trigger; ``None`` when it was not read.
    :param sync_time_unknown: whether the time of the last sync before the trigger could not be read. Then a later time
        does not show that the sync has completed.
    :param action: ``planned`` until it is ``triggered``, ``skipped``, ``would_trigger`` or ``failed``.
    :param reason: the value that explains why it was skipped; ``explanation`` is the clause for it.
    :param retry_after: seconds until the minimum interval of the service is over.
    :param not_before: when the minimum interval is over, in seconds of the client's clock; 0 when the object can sync
        now.
    :param asked_to_wait: whether the service refused a request because the minimum interval was not over.
    :param state_changed: whether a poll saw another status or a later sync than before the trigger.
    :param sync_failed: whether the service reported that the sync of an accepted request failed.
    :param missing: whether the object did not exist at the last poll.
    :param error: why it failed, or why its sync did not complete.
    :param error_message: the message of the error for this object, where several objects share one error.
    :param completed: whether the sync has completed; ``None`` when the run did not wait for it.
    """

    id: str
    sync_type: str | None = None
    name: str | None = None
    before: State | None = None
    after: State | None = None
    action: str = "planned"
    reason: str | None = None
    explanation: str | None = None
    retry_after: float | None = None
    not_before: float = 0.0
    asked_to_wait: bool = False
    completed: bool | None = None
    http_status: int | None = None
    attempts: int = 0
    request_id: str | None = None
    client_request_id: str | None = None
    error: GraphError | None = None
    error_message: str | None = None
    sync_time_unknown: bool = False
    state_changed: bool = False
    sync_failed: bool = False
    missing: bool = False

    @property
    def changed(self) -> bool:
        """Whether it was triggered, or would be outside check mode."""
        return self.action in ("triggered", "would_trigger")

    @property
    def is_pending(self) -> bool:
        """Whether its sync was waited for, has not completed, and has not failed."""
        return self.completed is False and not self.sync_failed

    def skip(self, reason: str, explanation: str, *, retry_after: float | None = None) -> None:
        """Record why no sync is triggered.

        :param explanation: a clause such as "its last sync is more recent than if_older_than".
        """
        self.action = "skipped"
        self.reason = reason
        self.explanation = explanation
        self.retry_after = retry_after

    def accept(self, response: GraphResponse) -> None:
        """Record that the service accepted the request."""
        self.action = "triggered"
        self.http_status = response.status
        self.attempts += response.attempts
        self.request_id = response.request_id
        self.client_request_id = response.client_request_id

    def fail(self, error: GraphError) -> None:
        """Record why it could not be read or triggered."""
        self.action = "failed"
        self.error = error
        self.record_response_of(error)

    def record_response_of(self, error: GraphError) -> None:
        """Record the status and the ids of an error response."""
        self.http_status = error.status
        self.request_id = error.request_id
        self.client_request_id = error.client_request_id

    def as_result(self, *, with_sync_type: bool) -> dict[str, t.Any]:
        """Return the entry of the result. Each key is always present."""
        state = self.after or self.before or {}
        return {
            "id": state.get("id") if self.id == SINGLETON_ID else self.id,
            "name": self.name,
            **({"sync_type": self.sync_type} if with_sync_type else {}),
            "action": self.action,
            "reason": self.reason,
            "message": _sentence(self.explanation),
            "retry_after": self.retry_after,
            "completed": self.completed,
            "changed": self.changed,
            "http_status": self.http_status,
            "before": self.before,
            "after": self.after,
            "attempts": self.attempts,
            "request_id": self.request_id,
            "client_request_id": self.client_request_id,
            "error": self._error(),
        }

    def _error(self) -> dict[str, t.Any] | None:
        if self.error is None:
            return None
        error = self.error.as_dict()
        return error if self.error_message is None else {**error, "message": self.error_message}


def target_results(
    targets: Sequence[SyncTarget], failure: GraphError | None, *, with_sync_type: bool
) -> list[dict[str, t.Any]]:
    """Return the entries of a result. A hint that several of them share with the task's error is only in that error.

    :param failure: the task's error; it holds the hint.
    """
    entries = [target.as_result(with_sync_type=with_sync_type) for target in targets]
    errors = [entry["error"] for entry in entries if entry["error"] is not None]
    shared = [error for error in errors if failure is not None and error["hint"] == failure.hint]
    if len(shared) > 1:
        for error in shared:
            error["hint"] = None
    return entries


def count_targets(targets: Sequence[SyncTarget]) -> dict[str, int]:
    """Return the number of objects: in all, by what became of the request, and by what the wait saw.

    ``failed`` counts refused requests and syncs that the service reported as failed.
    """
    actions = [target.action for target in targets]
    return {
        "total": len(targets),
        "triggered": actions.count("triggered"),
        "would_trigger": actions.count("would_trigger"),
        "skipped": actions.count("skipped"),
        "failed": actions.count("failed") + sum(target.sync_failed for target in targets),
        "completed": sum(target.completed is True for target in targets),
        "pending": sum(target.is_pending for target in targets),
    }


def _sentence(clause: str | None) -> str | None:
    return None if clause is None else f"{clause[0].upper()}{clause[1:].rstrip('.')}."
