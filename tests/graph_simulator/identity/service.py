# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The managed identity endpoint of App Service as a function from a request to a response.

Source: https://learn.microsoft.com/azure/app-service/overview-managed-identity (REST endpoint reference). Its errors
are not documented. Clients read statusCode and message; the messages follow public logs.
"""

from __future__ import annotations

import hmac
import typing as t

from ..http_messages import HttpRequest, HttpResponse
from ..tokens import application_claims

if t.TYPE_CHECKING:
    from ..identities import AppIdentity
    from ..service_state import ServiceState

PATH = "/msi/token"
API_VERSION = "2019-08-01"

# Query parameters that select a user-assigned identity. object_id and principal_id are synonyms.
_SELECTORS = {
    "client_id": "client_id",
    "principal_id": "object_id",
    "object_id": "object_id",
    "mi_res_id": "resource_id",
}


class _IdentityError(Exception):
    """A request that the endpoint rejects. ``str()`` is the message of the response."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def respond(request: HttpRequest, state: ServiceState) -> HttpResponse:
    """Answer one request."""
    if request.path != PATH:
        return HttpResponse(404)
    try:
        return HttpResponse.json(200, _token(request, state))
    except _IdentityError as error:
        body = {"statusCode": error.status, "message": str(error), "correlationId": request.request_id}
        return HttpResponse.json(error.status, body)


def _token(request: HttpRequest, state: ServiceState) -> dict[str, t.Any]:
    if request.method != "GET":
        raise _IdentityError(405, "The requested resource does not support this method.")
    # Only the app knows this secret header. It blocks forged requests.
    if not hmac.compare_digest(
        request.headers.get("x-identity-header", "").encode(errors="replace"), state.identity_header.encode()
    ):
        raise _IdentityError(401, "The header X-IDENTITY-HEADER is missing or wrong.")
    if request.query.get("api-version") != API_VERSION:
        raise _IdentityError(400, "The api-version is missing or not supported.")
    identity = _identity(request.query, state)
    resource = request.query.get("resource", "")
    if resource != state.graph_url:
        raise _IdentityError(400, f"The resource principal named {resource} was not found in the tenant.")
    claims = application_claims(identity.client_id, identity.object_id, identity.roles)
    return {
        "access_token": state.tokens.issue(resource, claims),
        "expires_on": str(int(state.clock().timestamp() + state.tokens.lifetime)),
        "resource": resource,
        "token_type": "Bearer",
        "client_id": identity.client_id,
    }


def _identity(query: t.Mapping[str, str], state: ServiceState) -> AppIdentity:
    """Find the requested identity. Without a selector it is the system-assigned identity."""
    selectors = {attribute: query[name] for name, attribute in _SELECTORS.items() if name in query}
    for identity in state.identities:
        if (identity.resource_id is not None) == bool(selectors) and all(
            getattr(identity, attribute) == value for attribute, value in selectors.items()
        ):
            return identity
    raise _IdentityError(400, "No Managed Identity found for specified ClientId/ResourceId/PrincipalId.")
