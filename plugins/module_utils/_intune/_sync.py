# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The sync run: read, plan, trigger, wait, report; the same for every resource that has a sync action.

An answer of 204 means that the service *accepted* the request. Nothing in here says more than that of a target, unless
its last sync was seen to be a later one.
"""

from __future__ import annotations

import typing as t

from .._graph._client import Call
from .._graph._errors import AuthorizationError, GraphError, NotFoundError
from ._resource import label, listed
from ._target import Target

if t.TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .._graph._client import GraphClient, Outcome
    from ._request import Request
    from ._resource import State, SyncResource


class SyncRun:
    """Asks for one type of sync of some members of a resource."""

    def __init__(self, connect: Callable[[], GraphClient], resource: SyncResource, request: Request) -> None:
        self._connect = connect
        self._resource = resource
        self._request = request
        self._permission = resource.sync_permission
        if request.reads:
            self._permission = self._permission.combined_with(resource.read_permission)
        self.targets: list[Target] = []
        self.warnings: list[str] = []

    def run(self) -> None:
        """Go through all of them; one that fails does not stop the others. The outcome is in ``targets``.

        :raises GraphError: there is no client, its sign-in failed, or the members could not be read or chosen; nothing
            was triggered.
        """
        if self._request.selection.is_empty:
            return
        client = self._connect()
        client.sign_in(self._permission)
        if self._request.reads:
            self._read(client)
        else:
            self.targets = [Target(one, self._request.sync_type) for one in self._request.selection.ids]
        due = [target for target in self.targets if target.action == "planned"]
        if self._request.check_mode:
            for target in due:
                target.action = "would_trigger"
            if due:
                self._warn_of_missing_permission(client)
        elif due:
            self._trigger(client, due)
            self._wait(client, [target for target in due if target.changed])

    @property
    def failure(self) -> GraphError | None:
        """The first failure in the order asked for."""
        return next((target.error for target in self.targets if target.error is not None), None)

    def message(self) -> str:
        """What happened, in a sentence or two for a person."""
        if not self.targets:
            asked = self._request.selection
            nobody = (
                f"the tenant has no {self._resource.noun}s" if asked.all else f"no {self._resource.noun} was asked for"
            )
            return f"Nothing to do: {nobody}."
        return " ".join([*self._failures(), *self._successes(), *self._pending()])

    def diff(self) -> list[dict[str, t.Any]]:
        """What each member that was read was like before and after, in the form that Ansible shows."""
        return [self._pair(target, target.before) for target in self.targets if target.before is not None]

    def _read(self, client: GraphClient) -> None:
        from ._members import read_selected
        from ._plan import is_due

        reading = read_selected(client, self._resource, self._request.selection, self._permission)
        if self._request.selection.all and not reading.found:
            self.warnings.append(f"The tenant has no {self._resource.noun}s. {self._resource.caveat}")
        self._warn(reading.warnings(self._resource))
        present = [state for state in reading.found.values() if not isinstance(state, GraphError)]
        if self._request.if_older_than is not None and reading.moment is None and present:
            self.warnings.append("The service did not tell the time, so no age is known and nothing is skipped.")
        for member_id, state in reading.found.items():
            target = Target(member_id, self._request.sync_type)
            self.targets.append(target)
            if isinstance(state, GraphError):
                target.fail(state)
                continue
            target.before = state
            target.name = self._resource.name_of(state)
            target.is_age_unknown = member_id in reading.unreadable
            if reading.moment is not None and not is_due(
                self._resource, state, reading.moment, self._request.if_older_than
            ):
                target.skip("recent", f"Its last sync is {self._recent()}.")

    def _trigger(self, client: GraphClient, due: Sequence[Target]) -> None:
        for target, outcome in zip(due, _send(client, [self._call(target) for target in due])):
            if isinstance(outcome, GraphError):
                self._explain_missing(target, outcome)
                target.fail(outcome)
                target.attempts = outcome.attempts
            else:
                target.accept(outcome)
        self._warn_of_other_answers([target for target in due if target.changed])

    def _explain_missing(self, target: Target, error: GraphError) -> None:
        if target.before is None:
            from ._members import explain_missing

            explain_missing(self._resource, target.id, error)
        elif isinstance(error, NotFoundError):
            error.hint = self._resource.not_found_hint

    def _warn_of_other_answers(self, triggered: Sequence[Target]) -> None:
        accepted = self._resource.accepted
        odd = [target for target in triggered if target.http_status != accepted]
        if odd:
            statuses = ", ".join(sorted({str(target.http_status) for target in odd}))
            self.warnings.append(
                f"Microsoft Graph answered {statuses} when asked for a {odd[0].sync_type} of {self._which(odd)}, where"
                f" {accepted} is documented; it is counted as accepted."
            )

    def _warn_of_missing_permission(self, client: GraphClient) -> None:
        # The connectors were read, so the token holds the permission to read.
        permission = self._resource.sync_permission
        token = client.sign_in(self._permission)
        # A cached token may be older than the permission. The refusal that check mode does not get would renew it.
        if permission.is_missing_from(token) and client.renew(AuthorizationError("", status=403), self._permission):
            token = client.sign_in(self._permission)
        if permission.is_missing_from(token):
            self.warnings.append(f"Outside check mode the sync would be refused. {permission.advice(token)}")

    def _call(self, target: Target) -> Call:
        return Call(
            "POST",
            f"{self._resource.path(target.id)}/{self._resource.sync_action}",
            f"trigger a {target.sync_type} of {self._resource.named(target.id, target.name)}",
            permission=self._permission,
            body=self._resource.sync_body(target.sync_type),
        )

    def _wait(self, client: GraphClient, triggered: Sequence[Target]) -> None:
        if self._request.patience is not None and triggered:
            from ._wait import wait_for

            wait_for(
                client,
                self._resource,
                triggered,
                self._request.patience,
                permission=self._permission,
                on_warnings=self._warn,
            )

    def _warn(self, warnings: Sequence[str]) -> None:
        """Add warnings, each of them once."""
        self.warnings.extend(warning for warning in warnings if warning not in self.warnings)

    def _failures(self) -> list[str]:
        failed = [target for target in self.targets if target.action == "failed"]
        if not failed:
            return []
        sentences = [str(failed[0].error)]
        if len(self.targets) > 1:
            names = listed([label(target.id, target.name) for target in failed])
            sentences.append(f"{len(failed)} of {self._resource.counted(len(self.targets))} failed: {names}.")
        return sentences

    def _pending(self) -> list[str]:
        # All that are pending have one error together.
        error = next((target.error for target in self.targets if target.completed is False), None)
        return [] if error is None else [str(error)]

    def _successes(self) -> list[str]:
        sentences = []
        done = [target for target in self.targets if target.changed]
        if done:
            verb = "Would ask Microsoft Graph for" if self._request.check_mode else "Microsoft Graph accepted"
            sentences.append(f"{self._share(done)}{verb} a {self._request.sync_type} of {self._which(done, ids=True)}.")
        completed = [target for target in done if target.completed]
        if completed:
            which = self._which(completed, names=len(completed) < len(done))
            if len(done) == 1:
                finished = "Its sync has"
            elif len(completed) == 1:
                finished = f"The sync of {which} has"
            else:
                finished = f"The syncs of {which} have"
            sentences.append(f"{finished} finished: the time of the last sync has moved on.")
        skipped = [target for target in self.targets if target.action == "skipped"]
        if skipped:
            its = "its last sync is" if len(skipped) == 1 else "their last syncs are"
            sentences.append(f"Skipped {self._which(skipped)}: {its} {self._recent()}.")
        return sentences

    def _share(self, done: Sequence[Target]) -> str:
        """Return how many were triggered although others failed: AWX counts no change of a task that failed."""
        if self._request.check_mode or not any(target.action == "failed" for target in self.targets):
            return ""
        return f"{len(done)} of {len(self.targets)} {'was' if len(done) == 1 else 'were'} triggered: "

    def _recent(self) -> str:
        return f"more recent than if_older_than ({self._request.if_older_than:.15g} s)"

    def _which(self, targets: Sequence[Target], *, names: bool = True, ids: bool = False) -> str:
        """Return the noun with the name of one target, or with the number and the names of several.

        :param ids: whether to list several by their IDs when none of them has a name.
        """
        if len(targets) == 1:
            return self._resource.named(targets[0].id, targets[0].name)
        counted = self._resource.counted(len(targets))
        if not names or (not ids and all(target.name is None for target in targets)):
            return counted
        return f"{counted} ({listed([label(target.id, target.name) for target in targets])})"

    def _pair(self, target: Target, before: State) -> dict[str, t.Any]:
        keys = (self._resource.last_sync, self._resource.status)
        after = target.after or before
        requested = target.sync_type if target.changed else None
        header = self._resource.label(before)
        return {
            "before_header": header,
            "after_header": header,
            "before": {**{key: before.get(key) for key in keys}, "requested": None},
            "after": {**{key: after.get(key) for key in keys}, "requested": requested},
        }


def _send(client: GraphClient, calls: Sequence[Call]) -> list[Outcome]:
    if len(calls) == 1:
        return [client.outcome(calls[0])]
    from .._graph._batch import send_all

    return send_all(client, calls)
