# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The content of the tenant after the start and after a reset."""

from __future__ import annotations

import dataclasses
import json
import secrets
import typing as t

from .applications import Application, read_applications
from .credentials import FederatedCredential, SecretCredential
from .federation import ISSUER, SUBJECT
from .fields import Fields, InputError
from .identities import AppIdentity, read_identities
from .intune.catalog import RESOURCES
from .intune.default_objects import default_objects
from .intune.objects import IntuneObject, read_objects
from .tenant import PUBLIC_CLIENT_ID, TENANT_DOMAIN
from .users import User, read_users

if t.TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


_READ_WRITE = "DeviceManagementServiceConfig.ReadWrite.All"
_CONFIGURATION = ("DeviceManagementConfiguration.Read.All", "DeviceManagementConfiguration.ReadWrite.All")
_CONSENTED = ("DeviceManagementServiceConfig.Read.All", _READ_WRITE, *_CONFIGURATION, "User.Read")

_READERS: dict[str, t.Callable[[object], tuple[t.Any, ...]]] = {
    "applications": read_applications,
    "users": read_users,
    "identities": read_identities,
}


@dataclasses.dataclass(frozen=True)
class Seed:
    """The content of the tenant. The ready file contains the first application with a secret, and the first user.

    ``objects`` are the objects of the Intune resources, by the name of the resource.
    """

    objects: t.Mapping[str, tuple[IntuneObject, ...]]
    applications: tuple[Application, ...]
    users: tuple[User, ...]
    identities: tuple[AppIdentity, ...]

    @property
    def credential(self) -> tuple[str, str]:
        """A client id with its secret; raises InputError when no application has a secret."""
        for application in self.applications:
            for secret in application.secrets:
                return application.client_id, secret.value
        raise InputError("applications must hold one with a secret.")

    @property
    def user(self) -> User:
        """The first user; raises InputError when the list is empty."""
        if not self.users:
            raise InputError("users must hold one.")
        return self.users[0]

    @property
    def user_assigned_identity(self) -> AppIdentity:
        """The first user-assigned identity; raises InputError when the list has none."""
        for identity in self.identities:
            if identity.resource_id is not None:
                return identity
        raise InputError("identities must hold one with a resource_id.")


def default_seed(now: datetime) -> Seed:
    """Return the default content of the tenant, with new secrets."""
    return Seed(default_objects(now), _applications(), (_user(),), _identities())


def _applications() -> tuple[Application, ...]:
    return (
        Application(
            client_id="4f0f3a52-7c55-4d2e-9f39-0f8f3a1f6b10",
            display_name="Ansible Intune automation",
            roles=(_READ_WRITE, *_CONFIGURATION),
            scopes=_CONSENTED,
            # Secrets of Entra contain a tilde, too. With this prefix a secret cannot start with a dash, like an option.
            secrets=(SecretCredential("sim8Q~" + secrets.token_urlsafe(32)),),
            federated_credentials=(FederatedCredential(ISSUER, SUBJECT),),
        ),
        Application(
            client_id=PUBLIC_CLIENT_ID,
            display_name="Microsoft Graph Command Line Tools",
            scopes=_CONSENTED,
            public=True,
        ),
    )


def _user() -> User:
    return User(f"diego@{TENANT_DOMAIN}", "Sim8q-" + secrets.token_urlsafe(32))


def _identities() -> tuple[AppIdentity, ...]:
    """Return a system-assigned and a user-assigned identity."""
    return (
        AppIdentity("b7d5c9c4-3a1e-4e0c-8f0d-6f2c2d1e7a41", roles=(_READ_WRITE,)),
        AppIdentity(
            "2c8e6f10-95b7-4a63-8d3e-0b4f7a9c5d52",
            resource_id=(
                "/subscriptions/0e9a1c34-6d2b-4f58-a7c1-3b5d9f8e2a63/resourcegroups/automation/providers"
                "/Microsoft.ManagedIdentity/userAssignedIdentities/intune-automation"
            ),
            roles=(_READ_WRITE,),
        ),
    )


def read_seed(path: Path | None, now: datetime) -> Seed:
    """Return the default seed, with the parts of the file replaced; raise InputError, OSError."""
    seed = default_seed(now)
    if path is None:
        return seed
    try:
        fields = Fields(json.loads(path.read_bytes()), "The seed", known=(*RESOURCES, *_READERS))
    except ValueError as error:
        raise InputError(f"{path}: {error}") from error
    parts = {name: read(fields.raw(name)) for name, read in _READERS.items() if fields.has(name)}
    objects = {
        name: read_objects(resource, fields.raw(name)) for name, resource in RESOURCES.items() if fields.has(name)
    }
    return dataclasses.replace(seed, objects={**seed.objects, **objects}, **parts)
