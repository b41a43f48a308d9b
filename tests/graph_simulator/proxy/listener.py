# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Serve the proxy: HTTP until the tunnel is open, then raw bytes.

aiohttp does not support CONNECT, so this file uses asyncio streams.
"""

from __future__ import annotations

import asyncio
import typing as t
from http.client import responses as reason_phrases

from ..faults.deliveries import Reset, reset
from ..http_messages import HttpRequest, HttpResponse
from .service import local_port
from .tunnel import connect_ends

if t.TYPE_CHECKING:
    from ..service_handler import ServiceHandler

_UNREACHABLE = HttpResponse(502)


class Proxy:
    """Connect a service handler to asyncio. Each connection serves one request."""

    def __init__(self, handler: ServiceHandler) -> None:
        self._handler = handler
        self._connection_count = 0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the request of a connection. An invalid request closes the connection without a response."""
        self._connection_count += 1
        try:
            await self._respond(await _read(reader), reader, writer)
        except (ConnectionError, EOFError, ValueError, asyncio.LimitOverrunError):
            pass
        except asyncio.CancelledError:
            # The simulator is stopping. Older versions of asyncio print a traceback when this task ends as cancelled:
            # https://github.com/python/cpython/issues/113538
            pass
        finally:
            writer.close()

    async def _respond(self, request: HttpRequest, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        in_flight = self._handler.receive(request, self._connection_count)
        response = self._handler.execute(in_flight)
        if in_flight.rule is not None:
            in_flight.record_status(response)
            if in_flight.rule.delivery.complete:
                writer.write(_to_bytes(response))
            elif isinstance(in_flight.rule.delivery, Reset):
                reset(writer.transport)
            return
        port = local_port(request) if response.status == 200 else None
        try:
            far_end = None if port is None else await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            far_end, response = None, _UNREACHABLE
        in_flight.record_status(response)
        writer.write(_to_bytes(response))
        if far_end is not None:
            await connect_ends((reader, writer), far_end)


async def _read(reader: asyncio.StreamReader) -> HttpRequest:
    """Read a request without a body, because CONNECT has none. Raise ValueError when it is not valid HTTP."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    request_line, *header_lines = head.rstrip("\r\n").split("\r\n")
    method, target, _version = request_line.split(" ")
    pairs = (line.partition(":") for line in header_lines)
    return HttpRequest.new(method, target, {name: value.strip() for name, _colon, value in pairs})


def _to_bytes(response: HttpResponse) -> bytes:
    """Return the response as HTTP.

    The 200 response that opens a tunnel must not have Content-Length (RFC 9110, section 9.3.6).
    """
    lines = [f"HTTP/1.1 {response.status} {reason_phrases.get(response.status, '')}"]
    lines += [f"{name}: {value}" for name, value in response.headers.items()]
    if response.status != 200:
        lines += [f"Content-Length: {len(response.body)}", "Connection: close"]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + response.body
