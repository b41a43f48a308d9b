# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The sync run: plan, trigger, report; the same for every resource that has a sync action.

An answer of 204 means that the service *accepted* the request. Nothing in here says more than that of a target.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._graph._client import Call
from .._graph._errors import STRANGER_ADVICE, GraphError, NotFoundError, ProtocolError

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .._graph._client import Answer, GraphClient, Outcome
    from ._resource import SyncResource

ACCEPTED: t.Final = 204
# A message names no more than so many; the result has them all.
_LISTED: t.Final = 10


@dataclasses.dataclass
class Target:
    """One member on its way through the run, and in the end one entry of the result."""

    id: str
    sync_type: str
    action: str = "planned"
    http_status: int | None = None
    before: dict[str, t.Any] | None = None
    attempts: int = 0
    request_id: str | None = None
    client_request_id: str | None = None
    error: GraphError | None = None

    @property
    def changed(self) -> bool:
        """Whether it was triggered, or in check mode would be."""
        return self.action in ("triggered", "would_trigger")

    def fail(self, error: GraphError) -> None:
        """Note why it could not be read or triggered."""
        self.action = "failed"
        self.error = error
        self.http_status = error.status
        self.attempts = error.attempts
        self.request_id = error.request_id
        self.client_request_id = error.client_request_id

    def as_result(self) -> dict[str, t.Any]:
        """The entry, each key always there."""
        return {
            "id": self.id,
            "sync_type": self.sync_type,
            "action": self.action,
            "completed": None,
            "changed": self.changed,
            "http_status": self.http_status,
            "before": self.before,
            "after": None,
            "attempts": self.attempts,
            "request_id": self.request_id,
            "client_request_id": self.client_request_id,
            "error": None if self.error is None else self.error.as_dict(),
        }


class SyncRun:
    """Asks for one type of sync of some members of a resource."""

    def __init__(
        self, connect: Callable[[], GraphClient], resource: SyncResource, sync_type: str, *, check_mode: bool
    ) -> None:
        self._connect = connect
        self._resource = resource
        self._sync_type = sync_type
        self._check_mode = check_mode
        self.targets: list[Target] = []
        self.warnings: list[str] = []

    def run(self, ids: Sequence[str]) -> None:
        """Go through all of them; one that fails does not stop the others. The outcome is in ``targets``.

        :raises GraphError: there is no client, or its sign-in failed; nothing was asked for.
        """
        if not ids:
            return
        client = self._connect()
        client.sign_in(self._resource.sync_permission)
        self.targets = [Target(member_id, self._sync_type) for member_id in ids]
        if self._check_mode:
            outcomes = [client.outcome(self._read(target)) for target in self.targets]
        else:
            outcomes = _send(client, [self._trigger(target) for target in self.targets])
        for target, outcome in zip(self.targets, outcomes):
            if isinstance(outcome, GraphError):
                if isinstance(outcome, NotFoundError):
                    outcome.hint = self._resource.not_found_hint
                target.fail(outcome)
            elif self._check_mode:
                target.before = outcome.content
                target.action = "would_trigger"
            else:
                self._accept(target, outcome)

    @property
    def failure(self) -> GraphError | None:
        """The first failure in the order asked for."""
        return next((target.error for target in self.targets if target.error is not None), None)

    def message(self) -> str:
        """What happened, in a sentence or two for a person."""
        if not self.targets:
            return f"Nothing to do: no {self._resource.noun} was asked for."
        done = [target for target in self.targets if target.changed]
        sentences = []
        if self.failure is not None:
            sentences.append(str(self.failure))
        if self.failure is not None and len(self.targets) > 1:
            failed = [target.id for target in self.targets if target.error is not None]
            listed = ", ".join(f"'{member_id}'" for member_id in failed[:_LISTED])
            more = f" and {len(failed) - _LISTED} more" if len(failed) > _LISTED else ""
            sentences.append(f"{len(failed)} of {self._resource.counted(len(self.targets))} failed: {listed}{more}.")
        if done:
            which = self._resource.named(done[0].id) if len(done) == 1 else self._resource.counted(len(done))
            verb = "Would ask Microsoft Graph for" if self._check_mode else "Microsoft Graph accepted"
            sentences.append(f"{verb} a {self._sync_type} of {which}.")
        return " ".join(sentences)

    def _read(self, target: Target) -> Call:
        def parse(body: t.Any) -> dict[str, t.Any]:
            state = self._resource.state(body)
            if str(state["id"]).lower() != target.id.lower():
                raise ProtocolError(
                    f"the answer is another {self._resource.noun}, '{state['id']}'",
                    hint=STRANGER_ADVICE,
                )
            return state

        return Call(
            "GET",
            self._resource.path(target.id),
            f"read {self._resource.named(target.id)}",
            permission=self._resource.read_permission,
            parse=parse,
        )

    def _trigger(self, target: Target) -> Call:
        return Call(
            "POST",
            f"{self._resource.path(target.id)}/{self._resource.sync_action}",
            f"trigger a {self._sync_type} of {self._resource.named(target.id)}",
            permission=self._resource.sync_permission,
            body=self._resource.sync_body(self._sync_type),
        )

    def _accept(self, target: Target, answer: Answer) -> None:
        target.action = "triggered"
        target.http_status = answer.status
        target.attempts = answer.attempts
        target.request_id = answer.request_id
        target.client_request_id = answer.client_request_id
        if answer.status != ACCEPTED:
            self.warnings.append(
                f"Microsoft Graph answered {answer.status} when asked for a {self._sync_type} of"
                f" {self._resource.named(target.id)}, where {ACCEPTED} is documented; it is counted as accepted."
            )


def _send(client: GraphClient, calls: Sequence[Call]) -> list[Outcome]:
    if len(calls) == 1:
        return [client.outcome(calls[0])]
    from .._graph._batch import send_all  # noqa: PLC0415  what a single sync need not load

    return send_all(client, calls)


def results(targets: Iterable[Target]) -> list[dict[str, t.Any]]:
    """The entries of the result, in the order asked for."""
    return [target.as_result() for target in targets]
