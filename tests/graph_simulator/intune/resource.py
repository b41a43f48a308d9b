# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Describe an Intune resource: its paths, its properties, its permissions, and how a sync changes an object."""

from __future__ import annotations

import dataclasses
import typing as t

V1 = "v1.0"
BETA = "beta"
VERSIONS = (V1, BETA)
"""The API versions of Graph."""

NOW: t.Final = object()
"""Placeholder in :data:`Changes` for the time of the change."""

Changes = t.Mapping[str, t.Any]
"""Properties with their new values. A mapping as a value changes only some members of a complex property."""


class Property(t.NamedTuple):
    """A property of an object.

    ``kind`` is its type in JSON. A property with the default None is nullable. ``members`` are the members of a complex
    property whose value is null so far.
    """

    kind: t.Any = str
    default: t.Any = None
    versions: tuple[str, ...] = VERSIONS
    members: t.Mapping[str, t.Any] = {}


@dataclasses.dataclass(frozen=True)
class SyncAction:
    """The action that syncs an object.

    ``parameters`` are the required parameters with their values. The response is the object with
    ``returns_object``, and empty otherwise. ``started``, ``completed`` and ``failed`` are the changes of a sync at that
    point; without ``failed``, the object has no property that could report a failure. Graph answers 409 when the object
    has all values of ``running``, and 429 within ``minimum_interval`` seconds after a time of ``interval_starts``.
    """

    name: str
    permissions: tuple[str, ...]
    completed: Changes
    started: Changes = dataclasses.field(default_factory=dict)
    failed: Changes | None = None
    parameters: t.Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    returns_object: bool = False
    running: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    minimum_interval: float = 0
    interval_starts: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class IntuneResource:
    """A collection of objects, or the only object of its kind (``singleton``).

    ``name`` is the name in seed files and in the control API. ``noun`` is the word for one object in error messages.
    ``path`` is the path below the API version. ``secrets`` are the properties that hold secrets: an object without one
    gets a new secret.
    """

    name: str
    noun: str
    path: str
    versions: tuple[str, ...]
    permissions: tuple[str, ...]
    properties: t.Mapping[str, Property]
    action: SyncAction
    singleton: bool = False
    secrets: tuple[str, ...] = ()

    @property
    def segments(self) -> tuple[str, ...]:
        """The segments of the path."""
        return tuple(self.path.split("/"))
