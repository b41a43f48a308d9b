# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operations of deviceManagementExchangeConnector: list, get and sync.

Source: https://learn.microsoft.com/graph/api/resources/intune-onboarding-devicemanagementexchangeconnector
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..http_messages import HttpRequest, HttpResponse
from .bodies import read_object
from .errors import IntuneError, bad_request
from .paging import page

if TYPE_CHECKING:
    from ..connectors import Connector
    from ..service_state import ServiceState

COLLECTION = ("deviceManagement", "exchangeConnectors")

_PATH = "/".join(COLLECTION)
_CONTENT_TYPE = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"


def list_connectors(request: HttpRequest, state: ServiceState) -> HttpResponse:
    """Return one page of the collection."""
    url = f"{state.graph_url}/v1.0/{_PATH}"
    connectors, link = page(request, state.connectors.all(), state.page_size, url)
    body: dict[str, object] = {"@odata.context": f"{state.graph_url}/v1.0/$metadata#{_PATH}"}
    if link is not None:
        body["@odata.nextLink"] = link
    body["value"] = [connector.resource() for connector in connectors]
    return HttpResponse.json(200, body, content_type=_CONTENT_TYPE)


def get_connector(request: HttpRequest, state: ServiceState) -> HttpResponse:
    """Return one connector."""
    context = {"@odata.context": f"{state.graph_url}/v1.0/$metadata#{_PATH}/$entity"}
    return HttpResponse.json(200, {**context, **_find_connector(request, state).resource()}, content_type=_CONTENT_TYPE)


def sync_connector(request: HttpRequest, state: ServiceState) -> HttpResponse:
    """Accept a sync, and return 204."""
    _check_action_body(request)
    state.connectors.sync(_find_connector(request, state).id)
    return HttpResponse(204)


def _find_connector(request: HttpRequest, state: ServiceState) -> Connector:
    connector_id = request.segments[1 + len(COLLECTION)]
    connector = state.connectors.find(connector_id)
    if connector is None:
        raise IntuneError(404, "ResourceNotFound", f"Exchange connector '{connector_id}' was not found.", request)
    return connector


def _check_action_body(request: HttpRequest) -> None:
    """Check that the body is a JSON object with ``syncType`` as its only field."""
    body = read_object(request)
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
