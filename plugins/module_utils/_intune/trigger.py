# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Send the requests that start syncs."""

from __future__ import annotations

import typing as t

from .._graph.client import GraphRequest
from .._graph.errors import GraphError, NotFoundError
from .fields import register_secrets, unwrap
from .plan import hold, trigger_phrase
from .read import add_missing_hint, read_selected
from .selection import Selection

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from .._graph.client import GraphClient, Result
    from .._graph.permission import Permission
    from .resource import Resource, SyncAction
    from .sync_options import SyncOptions
    from .sync_target import SyncTarget


class Trigger:
    """Sends the requests of one run, each object's once the minimum interval of the service is over.

    :param permission: the permission that the whole run needs.
    """

    def __init__(
        self, client: GraphClient, resource: Resource, action: SyncAction, options: SyncOptions, permission: Permission
    ) -> None:
        self._client = client
        self._resource = resource
        self._action = action
        self._options = options
        self._permission = permission

    def send(self, targets: Sequence[SyncTarget]) -> None:
        """Send the request of each planned target, and record the outcome in it."""
        clock = self._client.clock
        while planned := [target for target in targets if target.action == "planned"]:
            next_time = min(target.not_before for target in planned)
            slept = next_time > clock.now()
            if slept:
                clock.sleep(next_time - clock.now())
            # A clock can return slightly less than the time that it was asked to sleep until.
            ready = [target for target in planned if target.not_before <= max(next_time, clock.now())]
            if slept and self._options.wait:
                self._read_again(ready)
                ready = [target for target in ready if target.action == "planned"]
            for target, result in zip(ready, self._send_all([self._request(target) for target in ready])):
                self._record(target, result)

    def _read_again(self, targets: Sequence[SyncTarget]) -> None:
        """Read the states after a sleep. Another sync may have completed, which must not count as this one."""
        names = {target.id: target.name for target in targets}
        try:
            snapshot = read_selected(
                self._client, self._resource, Selection(ids=tuple(names)), self._permission, names=names
            )
        except GraphError as exc:
            for target in targets:
                target.fail(exc)
            return
        for target in targets:
            state = snapshot.states[target.id]
            if isinstance(state, GraphError):
                target.fail(state)
            else:
                target.before = state
                target.sync_time_unknown = target.id in snapshot.unreadable_sync_times

    def _send_all(self, requests: Sequence[GraphRequest]) -> list[Result]:
        if len(requests) == 1:
            return [self._client.try_call(requests[0])]
        # Most tasks trigger one object, and need no batch.
        from .._graph.batch import send_all

        return send_all(self._client, requests)

    def _request(self, target: SyncTarget) -> GraphRequest:
        action = self._action
        final = [(409, action.running_on_409), (429, action.cooldown_on_429)]
        return GraphRequest(
            "POST",
            f"{self._resource.object_path(target.id)}/{action.name}",
            trigger_phrase(self._resource, target),
            permission=self._permission,
            body=action.body(target.sync_type),
            parse=self._discard,
            version=self._resource.version,
            final_statuses=tuple(status for status, has_meaning in final if has_meaning),
        )

    def _discard(self, body: t.Any) -> None:
        """Register the secrets of a response. The rest of it shows the state before the sync, so it is not used."""
        register_secrets(unwrap(body), self._resource.secrets)

    def _record(self, target: SyncTarget, result: Result) -> None:
        if not isinstance(result, GraphError):
            target.accept(result)
            return
        target.attempts += result.attempts
        if result.status == 409 and self._action.running_on_409:
            target.skip("already_running", "a sync is running already")
            target.record_response_of(result)
        elif result.status == 429 and self._action.cooldown_on_429:
            self._record_cooldown(target, result)
        else:
            target.fail(self._explain_missing(target, result))

    def _record_cooldown(self, target: SyncTarget, error: GraphError) -> None:
        seconds = error.retry_after or float(self._action.minimum_interval)
        if self._options.cooldown == "wait" and target.asked_to_wait:
            # One further request after the interval is enough: the service refused that, too.
            target.fail(error.copy_with(retry_after=seconds, hint="Run the task again after that time."))
            return
        target.asked_to_wait = True
        hold(self._resource, self._options, target, seconds, self._client.clock.now())
        target.record_response_of(error)
        if target.error is not None:
            target.error = target.error.copy_with(
                status=error.status,
                code=error.code,
                request_id=error.request_id,
                client_request_id=error.client_request_id,
            )

    def _explain_missing(self, target: SyncTarget, error: GraphError) -> GraphError:
        if target.before is None:
            return add_missing_hint(self._resource, target.id, error)
        if isinstance(error, NotFoundError):
            return error.copy_with(hint=self._resource.not_found_hint)
        return error
