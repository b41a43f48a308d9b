# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The objects of an Intune resource, and their syncs."""

from __future__ import annotations

import dataclasses
import secrets
import typing as t
from datetime import datetime, timedelta

from ..clock import UtcClock, odata_time, parse_time
from ..fields import Fields, merge_changes, read_distinct
from .resource import NOW, Changes, IntuneResource

if t.TYPE_CHECKING:
    from ..secrets_record import SecretsRecord


@dataclasses.dataclass(frozen=True)
class IntuneObject:
    """An object with all properties of its resource.

    Times are the text that Graph sends, so that a test can use unusual offsets and fractions. A ``stuck`` object
    accepts a sync that never ends. The syncs of an object that ``fails`` end with a failure.
    """

    resource: IntuneResource
    values: t.Mapping[str, t.Any]
    stuck: bool = False
    fails: bool = False

    @classmethod
    def from_json(cls, resource: IntuneResource, value: object, where: str) -> IntuneObject:
        """Read the Graph object, with optional ``stuck`` and ``fails``; raise InputError.

        Missing and null properties get the default of the resource. Unknown enum values are allowed.
        """
        flags = ("stuck",) if resource.action.failed is None else ("stuck", "fails")
        fields = Fields(value, where, known=(*resource.properties, *flags))
        fields.require("id", str)
        values = {}
        for name, description in resource.properties.items():
            provided = fields.get(name, description.kind)
            values[name] = description.default if provided is None else provided
        for name in resource.secrets:
            values[name] = values[name] or f"sim8q-{secrets.token_urlsafe(48)}"
        return cls(resource, values, *(fields.flag(name, default=False) for name in flags))

    @property
    def id(self) -> str:
        """The id."""
        return str(self.values["id"])

    def in_version(self, version: str) -> dict[str, t.Any]:
        """Return the object as an API version of Graph shows it."""
        return {name: self.values[name] for name, item in self.resource.properties.items() if version in item.versions}

    def to_json(self) -> dict[str, t.Any]:
        """Return the JSON that :meth:`from_json` reads, without secrets."""
        values = {name: value for name, value in self.values.items() if name not in self.resource.secrets}
        return {**values, **self._flags()}

    def with_changes(self, changes: object) -> IntuneObject:
        """Return a copy with some properties replaced, but never the id. Raise InputError."""
        merged = merge_changes({**self.values, **self._flags()}, changes, "id")
        return self.from_json(self.resource, merged, "The change")

    def after(self, changes: Changes, moment: datetime) -> IntuneObject:
        """Return a copy after a step of a sync."""
        values = {name: self._new_value(name, change, odata_time(moment)) for name, change in changes.items()}
        return dataclasses.replace(self, values={**self.values, **values})

    def has(self, values: t.Mapping[str, t.Any]) -> bool:
        """Return whether the object has all of these values."""
        return all(self.values[name] == value for name, value in values.items())

    def _flags(self) -> dict[str, bool]:
        flags = {"stuck": self.stuck}
        return flags if self.resource.action.failed is None else {**flags, "fails": self.fails}

    def _new_value(self, name: str, change: t.Any, now: str) -> t.Any:
        if isinstance(change, dict):
            members = self.values[name] or self.resource.properties[name].members
            return {**members, **{member: now if new is NOW else new for member, new in change.items()}}
        return now if change is NOW else change


def read_objects(resource: IntuneResource, value: object) -> tuple[IntuneObject, ...]:
    """Read a list of objects with unique ids, or the only object of a singleton; raise InputError."""
    if resource.singleton:
        return (IntuneObject.from_json(resource, value, resource.name),)
    return read_distinct(value, resource.name, lambda item, where: IntuneObject.from_json(resource, item, where), "id")


class IntuneObjects:
    """The objects of one resource by id. A sync ends ``sync_seconds`` after Graph accepts it."""

    def __init__(
        self,
        resource: IntuneResource,
        objects: t.Iterable[IntuneObject],
        clock: UtcClock,
        sync_seconds: float,
        record: SecretsRecord,
    ) -> None:
        self.resource = resource
        self._clock = clock
        self._duration = timedelta(seconds=sync_seconds)
        self._record = record
        self.replace(objects)

    def replace(self, objects: t.Iterable[IntuneObject]) -> None:
        """Replace all objects, and drop pending syncs."""
        self._by_id: dict[str, IntuneObject] = {}
        self._ends_at: dict[str, datetime] = {}
        for item in objects:
            self.put(item)

    def all(self) -> list[IntuneObject]:
        """Return all objects with their current values."""
        self._end_due()
        return list(self._by_id.values())

    def find(self, object_id: str) -> IntuneObject | None:
        """Return an object with its current values, or None."""
        self._end_due()
        return self._by_id.get(object_id)

    def put(self, item: IntuneObject) -> None:
        """Store a new or changed object. An object that is now stuck loses its pending sync."""
        for name in self.resource.secrets:
            self._record.add(item.values[name])
        self._by_id[item.id] = item
        if item.stuck:
            self._ends_at.pop(item.id, None)

    def remaining_interval(self, item: IntuneObject) -> float:
        """Return the seconds until the minimum interval between two syncs is over."""
        action = self.resource.action
        starts = [parse_time(item.values[name]) for name in action.interval_starts]
        ends = [start + timedelta(seconds=action.minimum_interval) for start in starts if start is not None]
        return max([0.0, *((end - self._clock()).total_seconds() for end in ends)])

    def sync(self, item: IntuneObject) -> IntuneObject:
        """Accept a sync, and return the object. A pending sync keeps its end, so repeated requests do not delay it."""
        started = item.after(self.resource.action.started, self._clock())
        self.put(started)
        if not item.stuck:
            self._ends_at.setdefault(item.id, self._clock() + self._duration)
        return started

    def _end_due(self) -> None:
        now = self._clock()
        action = self.resource.action
        for object_id, moment in list(self._ends_at.items()):
            if moment <= now:
                del self._ends_at[object_id]
                item = self._by_id[object_id]
                self.put(item.after(action.failed if item.fails and action.failed else action.completed, moment))
