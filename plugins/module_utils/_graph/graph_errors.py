# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Convert an error response of Microsoft Graph to a GraphError. Any body is accepted.

Form of the body: https://learn.microsoft.com/graph/errors. Some services return a ``message`` that is a JSON object as
text, which may contain a further one, and return 401 with "Forbidden" inside for a missing role. No decision depends on
the text of a message.
"""

from __future__ import annotations

import re
import typing as t

from .errors import (
    SUPPORT_HINT,
    AuthenticationError,
    AuthorizationError,
    GraphError,
    NotFoundError,
    ProtocolError,
    ServiceError,
    ThrottledError,
)
from .http.error_response import MAX_MESSAGE, build_error, parse_body, text_or_none
from .http.headers import request_id
from .http.html_page import is_page, page_text
from .http.json_reader import parse_json
from .masking import clip

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from .http.transport import Response

SERVICE = "Microsoft Graph"

# Some services nest two levels deep, in some kilobytes. Deeper or longer messages are shown without being parsed.
_MAX_NESTING = 4
_MAX_NESTED_MESSAGE = 64 * 1024
_MAX_PLAIN_TEXT = 200
# Longer headers are cut before they are searched.
_MAX_HEADER = 8 * 1024
# "… - Url: https://fef.…": the internal address of a machine of the service.
_INTERNAL_URL = re.compile(r"(?:\s*-)?\s*Url:\s*\S+|https?://fef\.\S+", re.IGNORECASE)
# With this header Graph demands a token of another sign-in, because of a policy.
# Source: https://learn.microsoft.com/entra/identity-platform/claims-challenge
_CLAIMS_CHALLENGE = re.compile(r"\binsufficient_claims\b|\bclaims=", re.IGNORECASE)
_CLAIMS_HINT = (
    "A Conditional Access policy asks for another sign-in than this one: ask who runs the policies to let this identity"
    " in, or sign in anew."
)
# The status that an error code usually comes with: an error in the body of a success is classified by it.
_STATUS_OF_CODE: t.Final = {
    "invalidauthenticationtoken": 401,
    "unauthenticated": 401,
    "unauthorized": 401,
    "accessdenied": 403,
    "authorization_requestdenied": 403,
    "forbidden": 403,
    "itemnotfound": 404,
    "notfound": 404,
    "request_resourcenotfound": 404,
    "resourcenotfound": 404,
    "activitylimitreached": 429,
    "toomanyrequests": 429,
    "generalexception": 500,
    "internalservererror": 500,
    "servicenotavailable": 503,
    "serviceunavailable": 503,
}


def read_error(response: Response, client_request_id: str, *, from_graph: bool = False) -> GraphError:
    """Return the error of a response whose status is 400 or more, or whose body holds an error.

    :param from_graph: whether the response is known to come from Graph, as an item of a batch is.
    """
    content = parse_body(response, default=response.text)
    body = _error_object(content)
    code, message = _code_and_message(body)
    error_class, hint = _classify(response.status, code)
    if not body and (response.status < 400 or not (from_graph or _is_from_graph(response))):
        error_class, hint = ProtocolError, "Check graph_url, and whether a proxy or portal answers in Graph's place."
    elif _CLAIMS_CHALLENGE.search(response.headers.get("WWW-Authenticate", "")[:_MAX_HEADER]):
        hint = _CLAIMS_HINT
    message = _INTERNAL_URL.sub("", message or plain_text(_text_of(content)))
    inner = body.get("innerError", body.get("innererror"))
    inner_id = inner.get("request-id") if isinstance(inner, dict) else None
    return build_error(
        error_class,
        message or "no reason given",
        response,
        request_id=request_id(response.headers) or text_or_none(inner_id),
        hint=hint,
        service=SERVICE,
        code=code,
        client_request_id=client_request_id,
    )


def plain_text(body: str) -> str:
    """Return the text of a body that is not JSON, on one short line; an empty text for parts of JSON and bytes."""
    if is_page(body):
        return page_text(body, untitled=False)
    return "" if "\ufffd" in body or body.lstrip().startswith(("{", "[")) else clip(body, _MAX_PLAIN_TEXT)


def _is_from_graph(response: Response) -> bool:
    """Return whether a response without Graph's error object comes from Graph. A proxy may have answered others."""
    return response.status in (408, 429) or response.status >= 500 or "WWW-Authenticate" in response.headers


def _classify(status: int, code: str | None) -> tuple[type[GraphError], str | None]:
    if status < 400:
        status = _STATUS_OF_CODE.get((code or "").lower(), status)
    if status == 401 and code != "Forbidden":
        return AuthenticationError, "Get a new token, for the Graph root and the tenant that this task talks to."
    if status in (401, 403):
        return AuthorizationError, None
    if status == 404:
        return NotFoundError, None
    # 509: the application used more bandwidth than it may (https://learn.microsoft.com/graph/errors).
    if status in (429, 509):
        return ThrottledError, "Run the task again later; other automation may be using the same limit."
    if status == 408 or status >= 500:
        return ServiceError, f"The service failed; run the task again later. {SUPPORT_HINT}"
    return ServiceError, f"The service refused the request as such. {SUPPORT_HINT}"


def _error_object(content: t.Any) -> dict[str, t.Any]:
    error = content.get("error") if isinstance(content, dict) else None
    return error if isinstance(error, dict) else {}


def _text_of(content: t.Any) -> str:
    """Return the text of a response without Graph's error object: the whole body, or an error that is a string."""
    text = content.get("error") if isinstance(content, dict) else content
    return text if isinstance(text, str) else ""


def _code_and_message(error: Mapping[str, t.Any]) -> tuple[str | None, str]:
    """Return the code and the message of an error object; the innermost code is the specific one."""
    code, message = text_or_none(error.get("code")), text_or_none(error.get("message"))
    for _level in range(_MAX_NESTING):
        if message is None or len(message) > _MAX_NESTED_MESSAGE:
            break
        try:
            nested = parse_json(message)
        except ValueError:
            break
        if not isinstance(nested, dict):
            break
        code = text_or_none(nested.get("ErrorCode")) or code
        message = text_or_none(nested.get("Message")) or text_or_none(nested.get("CustomApiErrorPhrase"))
    if message is not None and is_page(message):
        return code, page_text(message)
    return code, clip(message or "", MAX_MESSAGE)
