# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operations on deviceManagementExchangeConnector: list, get, sync.

Source: https://learn.microsoft.com/graph/api/resources/intune-onboarding-devicemanagementexchangeconnector
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..http_messages import Answer, Call
from .bodies import read_object
from .errors import IntuneError, bad_request
from .paging import page

if TYPE_CHECKING:
    from ..connectors import Connector
    from ..world import World

COLLECTION = ("deviceManagement", "exchangeConnectors")

_PATH = "/".join(COLLECTION)
_CONTENT_TYPE = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"


def list_connectors(call: Call, world: World) -> Answer:
    """Show one page of the collection."""
    url = f"{world.graph_url}/v1.0/{_PATH}"
    connectors, link = page(call, world.connectors.all(), world.page_size, url)
    body: dict[str, object] = {"@odata.context": f"{world.graph_url}/v1.0/$metadata#{_PATH}"}
    if link is not None:
        body["@odata.nextLink"] = link
    body["value"] = [connector.resource() for connector in connectors]
    return Answer.json(200, body, content_type=_CONTENT_TYPE)


def get_connector(call: Call, world: World) -> Answer:
    """Show one connector by its key."""
    context = {"@odata.context": f"{world.graph_url}/v1.0/$metadata#{_PATH}/$entity"}
    return Answer.json(200, {**context, **_named(call, world).resource()}, content_type=_CONTENT_TYPE)


def sync_connector(call: Call, world: World) -> Answer:
    """Accept a sync; the answer tells nothing but that."""
    _check_action_body(call)
    world.connectors.sync(_named(call, world).id)
    return Answer(204)


def _named(call: Call, world: World) -> Connector:
    connector_id = call.segments[1 + len(COLLECTION)]
    connector = world.connectors.find(connector_id)
    if connector is None:
        raise IntuneError(404, "ResourceNotFound", f"Exchange connector '{connector_id}' was not found.", call)
    return connector


def _check_action_body(call: Call) -> None:
    """Check for a JSON object with ``syncType`` and nothing else."""
    body = read_object(call)
    for name in body:
        if name != "syncType":
            raise bad_request(
                f"The parameter '{name}' in the request payload is not a valid parameter for the operation 'sync'."
            )
    if "syncType" not in body:
        raise bad_request(
            "One or more parameters of the operation 'sync' are missing from the request payload. "
            "The missing parameters are: syncType."
        )
    if body["syncType"] not in ("fullSync", "deltaSync"):
        raise bad_request(f"Requested value '{body['syncType']}' was not found.")
