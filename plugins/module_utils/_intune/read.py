# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Reads members of a resource: one by its id, more by the list, each with the moment at which the service answered."""

from __future__ import annotations

import dataclasses
import typing as t

from .._graph.client import GraphRequest
from .._graph.errors import INTERCEPTED_HINT, GraphError, NotFoundError, ProtocolError
from .._graph.masking import clip
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

    # From an id, as asked for, to the state of that member, or to why there is none.
    States = dict[str, t.Union[State, NotFoundError]]

_MAX_TIME: t.Final = 40


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """Members as they were at a moment of the service's clock; ``None`` when the answer did not tell it.

    :param unreadable: from the id of a member to what the service gave as the time of its last sync, where that is not
        a time. The state has ``None`` there, which is not the same as "never" for these members.
    """

    states: States
    server_time: int | None
    unreadable: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def warnings(self, resource: Resource) -> list[str]:
        """Return a warning that shows the times that cannot be read; none when there are no such times."""
        if not self.unreadable:
            return []
        states = [(self.states[member_id], text) for member_id, text in self.unreadable.items()]
        shown = [f"{resource.name_and_id(t.cast('State', state))}: '{clip(text, _MAX_TIME)}'" for state, text in states]
        return [f"The time of the last sync cannot be read, so its age is unknown. {join_limited(shown, '; ')}."]


def read_selected(
    client: GraphClient,
    resource: Resource,
    selection: Selection,
    permission: Permission,
    *,
    names: Mapping[str, str | None] | None = None,
) -> Snapshot:
    """Read the members that were selected, in the order asked for.

    :param permission: what the whole task needs, for the sign-in and for messages.
    :param names: the names of members by their ids, where they are known, for messages.
    :raises GraphError: they could not be read, or a name fits none or several; a missing id is told in the reading.
    """
    if len(selection.ids) == 1:
        (member_id,) = selection.ids
        return _read_one(client, resource, member_id, permission, (names or {}).get(member_id))
    answer = _list(client, resource, permission)
    if not selection.ids:
        states: States = {state["id"]: state for state in select(resource, selection, answer.content)}
    else:
        states = _by_ids(resource, selection.ids, answer.content)
    return _snapshot(resource, states, answer)


def _snapshot(resource: Resource, states: States, answer: GraphResponse) -> Snapshot:
    """Replace each time of a last sync that is not one by ``None``."""
    unreadable: dict[str, str] = {}
    for member_id, state in states.items():
        if isinstance(state, NotFoundError) or state[resource.last_sync] is None:
            continue
        last = state[resource.last_sync]
        if is_unreadable(last):
            unreadable[member_id] = last
        if member_id in unreadable or not last.strip():
            states[member_id] = {**state, resource.last_sync: None}
    return Snapshot(states, read_date(answer.headers.get("Date")), unreadable)


def _read_one(
    client: GraphClient, resource: Resource, member_id: str, permission: Permission, name: str | None
) -> Snapshot:
    def parse(body: t.Any) -> State:
        state = resource.state(body)
        if state["id"].casefold() != member_id.casefold():
            raise ProtocolError(f"the answer is another {resource.noun}, '{state['id']}'", hint=INTERCEPTED_HINT)
        return state

    request = GraphRequest(
        "GET", resource.path(member_id), f"read {resource.object_phrase(member_id, name)}", permission, parse=parse
    )
    try:
        answer = client.call(request)
    except GraphError as exc:
        error = explain_missing(resource, member_id, exc)
        if isinstance(error, NotFoundError):
            return Snapshot({member_id: error}, None)
        raise error from exc
    return _snapshot(resource, {member_id: answer.content}, answer)


def _list(client: GraphClient, resource: Resource, permission: Permission) -> GraphResponse:
    from .._graph.paging import read_pages

    action = f"list the {resource.noun}s of the tenant"
    request = GraphRequest("GET", resource.collection, action, permission, parse=resource.state)
    answer = read_pages(client, request)
    # A member that moves between two pages is on both. Its place is the first one, its state the later one.
    distinct = {state["id"].casefold(): state for state in answer.content}
    return answer._replace(content=list(distinct.values()))


def _by_ids(resource: Resource, ids: Sequence[str], states: Sequence[State]) -> States:
    present = {state["id"].casefold(): state for state in states}
    return {one: present.get(one.casefold()) or _missing(resource, one, len(states)) for one in ids}


def explain_missing(resource: Resource, member_id: str, error: AnyError) -> AnyError:
    """Return the error, with another hint if it may mean that there is no member with this ID, as it was given.

    Where an ID does not have the form of one, the service may also answer 400.
    """
    is_missing = isinstance(error, NotFoundError)
    if is_missing:
        error = error.copy_with(hint=resource.not_found_hint)
    if (is_missing or error.status == 400) and not is_guid(member_id):
        advice = f"'{member_id}' does not look like an ID: to select by name, use {resource.selection.name}."
        error = error.copy_with(hint=f"{advice} {error.hint}" if error.hint else advice)
    return error


def _missing(resource: Resource, member_id: str, number: int) -> NotFoundError:
    error = NotFoundError(
        f"it is not in the tenant, which has {resource.count_phrase(number)}",
        action=f"find {resource.object_phrase(member_id)}",
    )
    return explain_missing(resource, member_id, error)
