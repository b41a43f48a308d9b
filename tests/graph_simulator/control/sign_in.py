# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Control routes for the other parties of a sign-in: external issuers, users with a browser, administrators."""

from __future__ import annotations

import dataclasses
import typing as t

from ..federation import AUDIENCE, ISSUER, LIFETIME
from ..fields import Fields
from .routes import ANY_SEGMENT, Routes, require_item

if t.TYPE_CHECKING:
    from ..device_codes import IssuedDeviceCode
    from ..service_state import ServiceState


class SignInRoutes:
    """Routes that act for the other parties of a sign-in."""

    def __init__(self, state: ServiceState) -> None:
        self._state = state

    def routes(self) -> Routes:
        """Return the routes."""
        return {
            ("POST", "/federated-tokens"): self.issue_federated_token,
            ("GET", "/device-codes"): lambda body: [code.to_json() for code in self._state.device_codes.pending()],
            ("POST", f"/device-codes/{ANY_SEGMENT}/approve"): self.approve_device_code,
            ("POST", f"/device-codes/{ANY_SEGMENT}/decline"): self.decline_device_code,
            ("POST", f"/device-codes/{ANY_SEGMENT}/expire"): self.expire_device_code,
            ("PUT", "/device-code-settings"): self.change_device_code_settings,
            ("POST", "/refresh-tokens/revoke"): self.revoke_refresh_tokens,
            ("POST", "/refresh-tokens/expire"): self.expire_refresh_tokens,
        }

    def issue_federated_token(self, body: t.Any) -> t.Any:
        """Sign a token of an external issuer. It may be expired."""
        fields = Fields(body, "The token", known=("issuer", "subject", "audience", "expires_in"))
        token = self._state.federation.issue(
            fields.get("issuer", str) or ISSUER,
            fields.require("subject", str),
            fields.get("audience", str) or AUDIENCE,
            fields.number("expires_in", LIFETIME, minimum=float("-inf")),
        )
        return {"token": token}

    def approve_device_code(self, body: t.Any, user_code: str) -> t.Any:
        """Approve a device code as the user ``username`` (default: the default user)."""
        code = self._pending(user_code)
        username = Fields(body or {}, "The approval", known=("username",)).get("username", str)
        code.username = self._known_name(username or self._state.seed.user.username)
        return code.to_json()

    def decline_device_code(self, body: t.Any, user_code: str) -> t.Any:
        """Decline a device code."""
        code = self._pending(user_code)
        code.declined = True
        return code.to_json()

    def expire_device_code(self, body: t.Any, user_code: str) -> t.Any:
        """Expire a device code now."""
        code = self._pending(user_code)
        self._state.device_codes.expire(code)
        return code.to_json()

    def change_device_code_settings(self, body: t.Any) -> t.Any:
        """Set the ``lifetime`` or ``interval`` (seconds) of new device codes."""
        codes = self._state.device_codes
        fields = Fields(body, "The settings", known=("lifetime", "interval"))
        codes.settings = dataclasses.replace(
            codes.settings,
            lifetime=fields.number("lifetime", codes.settings.lifetime),
            interval=fields.count("interval", codes.settings.interval),
        )
        return dataclasses.asdict(codes.settings)

    def revoke_refresh_tokens(self, body: t.Any) -> t.Any:
        """Revoke all refresh tokens of one user, or of all users."""
        return {"count": self._state.refresh_tokens.revoke(self._whose(body))}

    def expire_refresh_tokens(self, body: t.Any) -> t.Any:
        """Expire all refresh tokens of one user, or of all users."""
        return {"count": self._state.refresh_tokens.expire(self._whose(body))}

    def _pending(self, user_code: str) -> IssuedDeviceCode:
        codes = {code.user_code: code for code in self._state.device_codes.pending()}
        return require_item(codes.get(user_code), f"pending device code {user_code}")

    def _known_name(self, username: str) -> str:
        return require_item(self._state.user(username), f"user {username}").username

    def _whose(self, body: t.Any) -> str | None:
        username = Fields(body or {}, "The request", known=("username",)).get("username", str)
        return None if username is None else self._known_name(username)
