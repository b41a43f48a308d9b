# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Forward bytes between the two ends of a tunnel."""

from __future__ import annotations

import asyncio

End = tuple[asyncio.StreamReader, asyncio.StreamWriter]

_CHUNK = 65536


async def connect_ends(near: End, far: End) -> None:
    """Forward bytes until both ends are closed or one connection is lost, then close the far end."""
    directions = [asyncio.ensure_future(_carry(near[0], far[1])), asyncio.ensure_future(_carry(far[0], near[1]))]
    try:
        await asyncio.gather(*directions)
    except ConnectionError:
        # The connection to the far end is lost. Abort the near end, which drops bytes that were not sent yet.
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
