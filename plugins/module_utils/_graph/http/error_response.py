# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Read what the error responses of all services have in common."""

from __future__ import annotations

import typing as t

from ..masking import clip
from . import headers

if t.TYPE_CHECKING:
    from ..errors import AnyError
    from .transport import Response

MAX_MESSAGE: t.Final = 1000
"""The number of characters of a service's message that an error shows."""


def holds_error(body: t.Any) -> bool:
    """Return whether the JSON of a response reports an error.

    Graph sends an object, even an empty one. Entra sends a code. Null, false and a blank are not errors.

    :param body: parsed JSON of any shape.
    """
    error = body.get("error") if isinstance(body, dict) else None
    return isinstance(error, dict) or bool(error.strip() if isinstance(error, str) else error)


def parse_body(response: Response, default: t.Any = None) -> t.Any:
    """Return the JSON of a body, or the default if the body is not JSON or exceeds the limits of the parser."""
    try:
        return response.json()
    except ValueError:
        return default


def text_or_none(value: object) -> str | None:
    """Return a text without surrounding blanks; ``None`` for an empty text and for a value of another type."""
    return value.strip() or None if isinstance(value, str) else None


def build_error(
    error_class: type[AnyError], message: str, response: Response, *, request_id: str | None = None, **fields: t.Any
) -> AnyError:
    """Return the error for a response, with its status, request ID and Retry-After.

    :param message: the message of the service. It is masked and cut.
    :param request_id: the request ID; ``None`` to read it from the headers.
    :param fields: further parameters of the error class.
    """
    return error_class(
        clip(message, MAX_MESSAGE),
        status=response.status,
        request_id=request_id or headers.request_id(response.headers),
        retry_after=headers.retry_after(response.headers),
        **fields,
    )
