# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The proxy as a function from a request to a response.

Source: RFC 9110, sections 9.3.6 (CONNECT) and 11.7 (credentials).
"""

from __future__ import annotations

import base64
import hmac
import typing as t

from ..http_messages import HttpRequest, HttpResponse

if t.TYPE_CHECKING:
    from ..service_state import ServiceState

_HOSTS = ("localhost", "127.0.0.1")


def respond(request: HttpRequest, state: ServiceState) -> HttpResponse:
    """Return 200 when the client may open a tunnel. Without valid credentials the response is always 407."""
    if not hmac.compare_digest(
        request.headers.get("proxy-authorization", "").encode(errors="replace"), _expected(state)
    ):
        return HttpResponse(407, {"Proxy-Authenticate": 'Basic realm="proxy"'})
    if request.method != "CONNECT":
        return HttpResponse(405, {"Allow": "CONNECT"})
    return HttpResponse(403) if local_port(request) is None else HttpResponse(200)


def local_port(request: HttpRequest) -> int | None:
    """Return the port on this machine that the client requests; None for another host or an invalid port."""
    host, _colon, port = request.path.rpartition(":")
    return int(port) if host.lower() in _HOSTS and port.isascii() and port.isdigit() and int(port) < 65536 else None


def _expected(state: ServiceState) -> bytes:
    return b"Basic " + base64.b64encode(f"{state.proxy_username}:{state.proxy_password}".encode())
