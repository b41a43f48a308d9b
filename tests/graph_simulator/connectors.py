# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tenant's Exchange connectors, and what a sync does to them over time.

Source of the properties: https://learn.microsoft.com/graph/api/resources/intune-onboarding-devicemanagementexchangeconnector
"""

from __future__ import annotations

import dataclasses
import typing as t
from datetime import datetime, timedelta

from .clock import NEVER, Clock, odata_time
from .fields import Fields, merged, read_distinct

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
    """One deviceManagementExchangeConnector.

    ``last_sync`` is kept as it is written on the wire, so that a test can plant odd offsets and fractions. A ``stuck``
    connector accepts a sync and never completes it, as connectors past their end of support are expected to do.
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
        """Read the resource with an optional ``stuck``; raises InputError. A test may invent members of the enums."""
        fields = Fields(value, where, known=(*_ATTRIBUTES, "stuck"))
        fields.require("id", str)
        read = ((attribute, fields.get(name, str)) for name, attribute in _ATTRIBUTES.items())
        given = {attribute: text for attribute, text in read if text is not None}
        return cls(**given, stuck=fields.flag("stuck", default=False))

    def resource(self) -> dict[str, str | None]:
        """Write the connector as Graph shows it."""
        return {name: getattr(self, attribute) for name, attribute in _ATTRIBUTES.items()}

    def to_json(self) -> dict[str, t.Any]:
        """Write the form that :meth:`from_json` reads."""
        return {**self.resource(), "stuck": self.stuck}

    def changed(self, changes: object) -> Connector:
        """Return a copy with some properties replaced; the id stays. Raises InputError."""
        return self.from_json(merged(self.to_json(), changes, "id"), "The change")


def read_connectors(value: object) -> tuple[Connector, ...]:
    """Read a list of connectors with distinct ids; raises InputError."""
    return read_distinct(value, "connectors", Connector.from_json, "id")


class Connectors:
    """The connectors by id, in their order; a sync completes ``sync_seconds`` after it was accepted."""

    def __init__(self, connectors: t.Iterable[Connector], clock: Clock, sync_seconds: float) -> None:
        self._clock = clock
        self._duration = timedelta(seconds=sync_seconds)
        self.replace(connectors)

    def replace(self, connectors: t.Iterable[Connector]) -> None:
        """Forget all connectors and pending syncs, and take these."""
        self._by_id = {connector.id: connector for connector in connectors}
        self._completes_at: dict[str, datetime] = {}

    def all(self) -> list[Connector]:
        """List every connector as it is now."""
        self._complete_due()
        return list(self._by_id.values())

    def find(self, connector_id: str) -> Connector | None:
        """Return the connector as it is now, or None."""
        self._complete_due()
        return self._by_id.get(connector_id)

    def put(self, connector: Connector) -> None:
        """Store a changed connector; one that is now stuck will not complete what it has begun."""
        self._by_id[connector.id] = connector
        if connector.stuck:
            self._completes_at.pop(connector.id, None)

    def sync(self, connector_id: str) -> None:
        """Accept a sync. One that is under way is joined: repeated triggers must not postpone it for ever."""
        self._complete_due()
        if not self._by_id[connector_id].stuck:
            self._completes_at.setdefault(connector_id, self._clock() + self._duration)

    def _complete_due(self) -> None:
        now = self._clock()
        for connector_id, moment in list(self._completes_at.items()):
            if moment <= now:
                del self._completes_at[connector_id]
                self.put(dataclasses.replace(self._by_id[connector_id], last_sync=odata_time(moment)))
