# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Graph's refusals and their body; Intune, which answers behind Graph, encodes its messages once more.

Source: https://learn.microsoft.com/graph/errors; the doubly encoded messages are quoted in many public issue threads.
"""

from __future__ import annotations

import json
import typing as t
import uuid

from ..http_messages import Answer, Call

if t.TYPE_CHECKING:
    from datetime import datetime


class GraphError(Exception):
    """A request that Graph refuses; ``str()`` is the message of the answer."""

    def __init__(self, status: int, code: str, message: str, headers: t.Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = headers


class IntuneError(GraphError):
    """A refusal of the Intune service behind Graph, whose message is a JSON string of its own."""

    def __init__(self, status: int, code: str, text: str, call: Call) -> None:
        message = {
            "_version": 3,
            "Message": (
                f"{text} - Operation ID (for customer support): {uuid.UUID(int=0)} - Activity ID: {call.request_id} - "
                f"Url: https://fef.msub02.manage.microsoft.example/DeviceService{call.path}"
            ),
            "CustomApiErrorPhrase": "",
            "RetryAfter": None,
            "ErrorSourceService": "",
            "HttpHeaders": "{}",
        }
        super().__init__(status, code, json.dumps(message))


def bad_request(message: str) -> GraphError:
    """Refuse a request that is written wrongly."""
    return GraphError(400, "BadRequest", message)


def refusal_answer(refused: GraphError, call: Call, now: datetime) -> Answer:
    """Write the error body that all of Graph shares."""
    inner = {
        "date": f"{now:%Y-%m-%dT%H:%M:%S}",
        "request-id": call.request_id,
        "client-request-id": call.client_request_id or call.request_id,
    }
    body = {"error": {"code": refused.code, "message": str(refused), "innerError": inner}}
    return Answer.json(refused.status, body, refused.headers, content_type="application/json")
