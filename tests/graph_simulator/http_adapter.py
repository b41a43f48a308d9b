# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Serve a service over aiohttp: read requests, apply delays, send responses."""

from __future__ import annotations

import asyncio
import typing as t
import weakref

from .faults.deliveries import WHOLE, transport_of
from .http_messages import HttpRequest

if t.TYPE_CHECKING:
    from aiohttp import web

    from .faults.rules import FaultRule
    from .service_handler import ServiceHandler


class HttpAdapter:
    """Connects a service handler to aiohttp.

    ``latency`` (seconds) delays each response.
    """

    def __init__(self, handler: ServiceHandler, latency: float) -> None:
        self._handler = handler
        self._latency = latency
        self._connections: weakref.WeakKeyDictionary[asyncio.Transport, int] = weakref.WeakKeyDictionary()
        self._connection_count = 0

    async def handle(self, web_request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request. The journal entry is complete before the response is sent."""
        connection = self._connection_number(web_request)
        in_flight = self._handler.receive(await _read(web_request), connection)
        await _delay(in_flight.rule, "before")
        response = self._handler.execute(in_flight)
        await _delay(in_flight.rule, "after")
        await asyncio.sleep(self._latency)
        in_flight.record_status(response)
        delivery = WHOLE if in_flight.rule is None else in_flight.rule.delivery
        try:
            return await delivery.send(web_request, response)
        except ConnectionError:
            in_flight.entry.status = None
            raise

    def _connection_number(self, web_request: web.BaseRequest) -> int:
        transport = transport_of(web_request)
        if transport not in self._connections:
            self._connection_count += 1
            self._connections[transport] = self._connection_count
        return self._connections[transport]


async def _delay(rule: FaultRule | None, moment: str) -> None:
    if rule is not None and rule.moment == moment:
        await asyncio.sleep(rule.delay)


async def _read(web_request: web.BaseRequest) -> HttpRequest:
    headers: dict[str, str] = {}
    for name, value in web_request.headers.items():
        earlier = headers.get(name.lower())
        headers[name.lower()] = value if earlier is None else f"{earlier}, {value}"
    return HttpRequest.new(web_request.method, web_request.raw_path, headers, await web_request.read())
