# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The application registrations of the tenant, with their permissions."""

from __future__ import annotations

import dataclasses
import typing as t
import uuid

from .credentials import CertificateCredential, FederatedCredential, SecretCredential
from .fields import Fields, read_distinct


@dataclasses.dataclass(frozen=True)
class Application:
    """An application registration with its service principal.

    ``roles`` are application permissions of Graph. ``scopes`` are delegated permissions with the consent of an
    administrator for all users. A ``public`` application has no credential and must not send one.
    """

    client_id: str
    display_name: str = "Ansible"
    object_id: str = dataclasses.field(default_factory=lambda: str(uuid.uuid4()))
    roles: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    enabled: bool = True
    public: bool = False
    secrets: tuple[SecretCredential, ...] = ()
    certificates: tuple[CertificateCredential, ...] = ()
    federated_credentials: tuple[FederatedCredential, ...] = ()

    @classmethod
    def from_json(cls, value: object, where: str) -> Application:
        """Read the JSON of :meth:`to_json`; only ``client_id`` is required. Raise InputError."""
        fields = Fields(value, where, known=[field.name for field in dataclasses.fields(cls)])
        return cls(
            client_id=fields.require("client_id", str),
            display_name=fields.get("display_name", str) or cls.display_name,
            object_id=fields.get("object_id", str) or str(uuid.uuid4()),
            roles=fields.texts("roles") or (),
            scopes=fields.texts("scopes") or (),
            enabled=fields.flag("enabled", default=True),
            public=fields.flag("public", default=False),
            secrets=fields.items("secrets", SecretCredential.from_json),
            certificates=fields.items("certificates", CertificateCredential.from_json),
            federated_credentials=fields.items("federated_credentials", FederatedCredential.from_json),
        )

    def to_json(self) -> dict[str, t.Any]:
        """Return JSON for the control API, with secrets in clear text and certificates as PEM."""
        return {
            **dataclasses.asdict(self),
            "roles": list(self.roles),
            "scopes": list(self.scopes),
            "secrets": [secret.to_json() for secret in self.secrets],
            "certificates": [certificate.pem for certificate in self.certificates],
            "federated_credentials": [dataclasses.asdict(credential) for credential in self.federated_credentials],
        }


def read_applications(value: object) -> tuple[Application, ...]:
    """Read a list of applications with unique client ids; raise InputError."""
    return read_distinct(value, "applications", Application.from_json, "client_id")
