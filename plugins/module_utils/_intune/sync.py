# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Run a sync: read the objects, skip those that are not due, trigger the others, wait, and report.

The status 204 means that the service *accepted* the request. The result calls a sync completed only if the wait saw a
later last sync.
"""

from __future__ import annotations

import typing as t

from .._graph.client import GraphRequest
from .._graph.errors import AuthorizationError, GraphError, NotFoundError
from .last_sync import is_due
from .read import explain_missing, read_selected
from .resource import join_limited, name_and_id
from .sync_target import SyncTarget

if t.TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .._graph.client import GraphClient, Result
    from .resource import State, SyncResource
    from .sync_options import SyncOptions


class SyncRun:
    """One sync of selected objects of a resource."""

    def __init__(self, connect: Callable[[], GraphClient], resource: SyncResource, options: SyncOptions) -> None:
        self._connect = connect
        self._resource = resource
        self._options = options
        self._permission = resource.sync_permission
        if options.needs_current_state:
            self._permission = self._permission.combined_with(resource.read_permission)
        self.targets: list[SyncTarget] = []
        self.warnings: list[str] = []

    def run(self) -> None:
        """Sync all selected objects, and store the outcomes in ``targets``. A failed object does not stop the others.

        :raises GraphError: the client could not be built, the sign-in failed, or the objects could not be read or
            selected. No sync was triggered.
        """
        if self._options.selection.is_empty:
            return
        client = self._connect()
        client.sign_in(self._permission)
        if self._options.needs_current_state:
            self._read_targets(client)
        else:
            ids = self._options.selection.ids
            self.targets = [SyncTarget(object_id, self._options.sync_type) for object_id in ids]
        due = [target for target in self.targets if target.action == "planned"]
        if self._options.check_mode:
            for target in due:
                target.action = "would_trigger"
            if due:
                self._warn_of_missing_permission(client)
        elif due:
            self._trigger(client, due)
            self._wait(client, [target for target in due if target.changed])

    @property
    def failure(self) -> GraphError | None:
        """Return the first error in the requested order."""
        return next((target.error for target in self.targets if target.error is not None), None)

    def message(self) -> str:
        """Return what happened, in one or several sentences for a person."""
        if not self.targets:
            noun = self._resource.noun
            reason = f"the tenant has no {noun}s" if self._options.selection.all else f"no {noun} was asked for"
            return f"Nothing to do: {reason}."
        return " ".join([*self._failure_sentences(), *self._success_sentences(), *self._pending_sentences()])

    def diff(self) -> list[dict[str, t.Any]]:
        """Return the states before and after the sync of each object that was read, in Ansible's format of a diff."""
        return [self._diff_entry(target, target.before) for target in self.targets if target.before is not None]

    def _read_targets(self, client: GraphClient) -> None:
        """Read the selected objects, create their targets, and skip those that are not due."""
        snapshot = read_selected(client, self._resource, self._options.selection, self._permission)
        if self._options.selection.all and not snapshot.states:
            self.warnings.append(f"The tenant has no {self._resource.noun}s. {self._resource.support_notice}")
        self._add_warnings(snapshot.warnings(self._resource))
        present = [state for state in snapshot.states.values() if not isinstance(state, GraphError)]
        if self._options.if_older_than is not None and snapshot.server_time is None and present:
            self.warnings.append("The service did not tell the time, so no age is known and nothing is skipped.")
        for object_id, state in snapshot.states.items():
            target = SyncTarget(object_id, self._options.sync_type)
            self.targets.append(target)
            if isinstance(state, GraphError):
                target.fail(state)
                continue
            target.before = state
            target.name = self._resource.name_of(state)
            target.age_unknown = object_id in snapshot.unreadable
            if snapshot.server_time is not None and not is_due(
                self._resource, state, snapshot.server_time, self._options.if_older_than
            ):
                target.skip("recent", f"Its last sync is {self._recent_phrase()}.")

    def _trigger(self, client: GraphClient, due: Sequence[SyncTarget]) -> None:
        """Send the sync action of each target, and record the outcomes."""
        for target, outcome in zip(due, _send(client, [self._trigger_request(target) for target in due])):
            if isinstance(outcome, GraphError):
                target.fail(self._explain_missing(target, outcome))
                target.attempts = outcome.attempts
            else:
                target.accept(outcome)
        self._warn_of_undocumented_statuses([target for target in due if target.changed])

    def _explain_missing(self, target: SyncTarget, error: GraphError) -> GraphError:
        if target.before is None:
            return explain_missing(self._resource, target.id, error)
        if isinstance(error, NotFoundError):
            return error.copy_with(hint=self._resource.not_found_hint)
        return error

    def _warn_of_undocumented_statuses(self, triggered: Sequence[SyncTarget]) -> None:
        accepted = self._resource.accepted
        undocumented = [target for target in triggered if target.http_status != accepted]
        if undocumented:
            statuses = ", ".join(sorted({str(target.http_status) for target in undocumented}))
            sync_type = undocumented[0].sync_type
            self.warnings.append(
                f"Microsoft Graph answered {statuses} when asked for a {sync_type} of"
                f" {self._targets_phrase(undocumented)}, where {accepted} is documented; it is counted as accepted."
            )

    def _warn_of_missing_permission(self, client: GraphClient) -> None:
        """Warn in check mode if the token lacks the permission to sync. The permission to read was already used."""
        permission = self._resource.sync_permission
        token = client.sign_in(self._permission)
        # A cached token may be older than the permission. Outside check mode the status 403 would renew the token.
        if permission.is_missing_from(token) and client.renew(AuthorizationError("", status=403), self._permission):
            token = client.sign_in(self._permission)
        if permission.is_missing_from(token):
            self.warnings.append(f"Outside check mode the sync would be refused. {permission.advice(token)}")

    def _trigger_request(self, target: SyncTarget) -> GraphRequest:
        return GraphRequest(
            "POST",
            f"{self._resource.path(target.id)}/{self._resource.sync_action}",
            f"trigger a {target.sync_type} of {self._resource.object_phrase(target.id, target.name)}",
            permission=self._permission,
            body=self._resource.sync_body(target.sync_type),
        )

    def _wait(self, client: GraphClient, triggered: Sequence[SyncTarget]) -> None:
        if self._options.wait_options is not None and triggered:
            # Imported here, because most tasks do not wait.
            from .wait import wait_for

            wait_for(
                client,
                self._resource,
                triggered,
                self._options.wait_options,
                permission=self._permission,
                on_warnings=self._add_warnings,
            )

    def _add_warnings(self, warnings: Sequence[str]) -> None:
        """Add the warnings that are new."""
        self.warnings.extend(warning for warning in warnings if warning not in self.warnings)

    def _failure_sentences(self) -> list[str]:
        failed = [target for target in self.targets if target.action == "failed"]
        if not failed:
            return []
        sentences = [str(failed[0].error)]
        if len(self.targets) > 1:
            names = join_limited([name_and_id(target.id, target.name) for target in failed])
            sentences.append(f"{len(failed)} of {self._resource.count_phrase(len(self.targets))} failed: {names}.")
        return sentences

    def _pending_sentences(self) -> list[str]:
        # All pending targets share one error.
        error = next((target.error for target in self.targets if target.completed is False), None)
        return [] if error is None else [str(error)]

    def _success_sentences(self) -> list[str]:
        sentences = []
        triggered = [target for target in self.targets if target.changed]
        if triggered:
            verb = "Would ask Microsoft Graph for" if self._options.check_mode else "Microsoft Graph accepted"
            phrase = self._targets_phrase(triggered)
            sentences.append(f"{self._share_prefix(triggered)}{verb} a {self._options.sync_type} of {phrase}.")
        completed = [target for target in triggered if target.completed]
        if completed:
            phrase = self._targets_phrase(completed, names=len(completed) < len(triggered))
            if len(triggered) == 1:
                subject = "Its sync has"
            elif len(completed) == 1:
                subject = f"The sync of {phrase} has"
            else:
                subject = f"The syncs of {phrase} have"
            sentences.append(f"{subject} finished: the time of the last sync has moved on.")
        skipped = [target for target in self.targets if target.action == "skipped"]
        if skipped:
            subject = "its last sync is" if len(skipped) == 1 else "their last syncs are"
            sentences.append(f"Skipped {self._targets_phrase(skipped)}: {subject} {self._recent_phrase()}.")
        return sentences

    def _share_prefix(self, triggered: Sequence[SyncTarget]) -> str:
        """Return how many syncs were triggered if others failed. AWX does not show the changes of a failed task."""
        if self._options.check_mode or not any(target.action == "failed" for target in self.targets):
            return ""
        return f"{len(triggered)} of {len(self.targets)} {'was' if len(triggered) == 1 else 'were'} triggered: "

    def _recent_phrase(self) -> str:
        return f"more recent than if_older_than ({self._options.if_older_than:.15g} s)"

    def _targets_phrase(self, targets: Sequence[SyncTarget], *, names: bool = True) -> str:
        """Return the noun with the name of one target, or with the number and the names of several."""
        if len(targets) == 1:
            return self._resource.object_phrase(targets[0].id, targets[0].name)
        count_phrase = self._resource.count_phrase(len(targets))
        if not names:
            return count_phrase
        return f"{count_phrase} ({join_limited([name_and_id(target.id, target.name) for target in targets])})"

    def _diff_entry(self, target: SyncTarget, before: State) -> dict[str, t.Any]:
        keys = (self._resource.last_sync_key, self._resource.status_key)
        after = target.after or before
        requested = target.sync_type if target.changed else None
        header = self._resource.name_and_id(before)
        return {
            "before_header": header,
            "after_header": header,
            "before": {**{key: before.get(key) for key in keys}, "requested": None},
            "after": {**{key: after.get(key) for key in keys}, "requested": requested},
        }


def _send(client: GraphClient, requests: Sequence[GraphRequest]) -> list[Result]:
    """Send one request directly, and several requests in batches."""
    if len(requests) == 1:
        return [client.try_call(requests[0])]
    # Imported here, because most tasks sync one object.
    from .._graph.batch import send_all

    return send_all(client, requests)
