# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The door of a service: journal, faults and request ids around a function from request to answer."""

from __future__ import annotations

import asyncio
import logging
import typing as t
import uuid
import weakref
from urllib.parse import parse_qsl

from .clock import odata_time
from .exchange import Answer, Call
from .faults.deliveries import WHOLE, transport_of
from .world import World

if t.TYPE_CHECKING:
    from aiohttp import web

    from .faults.rules import Rule

_LOG = logging.getLogger(__name__)

Service = t.Callable[[Call, World], Answer]


class Front:
    """Serves one service to aiohttp; ``id_header`` is the header in which that service tells its request id."""

    def __init__(self, name: str, service: Service, id_header: str, world: World, latency: float) -> None:
        self._name = name
        self._service = service
        self._id_header = id_header
        self._world = world
        self._latency = latency
        self._connections: weakref.WeakKeyDictionary[asyncio.Transport, int] = weakref.WeakKeyDictionary()
        self._connection_count = 0

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request. What happens is in the journal before the client can know it."""
        connection = self._connection_number(request)
        call = await _read(request)
        entry = self._world.journal.open(self._name, call, connection, odata_time(self._world.clock()))
        rule = self._world.faults.next_for(self._name, call)
        entry.fault = None if rule is None else rule.name
        answer = await self._answer(call, rule)
        await asyncio.sleep(self._latency)
        delivery = WHOLE if rule is None else rule.delivery
        entry.status = answer.status if delivery.complete else None
        try:
            return await delivery.send(request, answer)
        except ConnectionError:
            entry.status = None
            raise

    async def _answer(self, call: Call, rule: Rule | None) -> Answer:
        if rule is None:
            answer = self._act(call)
        else:
            await asyncio.sleep(rule.delay if rule.moment == "before" else 0)
            answer = self._act(call) if rule.acts else Answer(200)
            await asyncio.sleep(rule.delay if rule.moment == "after" else 0)
            answer = rule.replacement or answer
        client_request_id = call.client_request_id or call.request_id
        return answer.with_default_headers({self._id_header: call.request_id, "client-request-id": client_request_id})

    def _act(self, call: Call) -> Answer:
        try:
            return self._service(call, self._world)
        except Exception:  # noqa: BLE001  a bug is told, not shown
            # The services never answer with a traceback; ours goes to the simulator's own output.
            _LOG.exception("%s could not answer %s %s", self._name, call.method, call.path)
            return Answer.json(500, {"error": {"code": "InternalServerError", "message": "The simulator has a bug."}})

    def _connection_number(self, request: web.BaseRequest) -> int:
        transport = transport_of(request)
        if transport not in self._connections:
            self._connection_count += 1
            self._connections[transport] = self._connection_count
        return self._connections[transport]


async def _read(request: web.BaseRequest) -> Call:
    path, _mark, query = request.raw_path.partition("?")
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        known = headers.get(name.lower())
        headers[name.lower()] = value if known is None else f"{known}, {value}"
    return Call(
        method=request.method,
        path=path,
        query=dict(parse_qsl(query, keep_blank_values=True)),
        headers=headers,
        body=await request.read(),
        request_id=str(uuid.uuid4()),
    )
