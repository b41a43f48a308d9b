# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP requests and responses of the simulated services. A service is a function from a request to a response."""

from __future__ import annotations

import dataclasses
import json
import typing as t
import uuid
from urllib.parse import parse_qsl, unquote


@dataclasses.dataclass(frozen=True)
class HttpRequest:
    """A request to one of the services.

    ``path`` is percent-encoded, as the client sent it. ``query`` holds decoded parameters. ``headers`` have lower-case
    names. ``request_id`` is the GUID that the service gives to the request.
    """

    method: str
    path: str
    query: t.Mapping[str, str]
    headers: t.Mapping[str, str]
    body: bytes
    request_id: str

    @classmethod
    def new(
        cls, method: str, target: str, headers: t.Mapping[str, str] | None = None, body: bytes = b""
    ) -> HttpRequest:
        """Return a request to ``target``, a path with an optional query. It gets a new request id."""
        path, _mark, query = target.partition("?")
        return cls(
            method=method,
            path=path,
            query=dict(parse_qsl(query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in (headers or {}).items()},
            body=body,
            request_id=str(uuid.uuid4()),
        )

    @property
    def segments(self) -> tuple[str, ...]:
        """The decoded segments of the path. An encoded slash does not split a segment."""
        return tuple(unquote(segment) for segment in self.path.removeprefix("/").split("/"))

    @property
    def client_request_id(self) -> str | None:
        """The GUID that the client gave to the request, or None."""
        return self.headers.get("client-request-id")

    @property
    def media_type(self) -> str:
        """The media type of the body, in lower case and without parameters; empty when there is none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def form(self) -> dict[str, str]:
        """Return the fields of a form-encoded body; an empty dictionary for another media type."""
        if self.media_type != "application/x-www-form-urlencoded":
            return {}
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclasses.dataclass(frozen=True)
class HttpResponse:
    """A response of a service."""

    status: int
    headers: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    body: bytes = b""

    @classmethod
    def json(
        cls,
        status: int,
        value: object,
        headers: t.Mapping[str, str] | None = None,
        content_type: str = "application/json; charset=utf-8",
    ) -> HttpResponse:
        """Return a response with ``value`` as its JSON body."""
        return cls(status, {"Content-Type": content_type, **(headers or {})}, json.dumps(value).encode())

    def with_default_headers(self, headers: t.Mapping[str, str]) -> HttpResponse:
        """Return a copy with those of ``headers`` that the response does not have yet."""
        present = {name.lower() for name in self.headers}
        missing = {name: value for name, value in headers.items() if name.lower() not in present}
        return dataclasses.replace(self, headers={**self.headers, **missing})


class Forward(t.Protocol):
    """Send a request of a batch to the service."""

    def __call__(self, request: HttpRequest, response: HttpResponse | None = None) -> HttpResponse:
        """Return the service's response. If ``response`` is given, record and return it without the service."""


class BatchResponse(t.Protocol):
    """The result for a batch: its response is complete after each of its requests was answered."""

    def respond(self, forward: Forward) -> HttpResponse:
        """Answer each request with ``forward``, and return the combined response."""
