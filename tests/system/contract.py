# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks requests and answers against an OpenAPI description of Graph."""

from __future__ import annotations

import json
import typing as t

from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

if t.TYPE_CHECKING:
    import requests

_GRAPH = "https://graph.microsoft.com"


class Contract:
    """A description whose server is the public Graph.

    Microsoft's own is at https://github.com/microsoftgraph/msgraph-metadata. ``error`` is what the checks raise.
    """

    error = OpenAPIError

    def __init__(self, path: str) -> None:
        self._description = OpenAPI.from_file_path(path)
        info = self._description.spec["info"]
        self.name = f"{info['title']} {info['version']}"

    def check_request(self, entry: dict[str, t.Any]) -> None:
        """Check path, verb, parameters and body of a request to Graph in the journal; raises ``error``."""
        self._description.validate_request(_request(entry))

    def check_response(self, entry: dict[str, t.Any], response: requests.Response) -> None:
        """Check the answer to a request in the journal: its status, media type and body; raises ``error``."""
        content_type = response.headers.get("Content-Type", "")
        response = MockResponse(response.content, response.status_code, dict(response.headers), content_type)
        self._description.validate_response(_request(entry), response)


def _request(entry: dict[str, t.Any]) -> MockRequest:
    return MockRequest(
        _GRAPH,
        entry["method"].lower(),
        entry["path"],
        args=entry["query"],
        headers=entry["headers"],
        data=None if entry["body"] is None else json.dumps(entry["body"]).encode(),
        content_type=entry["headers"].get("content-type", ""),
    )
