# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The users of the tenant, with settings that block a sign-in."""

from __future__ import annotations

import dataclasses
import typing as t
import uuid

from .fields import Fields, read_distinct


@dataclasses.dataclass(frozen=True)
class User:
    """A user account.

    ``mfa``: a policy requires a second factor. ``blocked``: Conditional Access blocks the user. ``locked``: the account
    had too many wrong passwords. With ``federation_metadata_url`` the account belongs to a federated domain, whose
    identity provider publishes its endpoints at this URL.
    """

    username: str
    password: str
    display_name: str = "Diego Siciliani"
    object_id: str = dataclasses.field(default_factory=lambda: str(uuid.uuid4()))
    enabled: bool = True
    mfa: bool = False
    blocked: bool = False
    locked: bool = False
    federation_metadata_url: str | None = None

    @classmethod
    def from_json(cls, value: object, where: str) -> User:
        """Read the JSON of :meth:`to_json`; only ``username`` and ``password`` are required. Raise InputError."""
        fields = Fields(value, where, known=[field.name for field in dataclasses.fields(cls)])
        return cls(
            username=fields.require("username", str),
            password=fields.require("password", str),
            display_name=fields.get("display_name", str) or cls.display_name,
            object_id=fields.get("object_id", str) or str(uuid.uuid4()),
            enabled=fields.flag("enabled", default=True),
            mfa=fields.flag("mfa", default=False),
            blocked=fields.flag("blocked", default=False),
            locked=fields.flag("locked", default=False),
            federation_metadata_url=fields.get("federation_metadata_url", str),
        )

    def to_json(self) -> dict[str, t.Any]:
        """Return JSON for the control API, with the password in clear text."""
        return dataclasses.asdict(self)


def read_users(value: object) -> tuple[User, ...]:
    """Read a list of users with unique names; raise InputError."""
    return read_distinct(value, "users", User.from_json, "username")
