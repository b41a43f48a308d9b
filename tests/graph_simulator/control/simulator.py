# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Control routes for the simulator: journal, faults, throttling, tokens without a sign-in, and reset."""

from __future__ import annotations

import dataclasses
import typing as t

from ..faults.rules import read_rules
from ..fields import Fields, InputError
from ..graph.throttling import Limits
from .routes import EMPTY, Routes

if t.TYPE_CHECKING:
    from ..service_state import ServiceState


class SimulatorRoutes:
    """Routes that observe and change the behavior of the services."""

    def __init__(self, state: ServiceState) -> None:
        self._state = state

    def routes(self) -> Routes:
        """Return the routes."""
        return {
            ("GET", "/journal"): lambda body: self._state.journal.to_json(),
            ("DELETE", "/journal"): self.clear_journal,
            ("GET", "/faults"): lambda body: self._state.faults.to_json(),
            ("PUT", "/faults"): self.replace_faults,
            ("DELETE", "/faults"): lambda body: self.replace_faults([]),
            ("POST", "/tokens"): self.issue_token,
            ("PUT", "/token-settings"): self.change_token_settings,
            ("PUT", "/throttling"): self.change_throttling,
            ("DELETE", "/throttling"): self.end_throttling,
            ("POST", "/reset"): self.reset,
        }

    def clear_journal(self, body: t.Any) -> t.Any:
        """Delete all recorded requests."""
        self._state.journal.clear()
        return EMPTY

    def replace_faults(self, body: t.Any) -> t.Any:
        """Replace the fault plan."""
        self._state.faults.replace(read_rules(body))
        return EMPTY

    def issue_token(self, body: t.Any) -> t.Any:
        """Issue a token with ``roles`` (application) or ``scp`` (delegated), even an expired one."""
        fields = Fields(body, "The token", known=("roles", "scp", "expires_in", "audience", "appid"))
        roles, scopes = fields.texts("roles"), fields.get("scp", str)
        if (roles is None) == (scopes is None):
            raise InputError("The token must have either roles or scp.")
        claims = {"idtyp": "user", "scp": scopes} if roles is None else {"idtyp": "app", "roles": roles}
        token = self._state.tokens.issue(
            fields.get("audience", str) or self._state.graph_url,
            {"appid": fields.get("appid", str) or self._state.seed.credential[0], **claims},
            fields.number("expires_in", self._state.tokens.lifetime, minimum=float("-inf")),
        )
        return {"access_token": token}

    def change_token_settings(self, body: t.Any) -> t.Any:
        """Set the ``lifetime`` (seconds) of new tokens."""
        self._state.tokens.lifetime = Fields(body, "The settings", known=("lifetime",)).number(
            "lifetime", self._state.tokens.lifetime
        )
        return {"lifetime": self._state.tokens.lifetime}

    def change_throttling(self, body: t.Any) -> t.Any:
        """Set the limits: so many ``writes`` and ``requests`` in so many ``seconds``."""
        limits = Limits.from_json(body)
        self._state.throttling.change(limits)
        return dataclasses.asdict(limits)

    def end_throttling(self, body: t.Any) -> t.Any:
        """Turn off throttling."""
        self._state.throttling.change(None)
        return EMPTY

    def reset(self, body: t.Any) -> t.Any:
        """Restore the seed and the initial settings."""
        self._state.reset()
        return EMPTY
