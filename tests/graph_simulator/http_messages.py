# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One request and one answer, as plain values: the services are functions from the first to the second."""

from __future__ import annotations

import dataclasses
import json
import typing as t
import uuid
from urllib.parse import parse_qsl, unquote


@dataclasses.dataclass(frozen=True)
class Call:
    """A request to one of the services.

    ``path`` is as it was sent, percent-encoding included; ``query`` holds its decoded parameters; ``headers`` have
    lower-case names; ``request_id`` is the GUID under which the service knows this request.
    """

    method: str
    path: str
    query: t.Mapping[str, str]
    headers: t.Mapping[str, str]
    body: bytes
    request_id: str

    @classmethod
    def to(cls, method: str, target: str, headers: t.Mapping[str, str] | None = None, body: bytes = b"") -> Call:
        """Make a request to ``target``, a path that may have a query; its id is a new one."""
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
        """The decoded segments of the path; an encoded slash stays inside its segment."""
        return tuple(unquote(segment) for segment in self.path.removeprefix("/").split("/"))

    @property
    def client_request_id(self) -> str | None:
        """The GUID that the client chose for this request."""
        return self.headers.get("client-request-id")

    @property
    def media_type(self) -> str:
        """The body's media type in lower case without parameters; empty when there is none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def form(self) -> dict[str, str]:
        """Return the fields of a form-encoded body; none at all when the body is of another type."""
        if self.media_type != "application/x-www-form-urlencoded":
            return {}
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclasses.dataclass(frozen=True)
class Answer:
    """What a service answers; header names are as they go on the wire."""

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
    ) -> Answer:
        """Make an answer whose body is ``value`` as JSON."""
        return cls(status, {"Content-Type": content_type, **(headers or {})}, json.dumps(value).encode())

    def with_default_headers(self, headers: t.Mapping[str, str]) -> Answer:
        """Return the same answer with those of ``headers`` that it lacks."""
        present = {name.lower() for name in self.headers}
        missing = {name: value for name, value in headers.items() if name.lower() not in present}
        return dataclasses.replace(self, headers={**self.headers, **missing})


class Forward(t.Protocol):
    """Answers a request that came inside of another one."""

    def __call__(self, call: Call, settled: Answer | None = None) -> Answer:
        """Return the service's answer, or ``settled`` when it is clear without asking the service."""


class BatchResponse(t.Protocol):
    """What a service returns for a request that holds others: it answers once these are answered."""

    def answer(self, forward: Forward) -> Answer:
        """Have the requests inside answered, and put their answers together."""
