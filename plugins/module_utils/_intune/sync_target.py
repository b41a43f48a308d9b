# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Store what happens to one object during a sync run, and return it as an entry of the result."""

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from .._graph.client import GraphResponse
    from .._graph.errors import GraphError
    from .resource import State


@dataclasses.dataclass
class SyncTarget:
    """An object to sync.

    :param name: the best known name; ``None`` if the object was not read.
    :param before: the state before the trigger; ``None`` if the object was not read.
    :param age_unknown: whether the time of the last sync before the trigger could not be read. Then a later time does
        not show that the sync completed.
    :param action: "planned" at first, then "triggered", "skipped", "would_trigger" or "failed".
    :param reason: a word for why the object was skipped; ``message`` is the sentence.
    :param retry_after: seconds until the service's minimum interval between two syncs is over.
    :param missing: whether the object did not exist any more at the last poll.
    :param error_message: the message of the error for this object if several objects share one error; else ``None``.
    :param completed: whether the sync completed; ``None`` if the run did not wait for it.
    """

    id: str
    sync_type: str
    name: str | None = None
    before: State | None = None
    after: State | None = None
    action: str = "planned"
    reason: str | None = None
    message: str | None = None
    retry_after: float | None = None
    completed: bool | None = None
    http_status: int | None = None
    attempts: int = 0
    request_id: str | None = None
    client_request_id: str | None = None
    error: GraphError | None = None
    error_message: str | None = None
    age_unknown: bool = False
    missing: bool = False

    @property
    def changed(self) -> bool:
        """Return whether a sync was triggered, or would be triggered outside check mode."""
        return self.action in ("triggered", "would_trigger")

    def skip(self, reason: str, message: str) -> None:
        """Record why no sync is triggered."""
        self.action = "skipped"
        self.reason = reason
        self.message = message

    def accept(self, answer: GraphResponse) -> None:
        """Record that the service accepted the trigger."""
        self.action = "triggered"
        self.http_status = answer.status
        self.attempts = answer.attempts
        self.request_id = answer.request_id
        self.client_request_id = answer.client_request_id

    def fail(self, error: GraphError) -> None:
        """Record why the object could not be read or triggered."""
        self.action = "failed"
        self.error = error
        self.http_status = error.status
        self.request_id = error.request_id
        self.client_request_id = error.client_request_id

    def as_result(self) -> dict[str, t.Any]:
        """Return the entry of the result. Each key is always present."""
        return {
            "id": self.id,
            "name": self.name,
            "sync_type": self.sync_type,
            "action": self.action,
            "reason": self.reason,
            "message": self.message,
            "retry_after": self.retry_after,
            "completed": self.completed,
            "changed": self.changed,
            "http_status": self.http_status,
            "before": self.before,
            "after": self.after,
            "attempts": self.attempts,
            "request_id": self.request_id,
            "client_request_id": self.client_request_id,
            "error": self._error_as_dict(),
        }

    def _error_as_dict(self) -> dict[str, t.Any] | None:
        if self.error is None:
            return None
        error = self.error.as_dict()
        return error if self.error_message is None else {**error, "message": self.error_message}


def target_results(targets: Sequence[SyncTarget], failure: GraphError | None) -> list[dict[str, t.Any]]:
    """Return the entries of the result. If several entries have the hint of the task's error, remove it from them.

    :param failure: the error of the task. It contains the hint.
    """
    entries = [target.as_result() for target in targets]
    errors = [entry["error"] for entry in entries if entry["error"] is not None]
    same_hint = [error for error in errors if failure is not None and error["hint"] == failure.hint]
    if len(same_hint) > 1:
        for error in same_hint:
            error["hint"] = None
    return entries


def count_targets(targets: Sequence[SyncTarget]) -> dict[str, int]:
    """Return the number of objects: in total, for each action, and for the two outcomes of a wait."""
    actions = [target.action for target in targets]
    waited_for = [target for target in targets if target.completed is not None]
    return {
        "total": len(targets),
        "triggered": actions.count("triggered"),
        "would_trigger": actions.count("would_trigger"),
        "skipped": actions.count("skipped"),
        "failed": actions.count("failed"),
        "completed": sum(bool(target.completed) for target in waited_for),
        "pending": sum(not target.completed for target in waited_for),
    }
