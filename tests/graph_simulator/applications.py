# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The applications that are registered in the tenant, and the permissions granted to them."""

from __future__ import annotations

import dataclasses
import typing as t
import uuid

from .credentials import Certificate, FederatedCredential, Secret
from .fields import Fields, read_distinct


@dataclasses.dataclass(frozen=True)
class Application:
    """An application registration with its service principal.

    ``roles`` are application permissions of Graph; ``scopes`` are the delegated ones to which an administrator has
    consented for all users. A ``public`` application is a native one: it has no credential and must not send any.
    """

    client_id: str
    display_name: str = "Ansible"
    object_id: str = dataclasses.field(default_factory=lambda: str(uuid.uuid4()))
    roles: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    enabled: bool = True
    public: bool = False
    secrets: tuple[Secret, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    federated_credentials: tuple[FederatedCredential, ...] = ()

    @classmethod
    def from_json(cls, value: object, where: str) -> Application:
        """Read the form of :meth:`to_json`, in which only ``client_id`` is required; raises InputError."""
        fields = Fields(value, where, known=[field.name for field in dataclasses.fields(cls)])
        return cls(
            client_id=fields.require("client_id", str),
            display_name=fields.get("display_name", str) or cls.display_name,
            object_id=fields.get("object_id", str) or str(uuid.uuid4()),
            roles=fields.texts("roles") or (),
            scopes=fields.texts("scopes") or (),
            enabled=fields.flag("enabled", default=True),
            public=fields.flag("public", default=False),
            secrets=fields.items("secrets", Secret.from_json),
            certificates=fields.items("certificates", Certificate.from_json),
            federated_credentials=fields.items("federated_credentials", FederatedCredential.from_json),
        )

    def to_json(self) -> dict[str, t.Any]:
        """Write the application for the control interface, its secrets in clear and its certificates as PEM."""
        return {
            **dataclasses.asdict(self),
            "roles": list(self.roles),
            "scopes": list(self.scopes),
            "secrets": [secret.to_json() for secret in self.secrets],
            "certificates": [certificate.pem for certificate in self.certificates],
            "federated_credentials": [dataclasses.asdict(credential) for credential in self.federated_credentials],
        }


def read_applications(value: object) -> tuple[Application, ...]:
    """Read a list of applications with distinct client ids; raises InputError."""
    return read_distinct(value, "applications", Application.from_json, "client_id")
