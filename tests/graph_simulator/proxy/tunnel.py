# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bytes from either end of a tunnel to the other."""

from __future__ import annotations

import asyncio

End = tuple[asyncio.StreamReader, asyncio.StreamWriter]

_CHUNK = 65536


async def connect_ends(near: End, far: End) -> None:
    """Carry bytes both ways until both ends have said all, or one of them is lost; the far end is closed then."""
    directions = [asyncio.ensure_future(_carry(near[0], far[1])), asyncio.ensure_future(_carry(far[0], near[1]))]
    try:
        await asyncio.gather(*directions)
    except ConnectionError:
        # What the other end has not got yet is lost for it as well.
        near[1].transport.abort()
    finally:
        for direction in directions:
            direction.cancel()
        far[1].close()


async def _carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(_CHUNK):
        sink.write(data)
        await sink.drain()
    sink.write_eof()
