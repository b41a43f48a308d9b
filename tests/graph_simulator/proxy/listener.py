# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The door of the proxy: HTTP up to the tunnel, bytes from then on.

The HTTP server library knows no tunnels, hence the streams.
"""

from __future__ import annotations

import asyncio
import typing as t
from http.client import responses

from ..faults.deliveries import Reset, reset
from ..http_messages import Answer, Call
from .service import local_port
from .tunnel import connect_ends

if t.TYPE_CHECKING:
    from ..service_handler import ServiceHandler

_UNREACHABLE = Answer(502)


class Proxy:
    """Serves a service handler to asyncio; each connection is good for one request."""

    def __init__(self, handler: ServiceHandler) -> None:
        self._handler = handler
        self._connection_count = 0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the request of one connection. Whoever does not speak HTTP, or leaves, gets nothing."""
        self._connection_count += 1
        try:
            await self._answer(await _read(reader), reader, writer)
        except (ConnectionError, EOFError, ValueError, asyncio.LimitOverrunError):
            pass
        except asyncio.CancelledError:
            # The simulator ends. Older asyncio prints a traceback when the task of a connection ends as cancelled, so
            # this one ends normally: https://github.com/python/cpython/issues/113538
            pass
        finally:
            writer.close()

    async def _answer(self, call: Call, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visit = self._handler.receive(call, self._connection_count)
        answer = self._handler.carry_out(visit)
        if visit.rule is not None:
            visit.leave(answer)
            if visit.rule.delivery.complete:
                writer.write(_written(answer))
            elif isinstance(visit.rule.delivery, Reset):
                reset(writer.transport)
            return
        port = local_port(call) if answer.status == 200 else None
        try:
            far_end = None if port is None else await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            far_end, answer = None, _UNREACHABLE
        visit.leave(answer)
        writer.write(_written(answer))
        if far_end is not None:
            await connect_ends((reader, writer), far_end)


async def _read(reader: asyncio.StreamReader) -> Call:
    """Read a request without its body, which a CONNECT does not have; raises ValueError when it is no HTTP."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    request_line, *header_lines = head.rstrip("\r\n").split("\r\n")
    method, target, _version = request_line.split(" ")
    pairs = (line.partition(":") for line in header_lines)
    return Call.to(method, target, {name: value.strip() for name, _colon, value in pairs})


def _written(answer: Answer) -> bytes:
    """Write the answer as HTTP; a tunnel has no length (RFC 9110, section 9.3.6)."""
    lines = [f"HTTP/1.1 {answer.status} {responses.get(answer.status, '')}"]
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    if answer.status != 200:
        lines += [f"Content-Length: {len(answer.body)}", "Connection: close"]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + answer.body
