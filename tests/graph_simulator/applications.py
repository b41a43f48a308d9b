# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The applications that are registered in the tenant, with their secrets and the permissions granted to them."""

from __future__ import annotations

import dataclasses
import hmac
import typing as t
import uuid
from datetime import datetime

from .fields import Fields, InputError, checked


@dataclasses.dataclass(frozen=True)
class Secret:
    """A client secret; without ``expires`` it is valid for ever."""

    value: str
    expires: datetime | None = None

    @classmethod
    def from_json(cls, value: object, where: str) -> Secret:
        """Read ``{"value": text, "expires": ISO 8601 with an offset, or null}``; raises InputError."""
        fields = Fields(value, where, known=("value", "expires"))
        written = fields.get("expires", str)
        try:
            expires = None if written is None else datetime.fromisoformat(written)
        except ValueError:
            expires = None
        if written is not None and (expires is None or expires.tzinfo is None):
            raise InputError(f"{where}.expires must be an ISO 8601 time with an offset, not {written!r}.")
        return cls(fields.require("value", str), expires)

    def to_json(self) -> dict[str, t.Any]:
        """Write the form that :meth:`from_json` reads."""
        return {"value": self.value, "expires": None if self.expires is None else self.expires.isoformat()}

    def matches(self, given: str) -> bool:
        """Tell whether this is the secret that was sent."""
        return hmac.compare_digest(self.value.encode(), given.encode())

    def expired(self, now: datetime) -> bool:
        """Tell whether the secret is past its end."""
        return self.expires is not None and self.expires <= now


@dataclasses.dataclass(frozen=True)
class Application:
    """An application registration with its service principal; ``roles`` are application permissions of Graph."""

    client_id: str
    display_name: str = "Ansible"
    object_id: str = dataclasses.field(default_factory=lambda: str(uuid.uuid4()))
    roles: tuple[str, ...] = ()
    enabled: bool = True
    secrets: tuple[Secret, ...] = ()

    @classmethod
    def from_json(cls, value: object, where: str) -> Application:
        """Read the form of :meth:`to_json`, in which only ``client_id`` is required; raises InputError."""
        fields = Fields(value, where, known=[field.name for field in dataclasses.fields(cls)])
        enabled = fields.get("enabled", bool)
        return cls(
            client_id=fields.require("client_id", str),
            display_name=fields.get("display_name", str) or cls.display_name,
            object_id=fields.get("object_id", str) or str(uuid.uuid4()),
            roles=fields.texts("roles") or (),
            enabled=True if enabled is None else enabled,
            secrets=tuple(
                Secret.from_json(item, f"{where}.secrets[{index}]")
                for index, item in enumerate(fields.get("secrets", list) or [])
            ),
        )

    def to_json(self) -> dict[str, t.Any]:
        """Write the application for the control interface, its secrets in clear."""
        return {**dataclasses.asdict(self), "secrets": [secret.to_json() for secret in self.secrets]}


def read_applications(value: object) -> tuple[Application, ...]:
    """Read a list of applications with distinct client ids; raises InputError."""
    items = checked(value, list, "applications")
    found = tuple(Application.from_json(item, f"applications[{index}]") for index, item in enumerate(items))
    if len({application.client_id for application in found}) < len(found):
        raise InputError("applications has the same client_id twice.")
    return found
