# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Reads the answers in which the login service refuses or fails: from any body to one of our errors.

Form of the body: RFC 6749, section 5.2, with Entra's additions error_codes, trace_id and correlation_id.
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
from ..http.headers import request_id, retry_after
from ..masking import clip
from .aadsts import find_code, hint_for, without_code
from .login_answers import error_code

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ..http.transport import Response

SERVICE = "Microsoft Entra ID"

_MAX_READ = 4000
_MAX_MESSAGE = 1000
_MAX_ID = 100
# RFC 6749, section 4.1.2.1: Entra sends it with a 400 as well.
_UNAVAILABLE = "temporarily_unavailable"
_SERVICE_TROUBLE = (ServiceError, ThrottledError)
_LOOK_UP = "Look the AADSTS code up at https://login.microsoftonline.com/error."


def read_error(
    response: Response, client_request_id: str, method: str | None = None, permissions: Sequence[str] = ()
) -> GraphError:
    """Return the error that an answer of the login service stands for, whatever its status and body are.

    :param method: the auth_method of the sign-in, on which the advice depends.
    :param permissions: the names of the delegated permissions that the sign-in asked for.
    """
    try:
        body = response.json()
    except ValueError:
        body = None
    said = body if isinstance(body, dict) else {}
    error = said.get("error")
    # Masked, then cut, and only then searched: a description may have megabytes.
    description = clip(_text(said.get("error_description")) or "", _MAX_READ)
    number = _number(said.get("error_codes"), description)
    code = error_code(said)
    error_class, hint = _classify(response.status, error, code)
    return error_class(
        _readable(description) or _words(error) or "the answer is not one of a login service",
        hint=_hint(hint_for(number, method, permissions), number, error_class, hint),
        service=SERVICE,
        status=response.status,
        code=f"AADSTS{number}" if number else code,
        request_id=_text(said.get("trace_id")) or request_id(response.headers),
        client_request_id=clip(_text(said.get("correlation_id")) or "", _MAX_ID) or client_request_id,
        retry_after=retry_after(response.headers),
        # None leaves it to the statuses that are retried for each service.
        retryable=True if issubclass(error_class, _SERVICE_TROUBLE) else None,
    )


def _classify(status: int, error: object, code: str | None) -> tuple[type[GraphError], str]:
    if status == 429:
        return ThrottledError, "Run the task again later, and let tasks share a token instead of signing in one by one."
    if status >= 500 or code == _UNAVAILABLE:
        return ServiceError, f"The login service failed; run the task again later. {SUPPORT_HINT}"
    if isinstance(error, str):
        return AuthenticationError, "Check the credential, client_id and authority_url."
    return ProtocolError, "Check authority_url and the proxies on the way."


def _hint(known: str | None, number: int | None, error_class: type[GraphError], usual: str) -> str:
    if known or not number:
        return known or usual
    return f"{usual} {_LOOK_UP}" if issubclass(error_class, _SERVICE_TROUBLE) else _LOOK_UP


def _number(codes: object, description: str) -> int | None:
    if isinstance(codes, list) and codes and isinstance(codes[0], int) and codes[0] is not True:
        return codes[0]
    return find_code(description)


def _readable(description: str) -> str:
    """Return the description without the code at its start and the ids and time at its end, which are known already."""
    return without_code(description).partition("Trace ID:")[0].strip()[:_MAX_MESSAGE]


def _words(error: object) -> str:
    """Return the words of an ``error``: its message where it is an object, as in other services, else the code."""
    words = (_text(error.get("message")) or _text(error.get("code"))) if isinstance(error, dict) else _text(error)
    return clip(words or "", _MAX_MESSAGE)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
