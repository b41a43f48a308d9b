# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Describe the Exchange connector of Intune.

https://learn.microsoft.com/graph/api/resources/intune-onboarding-devicemanagementexchangeconnector
"""

from __future__ import annotations

import typing as t

from ..._graph.errors import INTERCEPTED_HINT, ProtocolError
from ..._graph.masking import clip
from ..._graph.permission import Permission
from ..info import count
from ..resource import DEFAULT_RATE_LIMIT, LICENCE_HINT, SyncResource, is_id, limit_length
from ..selection import SelectionOptions

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ..resource import State

# In the spelling of Graph. A delta sync reads the recent changes in Exchange, a full sync reads everything.
SYNC_TYPES: t.Final = ("deltaSync", "fullSync")

_ROLE = (
    "The signed-in user needs an Intune role besides, such as Intune Administrator,"
    " or one with Read and Update on Device compliance policies."
)

# Graph's properties and their names in results. Results omit other properties, which the service may add later.
_PROPERTIES: t.Final = {
    "id": "id",
    "lastSyncDateTime": "last_sync_date_time",
    "status": "status",
    "exchangeConnectorType": "exchange_connector_type",
    "primarySmtpAddress": "primary_smtp_address",
    "serverName": "server_name",
    "connectorServerName": "connector_server_name",
    "version": "version",
    "exchangeAlias": "exchange_alias",
    "exchangeOrganization": "exchange_organization",
}

# The maximum length of a value that is not a time in the property of a time.
_MAX_TIME_LENGTH: t.Final = 100

# The documented statuses. The service may add others.
STATUSES: t.Final = ("none", "connectionPending", "connected", "disconnected", "unknownFutureValue")

SELECTION: t.Final = SelectionOptions(id="connector_id", name="connector_name", all="all_connectors")

# The admin center's tenant status computes the health from the time since the last sync:
# https://learn.microsoft.com/intune/intune-service/fundamentals/tenant-status
HEALTHS: t.Final = ("healthy", "warning", "unhealthy")
_WARNING_SECONDS: t.Final = 86_400
_UNHEALTHY_SECONDS: t.Final = 3 * 86_400


def health(seconds_since_last_sync: int | None) -> str:
    """Return the health of a connector. A connector that never synced (``None``) is unhealthy."""
    if seconds_since_last_sync is None or seconds_since_last_sync >= _UNHEALTHY_SECONDS:
        return "unhealthy"
    return "warning" if seconds_since_last_sync >= _WARNING_SECONDS else "healthy"


def count_connectors(connectors: Sequence[State]) -> dict[str, int]:
    """Return the number of connectors: in total, for each health and for each status."""
    # Health and total come last, so that a new status with such a name does not replace their counts.
    by_status, by_health = count(connectors, "status", STATUSES), count(connectors, "health", HEALTHS)
    return {**by_status, **by_health, "total": len(connectors)}


def read_connector(body: t.Any) -> dict[str, t.Any]:
    """Return the state of a connector: its properties in snake_case. A property that is not a text is ``None``.

    :param body: the JSON of a connector, bare or in ``{"value": …}`` as in Microsoft's sample of a single connector.
    :raises ProtocolError: the JSON is not an object with an ID.
    """
    if isinstance(body, dict) and isinstance(body.get("value"), dict):
        body = body["value"]
    if not isinstance(body, dict) or not isinstance(body.get("id"), str) or not is_id(body["id"]):
        raise ProtocolError(
            "the answer is not an Exchange connector",
            hint=INTERCEPTED_HINT,
        )
    values = {name: body.get(graph_name) for graph_name, name in _PROPERTIES.items()}
    state = {name: limit_length(value) if isinstance(value, str) else None for name, value in values.items()}
    last_sync = values["last_sync_date_time"]
    if last_sync is not None and not isinstance(last_sync, str):
        # Convert it to text, so that it counts as a time that cannot be read and not as "never".
        state["last_sync_date_time"] = clip(str(last_sync), _MAX_TIME_LENGTH)
    return state


_INFO_MODULE: t.Final = "msgraph.intune.intune_exchange_connector_info"
_READ_WRITE = Permission("DeviceManagementServiceConfig.ReadWrite.All", _ROLE, application_hint=LICENCE_HINT)

EXCHANGE_CONNECTOR: t.Final = SyncResource(
    noun="Exchange connector",
    collection="deviceManagement/exchangeConnectors",
    sync_action="sync",
    sync_body=lambda sync_type: {"syncType": sync_type},
    parse_state=read_connector,
    selection=SELECTION,
    name_keys=(
        "server_name",
        "connector_server_name",
        "exchange_alias",
        "exchange_organization",
        "primary_smtp_address",
    ),
    detail_labels={"exchange_organization": "organization"},
    status_key="status",
    working_status="connected",
    last_sync_key="last_sync_date_time",
    support_notice=(
        "Microsoft ended support for the on-premises Exchange connector on 19 February 2024 and says that it no longer"
        " syncs with Intune after that date."
    ),
    info_module=_INFO_MODULE,
    not_found_hint=f"Run {_INFO_MODULE} to see the IDs. A reinstalled connector has a new ID.",
    read_permission=Permission(
        "DeviceManagementServiceConfig.Read.All",
        _ROLE,
        implied_by=(_READ_WRITE.name,),
        application_hint=LICENCE_HINT,
    ),
    sync_permission=_READ_WRITE,
    rate_limit=DEFAULT_RATE_LIMIT,
)
