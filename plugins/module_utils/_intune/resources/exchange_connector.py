# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The Intune Exchange connector.

https://learn.microsoft.com/graph/api/resources/intune-onboarding-devicemanagementexchangeconnector
"""

from __future__ import annotations

import typing as t

from ..._graph.permission import Permission
from ..fields import Field
from ..health import HealthRule
from ..resource import LICENCE_HINT, Resource, SyncAction, completes_when_later
from ..selection import SelectionOptions

_LAST_SYNC: t.Final = "last_sync_date_time"
_INFO_MODULE: t.Final = "msgraph.intune.intune_exchange_connector_info"
_ROLE_HINT = (
    "The signed-in user needs an Intune role as well, such as Intune Administrator,"
    " or one with Read and Update on Device compliance policies."
)
_CONFIGURATION_READ_WRITE: t.Final = "DeviceManagementConfiguration.ReadWrite.All"
READ_WRITE = Permission(
    "DeviceManagementServiceConfig.ReadWrite.All",
    _ROLE_HINT,
    implied_by=(_CONFIGURATION_READ_WRITE,),
    application_hint=LICENCE_HINT,
)

EXCHANGE_CONNECTOR: t.Final = Resource(
    noun="Exchange connector",
    plural="Exchange connectors",
    result_key="connectors",
    path="deviceManagement/exchangeConnectors",
    fields=(
        Field("id", ("id",)),
        Field(_LAST_SYNC, ("lastSyncDateTime",), "time"),
        Field("status", ("status",)),
        Field("exchange_connector_type", ("exchangeConnectorType",)),
        Field("primary_smtp_address", ("primarySmtpAddress",)),
        Field("server_name", ("serverName",)),
        Field("connector_server_name", ("connectorServerName",)),
        Field("version", ("version",)),
        Field("exchange_alias", ("exchangeAlias",)),
        Field("exchange_organization", ("exchangeOrganization",)),
    ),
    selection=SelectionOptions(id="connector_id", name="connector_name", all="all_connectors"),
    name_keys=(
        "server_name",
        "connector_server_name",
        "exchange_alias",
        "exchange_organization",
        "primary_smtp_address",
    ),
    detail_labels={"exchange_organization": "organization"},
    status_key="status",
    statuses=("none", "connectionPending", "connected", "disconnected", "unknownFutureValue"),
    working_status="connected",
    last_sync_key=_LAST_SYNC,
    health=HealthRule(last_sync=_LAST_SYNC),
    support_notice=(
        "Microsoft ended support for the on-premises Exchange connector on 19 February 2024 and says that it no longer"
        " syncs with Intune after that date."
    ),
    info_module=_INFO_MODULE,
    not_found_hint=f"Run {_INFO_MODULE} to see the IDs. A reinstalled connector has a new ID.",
    read_permission=Permission(
        "DeviceManagementServiceConfig.Read.All",
        _ROLE_HINT,
        implied_by=(READ_WRITE.name, "DeviceManagementConfiguration.Read.All", _CONFIGURATION_READ_WRITE),
        application_hint=LICENCE_HINT,
    ),
    action=SyncAction(
        name="sync",
        permission=READ_WRITE,
        progress=completes_when_later(_LAST_SYNC),
        # As Graph spells them: what changed since the last sync, or everything in Exchange.
        sync_types=("deltaSync", "fullSync"),
    ),
)
