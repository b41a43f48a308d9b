# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ways to send a response: whole, slowly, truncated, or not at all."""

from __future__ import annotations

import asyncio
import dataclasses
import socket
import struct
import typing as t

if t.TYPE_CHECKING:
    from aiohttp import web

    from ..http_messages import HttpResponse


class Delivery(t.Protocol):
    """Send a response.

    ``complete``: the client gets the whole response. ``needs_response``: the service must run first.
    """

    complete: t.ClassVar[bool]
    needs_response: t.ClassVar[bool]

    async def send(self, web_request: web.BaseRequest, response: HttpResponse) -> web.StreamResponse:
        """Write to the connection of the request; raise ConnectionError when the client has closed it."""


class Whole:
    """Send the response without a fault."""

    complete: t.ClassVar[bool] = True
    needs_response: t.ClassVar[bool] = True

    async def send(self, web_request: web.BaseRequest, response: HttpResponse) -> web.StreamResponse:
        """Let aiohttp write the response."""
        return _web_response(response)


WHOLE = Whole()
"""The default delivery."""


@dataclasses.dataclass(frozen=True)
class Dripping:
    """Send the body in pieces of ``size`` bytes, and pause ``pause`` seconds after each."""

    size: int
    pause: float
    complete: t.ClassVar[bool] = True
    needs_response: t.ClassVar[bool] = True

    async def send(self, web_request: web.BaseRequest, response: HttpResponse) -> web.StreamResponse:
        """Write the pieces."""
        web_response = await _send_headers(web_request, response)
        for start in range(0, len(response.body), self.size):
            await web_response.write(response.body[start : start + self.size])
            await asyncio.sleep(self.pause)
        return web_response


class Truncated:
    """Send the full Content-Length and half of the body, then cut the connection."""

    complete: t.ClassVar[bool] = False
    needs_response: t.ClassVar[bool] = True

    async def send(self, web_request: web.BaseRequest, response: HttpResponse) -> web.StreamResponse:
        """Write half of the body, then abort."""
        web_response = await _send_headers(web_request, response)
        await web_response.write(response.body[: len(response.body) // 2])
        transport_of(web_request).abort()
        await _wait_until_closed()
        return web_response


class Reset:
    """Send a TCP reset instead of a response."""

    complete: t.ClassVar[bool] = False
    needs_response: t.ClassVar[bool] = False

    async def send(self, web_request: web.BaseRequest, response: HttpResponse) -> web.StreamResponse:
        """Abort the connection."""
        reset(transport_of(web_request))
        await _wait_until_closed()
        return _web_response(response)


class Dropped:
    """Close the connection in the normal way without a response, as servers close idle connections."""

    complete: t.ClassVar[bool] = False
    needs_response: t.ClassVar[bool] = False

    async def send(self, web_request: web.BaseRequest, response: HttpResponse) -> web.StreamResponse:
        """Close the connection. The response that aiohttp then writes is not sent."""
        transport_of(web_request).close()
        return _web_response(response)


def reset(transport: asyncio.WriteTransport) -> None:
    """Close a connection with a TCP reset."""
    # With a linger time of zero, close() sends a reset (socket(7)); otherwise it sends a normal end of the stream.
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def transport_of(web_request: web.BaseRequest) -> asyncio.Transport:
    """Return the transport of a request; raise ConnectionResetError when the connection is closed."""
    if web_request.transport is None:
        raise ConnectionResetError("The client has left.")
    return web_request.transport


def _web_response(response: HttpResponse) -> web.StreamResponse:
    # Imported here and below, so that tests without a network do not need aiohttp.
    from aiohttp import web

    return web.Response(status=response.status, headers=response.headers, body=response.body or None)


async def _send_headers(web_request: web.BaseRequest, response: HttpResponse) -> web.StreamResponse:
    from aiohttp import web

    web_response = web.StreamResponse(status=response.status, headers=response.headers)
    web_response.content_length = len(response.body)
    await web_response.prepare(web_request)
    return web_response


async def _wait_until_closed() -> None:
    # The event loop closes the socket in its next iteration. Without this pause aiohttp could still send a TLS
    # close_notify.
    await asyncio.sleep(0.01)
