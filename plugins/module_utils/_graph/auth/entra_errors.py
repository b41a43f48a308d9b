# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Convert error responses of the login service to exceptions.

Format of the body: RFC 6749, section 5.2, with Entra's additions error_codes, trace_id and correlation_id.
"""

from __future__ import annotations

import typing as t

from ..errors import (
    SUPPORT_HINT,
    AuthenticationError,
    GraphError,
    ProtocolError,
    ServiceError,
    ThrottledError,
)
from ..http.error_response import build_error, parse_body, text_or_none
from ..masking import clip
from .aadsts import find_code, hint_for, without_code
from .login_answers import error_code

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ..http.transport import Response

SERVICE = "Microsoft Entra ID"

_MAX_DESCRIPTION = 4000
_MAX_ID = 100
# RFC 6749, section 4.1.2.1. Entra also sends it with status 400.
_UNAVAILABLE = "temporarily_unavailable"
_RETRYABLE_ERRORS = (ServiceError, ThrottledError)
_UNKNOWN_CODE_HINT = "Look the AADSTS code up at https://login.microsoftonline.com/error."


def read_error(
    response: Response, client_request_id: str, auth_method: str | None = None, permissions: Sequence[str] = ()
) -> GraphError:
    """Return the error for a response of the login service. The status and the body may have any value.

    :param auth_method: selects the hint.
    :param permissions: the names of the delegated permissions that the sign-in requested.
    """
    body = parse_body(response)
    fields = body if isinstance(body, dict) else {}
    error_field = fields.get("error")
    # Mask and truncate the description before it is searched: it may have megabytes.
    description = clip(text_or_none(fields.get("error_description")) or "", _MAX_DESCRIPTION)
    aadsts_number = _find_aadsts_number(fields.get("error_codes"), description)
    code = error_code(fields)
    error_class, default_hint = _classify(response.status, error_field, code)
    return build_error(
        error_class,
        _description_text(description) or _error_text(error_field) or "the answer is not from a login service",
        response,
        request_id=text_or_none(fields.get("trace_id")),
        hint=_choose_hint(hint_for(aadsts_number, auth_method, permissions), aadsts_number, error_class, default_hint),
        service=SERVICE,
        code=f"AADSTS{aadsts_number}" if aadsts_number else code,
        client_request_id=clip(text_or_none(fields.get("correlation_id")) or "", _MAX_ID) or client_request_id,
        # None: the HTTP status decides whether to retry, as for other services.
        retryable=True if issubclass(error_class, _RETRYABLE_ERRORS) else None,
    )


def _classify(status: int, error_field: object, code: str | None) -> tuple[type[GraphError], str]:
    if status == 429:
        return ThrottledError, "Run the task again later, and let tasks share a token instead of signing in one by one."
    if status >= 500 or code == _UNAVAILABLE:
        return ServiceError, f"The login service failed; run the task again later. {SUPPORT_HINT}"
    if isinstance(error_field, str):
        return AuthenticationError, "Check the credential, client_id and authority_url."
    return ProtocolError, "Check authority_url and the proxies on the way."


def _choose_hint(
    aadsts_hint: str | None, aadsts_number: int | None, error_class: type[GraphError], default_hint: str
) -> str:
    if aadsts_hint or not aadsts_number:
        return aadsts_hint or default_hint
    return f"{default_hint} {_UNKNOWN_CODE_HINT}" if issubclass(error_class, _RETRYABLE_ERRORS) else _UNKNOWN_CODE_HINT


def _find_aadsts_number(codes: object, description: str) -> int | None:
    if isinstance(codes, list) and codes and isinstance(codes[0], int) and codes[0] is not True:
        return codes[0]
    return find_code(description)


def _description_text(description: str) -> str:
    """Return the description without the code at its start and without the IDs and the time at its end."""
    return without_code(description).partition("Trace ID:")[0].strip()


def _error_text(error_field: object) -> str:
    """Return the text of the field ``error``.

    The field is a code (RFC 6749), or an object with ``message`` and ``code`` as in other Microsoft services.
    """
    if isinstance(error_field, dict):
        return text_or_none(error_field.get("message")) or text_or_none(error_field.get("code")) or ""
    return text_or_none(error_field) or ""
