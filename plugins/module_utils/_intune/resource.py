# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""What reading and syncing need to know of a resource; they never name one."""

from __future__ import annotations

import dataclasses
import typing as t
from urllib.parse import quote

from .._graph.http.rate_limit import RateLimit
from .._graph.masking import SECRETS, clip

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .._graph.permission import Permission
    from .selection import SelectionOptions

# The first would end an id's segment of the path, or begin another part of the URL; the others come from a list or a
# placeholder that was taken for an id.
_FORBIDDEN: t.Final = "/?#\\" + "[]{}<>\"'"
_MAX_SHOWN_NAME: t.Final = 80
_MAX_ID_LENGTH: t.Final = 256
_MAX_PROPERTY_LENGTH: t.Final = 1024
# A message names no more than so many; the result has them all.
_MAX_LISTED: t.Final = 10

# Of each application and tenant (https://learn.microsoft.com/graph/throttling-limits).
DEFAULT_RATE_LIMIT: t.Final = RateLimit(writes=100, seconds=20.0)
LICENCE_HINT: t.Final = "Check that the tenant has an active Intune licence."

State = dict[str, t.Any]
"""What results show of a member: its properties by their names in snake_case, ``id`` among them."""


@dataclasses.dataclass(frozen=True)
class Resource:
    """A collection of Intune's.

    :param noun: what one of its members is called, in the singular.
    :param collection: path of the collection, below the API version.
    :param state: from a member's JSON to its state; raises a ProtocolError.
    :param selection: the names of the options that select members.
    :param names: the keys of a state by whose values people know a member, the best known first.
    :param details: the keys of a state whose values help to tell members apart, each with its word in messages.
    :param status: the key of a state that holds a word on how the member is.
    :param working_status: the status of a member that can sync.
    :param last_sync: the key of a state that holds the time of the last sync, as the service writes it.
    :param info_module: the name of the module that reads members.
    :param not_found_hint: what to do when there is no such member.
    :param support_notice: what everybody should know who wonders why nothing happens, as a sentence.
    :param rate_limit: the documented limit of writes.
    """

    noun: str
    collection: str
    state: Callable[[t.Any], State]
    selection: SelectionOptions
    names: tuple[str, ...]
    details: Mapping[str, str]
    status: str
    working_status: str
    last_sync: str
    info_module: str
    not_found_hint: str
    support_notice: str
    read_permission: Permission
    rate_limit: RateLimit

    def path(self, member_id: str) -> str:
        """The path of one member; its id is quoted whole."""
        return f"{self.collection}/{quote(member_id, safe='')}"

    def object_phrase(self, member_id: str, name: str | None = None) -> str:
        """Return how messages call one member: by its noun, its name where that is known, and its id."""
        return f"{self.noun} {name_and_id(member_id, name)}"

    def count_phrase(self, number: int) -> str:
        """So many of them, for messages."""
        return f"{number} {self.noun}{'' if number == 1 else 's'}"

    def name_of(self, state: State) -> str | None:
        """Return the best known name of a member, or ``None`` when it has none."""
        return next((state[key] for key in self.names if state.get(key)), None)

    def name_and_id(self, state: State) -> str:
        """Return one member's name and id, for messages and headings."""
        return name_and_id(state["id"], self.name_of(state))

    def description(self, state: State) -> str:
        """Return one member's name and id with its details, for lists of candidates."""
        name = self.name_of(state)
        details = [(word, state[key]) for key, word in self.details.items() if state.get(key) and state[key] != name]
        return ", ".join(
            [self.name_and_id(state), *(f"{word} {clip(value, _MAX_SHOWN_NAME)}" for word, value in details)]
        )


@dataclasses.dataclass(frozen=True)
class SyncResource(Resource):
    """One whose members can be synced.

    :param sync_action: name of the action, below a member's path.
    :param sync_body: from the type of sync to the action's body.
    :param accepted: the status by which the service says that it accepted the action.
    """

    sync_action: str
    sync_body: Callable[[str], dict[str, t.Any]]
    sync_permission: Permission
    accepted: int = 204


def name_and_id(member_id: str, name: str | None) -> str:
    """Return a name and an id for messages; the id alone when there is no name."""
    return f"'{member_id}'" if name is None else f"{clip(name, _MAX_SHOWN_NAME)} ({member_id})"


def limit_length(text: str) -> str:
    """Return the text of a property; one that is absurdly long is masked and then cut."""
    return text if len(text) <= _MAX_PROPERTY_LENGTH else SECRETS.mask(text)[:_MAX_PROPERTY_LENGTH]


def is_id(text: str) -> bool:
    """Whether a text can be an id: one that stays in its segment of the path, quoted or not."""
    return (
        0 < len(text) <= _MAX_ID_LENGTH
        and text.isprintable()
        and text not in (".", "..")
        and not any(one in text for one in _FORBIDDEN)
    )


def join_limited(texts: Sequence[str], separator: str = ", ") -> str:
    """The first of them, and how many more there are."""
    shown = separator.join(texts[:_MAX_LISTED])
    if len(texts) <= _MAX_LISTED:
        return shown
    return f"{shown}{separator if separator != ', ' else ' '}and {len(texts) - _MAX_LISTED} more"
