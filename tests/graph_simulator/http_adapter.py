# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The door of a service: what the network does to the requests and answers of a service handler."""

from __future__ import annotations

import asyncio
import typing as t
import weakref

from .faults.deliveries import WHOLE, transport_of
from .http_messages import Call

if t.TYPE_CHECKING:
    from aiohttp import web

    from .faults.rules import Rule
    from .service_handler import ServiceHandler


class HttpAdapter:
    """Serves a service handler to aiohttp; ``latency`` (seconds) is added to each answer."""

    def __init__(self, handler: ServiceHandler, latency: float) -> None:
        self._handler = handler
        self._latency = latency
        self._connections: weakref.WeakKeyDictionary[asyncio.Transport, int] = weakref.WeakKeyDictionary()
        self._connection_count = 0

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request. What happens is in the journal before the client can know it."""
        connection = self._connection_number(request)
        visit = self._handler.receive(await _read(request), connection)
        await _hold_back(visit.rule, "before")
        answer = self._handler.carry_out(visit)
        await _hold_back(visit.rule, "after")
        await asyncio.sleep(self._latency)
        visit.leave(answer)
        delivery = WHOLE if visit.rule is None else visit.rule.delivery
        try:
            return await delivery.send(request, answer)
        except ConnectionError:
            visit.entry.status = None
            raise

    def _connection_number(self, request: web.BaseRequest) -> int:
        transport = transport_of(request)
        if transport not in self._connections:
            self._connection_count += 1
            self._connections[transport] = self._connection_count
        return self._connections[transport]


async def _hold_back(rule: Rule | None, moment: str) -> None:
    if rule is not None and rule.moment == moment:
        await asyncio.sleep(rule.delay)


async def _read(request: web.BaseRequest) -> Call:
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        known = headers.get(name.lower())
        headers[name.lower()] = value if known is None else f"{known}, {value}"
    return Call.to(request.method, request.raw_path, headers, await request.read())
