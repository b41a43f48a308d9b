# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Managed identities of the simulated App Service app."""

from __future__ import annotations

import dataclasses
import typing as t
import uuid

from .fields import Fields, read_distinct


@dataclasses.dataclass(frozen=True)
class AppIdentity:
    """A managed identity. Without ``resource_id`` it is the system-assigned identity."""

    client_id: str
    object_id: str = dataclasses.field(default_factory=lambda: str(uuid.uuid4()))
    resource_id: str | None = None
    roles: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, value: object, where: str) -> AppIdentity:
        """Read the JSON of :meth:`to_json`; only ``client_id`` is required. Raise InputError."""
        fields = Fields(value, where, known=[field.name for field in dataclasses.fields(cls)])
        return cls(
            client_id=fields.require("client_id", str),
            object_id=fields.get("object_id", str) or str(uuid.uuid4()),
            resource_id=fields.get("resource_id", str),
            roles=fields.texts("roles") or (),
        )

    def to_json(self) -> dict[str, t.Any]:
        """Return JSON for the control API."""
        return dataclasses.asdict(self)


def read_identities(value: object) -> tuple[AppIdentity, ...]:
    """Read a list of managed identities with unique client ids; raise InputError."""
    return read_distinct(value, "identities", AppIdentity.from_json, "client_id")
