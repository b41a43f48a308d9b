# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""App Service's managed identity endpoint as a function from a request to an answer.

Source: https://learn.microsoft.com/azure/app-service/overview-managed-identity (REST endpoint reference). Its errors
are not documented: clients read statusCode and message, and the words follow what people have logged.
"""

from __future__ import annotations

import hmac
import typing as t

from ..http_messages import Answer, Call
from ..tokens import application_claims

if t.TYPE_CHECKING:
    from ..identities import ManagedIdentity
    from ..world import World

PATH = "/msi/token"
API_VERSION = "2019-08-01"

# What a user-assigned identity can be asked by; object_id is another word for principal_id.
_SELECTORS = {
    "client_id": "client_id",
    "principal_id": "object_id",
    "object_id": "object_id",
    "mi_res_id": "resource_id",
}


class _RefusedError(Exception):
    """A request that is not granted; ``str()`` is the message of the answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def answer(call: Call, world: World) -> Answer:
    """Answer one request."""
    if call.path != PATH:
        return Answer(404)
    try:
        return Answer.json(200, _token(call, world))
    except _RefusedError as refused:
        body = {"statusCode": refused.status, "message": str(refused), "correlationId": call.request_id}
        return Answer.json(refused.status, body)


def _token(call: Call, world: World) -> dict[str, t.Any]:
    if call.method != "GET":
        raise _RefusedError(405, "The requested resource does not support this method.")
    # The header is what keeps a request that was forged through the app out.
    if not hmac.compare_digest(
        call.headers.get("x-identity-header", "").encode(errors="replace"), world.identity_header.encode()
    ):
        raise _RefusedError(401, "The header X-IDENTITY-HEADER is missing or wrong.")
    if call.query.get("api-version") != API_VERSION:
        raise _RefusedError(400, "The api-version is missing or not supported.")
    identity = _identity(call.query, world)
    resource = call.query.get("resource", "")
    if resource != world.graph_url:
        raise _RefusedError(400, f"The resource principal named {resource} was not found in the tenant.")
    claims = application_claims(identity.client_id, identity.object_id, identity.roles)
    return {
        "access_token": world.tokens.issue(resource, claims),
        "expires_on": str(int(world.clock().timestamp() + world.tokens.lifetime)),
        "resource": resource,
        "token_type": "Bearer",
        "client_id": identity.client_id,
    }


def _identity(query: t.Mapping[str, str], world: World) -> ManagedIdentity:
    """Find the one that is asked for; without a selector, the app's own."""
    asked = {attribute: query[name] for name, attribute in _SELECTORS.items() if name in query}
    for identity in world.identities:
        if (identity.resource_id is not None) == bool(asked) and all(
            getattr(identity, attribute) == value for attribute, value in asked.items()
        ):
            return identity
    raise _RefusedError(400, "No Managed Identity found for specified ClientId/ResourceId/PrincipalId.")
