# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Describe what reading and syncing need to know about a resource."""

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

# The first four characters would end the path segment of an ID or start another part of the URL. The others come from a
# list or a placeholder that was passed as an ID.
_FORBIDDEN_CHARACTERS: t.Final = "/?#\\" + "[]{}<>\"'"
_MAX_NAME_LENGTH: t.Final = 80
_MAX_ID_LENGTH: t.Final = 256
_MAX_PROPERTY_LENGTH: t.Final = 1024
# The maximum number of objects that a message lists. The result contains all of them.
_MAX_LISTED: t.Final = 10

# For each application and tenant (https://learn.microsoft.com/graph/throttling-limits).
DEFAULT_RATE_LIMIT: t.Final = RateLimit(writes=100, seconds=20.0)
LICENCE_HINT: t.Final = "Check that the tenant has an active Intune licence."

State = dict[str, t.Any]
"""An object as results show it: its properties in snake_case, including ``id``."""


@dataclasses.dataclass(frozen=True)
class Resource:
    """A collection of objects in Intune.

    :param noun: the singular name of an object in messages.
    :param collection: the path of the collection below the API version.
    :param parse_state: converts the JSON of an object to its state; raises a ProtocolError.
    :param selection: the names of the options that select objects.
    :param name_keys: the keys of a state that contain names of the object, the best known name first.
    :param detail_labels: for each key of a state that helps to distinguish objects, its label in messages.
    :param status_key: the key of a state that contains the status.
    :param working_status: the status of an object that can sync.
    :param last_sync_key: the key of a state that contains the time of the last sync, as the service writes it.
    :param info_module: the name of the module that reads the objects.
    :param not_found_hint: what to do if an object does not exist.
    :param support_notice: a sentence about the support of the resource, which can explain why syncs do not complete.
    :param rate_limit: the documented rate limit of writes.
    """

    noun: str
    collection: str
    parse_state: Callable[[t.Any], State]
    selection: SelectionOptions
    name_keys: tuple[str, ...]
    detail_labels: Mapping[str, str]
    status_key: str
    working_status: str
    last_sync_key: str
    info_module: str
    not_found_hint: str
    support_notice: str
    read_permission: Permission
    rate_limit: RateLimit

    def path(self, object_id: str) -> str:
        """Return the path of an object. All special characters of the ID are quoted."""
        return f"{self.collection}/{quote(object_id, safe='')}"

    def object_phrase(self, object_id: str, name: str | None = None) -> str:
        """Return the noun, the name if it is known, and the ID of an object, for messages."""
        return f"{self.noun} {name_and_id(object_id, name)}"

    def count_phrase(self, number: int) -> str:
        """Return a number of objects with the noun, for messages."""
        return f"{number} {self.noun}{'' if number == 1 else 's'}"

    def name_of(self, state: State) -> str | None:
        """Return the best known name of an object, or ``None`` if it has no name."""
        return next((state[key] for key in self.name_keys if state.get(key)), None)

    def name_and_id(self, state: State) -> str:
        """Return the name and the ID of an object, for messages and headings."""
        return name_and_id(state["id"], self.name_of(state))

    def description(self, state: State) -> str:
        """Return the name, the ID and the details of an object, for lists of candidates."""
        name = self.name_of(state)
        details = [
            f"{label} {clip(state[key], _MAX_NAME_LENGTH)}"
            for key, label in self.detail_labels.items()
            if state.get(key) and state[key] != name
        ]
        return ", ".join([self.name_and_id(state), *details])


@dataclasses.dataclass(frozen=True)
class SyncResource(Resource):
    """A resource whose objects can be synced.

    :param sync_action: the name of the action below the path of an object.
    :param sync_body: returns the body of the action for a sync type.
    :param accepted: the documented HTTP status of an accepted action.
    """

    sync_action: str
    sync_body: Callable[[str], dict[str, t.Any]]
    sync_permission: Permission
    accepted: int = 204


def name_and_id(object_id: str, name: str | None) -> str:
    """Return a name and an ID for messages, or only the ID if the name is ``None``."""
    return f"'{object_id}'" if name is None else f"{clip(name, _MAX_NAME_LENGTH)} ({object_id})"


def limit_length(text: str) -> str:
    """Return the text of a property. Mask secrets in a text that is too long, then cut it."""
    return text if len(text) <= _MAX_PROPERTY_LENGTH else SECRETS.mask(text)[:_MAX_PROPERTY_LENGTH]


def is_id(text: str) -> bool:
    """Return whether a text can be an ID. Such a text stays in its path segment, quoted or not."""
    return (
        0 < len(text) <= _MAX_ID_LENGTH
        and text.isprintable()
        and text not in (".", "..")
        and not any(character in text for character in _FORBIDDEN_CHARACTERS)
    )


def join_limited(texts: Sequence[str], separator: str = ", ") -> str:
    """Join the first texts, and append the number of the others."""
    listed = separator.join(texts[:_MAX_LISTED])
    if len(texts) <= _MAX_LISTED:
        return listed
    return f"{listed}{separator if separator != ', ' else ' '}and {len(texts) - _MAX_LISTED} more"
