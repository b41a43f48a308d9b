# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Describe an Intune resource: what to read, how to select it, how to sync it, and when a sync has completed.

The code that reads and syncs objects uses only these descriptions. Each file in ``resources`` defines one.
"""

from __future__ import annotations

import dataclasses
import typing as t
from urllib.parse import quote

from .._graph.http.rate_limit import RateLimit
from .fields import read_state
from .ids import name_and_id, shorten
from .times import TICKS_PER_SECOND, parse_timestamp

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .._graph.permission import Permission
    from .fields import Field, State
    from .health import HealthRule
    from .selection import SelectionOptions

# Microsoft Graph allows 100 writes in 20 seconds for each application in each tenant:
# https://learn.microsoft.com/graph/throttling-limits
DEFAULT_RATE_LIMIT: t.Final = RateLimit(writes=100, seconds=20.0)
LICENCE_HINT: t.Final = "Check that the tenant has an active Intune licence."

SINGLETON_ID: t.Final = ""
"""The ID that a selection uses for the only object of a resource without IDs."""


class Progress(t.NamedTuple):
    """The progress of a sync, as the current state of the object shows it.

    :param status: ``pending``, ``completed`` or ``failed``.
    :param message: the reason of a failure; empty for other statuses. The error message is "Microsoft Graph reports
        that " followed by this text.
    """

    status: str
    message: str = ""


PENDING: t.Final = Progress("pending")
COMPLETED: t.Final = Progress("completed")


@dataclasses.dataclass(frozen=True)
class SyncAction:
    """The Graph action that syncs an object.

    :param name: the name of the action, below the path of the object.
    :param permission: the permission that the action needs.
    :param progress: a function that returns the progress of the sync. Its arguments: the state before the trigger, the
        current state, and whether the state has changed since the trigger. A failed status can be left over from an
        earlier sync, so it counts only after a change.
    :param success_status: the HTTP status of the response to an accepted request.
    :param sync_types: the values of the parameter ``syncType``, the default first; empty for an action without it.
    :param is_running: a function that reads from the state whether a sync is running. While a sync is running, the
        service refuses another one.
    :param not_ready_reason: a function that returns why the object cannot sync, as a clause, or ``None``. Its
        arguments: the state, and the time of the service in ticks, or ``None`` if it is unknown.
    :param minimum_interval: seconds that the service demands between two syncs.
    :param interval_keys: the keys of a state that hold times. The interval starts at the latest of these times.
    :param running_on_409: whether HTTP status 409 means that a sync is running already.
    :param cooldown_on_429: whether HTTP status 429 means that the minimum interval is not over.
    :param failure_key: the key of a state whose value reports a failure; by default the status of the resource.
    :param failure_hint: what to do when the service reports a failed sync, as a sentence.
    :param not_ready_hint: what to do when an object cannot sync, as a sentence.
    """

    name: str
    permission: Permission
    progress: Callable[[State, State, bool], Progress]
    success_status: int = 204
    sync_types: tuple[str, ...] = ()
    is_running: Callable[[State], bool] | None = None
    not_ready_reason: Callable[[State, int | None], str | None] | None = None
    minimum_interval: int = 0
    interval_keys: tuple[str, ...] = ()
    running_on_409: bool = False
    cooldown_on_429: bool = False
    failure_key: str | None = None
    failure_hint: str | None = None
    not_ready_hint: str | None = None

    @property
    def needs_state(self) -> bool:
        """Whether the state of an object decides if it can sync."""
        return bool(self.is_running or self.not_ready_reason or self.minimum_interval)

    def body(self, sync_type: str | None) -> dict[str, t.Any] | None:
        """Return the JSON body of the request; ``None`` for an action without parameters."""
        return {"syncType": sync_type} if sync_type is not None else None

    def ready_at(self, state: State) -> int | None:
        """Return when the minimum interval is over, in ticks; ``None`` without an interval or a known sync."""
        moments = [parse_timestamp(state.get(key)) for key in self.interval_keys]
        known = [moment for moment in moments if moment is not None]
        return max(known) + self.minimum_interval * TICKS_PER_SECOND if known and self.minimum_interval else None


@dataclasses.dataclass(frozen=True)
class Resource:
    """A collection of objects, or the only object of its kind.

    :param noun: the name of one object in messages.
    :param plural: the name of several objects in messages.
    :param result_key: the key of the result that lists the objects.
    :param path: the path of the collection, or of the only object, below the API version.
    :param fields: the properties that results show.
    :param selection: the options that select objects; ``None`` for a resource with one object only.
    :param name_keys: the keys of a state that hold a name of the object, in order of preference. Users select objects
        by these names.
    :param detail_labels: the keys of a state that help to distinguish objects, each with its label in messages.
    :param status_key: the key of a state that holds its status; ``None`` for a resource without a status.
    :param statuses: the documented values of the status.
    :param working_status: the status that an object must have before it can sync; ``None`` if any status will do. The
        hint after a timeout uses it.
    :param last_sync_key: the key of a state that holds the time of the last sync.
    :param health: the rule for the health of an object.
    :param info_module: the module that reads these objects.
    :param not_found_hint: what to do when an object does not exist.
    :param support_notice: what users must know about Microsoft's support of the resource, as a sentence; or empty.
    :param rate_limit: the documented limit of writes.
    :param version: the API version of all requests.
    :param secrets: the JSON properties that hold secrets, which no result shows.
    :param action: the action that syncs an object; ``None`` for a resource that is read only.
    """

    noun: str
    plural: str
    result_key: str
    path: str
    fields: tuple[Field, ...]
    selection: SelectionOptions | None
    name_keys: tuple[str, ...]
    last_sync_key: str
    health: HealthRule
    info_module: str
    not_found_hint: str
    read_permission: Permission
    detail_labels: Mapping[str, str] = dataclasses.field(default_factory=dict)
    status_key: str | None = None
    statuses: tuple[str, ...] = ()
    working_status: str | None = None
    support_notice: str = ""
    rate_limit: RateLimit = DEFAULT_RATE_LIMIT
    version: str = "v1.0"
    secrets: tuple[str, ...] = ()
    action: SyncAction | None = None

    @property
    def is_singleton(self) -> bool:
        """Whether the resource has one object only."""
        return self.selection is None

    @property
    def id_option(self) -> str:
        """The name of the option that selects by ID; empty for a resource with one object only."""
        return "" if self.selection is None else self.selection.id

    @property
    def name_option(self) -> str:
        """The name of the option that selects by name; empty for a resource with one object only."""
        return "" if self.selection is None else self.selection.name

    def read_state(self, body: t.Any) -> State:
        """Return the state of an object.

        :raises ProtocolError: the body is not an object of this resource.
        """
        return read_state(self.noun, self.fields, body, needs_id=not self.is_singleton, secrets=self.secrets)

    def object_path(self, object_id: str) -> str:
        """Return the path of one object. The ID is percent-encoded, including slashes."""
        return self.path if self.is_singleton else f"{self.path}/{quote(object_id, safe='')}"

    def object_phrase(self, object_id: str, name: str | None = None) -> str:
        """Return the noun, the name if known, and the ID, such as "VPP token Berlin (1234)".

        The only object of a resource has neither a name nor an ID in messages.
        """
        return self.noun if self.is_singleton else f"{self.noun} {name_and_id(object_id, name)}"

    def label(self, object_id: str, name: str | None) -> str:
        """Return the name and the ID of an object, such as "Berlin (1234)", or the noun of the only object."""
        return self.noun if self.is_singleton else name_and_id(object_id, name)

    def count_phrase(self, number: int) -> str:
        """Return a number of objects for messages, such as "2 VPP tokens"."""
        return f"{number} {self.noun if number == 1 else self.plural}"

    def name_of(self, state: State) -> str | None:
        """Return the first name of an object in the order of ``name_keys``, or ``None`` if it has no name."""
        return next((state[key] for key in self.name_keys if (state.get(key) or "").strip()), None)

    def label_of(self, state: State) -> str:
        """Return the label of the object with this state, such as "Berlin (1234)"."""
        return self.label(state.get("id") or SINGLETON_ID, self.name_of(state))

    def candidate_phrase(self, state: State) -> str:
        """Return the label and the details of an object for a list of candidates.

        An example is "Berlin (1234), organization Contoso".
        """
        name = self.name_of(state)
        details = [
            (word, state[key]) for key, word in self.detail_labels.items() if state.get(key) and state[key] != name
        ]
        return ", ".join([self.label_of(state), *(f"{word} {shorten(value)}" for word, value in details)])


def is_later(before: State, after: State, key: str) -> bool:
    """Return whether the time under ``key`` is later in ``after`` than in ``before``.

    In ``before``, a missing time counts as earlier than any time.
    """
    then, now = parse_timestamp(before.get(key)), parse_timestamp(after.get(key))
    return now is not None and (then is None or now > then)


def completes_when_later(key: str) -> Callable[[State, State, bool], Progress]:
    """Return a ``progress`` function for ``SyncAction``.

    With this function, the sync has completed when the time under ``key`` is later than before the trigger.
    """
    return lambda before, after, changed: COMPLETED if is_later(before, after, key) else PENDING
