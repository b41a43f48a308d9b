# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The record of every request that reached a service, without the secrets in it."""

from __future__ import annotations

import dataclasses
import json
import typing as t

if t.TYPE_CHECKING:
    from .http_messages import Call

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
class Entry:
    """One request. ``status`` is None until it is answered, and stays None when its connection was cut.

    ``batch`` is the number of the request inside of which this one came.
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
    """Entries in the order in which the requests arrived."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    def open(self, service: str, call: Call, connection: int, time: str, batch: int | None = None) -> Entry:
        """Record a request at its arrival; the caller fills in how it ends."""
        entry = Entry(
            number=len(self._entries) + 1,
            time=time,
            service=service,
            method=call.method,
            path=call.path,
            query=masked(dict(call.query)),
            client_request_id=call.client_request_id,
            user_agent=call.headers.get("user-agent"),
            headers={name: masked_header(name, value) for name, value in call.headers.items()},
            body=masked_body(call),
            connection=connection,
            batch=batch,
        )
        self._entries.append(entry)
        return entry

    def clear(self) -> None:
        """Forget everything and count from one again."""
        self._entries.clear()

    def to_json(self) -> list[dict[str, t.Any]]:
        """All entries as JSON objects."""
        return [dataclasses.asdict(entry) for entry in self._entries]


def masked(value: t.Any) -> t.Any:
    """Copy a JSON value with the fields that carry secrets masked, at any depth."""
    if isinstance(value, dict):
        return {name: MASK if name.lower() in _SECRET_FIELDS else masked(item) for name, item in value.items()}
    if isinstance(value, list):
        return [masked(item) for item in value]
    return value


def masked_header(name: str, value: str) -> str:
    """Keep the scheme of credentials, so that a test can tell Bearer from Basic."""
    if name in ("authorization", "proxy-authorization"):
        return f"{value.partition(' ')[0]} {MASK}" if " " in value else MASK
    return MASK if name in ("cookie", "x-identity-header") else value


def masked_body(call: Call) -> t.Any:
    """Return a form's fields or JSON, masked; None when empty; the size of anything else, which may hold a secret."""
    if not call.body:
        return None
    form = call.form()
    if form:
        return masked(form)
    try:
        return masked(json.loads(call.body))
    except ValueError:
        return f"{len(call.body)} bytes that are neither JSON nor a form"
