# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tests' own interface: journal, tokens, connectors, applications and faults, as JSON over plain HTTP."""

from __future__ import annotations

import json
import typing as t

from aiohttp import web

from .applications import read_applications
from .connectors import read_connectors
from .faults.rules import read_rules
from .fields import Fields, InputError
from .tokens import LIFETIME

if t.TYPE_CHECKING:
    from .world import World

_DONE: dict[str, t.Any] = {}
"""The answer to what has nothing to tell."""


class _NotFoundError(Exception):
    """The address of a control request names nothing."""


class Control:
    """Each public method takes the parsed body of one request and returns the answer's JSON, or raises InputError."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._routes: dict[tuple[str, str], t.Callable[[t.Any], t.Any]] = {
            ("GET", "/journal"): lambda body: world.journal.to_json(),
            ("DELETE", "/journal"): self.clear_journal,
            ("POST", "/tokens"): self.issue_token,
            ("GET", "/connectors"): lambda body: [connector.to_json() for connector in world.connectors.all()],
            ("PUT", "/connectors"): self.replace_connectors,
            ("GET", "/applications"): lambda body: [application.to_json() for application in world.applications],
            ("PUT", "/applications"): self.replace_applications,
            ("GET", "/faults"): lambda body: world.faults.to_json(),
            ("PUT", "/faults"): self.replace_faults,
            ("DELETE", "/faults"): lambda body: self.replace_faults([]),
            ("POST", "/reset"): self.reset,
        }

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request: 200 with JSON, 400 with a sentence about what does not fit, or 404."""
        try:
            return web.json_response(self._answer(request.method, request.path, _parsed(await request.read())))
        except InputError as problem:
            return web.json_response({"error": str(problem)}, status=400)
        except _NotFoundError as problem:
            return web.json_response({"error": str(problem)}, status=404)

    def _answer(self, method: str, path: str, body: t.Any) -> t.Any:
        if method == "PATCH" and path.startswith("/connectors/"):
            return self.change_connector(path.removeprefix("/connectors/"), body)
        route = self._routes.get((method, path))
        if route is None:
            raise _NotFoundError(f"There is no {method} {path} here.")
        return route(body)

    def clear_journal(self, body: t.Any) -> t.Any:
        """Forget all requests."""
        self._world.journal.clear()
        return _DONE

    def issue_token(self, body: t.Any) -> t.Any:
        """Issue a token with ``roles`` (application) or ``scp`` (delegated), even expired or for a foreign audience."""
        fields = Fields(body, "The token", known=("roles", "scp", "expires_in", "audience"))
        roles, scopes = fields.texts("roles"), fields.get("scp", str)
        if (roles is None) == (scopes is None):
            raise InputError("The token must have either roles or scp.")
        granted = {"idtyp": "user", "scp": scopes} if roles is None else {"idtyp": "app", "roles": roles}
        token = self._world.tokens.issue(
            fields.get("audience", str) or self._world.graph_url,
            {"appid": self._world.seed.credential[0], **granted},
            fields.number("expires_in", LIFETIME, minimum=float("-inf")),
        )
        return {"access_token": token}

    def replace_connectors(self, body: t.Any) -> t.Any:
        """Put other connectors in the tenant."""
        self._world.connectors.replace(read_connectors(body))
        return _DONE

    def change_connector(self, connector_id: str, body: t.Any) -> t.Any:
        """Change some properties of one connector; returns it."""
        connector = self._world.connectors.find(connector_id)
        if connector is None:
            raise _NotFoundError(f"There is no connector {connector_id}.")
        changed = connector.changed(body)
        self._world.connectors.put(changed)
        return changed.to_json()

    def replace_applications(self, body: t.Any) -> t.Any:
        """Register other applications."""
        self._world.applications = read_applications(body)
        return _DONE

    def replace_faults(self, body: t.Any) -> t.Any:
        """Put another fault plan in force."""
        self._world.faults.replace(read_rules(body))
        return _DONE

    def reset(self, body: t.Any) -> t.Any:
        """Go back to the start."""
        self._world.reset()
        return _DONE


def _parsed(content: bytes) -> t.Any:
    try:
        return json.loads(content) if content else None
    except ValueError as problem:
        raise InputError(f"The body is no JSON: {problem}.") from None
