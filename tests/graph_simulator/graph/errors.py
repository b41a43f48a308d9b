# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors of Graph and their response body. Messages of Intune are JSON inside the JSON body.

Source: https://learn.microsoft.com/graph/errors. The messages of Intune are known from public issue threads.
"""

from __future__ import annotations

import json
import typing as t
import uuid

from ..http_messages import HttpRequest, HttpResponse

if t.TYPE_CHECKING:
    from datetime import datetime


class ODataError(Exception):
    """A request that Graph rejects. ``str()`` is the message of the response."""

    def __init__(self, status: int, code: str, message: str, headers: t.Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = headers


class IntuneError(ODataError):
    """A request that Intune rejects. Its message is a JSON string."""

    def __init__(self, status: int, code: str, text: str, request: HttpRequest) -> None:
        message = {
            "_version": 3,
            "Message": (
                f"{text} - Operation ID (for customer support): {uuid.UUID(int=0)} - Activity ID: {request.request_id} "
                f"- Url: https://fef.msub02.manage.microsoft.example/DeviceService{request.path}"
            ),
            "CustomApiErrorPhrase": "",
            "RetryAfter": None,
            "ErrorSourceService": "",
            "HttpHeaders": "{}",
        }
        super().__init__(status, code, json.dumps(message))


def bad_request(message: str) -> ODataError:
    """Return the error for an invalid request."""
    return ODataError(400, "BadRequest", message)


def error_response(error: ODataError, request: HttpRequest, now: datetime) -> HttpResponse:
    """Return the error response that all Graph services use."""
    inner = {
        "date": f"{now:%Y-%m-%dT%H:%M:%S}",
        "request-id": request.request_id,
        "client-request-id": request.client_request_id or request.request_id,
    }
    body = {"error": {"code": error.code, "message": str(error), "innerError": inner}}
    return HttpResponse.json(error.status, body, error.headers, content_type="application/json")
