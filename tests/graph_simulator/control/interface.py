# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests of the tests, and who answers them."""

from __future__ import annotations

import json
import typing as t
from urllib.parse import unquote

from aiohttp import web

from ..fields import InputError
from .instruments import Instruments
from .routes import KEY, UnknownKeyError
from .sign_in import SignIn
from .tenant import Tenant

if t.TYPE_CHECKING:
    from ..world import World


class Control:
    """Serves all routes of the control interface to aiohttp."""

    def __init__(self, world: World) -> None:
        self._routes = {**Instruments(world).routes(), **Tenant(world).routes(), **SignIn(world).routes()}

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request: 200 with JSON, 400 with a sentence about what does not fit, or 404."""
        try:
            return web.json_response(self._answer(request.method, request.raw_path, _parsed(await request.read())))
        except InputError as problem:
            return web.json_response({"error": str(problem)}, status=400)
        except UnknownKeyError as problem:
            return web.json_response({"error": str(problem)}, status=404)

    def _answer(self, method: str, raw_path: str, body: t.Any) -> t.Any:
        segments = [unquote(segment) for segment in raw_path.removeprefix("/").split("/")]
        for (verb, route), act in self._routes.items():
            pattern = route.removeprefix("/").split("/")
            if verb == method and len(pattern) == len(segments):
                pairs = list(zip(pattern, segments, strict=True))
                if all(own in (KEY, asked) for own, asked in pairs):
                    return act(body, *[asked for own, asked in pairs if own == KEY])
        raise UnknownKeyError(f"There is no {method} {raw_path} here.")


def _parsed(content: bytes) -> t.Any:
    try:
        return json.loads(content) if content else None
    except ValueError as problem:
        raise InputError(f"The body is no JSON: {problem}.") from None
