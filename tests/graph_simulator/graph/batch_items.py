# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The requests inside of a batch, as they are written."""

from __future__ import annotations

import dataclasses
import json
import re
import typing as t

from ..http_messages import Call
from .bodies import read_object
from .errors import bad_request

BATCH = ("$batch",)
LIMIT = 20

_INVALID = "Invalid batch payload format."
_ABSOLUTE = re.compile(r"([a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
# A DELETE is a write, too, but has no body.
_WITH_BODY = ("POST", "PUT", "PATCH")
# What holds for the batch as a whole and is not said once more for each request.
_SHARED_HEADERS = ("authorization", "user-agent")


@dataclasses.dataclass(frozen=True)
class BatchItem:
    """One request; ``depends_on`` has the keys of others."""

    id: str
    call: Call
    depends_on: tuple[str, ...]

    @property
    def key(self) -> str:
        """The id as it is compared: without regard to case."""
        return self.id.lower()


def read_items(outer: Call) -> list[BatchItem]:
    """Read the body of a batch; raises GraphError. Fields that nobody knows are ignored, as they are by the service."""
    requests = read_object(outer).get("requests")
    if not isinstance(requests, list) or not requests:
        raise bad_request(_INVALID)
    if len(requests) > LIMIT:
        raise bad_request(f"A batch must not have more than {LIMIT} requests.")
    items: list[BatchItem] = []
    for request in requests:
        item = _read_item(request, outer)
        earlier = {other.key for other in items}
        if item.key in earlier:
            raise bad_request(f"Request Id {item.id} has to be unique in a batch.")
        # Microsoft's OData library allows no reference to what comes later, so there are no circles either.
        if not earlier.issuperset(item.depends_on):
            raise bad_request(f"Request id : {item.id} depends on a request that is not listed before it.")
        items.append(item)
    return items


def _read_item(request: t.Any, outer: Call) -> BatchItem:
    if not isinstance(request, dict):
        raise bad_request(_INVALID)
    item_id, method, url = (_text(request, name) for name in ("id", "method", "url"))
    # OData reads methods without regard to case.
    method = method.upper()
    depends_on = request.get("dependsOn") or []
    if not _is_list_of_texts(depends_on):
        raise bad_request(_INVALID)
    call = Call.to(method, _target(item_id, url, outer), _headers(request, outer), _body(request))
    if call.segments[1:] == BATCH:
        raise bad_request(f"Request id : {item_id} is itself a batch.")
    if (call.body or method in _WITH_BODY) and not (call.body and call.media_type):
        raise bad_request(f"Write request id : {item_id} does not contain Content-Type header or body.")
    return BatchItem(item_id, call, tuple(key.lower() for key in depends_on))


def _text(request: dict[str, t.Any], name: str) -> str:
    value = request.get(name)
    if not isinstance(value, str) or not value:
        raise bad_request(_INVALID)
    return value


def _target(item_id: str, url: str, outer: Call) -> str:
    """Return the path below the batch's own version of Graph."""
    if _ABSOLUTE.match(url):
        raise bad_request(f"Request id : {item_id} has a url that is not relative.")
    return f"/{outer.segments[0]}/{url.removeprefix('/')}"


def _headers(request: dict[str, t.Any], outer: Call) -> dict[str, str]:
    given = request.get("headers") or {}
    if not isinstance(given, dict) or not _is_list_of_texts(list(given.values())):
        raise bad_request(_INVALID)
    shared = {name: outer.headers[name] for name in _SHARED_HEADERS if name in outer.headers}
    return {**{name.lower(): value for name, value in given.items()}, **shared}


def _body(request: dict[str, t.Any]) -> bytes:
    # Other bodies than JSON would come as base64, but there is no operation that takes any.
    return b"" if request.get("body") is None else json.dumps(request["body"]).encode()


def _is_list_of_texts(value: t.Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
