# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check requests and responses against an OpenAPI description of Graph."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path
from urllib.parse import urlsplit

import yaml
from ansible_collections.msgraph.intune.tests import graph_simulator
from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

if t.TYPE_CHECKING:
    import requests

SIMULATOR_DESCRIPTION = Path(str(graph_simulator.__file__)).with_name("openapi.yaml")

_GRAPH = "https://graph.microsoft.com"
_VERBS = ("get", "post", "put", "patch", "delete")


class Contract:
    """An OpenAPI description of ``https://graph.microsoft.com``, or of one of its API versions.

    The checks raise ``error``.
    """

    error = OpenAPIError

    def __init__(self, path: Path) -> None:
        self.path = path
        self._description = OpenAPI.from_file_path(str(path))
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        self._paths = document["paths"]
        self._root = urlsplit(document["servers"][0]["url"]).path.rstrip("/")
        info = document["info"]
        self.name = f"{info['title']} {info['version']}"

    def operations(self) -> set[tuple[str, str]]:
        """Return verb and path of each operation, for example ``("POST", "/v1.0/$batch")``."""
        return {
            (verb.upper(), self._root + path)
            for path, operations in self._paths.items()
            for verb in operations
            if verb in _VERBS
        }

    def check_request(self, entry: dict[str, t.Any]) -> None:
        """Check a request in the journal: path, verb, parameters, body and token."""
        self._description.validate_request(_mock_request(entry))

    def check_response(self, entry: dict[str, t.Any], response: requests.Response) -> None:
        """Check the response to a request in the journal: status, headers, media type and body."""
        content_type = response.headers.get("Content-Type", "")
        mock_response = MockResponse(response.content, response.status_code, dict(response.headers), content_type)
        self._description.validate_response(_mock_request(entry), mock_response)


def _mock_request(entry: dict[str, t.Any]) -> MockRequest:
    return MockRequest(
        _GRAPH,
        entry["method"].lower(),
        entry["path"],
        args=entry["query"],
        headers=entry["headers"],
        data=None if entry["body"] is None else json.dumps(entry["body"]).encode(),
        content_type=entry["headers"].get("content-type", ""),
    )
