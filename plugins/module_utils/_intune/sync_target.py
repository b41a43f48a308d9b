# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""One member on its way through the run, and in the end one entry of the result."""

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
    """A member to sync.

    :param name: its best known name; ``None`` when it was not read.
    :param before: its state before the trigger; ``None`` when it was not read.
    :param age_unknown: whether the time of the last sync before the trigger could not be read. No later time shows
        that the sync completed, then.
    :param action: "planned" until it is triggered, skipped, would_trigger or failed.
    :param reason: a word for why it was skipped; ``message`` is the sentence for it.
    :param retry_after: seconds until the service's minimum interval between two syncs is over.
    :param missing: whether it was there no more when it was last looked for.
    :param error_message: the message of the error for this member alone, where several members share one error object;
        ``None`` where the error is of this member.
    :param completed: whether its sync was seen to complete; ``None`` when that was not waited for.
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
        """Whether it was triggered, or in check mode would be."""
        return self.action in ("triggered", "would_trigger")

    def skip(self, reason: str, message: str) -> None:
        """Note why no sync is triggered."""
        self.action = "skipped"
        self.reason = reason
        self.message = message

    def accept(self, answer: GraphResponse) -> None:
        """Note that the service accepted the trigger."""
        self.action = "triggered"
        self.http_status = answer.status
        self.attempts = answer.attempts
        self.request_id = answer.request_id
        self.client_request_id = answer.client_request_id

    def fail(self, error: GraphError) -> None:
        """Note why it could not be read or triggered."""
        self.action = "failed"
        self.error = error
        self.http_status = error.status
        self.request_id = error.request_id
        self.client_request_id = error.client_request_id

    def as_result(self) -> dict[str, t.Any]:
        """The entry, each key always there."""
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
            "error": self._error(),
        }

    def _error(self) -> dict[str, t.Any] | None:
        if self.error is None:
            return None
        found = self.error.as_dict()
        return found if self.error_message is None else {**found, "message": self.error_message}


def target_results(targets: Sequence[SyncTarget], failure: GraphError | None) -> list[dict[str, t.Any]]:
    """Return the entries of a result. A hint that several of them share with the task's error is only in that error.

    :param failure: the task's error; it holds the hint.
    """
    entries = [target.as_result() for target in targets]
    errors = [entry["error"] for entry in entries if entry["error"] is not None]
    shared = [error for error in errors if failure is not None and error["hint"] == failure.hint]
    if len(shared) > 1:
        for error in shared:
            error["hint"] = None
    return entries


def count_targets(targets: Sequence[SyncTarget]) -> dict[str, int]:
    """Return how many members there are in all, by what became of the request, and by what was seen while waiting."""
    actions = [target.action for target in targets]
    waited = [target for target in targets if target.completed is not None]
    return {
        "total": len(targets),
        "triggered": actions.count("triggered"),
        "would_trigger": actions.count("would_trigger"),
        "skipped": actions.count("skipped"),
        "failed": actions.count("failed"),
        "completed": sum(bool(target.completed) for target in waited),
        "pending": sum(not target.completed for target in waited),
    }
