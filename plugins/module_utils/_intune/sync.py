# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Run a sync: read the objects, plan, trigger and wait; the same for each resource that has a sync action.

A response of 204 means that the service accepted the request. A sync has completed only when the state of the object
shows it.
"""

from __future__ import annotations

import typing as t

from .._graph.errors import AuthorizationError, GraphError
from .plan import plan
from .read import read_selected
from .sync_report import objects_phrase
from .sync_target import SyncTarget
from .trigger import Trigger

if t.TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .._graph.client import GraphClient
    from .resource import Resource, SyncAction
    from .sync_options import SyncOptions


class SyncRun:
    """Syncs the selected objects of a resource. The outcome of each object is in ``targets``."""

    def __init__(
        self, connect: Callable[[], GraphClient], resource: Resource, action: SyncAction, options: SyncOptions
    ) -> None:
        self.resource = resource
        self.action = action
        self.options = options
        self.targets: list[SyncTarget] = []
        self.warnings: list[str] = []
        self._connect = connect
        self._needs_state = options.needs_state or action.needs_state
        self._permission = action.permission
        if self._needs_state:
            self._permission = self._permission.combined_with(resource.read_permission)

    def run(self) -> None:
        """Sync all objects; the failure of one object does not stop the others.

        :raises GraphError: the sign-in failed, or the objects could not be read or selected; nothing was triggered.
        """
        if self.options.selection.is_empty:
            return
        client = self._connect()
        client.sign_in(self._permission)
        if self._needs_state:
            self._read(client)
        else:
            self.targets = [SyncTarget(one, self.options.sync_type) for one in self.options.selection.ids]
        planned = [target for target in self.targets if target.action == "planned"]
        if self.options.check_mode:
            for target in planned:
                target.action = "would_trigger"
            if planned:
                self._warn_of_missing_permission(client)
            self._warn_of_tolerated_failures()
            return
        if planned:
            self._trigger(client, planned)
        if self.options.wait:
            self._wait(client)
        self._warn_of_tolerated_failures()

    @property
    def failure(self) -> GraphError | None:
        """The first error in the order of the targets; ``None`` when ``max_fail_percentage`` allows all failures."""
        errors = [target.error for target in self.targets if target.error is not None]
        return errors[0] if errors and not self._is_tolerated(len(errors)) else None

    def _is_tolerated(self, failures: int) -> bool:
        return 100 * failures <= self.options.max_fail_percentage * len(self.targets)

    def _read(self, client: GraphClient) -> None:
        resource, options = self.resource, self.options
        snapshot = read_selected(client, resource, options.selection, self._permission)
        if options.selection.all and not snapshot.states:
            self.warnings.append(f"The tenant has no {resource.plural}. {resource.support_notice}".rstrip())
        self._add_warnings(snapshot.warnings(resource))
        present = [state for state in snapshot.states.values() if not isinstance(state, GraphError)]
        if options.if_older_than is not None and snapshot.server_time is None and present:
            self.warnings.append(
                "The response has no valid Date header, so no age is known and if_older_than skips no object."
            )
        for object_id, state in snapshot.states.items():
            target = SyncTarget(object_id, options.sync_type)
            self.targets.append(target)
            if isinstance(state, GraphError):
                target.fail(state)
                continue
            target.before = state
            target.name = resource.name_of(state)
            target.sync_time_unknown = object_id in snapshot.unreadable_sync_times
            plan(resource, options, target, snapshot.server_time, client.clock.now())

    def _trigger(self, client: GraphClient, planned: Sequence[SyncTarget]) -> None:
        Trigger(client, self.resource, self.action, self.options, self._permission).send(planned)
        expected = self.action.success_status
        others = [target for target in planned if target.changed and target.http_status != expected]
        if others:
            statuses = ", ".join(sorted({str(target.http_status) for target in others}))
            self.warnings.append(
                f"Microsoft Graph answered {statuses} when asked for a {others[0].sync_type or 'sync'} of"
                f" {objects_phrase(self.resource, others)}, where {expected} is documented; it is counted as accepted."
            )

    def _wait(self, client: GraphClient) -> None:
        targets = [target for target in self.targets if target.changed or target.reason == "already_running"]
        if targets:
            # Most tasks do not wait.
            from .wait import Wait

            Wait(
                client,
                self.resource,
                self.action,
                self.options.wait_options,
                permission=self._permission,
                on_warnings=self._add_warnings,
            ).run(targets)

    def _warn_of_missing_permission(self, client: GraphClient) -> None:
        # The objects were read, so the token holds the permission to read.
        permission = self.action.permission
        token = client.sign_in(self._permission)
        # A cached token may be older than the permission. A request would be refused and would renew the token; check
        # mode sends no such request.
        if permission.is_missing_from(token) and client.renew(AuthorizationError("", status=403), self._permission):
            token = client.sign_in(self._permission)
        if permission.is_missing_from(token):
            self.warnings.append(f"Outside check mode the sync would be refused. {permission.advice(token)}")

    def _warn_of_tolerated_failures(self) -> None:
        errors = [target.error for target in self.targets if target.error is not None]
        if errors and self._is_tolerated(len(errors)):
            self.warnings.append(
                f"{len(errors)} of {self.resource.count_phrase(len(self.targets))} failed or did not complete, which"
                f" max_fail_percentage ({self.options.max_fail_percentage}) allows. {errors[0]}"
            )

    def _add_warnings(self, warnings: Sequence[str]) -> None:
        """Add warnings that are not yet in the list."""
        self.warnings.extend(warning for warning in warnings if warning not in self.warnings)
