# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ways an answer can travel: whole, drop by drop, cut in the middle, or not at all."""

from __future__ import annotations

import asyncio
import dataclasses
import socket
import struct
import typing as t

if t.TYPE_CHECKING:
    from aiohttp import web

    from ..http_messages import Answer


class Delivery(t.Protocol):
    """Sends an answer.

    ``complete``: the client gets all of it. ``needs_answer``: there must be one to send, so the service has to act.
    """

    complete: t.ClassVar[bool]
    needs_answer: t.ClassVar[bool]

    async def send(self, request: web.BaseRequest, answer: Answer) -> web.StreamResponse:
        """Write to the request's connection; may raise ConnectionError when the client has left."""


class Whole:
    """The answer as it is."""

    complete: t.ClassVar[bool] = True
    needs_answer: t.ClassVar[bool] = True

    async def send(self, request: web.BaseRequest, answer: Answer) -> web.StreamResponse:
        """Let the HTTP server write it."""
        return _response(answer)


WHOLE = Whole()
"""How answers travel unless a fault says otherwise."""


@dataclasses.dataclass(frozen=True)
class Dripping:
    """The body in pieces of ``size`` bytes with ``pause`` seconds after each."""

    size: int
    pause: float
    complete: t.ClassVar[bool] = True
    needs_answer: t.ClassVar[bool] = True

    async def send(self, request: web.BaseRequest, answer: Answer) -> web.StreamResponse:
        """Write the pieces."""
        response = await _headers_sent(request, answer)
        for start in range(0, len(answer.body), self.size):
            await response.write(answer.body[start : start + self.size])
            await asyncio.sleep(self.pause)
        return response


class Truncated:
    """The full Content-Length, half of the body, and the end of the connection."""

    complete: t.ClassVar[bool] = False
    needs_answer: t.ClassVar[bool] = True

    async def send(self, request: web.BaseRequest, answer: Answer) -> web.StreamResponse:
        """Write the half, then abort."""
        response = await _headers_sent(request, answer)
        await response.write(answer.body[: len(answer.body) // 2])
        transport_of(request).abort()
        await _goodbye_prevented()
        return response


class Reset:
    """No answer but a TCP reset."""

    complete: t.ClassVar[bool] = False
    needs_answer: t.ClassVar[bool] = False

    async def send(self, request: web.BaseRequest, answer: Answer) -> web.StreamResponse:
        """Abort the connection."""
        reset(transport_of(request))
        await _goodbye_prevented()
        return _response(answer)


class Dropped:
    """No answer but the orderly end of the connection, as servers end idle ones."""

    complete: t.ClassVar[bool] = False
    needs_answer: t.ClassVar[bool] = False

    async def send(self, request: web.BaseRequest, answer: Answer) -> web.StreamResponse:
        """Close the connection; what the HTTP server writes to it afterwards is not sent."""
        transport_of(request).close()
        return _response(answer)


def reset(transport: asyncio.WriteTransport) -> None:
    """End a connection with a TCP reset."""
    # A linger time of zero makes the close a reset (socket(7)); otherwise the client would see an orderly end.
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def transport_of(request: web.BaseRequest) -> asyncio.Transport:
    """Return the connection of a request; raises ConnectionResetError when it has gone."""
    if request.transport is None:
        raise ConnectionResetError("The client has left.")
    return request.transport


def _response(answer: Answer) -> web.StreamResponse:
    # Imported late, here and below: without a network there is no need of an HTTP server.
    from aiohttp import web

    return web.Response(status=answer.status, headers=answer.headers, body=answer.body or None)


async def _headers_sent(request: web.BaseRequest, answer: Answer) -> web.StreamResponse:
    from aiohttp import web

    response = web.StreamResponse(status=answer.status, headers=answer.headers)
    response.content_length = len(answer.body)
    await response.prepare(request)
    return response


async def _goodbye_prevented() -> None:
    # The event loop closes the socket in its next round. Until then the HTTP server could still say goodbye over TLS.
    await asyncio.sleep(0.01)
