# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Exchange connectors of the tenant, and their syncs.

Source of the properties: https://learn.microsoft.com/graph/api/resources/intune-onboarding-devicemanagementexchangeconnector
"""

from __future__ import annotations

import dataclasses
import typing as t
from datetime import datetime, timedelta

from .clock import NEVER, UtcClock, odata_time
from .fields import Fields, merge_changes, read_distinct

_ATTRIBUTES = {
    "id": "id",
    "lastSyncDateTime": "last_sync",
    "status": "status",
    "primarySmtpAddress": "primary_smtp_address",
    "serverName": "server_name",
    "connectorServerName": "connector_server_name",
    "exchangeConnectorType": "connector_type",
    "version": "version",
    "exchangeAlias": "exchange_alias",
    "exchangeOrganization": "exchange_organization",
}


@dataclasses.dataclass(frozen=True)
class Connector:
    """A deviceManagementExchangeConnector.

    ``last_sync`` is the text that Graph sends, so that a test can use unusual offsets and fractions. A ``stuck``
    connector accepts a sync and never completes it, as connectors after the end of support probably do.
    """

    id: str
    last_sync: str = NEVER
    status: str = "connected"
    connector_type: str = "onPremises"
    primary_smtp_address: str | None = None
    server_name: str | None = None
    connector_server_name: str | None = None
    version: str | None = None
    exchange_alias: str | None = None
    exchange_organization: str | None = None
    stuck: bool = False

    @classmethod
    def from_json(cls, value: object, where: str) -> Connector:
        """Read the resource, with an optional ``stuck``; raise InputError. Unknown enum values are allowed."""
        fields = Fields(value, where, known=(*_ATTRIBUTES, "stuck"))
        fields.require("id", str)
        values = ((attribute, fields.get(name, str)) for name, attribute in _ATTRIBUTES.items())
        provided = {attribute: text for attribute, text in values if text is not None}
        return cls(**provided, stuck=fields.flag("stuck", default=False))

    def resource(self) -> dict[str, str | None]:
        """Return the connector as Graph shows it."""
        return {name: getattr(self, attribute) for name, attribute in _ATTRIBUTES.items()}

    def to_json(self) -> dict[str, t.Any]:
        """Return the JSON that :meth:`from_json` reads."""
        return {**self.resource(), "stuck": self.stuck}

    def changed(self, changes: object) -> Connector:
        """Return a copy with some properties replaced, but never the id. Raise InputError."""
        return self.from_json(merge_changes(self.to_json(), changes, "id"), "The change")


def read_connectors(value: object) -> tuple[Connector, ...]:
    """Read a list of connectors with unique ids; raise InputError."""
    return read_distinct(value, "connectors", Connector.from_json, "id")


class Connectors:
    """The connectors of the tenant by id. A sync completes ``sync_seconds`` after Graph accepts it."""

    def __init__(self, connectors: t.Iterable[Connector], clock: UtcClock, sync_seconds: float) -> None:
        self._clock = clock
        self._duration = timedelta(seconds=sync_seconds)
        self.replace(connectors)

    def replace(self, connectors: t.Iterable[Connector]) -> None:
        """Replace all connectors, and drop pending syncs."""
        self._by_id = {connector.id: connector for connector in connectors}
        self._completes_at: dict[str, datetime] = {}

    def all(self) -> list[Connector]:
        """Return all connectors with their current values."""
        self._complete_due()
        return list(self._by_id.values())

    def find(self, connector_id: str) -> Connector | None:
        """Return a connector with its current values, or None."""
        self._complete_due()
        return self._by_id.get(connector_id)

    def put(self, connector: Connector) -> None:
        """Store a changed connector. A connector that is now stuck loses its pending sync."""
        self._by_id[connector.id] = connector
        if connector.stuck:
            self._completes_at.pop(connector.id, None)

    def sync(self, connector_id: str) -> None:
        """Accept a sync. A pending sync keeps its completion time, so repeated requests do not delay it."""
        self._complete_due()
        if not self._by_id[connector_id].stuck:
            self._completes_at.setdefault(connector_id, self._clock() + self._duration)

    def _complete_due(self) -> None:
        now = self._clock()
        for connector_id, moment in list(self._completes_at.items()):
            if moment <= now:
                del self._completes_at[connector_id]
                self.put(dataclasses.replace(self._by_id[connector_id], last_sync=odata_time(moment)))
