# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parse JSON bodies. The error messages are those of Microsoft's OData library."""

from __future__ import annotations

import json
import typing as t

from .errors import bad_request

if t.TYPE_CHECKING:
    from ..http_messages import HttpRequest


def read_object(request: HttpRequest) -> dict[str, t.Any]:
    """Return the JSON object of the body; raise ODataError."""
    if not request.body:
        raise bad_request("Empty Payload. JSON content expected.")
    if not request.media_type:
        raise bad_request("Write requests (excluding DELETE) must contain the Content-Type header declaration.")
    if request.media_type != "application/json":
        raise bad_request("Entity only allows writes with a JSON Content-Type header.")
    try:
        body = json.loads(request.body)
    except ValueError:
        raise bad_request(
            "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid "
            "JSON format."
        ) from None
    if not isinstance(body, dict):
        raise bad_request(
            "An unexpected node was found when reading from the JSON reader. A 'StartObject' node was expected."
        )
    return body
