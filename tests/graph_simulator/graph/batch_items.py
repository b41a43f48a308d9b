# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parse the requests of a batch."""

from __future__ import annotations

import dataclasses
import json
import re
import typing as t

from ..http_messages import HttpRequest
from .bodies import read_object
from .errors import bad_request

BATCH = ("$batch",)
LIMIT = 20

_INVALID = "Invalid batch payload format."
_ABSOLUTE = re.compile(r"([a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
# DELETE is missing: it writes, but has no body.
_METHODS_WITH_BODY = ("POST", "PUT", "PATCH")
# Each request inherits these headers from the batch.
_INHERITED_HEADERS = ("authorization", "user-agent")


@dataclasses.dataclass(frozen=True)
class BatchItem:
    """One request of a batch. ``depends_on`` holds the keys of other items."""

    id: str
    request: HttpRequest
    depends_on: tuple[str, ...]

    @property
    def key(self) -> str:
        """The id in lower case, because Graph compares ids without case."""
        return self.id.lower()


def read_items(outer: HttpRequest) -> list[BatchItem]:
    """Parse the body of a batch; raise ODataError. Unknown fields are ignored, as Graph does."""
    requests = read_object(outer).get("requests")
    if not isinstance(requests, list) or not requests:
        raise bad_request(_INVALID)
    if len(requests) > LIMIT:
        raise bad_request(f"A batch must not have more than {LIMIT} requests.")
    items: list[BatchItem] = []
    for entry in requests:
        item = _read_item(entry, outer)
        earlier_keys = {other.key for other in items}
        if item.key in earlier_keys:
            raise bad_request(f"Request Id {item.id} has to be unique in a batch.")
        # Microsoft's OData library accepts only dependencies on earlier requests, so cycles cannot occur.
        if not earlier_keys.issuperset(item.depends_on):
            raise bad_request(f"Request id : {item.id} depends on a request that is not listed before it.")
        items.append(item)
    return items


def _read_item(entry: t.Any, outer: HttpRequest) -> BatchItem:
    if not isinstance(entry, dict):
        raise bad_request(_INVALID)
    item_id, method, url = (_text(entry, name) for name in ("id", "method", "url"))
    # OData compares methods without case.
    method = method.upper()
    depends_on = entry.get("dependsOn") or []
    if not _is_list_of_texts(depends_on):
        raise bad_request(_INVALID)
    request = HttpRequest.new(method, _target(item_id, url, outer), _headers(entry, outer), _body(entry))
    if request.segments[1:] == BATCH:
        raise bad_request(f"Request id : {item_id} is itself a batch.")
    if (request.body or method in _METHODS_WITH_BODY) and not (request.body and request.media_type):
        raise bad_request(f"Write request id : {item_id} does not contain Content-Type header or body.")
    return BatchItem(item_id, request, tuple(key.lower() for key in depends_on))


def _text(entry: dict[str, t.Any], name: str) -> str:
    value = entry.get(name)
    if not isinstance(value, str) or not value:
        raise bad_request(_INVALID)
    return value


def _target(item_id: str, url: str, outer: HttpRequest) -> str:
    """Return the path with the API version of the batch."""
    if _ABSOLUTE.match(url):
        raise bad_request(f"Request id : {item_id} has a url that is not relative.")
    return f"/{outer.segments[0]}/{url.removeprefix('/')}"


def _headers(entry: dict[str, t.Any], outer: HttpRequest) -> dict[str, str]:
    headers = entry.get("headers") or {}
    if not isinstance(headers, dict) or not _is_list_of_texts(list(headers.values())):
        raise bad_request(_INVALID)
    inherited = {name: outer.headers[name] for name in _INHERITED_HEADERS if name in outer.headers}
    return {**{name.lower(): value for name, value in headers.items()}, **inherited}


def _body(entry: dict[str, t.Any]) -> bytes:
    # Graph accepts other bodies than JSON as base64, but no operation of the simulator takes such a body.
    return b"" if entry.get("body") is None else json.dumps(entry["body"]).encode()


def _is_list_of_texts(value: t.Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
