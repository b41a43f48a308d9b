# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Serve the control API."""

from __future__ import annotations

import json
import typing as t
from urllib.parse import unquote

from aiohttp import web

from ..fields import InputError
from .routes import ANY_SEGMENT, UnknownKeyError
from .sign_in import SignInRoutes
from .simulator import SimulatorRoutes
from .tenant import TenantRoutes

if t.TYPE_CHECKING:
    from ..service_state import ServiceState


class Control:
    """Dispatch control requests to their routes."""

    def __init__(self, state: ServiceState) -> None:
        self._routes = {
            **SimulatorRoutes(state).routes(),
            **TenantRoutes(state).routes(),
            **SignInRoutes(state).routes(),
        }

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request: 200 with JSON, 400 with a message about the input, or 404."""
        try:
            return web.json_response(self._dispatch(request.method, request.raw_path, _parse(await request.read())))
        except InputError as error:
            return web.json_response({"error": str(error)}, status=400)
        except UnknownKeyError as error:
            return web.json_response({"error": str(error)}, status=404)

    def _dispatch(self, method: str, raw_path: str, body: t.Any) -> t.Any:
        segments = [unquote(segment) for segment in raw_path.removeprefix("/").split("/")]
        for (verb, route), run in self._routes.items():
            pattern = route.removeprefix("/").split("/")
            if verb == method and len(pattern) == len(segments):
                pairs = list(zip(pattern, segments, strict=True))
                if all(expected in (ANY_SEGMENT, segment) for expected, segment in pairs):
                    return run(body, *[segment for expected, segment in pairs if expected == ANY_SEGMENT])
        raise UnknownKeyError(f"There is no {method} {raw_path} here.")


def _parse(content: bytes) -> t.Any:
    try:
        return json.loads(content) if content else None
    except ValueError as error:
        raise InputError(f"The body is no JSON: {error}.") from None
