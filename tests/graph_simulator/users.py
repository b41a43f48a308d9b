# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The people of the tenant, and what stands in the way of their sign-in."""

from __future__ import annotations

import dataclasses
import typing as t
import uuid

from .fields import Fields, read_distinct


@dataclasses.dataclass(frozen=True)
class User:
    """A user account.

    ``mfa``: a policy demands a second factor. ``blocked``: Conditional Access issues no tokens. ``locked``: too many
    wrong passwords. A ``federation_metadata_url`` makes the account one of a federated domain, whose identity provider
    publishes its endpoints there.
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
        """Read the form of :meth:`to_json`; only ``username`` and ``password`` are required. Raises InputError."""
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
        """Write the user for the control interface, the password in clear."""
        return dataclasses.asdict(self)


def read_users(value: object) -> tuple[User, ...]:
    """Read a list of users with distinct names; raises InputError."""
    return read_distinct(value, "users", User.from_json, "username")
