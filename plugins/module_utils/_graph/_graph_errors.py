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

import re
import typing as t

from ._errors import (
    SUPPORT_ADVICE,
    AuthenticationError,
    AuthorizationError,
    GraphError,
    NotFoundError,
    ProtocolError,
    ServiceError,
    ThrottledError,
)
from ._headers import request_id, retry_after
from ._json import parse_json
from ._secrets import clip

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ._transport import Response

SERVICE = "Microsoft Graph"

# Intune nests two levels deep; what is deeper is shown as it is.
_MAX_NESTING = 4
_MAX_MESSAGE = 1000
# "… - Url: https://fef.…": the address of a machine inside the service, of no use to anyone outside.
_INTERNAL_URL = re.compile(r"(?:\s*-)?\s*Url:\s*\S+|https?://fef\.\S+", re.IGNORECASE)
# By this header Graph asks for a token of another sign-in, as a policy demands.
# Source: https://learn.microsoft.com/entra/identity-platform/claims-challenge
_CLAIMS_CHALLENGE = re.compile(r"\binsufficient_claims\b|\bclaims=", re.IGNORECASE)
_CLAIMS_HINT = (
    "A Conditional Access policy asks for another sign-in than this one: ask who runs the policies to let this identity"
    " in, or sign in anew."
)


def read_error(response: Response, client_request_id: str, *, vouched: bool = False) -> GraphError:
    """Return the error that an answer with a status of 400 or more stands for, whatever its body is.

    :param vouched: whether it is known to be Graph's, as a part of an answer of Graph's is.
    """
    body = _error_object(response)
    code, message = _said(body)
    error_class, hint = _classify(response.status, code)
    if not body and not vouched and not _speaks_for_itself(response):
        error_class, hint = ProtocolError, "Check graph_url, and whether a proxy or portal answers in Graph's place."
    elif _CLAIMS_CHALLENGE.search(response.headers.get("WWW-Authenticate", "")):
        hint = _CLAIMS_HINT
    inner = body.get("innerError", body.get("innererror"))
    inner_id = inner.get("request-id") if isinstance(inner, dict) else None
    return error_class(
        message or "no reason given",
        hint=hint,
        service=SERVICE,
        status=response.status,
        code=code,
        request_id=request_id(response.headers) or _text(inner_id),
        client_request_id=client_request_id,
        retry_after=retry_after(response.headers),
    )


def _speaks_for_itself(response: Response) -> bool:
    """Whether a status tells enough without Graph's own error object: else a stranger may have answered."""
    return response.status == 429 or response.status >= 500 or "WWW-Authenticate" in response.headers


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
            nested = parse_json(message or "")
        except ValueError:
            break
        if not isinstance(nested, dict):
            break
        code = _text(nested.get("ErrorCode")) or code
        message = _text(nested.get("Message")) or _text(nested.get("CustomApiErrorPhrase"))
    return code, _INTERNAL_URL.sub("", clip(message or "", _MAX_MESSAGE))


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
