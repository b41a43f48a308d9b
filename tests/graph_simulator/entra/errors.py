# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entra's refusals, in Entra's words, and those that have to do with the request itself.

Source: https://learn.microsoft.com/entra/identity-platform/reference-error-codes and the service's answers
as people quote them in public issue threads.
"""

from __future__ import annotations

import dataclasses
import typing as t
import uuid

from ..http_messages import Answer, Call

if t.TYPE_CHECKING:
    from datetime import datetime


@dataclasses.dataclass(frozen=True)
class Kind:
    """One AADSTS error; ``text`` is a format string, ``suberror`` tells clients more about some of them."""

    code: int
    status: int
    error: str
    text: str
    suberror: str | None = None


_NO_TENANT = (
    "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct "
    "cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the "
    "tenant."
)
_WRONG_TENANT = (
    "This can happen if the application has not been installed by the administrator of the tenant or consented to by "
    "any user in the tenant. You may have sent your authentication request to the wrong tenant."
)

# The same condition has another OAuth error at the metadata endpoint than at the token endpoint.
METADATA_TENANT_UNKNOWN = Kind(90002, 400, "invalid_tenant", _NO_TENANT)
TENANT_UNKNOWN = Kind(90002, 400, "invalid_request", _NO_TENANT)
TENANT_MISSING = Kind(
    50059,
    400,
    "invalid_request",
    "No tenant-identifying information found in either the request or implied by any provided credentials.",
)
POST_ONLY = Kind(
    900561, 400, "invalid_request", "The endpoint only accepts POST requests. Received a {method} request."
)
PARAMETER_MISSING = Kind(
    900144, 400, "invalid_request", "The request body must contain the following parameter: '{name}'."
)
GRANT_UNSUPPORTED = Kind(
    70003, 400, "unsupported_grant_type", "The app requested an unsupported grant type '{grant_type}'."
)
APPLICATION_UNKNOWN = Kind(
    700016,
    400,
    "unauthorized_client",
    "Application with identifier '{client_id}' was not found in the directory '{tenant_name}'. " + _WRONG_TENANT,
)
APPLICATION_DISABLED = Kind(
    7000112, 400, "unauthorized_client", "Application '{client_id}'({display_name}) is disabled."
)
SCOPE_NOT_DEFAULT = Kind(
    1002012,
    400,
    "invalid_scope",
    "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default "
    "suffixed to the resource identifier (application ID URI).",
)
SCOPE_INVALID = Kind(
    70011,
    400,
    "invalid_scope",
    "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' "
    "is not valid. The scope {scope} is not valid.",
)
RESOURCE_UNKNOWN = Kind(
    500011,
    400,
    "invalid_resource",
    "The resource principal named {resource} was not found in the tenant named {tenant_name}. " + _WRONG_TENANT,
)


class EntraError(Exception):
    """A request that Entra refuses; ``values`` fill the kind's text."""

    def __init__(self, kind: Kind, **values: object) -> None:
        super().__init__(kind.text.format(**values))
        self.kind = kind


def refusal_answer(refused: EntraError, call: Call, authority_url: str, now: datetime) -> Answer:
    """Write the error body of RFC 6749, section 5.2, with Entra's additions."""
    kind = refused.kind
    timestamp = f"{now:%Y-%m-%d %H:%M:%SZ}"
    correlation_id = call.client_request_id or str(uuid.uuid4())
    body: dict[str, t.Any] = {
        "error": kind.error,
        "error_description": (
            f"AADSTS{kind.code}: {refused} Trace ID: {call.request_id} Correlation ID: {correlation_id} "
            f"Timestamp: {timestamp}"
        ),
        "error_codes": [kind.code],
        "timestamp": timestamp,
        "trace_id": call.request_id,
        "correlation_id": correlation_id,
        "error_uri": f"{authority_url}/error?code={kind.code}",
    }
    if kind.suberror is not None:
        body["suberror"] = kind.suberror
    return Answer.json(kind.status, body)
