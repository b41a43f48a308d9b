# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Reads the answers in which the login service refuses or fails: from any body to one of our errors.

Form of the body: RFC 6749, section 5.2, with Entra's additions error_codes, trace_id and correlation_id.
"""

from __future__ import annotations

import re
import typing as t

from ._aadsts import HINTS
from ._errors import (
    SUPPORT_ADVICE,
    AuthenticationError,
    GraphError,
    ProtocolError,
    ServiceError,
    ThrottledError,
)
from ._headers import request_id, retry_after
from ._secrets import clip

if t.TYPE_CHECKING:
    from ._transport import Response

SERVICE = "Microsoft Entra ID"

_AADSTS = re.compile(r"AADSTS([0-9]{4,9}):?")
_MAX_MESSAGE = 1000
_LOOK_UP = "Look the AADSTS code up at https://login.microsoftonline.com/error."


def read_error(response: Response, client_request_id: str) -> GraphError:
    """Return the error that an answer of the login service stands for, whatever its status and body are."""
    try:
        body = response.json()
    except ValueError:
        body = None
    said = body if isinstance(body, dict) else {}
    description = said.get("error_description")
    number = _number(said.get("error_codes"), description)
    error_class, hint = _classify(response.status, known=isinstance(said.get("error"), str))
    return error_class(
        _readable(description) or _text(said.get("error")) or "the answer is not one of a login service",
        hint=HINTS.get(number, _LOOK_UP) if number else hint,
        service=SERVICE,
        status=response.status,
        code=f"AADSTS{number}" if number else _text(said.get("error")),
        request_id=_text(said.get("trace_id")) or request_id(response.headers),
        client_request_id=_text(said.get("correlation_id")) or client_request_id,
        retry_after=retry_after(response.headers),
    )


def _classify(status: int, *, known: bool) -> tuple[type[GraphError], str]:
    if status == 429:
        return ThrottledError, "Run the task again later, and let tasks share a token instead of signing in one by one."
    if status >= 500:
        return ServiceError, f"The login service failed; run the task again later. {SUPPORT_ADVICE}"
    if known:
        return AuthenticationError, "Check the credential, client_id and authority_url."
    return ProtocolError, "Check authority_url and the proxies on the way."


def _number(codes: object, description: object) -> int | None:
    if isinstance(codes, list) and codes and isinstance(codes[0], int) and codes[0] is not True:
        return codes[0]
    found = _AADSTS.search(description) if isinstance(description, str) else None
    return int(found.group(1)) if found else None


def _readable(description: object) -> str:
    """The description's own words: the code before them, and ids and time behind, are data of their own."""
    if not isinstance(description, str):
        return ""
    words = _AADSTS.sub("", description, count=1).partition("Trace ID:")[0]
    return clip(words, _MAX_MESSAGE)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
