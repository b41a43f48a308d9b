# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Convert error responses of managed identity endpoints to exceptions.

The format depends on the platform: the message is in ``message``, ``error.message`` or ``error_description``.
Source: https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token#error-handling
"""

from __future__ import annotations

import typing as t

from ..errors import AuthenticationError, GraphError, ProtocolError, ServiceError, ThrottledError
from ..http.error_response import build_error, parse_body, text_or_none
from .aadsts import find_code, hint_for
from .login_answers import error_code

if t.TYPE_CHECKING:
    from ..http.transport import Response

SERVICE = "The managed identity endpoint of this host"

# https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token#retry-guidance
_UPDATING: t.Final = 410
# The endpoint of virtual machines sends the code invalid_resource instead.
_UNKNOWN_RESOURCE: t.Final = 500011
_RETRYABLE_STATUSES: t.Final = (404, _UPDATING, 429)
# In seconds. An update takes up to 70 seconds, and the default of the option retries is 4.
_UPDATE_DELAY: t.Final = 17.5


def read_error(response: Response, client_request_id: str) -> GraphError:
    """Return the error for a response of the endpoint. The status and the body may have any value."""
    body = parse_body(response)
    fields = body if isinstance(body, dict) else {}
    message = _message(fields)
    number, code = find_code(message), error_code(fields)
    error_class, hint = _classify(response.status, has_message=bool(message))
    return build_error(
        error_class,
        message or "the answer is not one of such an endpoint",
        response,
        hint=hint_for(_UNKNOWN_RESOURCE if code == "invalid_resource" else number, "managed_identity") or hint,
        service=SERVICE,
        code=f"AADSTS{number}" if number else code,
        client_request_id=client_request_id,
        retryable=True if response.status in _RETRYABLE_STATUSES or response.status >= 500 else None,
        retry_delay=_UPDATE_DELAY if response.status == _UPDATING else None,
    )


def _classify(status: int, *, has_message: bool) -> tuple[type[GraphError], str]:
    if status == 429:
        return ThrottledError, "Run the task again later."
    if status == _UPDATING:
        return ServiceError, "The endpoint is being updated, which takes up to 70 seconds: run the task again later."
    if status >= 500:
        return ServiceError, "Run the task again later, and check that an identity is assigned to this host or app."
    if has_message:
        return AuthenticationError, (
            "Check that the identity is assigned to this host or app, and client_id if it is a user-assigned one."
        )
    return ProtocolError, "Check the variables by which the platform announces its identity."


def _message(body: dict[str, t.Any]) -> str:
    error = body.get("error")
    candidates = [body.get("error_description"), body.get("message")]
    candidates += [error.get("message"), error.get("code")] if isinstance(error, dict) else [error]
    return next((text for text in map(text_or_none, candidates) if text), "")
