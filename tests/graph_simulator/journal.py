# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Record every request to a service, with secrets masked."""

from __future__ import annotations

import dataclasses
import json
import typing as t

if t.TYPE_CHECKING:
    from .http_messages import HttpRequest

MASK = "***"

_SECRET_FIELDS = frozenset(
    (
        "access_token",
        "assertion",
        "authorization",
        "client_assertion",
        "client_info",
        "client_secret",
        "code",
        "device_code",
        "id_token",
        "password",
        "refresh_token",
    )
)


@dataclasses.dataclass
class JournalEntry:
    """A recorded request.

    ``status`` is None before the response, and stays None when a fault cuts the connection. ``batch`` is the number of
    the batch that contains the request.
    """

    number: int
    time: str
    service: str
    method: str
    path: str
    query: dict[str, str]
    client_request_id: str | None
    user_agent: str | None
    headers: dict[str, str]
    body: t.Any
    connection: int
    batch: int | None = None
    status: int | None = None
    fault: str | None = None


class Journal:
    """Entries in the order of arrival."""

    def __init__(self) -> None:
        self._entries: list[JournalEntry] = []

    def add(
        self, service: str, request: HttpRequest, connection: int, time: str, batch: int | None = None
    ) -> JournalEntry:
        """Record a request when it arrives. The caller sets the status later."""
        entry = JournalEntry(
            number=len(self._entries) + 1,
            time=time,
            service=service,
            method=request.method,
            path=request.path,
            query=masked(dict(request.query)),
            client_request_id=request.client_request_id,
            user_agent=request.headers.get("user-agent"),
            headers={name: masked_header(name, value) for name, value in request.headers.items()},
            body=masked_body(request),
            connection=connection,
            batch=batch,
        )
        self._entries.append(entry)
        return entry

    def clear(self) -> None:
        """Delete all entries. The next number is 1."""
        self._entries.clear()

    def to_json(self) -> list[dict[str, t.Any]]:
        """Return all entries as JSON objects."""
        return [dataclasses.asdict(entry) for entry in self._entries]


def masked(value: t.Any) -> t.Any:
    """Return a copy of a JSON value with secret fields masked at each level."""
    if isinstance(value, dict):
        return {name: MASK if name.lower() in _SECRET_FIELDS else masked(item) for name, item in value.items()}
    if isinstance(value, list):
        return [masked(item) for item in value]
    return value


def masked_header(name: str, value: str) -> str:
    """Return a header value with its credentials masked. The scheme stays, so that tests can check it."""
    if name in ("authorization", "proxy-authorization"):
        return f"{value.partition(' ')[0]} {MASK}" if " " in value else MASK
    return MASK if name in ("cookie", "x-identity-header") else value


def masked_body(request: HttpRequest) -> t.Any:
    """Return the masked fields of a form or JSON body, None for an empty body, and only the size of another body."""
    if not request.body:
        return None
    form = request.form()
    if form:
        return masked(form)
    try:
        return masked(json.loads(request.body))
    except ValueError:
        return f"{len(request.body)} bytes that are neither JSON nor a form"
