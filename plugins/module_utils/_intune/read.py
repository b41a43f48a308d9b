# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Read objects of a resource: one object by its ID, several objects with the list."""

from __future__ import annotations

import dataclasses
import typing as t

from .._graph.client import GraphRequest
from .._graph.errors import INTERCEPTED_HINT, GraphError, NotFoundError, ProtocolError
from .._graph.masking import clip
from .._graph.paging import read_pages
from .._graph.text import is_guid
from .resource import join_limited
from .selection import select
from .times import is_unreadable, read_date

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .._graph.client import GraphClient, GraphResponse
    from .._graph.errors import AnyError
    from .._graph.permission import Permission
    from .resource import Resource, State
    from .selection import Selection

    # For each requested ID the state of the object, or the error if the object does not exist.
    States = dict[str, t.Union[State, NotFoundError]]

_MAX_TIME_LENGTH: t.Final = 40


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """The states of objects at one time.

    :param server_time: the service's time of the answer in ticks; ``None`` if the answer has no time.
    :param unreadable: for each ID the text that the service sent as the time of the last sync, if it is not a time. The
        state of these objects has ``None`` as last sync, but the objects may have synced.
    """

    states: States
    server_time: int | None
    unreadable: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def warnings(self, resource: Resource) -> list[str]:
        """Return one warning that lists the times that cannot be read; an empty list if all times can be read."""
        if not self.unreadable:
            return []
        states = [(self.states[object_id], text) for object_id, text in self.unreadable.items()]
        times = [
            f"{resource.name_and_id(t.cast('State', state))}: '{clip(text, _MAX_TIME_LENGTH)}'"
            for state, text in states
        ]
        return [f"The time of the last sync cannot be read, so its age is unknown. {join_limited(times, '; ')}."]


def read_selected(
    client: GraphClient,
    resource: Resource,
    selection: Selection,
    permission: Permission,
    *,
    names: Mapping[str, str | None] | None = None,
) -> Snapshot:
    """Read the selected objects in the requested order.

    :param permission: the permissions that the whole task needs, for the sign-in and for messages.
    :param names: the known names of objects by ID, for messages.
    :raises GraphError: the objects could not be read, or a name matches no object or several. An ID that does not exist
        raises no error: the snapshot contains the error.
    """
    if len(selection.ids) == 1:
        (object_id,) = selection.ids
        return _read_one(client, resource, object_id, permission, (names or {}).get(object_id))
    answer = _list(client, resource, permission)
    if not selection.ids:
        states: States = {state["id"]: state for state in select(resource, selection, answer.content)}
    else:
        states = _by_ids(resource, selection.ids, answer.content)
    return _snapshot(resource, states, answer)


def _snapshot(resource: Resource, states: States, answer: GraphResponse) -> Snapshot:
    """Return the snapshot of an answer. Replace each last sync that is not a time with ``None``."""
    unreadable: dict[str, str] = {}
    for object_id, state in states.items():
        if isinstance(state, NotFoundError) or state[resource.last_sync_key] is None:
            continue
        last = state[resource.last_sync_key]
        if is_unreadable(last):
            unreadable[object_id] = last
        if object_id in unreadable or not last.strip():
            states[object_id] = {**state, resource.last_sync_key: None}
    return Snapshot(states, read_date(answer.headers.get("Date")), unreadable)


def _read_one(
    client: GraphClient, resource: Resource, object_id: str, permission: Permission, name: str | None
) -> Snapshot:
    """Read one object by its ID."""

    def parse(body: t.Any) -> State:
        state = resource.parse_state(body)
        if state["id"].casefold() != object_id.casefold():
            raise ProtocolError(f"the answer is another {resource.noun}, '{state['id']}'", hint=INTERCEPTED_HINT)
        return state

    request = GraphRequest(
        "GET", resource.path(object_id), f"read {resource.object_phrase(object_id, name)}", permission, parse=parse
    )
    try:
        answer = client.call(request)
    except GraphError as exc:
        error = explain_missing(resource, object_id, exc)
        if isinstance(error, NotFoundError):
            return Snapshot({object_id: error}, None)
        raise error from exc
    return _snapshot(resource, {object_id: answer.content}, answer)


def _list(client: GraphClient, resource: Resource, permission: Permission) -> GraphResponse:
    """Read the list of all objects of the tenant."""
    action = f"list the {resource.noun}s of the tenant"
    request = GraphRequest("GET", resource.collection, action, permission, parse=resource.parse_state)
    answer = read_pages(client, request)
    # An object that moves between two pages is on both. Use its first position and its last state.
    distinct = {state["id"].casefold(): state for state in answer.content}
    return answer._replace(content=list(distinct.values()))


def _by_ids(resource: Resource, ids: Sequence[str], states: Sequence[State]) -> States:
    """Return the state, or the error, for each requested ID."""
    present = {state["id"].casefold(): state for state in states}
    return {
        object_id: present.get(object_id.casefold()) or _missing(resource, object_id, len(states)) for object_id in ids
    }


def explain_missing(resource: Resource, object_id: str, error: AnyError) -> AnyError:
    """Return the error, with another hint if it can mean that no object has the given ID.

    If the text does not have the form of an ID, the service may also answer 400.
    """
    is_missing = isinstance(error, NotFoundError)
    if is_missing:
        error = error.copy_with(hint=resource.not_found_hint)
    if (is_missing or error.status == 400) and not is_guid(object_id):
        advice = f"'{object_id}' does not look like an ID: to select by name, use {resource.selection.name}."
        error = error.copy_with(hint=f"{advice} {error.hint}" if error.hint else advice)
    return error


def _missing(resource: Resource, object_id: str, number: int) -> NotFoundError:
    """Return the error for an ID that is not in the list.

    :param number: the number of objects in the list.
    """
    error = NotFoundError(
        f"it is not in the tenant, which has {resource.count_phrase(number)}",
        action=f"find {resource.object_phrase(object_id)}",
    )
    return explain_missing(resource, object_id, error)
