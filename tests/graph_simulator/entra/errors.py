# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors of Entra about the request itself, and the response body for all errors of Entra.

Source: https://learn.microsoft.com/entra/identity-platform/reference-error-codes and responses of the service in public
issue threads.
"""

from __future__ import annotations

import dataclasses
import typing as t
import uuid

from ..http_messages import HttpRequest, HttpResponse

if t.TYPE_CHECKING:
    from datetime import datetime


@dataclasses.dataclass(frozen=True)
class ErrorTemplate:
    """An AADSTS error. ``text`` is a format string; ``suberror`` is an optional second OAuth error code."""

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

# For an unknown tenant, the metadata endpoint and the token endpoint return different OAuth errors.
METADATA_TENANT_UNKNOWN = ErrorTemplate(90002, 400, "invalid_tenant", _NO_TENANT)
TENANT_UNKNOWN = ErrorTemplate(90002, 400, "invalid_request", _NO_TENANT)
TENANT_MISSING = ErrorTemplate(
    50059,
    400,
    "invalid_request",
    "No tenant-identifying information found in either the request or implied by any provided credentials.",
)
POST_ONLY = ErrorTemplate(
    900561, 400, "invalid_request", "The endpoint only accepts POST requests. Received a {method} request."
)
PARAMETER_MISSING = ErrorTemplate(
    900144, 400, "invalid_request", "The request body must contain the following parameter: '{name}'."
)
GRANT_UNSUPPORTED = ErrorTemplate(
    70003, 400, "unsupported_grant_type", "The app requested an unsupported grant type '{grant_type}'."
)
APPLICATION_UNKNOWN = ErrorTemplate(
    700016,
    400,
    "unauthorized_client",
    "Application with identifier '{client_id}' was not found in the directory '{tenant_name}'. " + _WRONG_TENANT,
)
APPLICATION_DISABLED = ErrorTemplate(
    7000112, 400, "unauthorized_client", "Application '{client_id}'({display_name}) is disabled."
)
SCOPE_NOT_DEFAULT = ErrorTemplate(
    1002012,
    400,
    "invalid_scope",
    "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default "
    "suffixed to the resource identifier (application ID URI).",
)
SCOPE_INVALID = ErrorTemplate(
    70011,
    400,
    "invalid_scope",
    "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' "
    "is not valid. The scope {scope} is not valid.",
)
RESOURCE_UNKNOWN = ErrorTemplate(
    500011,
    400,
    "invalid_resource",
    "The resource principal named {resource} was not found in the tenant named {tenant_name}. " + _WRONG_TENANT,
)


class EntraError(Exception):
    """A request that Entra rejects. ``values`` fill the text of the template."""

    def __init__(self, template: ErrorTemplate, **values: object) -> None:
        super().__init__(template.text.format(**values))
        self.template = template


def error_response(error: EntraError, request: HttpRequest, authority_url: str, now: datetime) -> HttpResponse:
    """Return the error response of RFC 6749, section 5.2, with the fields that Entra adds."""
    template = error.template
    timestamp = f"{now:%Y-%m-%d %H:%M:%SZ}"
    correlation_id = request.client_request_id or str(uuid.uuid4())
    body: dict[str, t.Any] = {
        "error": template.error,
        "error_description": (
            f"AADSTS{template.code}: {error} Trace ID: {request.request_id} Correlation ID: {correlation_id} "
            f"Timestamp: {timestamp}"
        ),
        "error_codes": [template.code],
        "timestamp": timestamp,
        "trace_id": request.request_id,
        "correlation_id": correlation_id,
        "error_uri": f"{authority_url}/error?code={template.code}",
    }
    if template.suberror is not None:
        body["suberror"] = template.suberror
    return HttpResponse.json(template.status, body)
