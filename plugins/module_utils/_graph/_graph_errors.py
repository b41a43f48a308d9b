# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Reads the answers in which Microsoft Graph refuses or fails: from any body to one of our errors.

Form of the body: https://learn.microsoft.com/graph/errors. Intune departs from it: its ``message`` is often a JSON
object in a string, at times with a further one inside, and a missing role comes as 401 with "Forbidden" within.
No decision rests on the text of a message.
"""

from __future__ import annotations

import email.utils
import json
import re
import typing as t

from ._errors import (
    SUPPORT_ADVICE,
    AuthenticationError,
    AuthorizationError,
    GraphError,
    NotFoundError,
    ServiceError,
    ThrottledError,
)

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ._transport import Response

SERVICE = "Microsoft Graph"

# Intune nests two levels deep; what is deeper is shown as it is.
_MAX_NESTING = 4
_MAX_MESSAGE = 1000
# "… - Url: https://fef.…": the address of a machine inside the service, of no use to anyone outside.
_INTERNAL_URL = re.compile(r"(?:\s*-)?\s*Url:\s*\S+", re.IGNORECASE)


def read_error(response: Response, client_request_id: str) -> GraphError:
    """Return the error that an answer with a status of 400 or more stands for, whatever its body is."""
    body = _error_object(response)
    code, message = _said(body)
    error_class, hint = _classify(response.status, code)
    return error_class(
        message or "no reason given",
        hint=hint,
        service=SERVICE,
        status=response.status,
        code=code,
        request_id=request_id(response.headers, body),
        client_request_id=client_request_id,
        retry_after=retry_after(response.headers),
    )


def request_id(headers: Mapping[str, str], error: Mapping[str, t.Any] | None = None) -> str | None:
    """The service's id of the request: from the header, else from an error body's innerError, spelled either way."""
    found: t.Any = headers.get("request-id")
    if not found and error:
        inner = error.get("innerError", error.get("innererror"))
        found = inner.get("request-id") if isinstance(inner, dict) else None
    return str(found) if found else None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a Retry-After header asks to wait, given as such or as a date (RFC 9110, section 10.2.3).

    A date is measured against the answer's own Date, so this host's clock does not matter.
    """
    value = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", value):
        return float(value)
    try:
        moment = email.utils.parsedate_to_datetime(value)
        return max(0.0, (moment - email.utils.parsedate_to_datetime(headers.get("Date", ""))).total_seconds())
    except (TypeError, ValueError, IndexError):
        return None


def _classify(status: int, code: str | None) -> tuple[type[GraphError], str | None]:
    if status == 401 and code != "Forbidden":
        return AuthenticationError, "Get a new token, for the Graph root and the tenant that this task talks to."
    if status in (401, 403):
        return AuthorizationError, None
    if status == 404:
        return NotFoundError, None
    if status == 429:
        return ThrottledError, "Run the task again later; other automation may be using the same limit."
    if status >= 500:
        return ServiceError, f"The service failed; run the task again later. {SUPPORT_ADVICE}"
    return ServiceError, f"The service refused the request as such. {SUPPORT_ADVICE}"


def _error_object(response: Response) -> dict[str, t.Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else {}


def _said(error: Mapping[str, t.Any]) -> tuple[str | None, str]:
    """The code and the message of an error object; the innermost code is the one that tells something."""
    code, message = _text(error.get("code")), _text(error.get("message"))
    for _level in range(_MAX_NESTING):
        try:
            nested = json.loads(message or "")
        except (ValueError, RecursionError):
            break
        if not isinstance(nested, dict):
            break
        code = _text(nested.get("ErrorCode")) or code
        message = _text(nested.get("Message")) or _text(nested.get("CustomApiErrorPhrase"))
    return code, _INTERNAL_URL.sub("", " ".join((message or "").split()))[:_MAX_MESSAGE]


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
