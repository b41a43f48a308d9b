# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the simulated tenant holds at its start and after a reset."""

from __future__ import annotations

import dataclasses
import json
import secrets
import typing as t
from datetime import datetime, timedelta

from .applications import Application, Secret, read_applications
from .clock import odata_time
from .connectors import Connector, read_connectors
from .fields import Fields, InputError

if t.TYPE_CHECKING:
    from pathlib import Path


@dataclasses.dataclass(frozen=True)
class Seed:
    """The tenant's connectors and applications; the first application with a secret is the one handed out."""

    connectors: tuple[Connector, ...]
    applications: tuple[Application, ...]

    @property
    def credential(self) -> tuple[str, str]:
        """A client id and its secret; raises InputError when no application has a secret."""
        for application in self.applications:
            for secret in application.secrets:
                return application.client_id, secret.value
        raise InputError("applications must hold one with a secret.")


def default_seed(now: datetime) -> Seed:
    """Make three connectors (healthy, of warning age, never synced) and one application with a new secret."""
    connectors = (
        Connector(
            id="5b5dfd4a-3ac5-45b8-9d2c-6c1b0f6b3c11",
            last_sync=odata_time(now - timedelta(hours=3)),
            primary_smtp_address="intune-connector@contoso.com",
            server_name="EX01.contoso.com",
            connector_server_name="INTUNECON01.contoso.com",
            version="5.0.5461.0",
            exchange_alias="intune-connector",
            exchange_organization="Contoso",
        ),
        Connector(
            id="c1f6a2de-0b0e-4c7e-8f7b-2f4d7f0a9e22",
            last_sync=odata_time(now - timedelta(days=2)),
            primary_smtp_address="intune-connector@fabrikam.com",
            server_name="MAIL02.fabrikam.com",
            connector_server_name="INTUNECON02.fabrikam.com",
            version="5.0.5461.0",
            exchange_alias="intune-connector",
            exchange_organization="Fabrikam",
        ),
        # Nothing can answer a sync behind a disconnected connector, so it never completes one.
        Connector(
            id="e93bb1a7-5f0d-4b1c-a6d1-90f3f1c2d733",
            status="disconnected",
            server_name="EX-OLD.northwindtraders.com",
            connector_server_name="INTUNECON03.northwindtraders.com",
            version="5.0.4912.0",
            exchange_organization="Northwind Traders",
            stuck=True,
        ),
    )
    application = Application(
        client_id="4f0f3a52-7c55-4d2e-9f39-0f8f3a1f6b10",
        display_name="Ansible Intune automation",
        roles=("DeviceManagementServiceConfig.ReadWrite.All",),
        # Entra's own secrets hold a tilde, too. The fixed start keeps it from looking like a command line flag.
        secrets=(Secret("sim8Q~" + secrets.token_urlsafe(32)),),
    )
    return Seed(connectors, (application,))


def read_seed(path: Path | None, now: datetime) -> Seed:
    """Return the default seed, whose connectors or applications a file may replace; raises InputError, OSError."""
    seed = default_seed(now)
    if path is None:
        return seed
    try:
        fields = Fields(json.loads(path.read_bytes()), "The seed", known=("connectors", "applications"))
    except ValueError as problem:
        raise InputError(f"{path}: {problem}") from problem
    if fields.has("connectors"):
        seed = dataclasses.replace(seed, connectors=read_connectors(fields.raw("connectors")))
    if fields.has("applications"):
        seed = dataclasses.replace(seed, applications=read_applications(fields.raw("applications")))
    return seed
