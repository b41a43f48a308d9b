# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tests' instruments: journal, faults, tokens without a sign-in, and the way back to the start."""

from __future__ import annotations

import dataclasses
import typing as t

from ..faults.rules import read_rules
from ..fields import Fields, InputError
from ..graph.throttling import Limits
from .routes import DONE, Routes

if t.TYPE_CHECKING:
    from ..world import World


class Instruments:
    """Observes and disturbs the services."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> Routes:
        """List the routes."""
        return {
            ("GET", "/journal"): lambda body: self._world.journal.to_json(),
            ("DELETE", "/journal"): self.clear_journal,
            ("GET", "/faults"): lambda body: self._world.faults.to_json(),
            ("PUT", "/faults"): self.replace_faults,
            ("DELETE", "/faults"): lambda body: self.replace_faults([]),
            ("POST", "/tokens"): self.issue_token,
            ("PUT", "/token-settings"): self.change_token_settings,
            ("PUT", "/throttling"): self.change_throttling,
            ("DELETE", "/throttling"): self.end_throttling,
            ("POST", "/reset"): self.reset,
        }

    def clear_journal(self, body: t.Any) -> t.Any:
        """Forget all requests."""
        self._world.journal.clear()
        return DONE

    def replace_faults(self, body: t.Any) -> t.Any:
        """Put another fault plan in force."""
        self._world.faults.replace(read_rules(body))
        return DONE

    def issue_token(self, body: t.Any) -> t.Any:
        """Issue a token with ``roles`` (application) or ``scp`` (delegated), even expired or for a foreign audience."""
        fields = Fields(body, "The token", known=("roles", "scp", "expires_in", "audience", "appid"))
        roles, scopes = fields.texts("roles"), fields.get("scp", str)
        if (roles is None) == (scopes is None):
            raise InputError("The token must have either roles or scp.")
        granted = {"idtyp": "user", "scp": scopes} if roles is None else {"idtyp": "app", "roles": roles}
        token = self._world.tokens.issue(
            fields.get("audience", str) or self._world.graph_url,
            {"appid": fields.get("appid", str) or self._world.seed.credential[0], **granted},
            fields.number("expires_in", self._world.tokens.lifetime, minimum=float("-inf")),
        )
        return {"access_token": token}

    def change_token_settings(self, body: t.Any) -> t.Any:
        """Give the tokens to come another ``lifetime``, in seconds."""
        self._world.tokens.lifetime = Fields(body, "The settings", known=("lifetime",)).number(
            "lifetime", self._world.tokens.lifetime
        )
        return {"lifetime": self._world.tokens.lifetime}

    def change_throttling(self, body: t.Any) -> t.Any:
        """Admit so many ``writes`` and ``requests`` within so many ``seconds`` from now on."""
        limits = Limits.from_json(body)
        self._world.throttling.change(limits)
        return dataclasses.asdict(limits)

    def end_throttling(self, body: t.Any) -> t.Any:
        """Admit everything."""
        self._world.throttling.change(None)
        return DONE

    def reset(self, body: t.Any) -> t.Any:
        """Go back to the start."""
        self._world.reset()
        return DONE
