# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The Intune Exchange connector: the only place that knows what one is.

https://learn.microsoft.com/graph/api/resources/intune-onboarding-devicemanagementexchangeconnector
"""

from __future__ import annotations

import typing as t

from ..._graph.errors import INTERCEPTED_HINT, ProtocolError
from ..._graph.masking import clip
from ..._graph.permission import Permission
from ..resource import DEFAULT_RATE_LIMIT, LICENCE_HINT, SyncResource, is_id, limit_length
from ..selection import SelectionOptions

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ..resource import State

# As Graph spells them: everything in Exchange, or what changed in the delta window.
SYNC_TYPES: t.Final = ("deltaSync", "fullSync")

_ROLE = (
    "The signed-in user needs an Intune role besides, such as Intune Administrator,"
    " or one with Read and Update on Device compliance policies."
)

# Graph's properties and their names in results. Others, which the service may add one day, are left out.
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

# A value in the place of a time is shown up to this length.
_MAX_TIME: t.Final = 100

# Statuses that the service documents; it may add others.
STATUSES: t.Final = ("none", "connectionPending", "connected", "disconnected", "unknownFutureValue")

SELECTION: t.Final = SelectionOptions(id="connector_id", name="connector_name", all="all_connectors")

# What the admin center's tenant status makes of the time since the last sync.
# Source: https://learn.microsoft.com/intune/intune-service/fundamentals/tenant-status
HEALTHS: t.Final = ("healthy", "warning", "unhealthy")
_WARNING_SECONDS: t.Final = 86_400
_UNHEALTHY_SECONDS: t.Final = 3 * 86_400


def health(seconds_since_last_sync: int | None) -> str:
    """The health of a connector; one that never synced is unhealthy."""
    if seconds_since_last_sync is None or seconds_since_last_sync >= _UNHEALTHY_SECONDS:
        return "unhealthy"
    return "warning" if seconds_since_last_sync >= _WARNING_SECONDS else "healthy"


def count_connectors(connectors: Sequence[State]) -> dict[str, int]:
    """How many there are, in all, by health and by status."""
    from ..info import count

    # Health last: a status that the service adds one day may have a name of these, and must not hide a count.
    by_status, by_health = count(connectors, "status", STATUSES), count(connectors, "health", HEALTHS)
    return {**by_status, **by_health, "total": len(connectors)}


def read_connector(body: t.Any) -> dict[str, t.Any]:
    """A connector as results show it: snake_case, each key always there, ``None`` where the service gave no text.

    :param body: the object itself, or wrapped into ``{"value": …}`` as Microsoft's sample of a single one is.
    :raises ProtocolError: it is no object, or one without an id.
    """
    if isinstance(body, dict) and isinstance(body.get("value"), dict):
        body = body["value"]
    if not isinstance(body, dict) or not isinstance(body.get("id"), str) or not is_id(body["id"]):
        raise ProtocolError(
            "the answer is not an Exchange connector",
            hint=INTERCEPTED_HINT,
        )
    found = {ours: body.get(graphs) for graphs, ours in _PROPERTIES.items()}
    state = {name: limit_length(value) if isinstance(value, str) else None for name, value in found.items()}
    last_sync = found["last_sync_date_time"]
    if last_sync is not None and not isinstance(last_sync, str):
        # Kept as text: a time that cannot be read is not the same as no time.
        state["last_sync_date_time"] = clip(str(last_sync), _MAX_TIME)
    return state


_INFO_MODULE: t.Final = "msgraph.intune.intune_exchange_connector_info"
_READ_WRITE = Permission("DeviceManagementServiceConfig.ReadWrite.All", _ROLE, application_hint=LICENCE_HINT)

EXCHANGE_CONNECTOR: t.Final = SyncResource(
    noun="Exchange connector",
    collection="deviceManagement/exchangeConnectors",
    sync_action="sync",
    sync_body=lambda sync_type: {"syncType": sync_type},
    state=read_connector,
    selection=SELECTION,
    names=("server_name", "connector_server_name", "exchange_alias", "exchange_organization", "primary_smtp_address"),
    details={"exchange_organization": "organization"},
    status="status",
    working_status="connected",
    last_sync="last_sync_date_time",
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
