# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Trigger a sync of each connector with Microsoft's SDK: ``sdk_script.py ID …``.

The script signs in with the client secret of the environment, like azure-identity. A script for Microsoft's services
would not set the two addresses.
"""

from __future__ import annotations

import asyncio
import os
import sys
from urllib.parse import urlsplit

from azure.identity import ClientSecretCredential
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.device_management.exchange_connectors.item.sync.sync_post_request_body import SyncPostRequestBody
from msgraph.generated.models.device_management_exchange_connector_sync_type import (
    DeviceManagementExchangeConnectorSyncType,
)


async def main() -> None:
    """Trigger the syncs one after the other."""
    graph_url = os.environ["MSGRAPH_URL"]
    credential = ClientSecretCredential(
        os.environ["AZURE_TENANT_ID"],
        os.environ["AZURE_CLIENT_ID"],
        os.environ["AZURE_CLIENT_SECRET"],
        authority=os.environ["AZURE_AUTHORITY_HOST"],
        disable_instance_discovery=True,
    )
    provider = AzureIdentityAuthenticationProvider(
        credential, scopes=[f"{graph_url}/.default"], allowed_hosts=[str(urlsplit(graph_url).hostname)]
    )
    adapter = GraphRequestAdapter(provider)
    adapter.base_url = f"{graph_url}/v1.0"
    connectors = GraphServiceClient(request_adapter=adapter).device_management.exchange_connectors
    body = SyncPostRequestBody(sync_type=DeviceManagementExchangeConnectorSyncType.DeltaSync)
    for connector_id in sys.argv[1:]:
        await connectors.by_device_management_exchange_connector_id(connector_id).sync.post(body)


if __name__ == "__main__":
    asyncio.run(main())
