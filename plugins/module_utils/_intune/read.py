# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Read the selected objects of a resource, with the time of the service."""

from __future__ import annotations

import dataclasses
import typing as t

from .._graph.client import GraphRequest
from .._graph.errors import INTERCEPTED_HINT, GraphError, NotFoundError, ProtocolError
from .._graph.masking import clip
from .._graph.paging import read_pages
from .._graph.text import is_guid
from .ids import join_limited
from .selection import select
from .times import is_unreadable, read_date

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .._graph.client import GraphClient, GraphResponse
    from .._graph.permission import Permission
    from .fields import State
    from .resource import Resource
    from .selection import Selection

    # By id: the state of the object, or the error if no object has this id.
    States = dict[str, t.Union[State, NotFoundError]]

_MAX_TIME: t.Final = 40


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """The states of objects at one time.

    :param server_time: the time of the service, in ticks; ``None`` when the response has no date.
    :param unreadable_sync_times: by id, the text that the service returned as the time of the last sync, if the text is
        not a valid time. The state of such an object has ``None``, which here means "unknown", not "never".
    """

    states: States
    server_time: int | None
    unreadable_sync_times: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def warnings(self, resource: Resource) -> list[str]:
        """Return a warning that shows the unreadable times, or an empty list."""
        if not self.unreadable_sync_times:
            return []
        states = [(self.states[object_id], text) for object_id, text in self.unreadable_sync_times.items()]
        shown = [f"{resource.label_of(t.cast('State', state))}: '{clip(text, _MAX_TIME)}'" for state, text in states]
        return [f"The time of the last sync cannot be read, so its age is unknown. {join_limited(shown, '; ')}."]


def read_selected(
    client: GraphClient,
    resource: Resource,
    selection: Selection,
    permission: Permission,
    *,
    names: Mapping[str, str | None] | None = None,
) -> Snapshot:
    """Read the selected objects, in the order of the selection.

    :param permission: the permission that the whole task needs, for the sign-in and for messages.
    :param names: the known names of objects by their ids, for messages.
    :raises GraphError: the objects could not be read, or a name matches no object or several. An id without an object
        does not raise: the snapshot holds its error.
    """
    if len(selection.ids) == 1:
        (object_id,) = selection.ids
        return _read_one(client, resource, object_id, permission, (names or {}).get(object_id))
    response = _list(client, resource, permission)
    if not selection.ids:
        states: States = {state["id"]: state for state in select(resource, selection, response.content)}
    else:
        states = _by_ids(resource, selection.ids, response.content)
    return _snapshot(resource, states, response)


def _snapshot(resource: Resource, states: States, response: GraphResponse) -> Snapshot:
    """Return the snapshot. An unreadable or blank time of the last sync becomes ``None``."""
    unreadable_sync_times: dict[str, str] = {}
    for object_id, state in states.items():
        if isinstance(state, NotFoundError) or state[resource.last_sync_key] is None:
            continue
        last = state[resource.last_sync_key]
        if is_unreadable(last):
            unreadable_sync_times[object_id] = last
        if object_id in unreadable_sync_times or not last.strip():
            states[object_id] = {**state, resource.last_sync_key: None}
    return Snapshot(states, read_date(response.headers.get("Date")), unreadable_sync_times)


def _read_one(
    client: GraphClient, resource: Resource, object_id: str, permission: Permission, name: str | None
) -> Snapshot:
    def parse(body: t.Any) -> State:
        state = resource.read_state(body)
        if not resource.is_singleton and state["id"].casefold() != object_id.casefold():
            raise ProtocolError(f"the answer is another {resource.noun}, '{state['id']}'", hint=INTERCEPTED_HINT)
        return state

    action = f"read {resource.object_phrase(object_id, name)}"
    request = GraphRequest(
        "GET", resource.object_path(object_id), action, permission, parse=parse, version=resource.version
    )
    try:
        response = client.call(request)
    except GraphError as exc:
        error = add_missing_hint(resource, object_id, exc)
        if isinstance(error, NotFoundError):
            return Snapshot({object_id: error}, None)
        raise error from exc
    return _snapshot(resource, {object_id: response.content}, response)


def _list(client: GraphClient, resource: Resource, permission: Permission) -> GraphResponse:
    action = f"list the {resource.plural} of the tenant"
    request = GraphRequest(
        "GET", resource.path, action, permission, parse=resource.read_state, version=resource.version
    )
    response = read_pages(client, request)
    # An object can move to a later page while the pages are read. It then appears twice: keep its first position, with
    # the state from the later page.
    distinct = {state["id"].casefold(): state for state in response.content}
    return response._replace(content=list(distinct.values()))


def _by_ids(resource: Resource, ids: Sequence[str], states: Sequence[State]) -> States:
    present = {state["id"].casefold(): state for state in states}
    return {
        object_id: present.get(object_id.casefold()) or _missing_error(resource, object_id, len(states))
        for object_id in ids
    }


def add_missing_hint(resource: Resource, object_id: str, error: GraphError) -> GraphError:
    """Return the error. Add a hint if the error can mean that no object has this id.

    The service can return 400 for an id with an invalid format.
    """
    is_missing = isinstance(error, NotFoundError)
    if is_missing:
        error = error.copy_with(hint=resource.not_found_hint)
    if not resource.is_singleton and (is_missing or error.status == 400) and not is_guid(object_id):
        advice = f"'{object_id}' does not look like an ID: to select by name, use {resource.name_option}."
        error = error.copy_with(hint=f"{advice} {error.hint}" if error.hint else advice)
    return error


def _missing_error(resource: Resource, object_id: str, number: int) -> NotFoundError:
    error = NotFoundError(
        f"it is not in the tenant, which has {resource.count_phrase(number)}",
        action=f"find {resource.object_phrase(object_id)}",
    )
    return t.cast("NotFoundError", add_missing_hint(resource, object_id, error))
