# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What happens outside of this project's requests: issuers that are trusted, people at a browser, administrators."""

from __future__ import annotations

import dataclasses
import typing as t

from ..federation import AUDIENCE, ISSUER, LIFETIME
from ..fields import Fields
from .routes import KEY, Routes, found

if t.TYPE_CHECKING:
    from ..device_codes import DeviceCode
    from ..world import World


class SignIn:
    """Acts for everyone else who takes part in a sign-in."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> Routes:
        """List the routes."""
        return {
            ("POST", "/federated-tokens"): self.issue_federated_token,
            ("GET", "/device-codes"): lambda body: [code.to_json() for code in self._world.device_codes.pending()],
            ("POST", f"/device-codes/{KEY}/approve"): self.approve_device_code,
            ("POST", f"/device-codes/{KEY}/decline"): self.decline_device_code,
            ("POST", f"/device-codes/{KEY}/expire"): self.expire_device_code,
            ("PUT", "/device-code-settings"): self.change_device_code_settings,
            ("POST", "/refresh-tokens/revoke"): self.revoke_refresh_tokens,
            ("POST", "/refresh-tokens/expire"): self.expire_refresh_tokens,
        }

    def issue_federated_token(self, body: t.Any) -> t.Any:
        """Sign a token as an external issuer, even an expired one."""
        fields = Fields(body, "The token", known=("issuer", "subject", "audience", "expires_in"))
        token = self._world.federation.issue(
            fields.get("issuer", str) or ISSUER,
            fields.require("subject", str),
            fields.get("audience", str) or AUDIENCE,
            fields.number("expires_in", LIFETIME, minimum=float("-inf")),
        )
        return {"token": token}

    def approve_device_code(self, body: t.Any, user_code: str) -> t.Any:
        """Let a user (``username``; else the one handed out) sign in at the page that asks for the code."""
        code = self._pending(user_code)
        username = Fields(body or {}, "The approval", known=("username",)).get("username", str)
        code.username = self._known_name(username or self._world.seed.user.username)
        return code.to_json()

    def decline_device_code(self, body: t.Any, user_code: str) -> t.Any:
        """Let the person say no."""
        code = self._pending(user_code)
        code.declined = True
        return code.to_json()

    def expire_device_code(self, body: t.Any, user_code: str) -> t.Any:
        """Let the time for one code run out now."""
        code = self._pending(user_code)
        self._world.device_codes.expire(code)
        return code.to_json()

    def change_device_code_settings(self, body: t.Any) -> t.Any:
        """Give the codes to come another ``lifetime`` or ``interval``, in seconds."""
        codes = self._world.device_codes
        fields = Fields(body, "The settings", known=("lifetime", "interval"))
        codes.settings = dataclasses.replace(
            codes.settings,
            lifetime=fields.number("lifetime", codes.settings.lifetime),
            interval=fields.count("interval", codes.settings.interval),
        )
        return dataclasses.asdict(codes.settings)

    def revoke_refresh_tokens(self, body: t.Any) -> t.Any:
        """End all refresh tokens so far, of one user or of all."""
        return {"count": self._world.refresh_tokens.revoke(self._whose(body))}

    def expire_refresh_tokens(self, body: t.Any) -> t.Any:
        """Let all refresh tokens so far, of one user or of all, have been unused for too long."""
        return {"count": self._world.refresh_tokens.expire(self._whose(body))}

    def _pending(self, user_code: str) -> DeviceCode:
        codes = {code.user_code: code for code in self._world.device_codes.pending()}
        return found(codes.get(user_code), f"pending device code {user_code}")

    def _known_name(self, username: str) -> str:
        return found(self._world.user(username), f"user {username}").username

    def _whose(self, body: t.Any) -> str | None:
        username = Fields(body or {}, "The request", known=("username",)).get("username", str)
        return None if username is None else self._known_name(username)
