# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check the format of error bodies of Microsoft Graph."""

from __future__ import annotations

import json
import re
import typing as t

if t.TYPE_CHECKING:
    import requests


def assert_graph_error(answer: requests.Response, status: int, code: str) -> str:
    """Check each field of an error body, and return its message."""
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/json"
    inner = error["innerError"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", inner["date"])
    assert inner["request-id"] == answer.headers["request-id"]
    assert inner["client-request-id"] == answer.headers["client-request-id"]
    return str(error["message"])


def intune_message(message: str) -> str:
    """Decode the JSON string that Intune sends as a message, and return the text in it."""
    inner = json.loads(message)
    assert inner.keys() == {
        "_version",
        "Message",
        "CustomApiErrorPhrase",
        "RetryAfter",
        "ErrorSourceService",
        "HttpHeaders",
    }
    text = str(inner["Message"])
    assert re.search(r" - Operation ID \(for customer support\): \S+ - Activity ID: \S+ - Url: https://fef\.\S+$", text)
    return text
