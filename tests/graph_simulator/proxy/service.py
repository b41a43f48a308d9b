# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The proxy as a function from a request to an answer.

Source: RFC 9110, sections 9.3.6 (CONNECT) and 11.7 (credentials).
"""

from __future__ import annotations

import base64
import hmac
import typing as t

from ..http_messages import Answer, Call

if t.TYPE_CHECKING:
    from ..world import World

_HOSTS = ("localhost", "127.0.0.1")


def answer(call: Call, world: World) -> Answer:
    """Tell whether the client may have a tunnel (200); only those who know the credentials learn anything else."""
    if not hmac.compare_digest(call.headers.get("proxy-authorization", "").encode(errors="replace"), _expected(world)):
        return Answer(407, {"Proxy-Authenticate": 'Basic realm="proxy"'})
    if call.method != "CONNECT":
        return Answer(405, {"Allow": "CONNECT"})
    return Answer(403) if local_port(call) is None else Answer(200)


def local_port(call: Call) -> int | None:
    """Return the port of this machine to which a tunnel is asked for; None when it is to lead anywhere else."""
    host, _colon, port = call.path.rpartition(":")
    return int(port) if host.lower() in _HOSTS and port.isascii() and port.isdigit() and int(port) < 65536 else None


def _expected(world: World) -> bytes:
    return b"Basic " + base64.b64encode(f"{world.proxy_username}:{world.proxy_password}".encode())
