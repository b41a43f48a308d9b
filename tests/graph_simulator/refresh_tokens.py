# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Refresh tokens that Entra has issued. A new token does not revoke older tokens.

Source: https://learn.microsoft.com/entra/identity-platform/refresh-tokens
"""

from __future__ import annotations

import dataclasses
import secrets
import typing as t

if t.TYPE_CHECKING:
    from datetime import datetime

    from .clock import UtcClock
    from .secrets_record import SecretsRecord

PREFIX = "1.AX"
"""The prefix of each token. Entra rejects a text without it as malformed."""


@dataclasses.dataclass
class IssuedRefreshToken:
    """The data of a refresh token. ``second_factor``: the user signed in with a second factor."""

    client_id: str
    username: str
    scope: str
    second_factor: bool
    issued: datetime
    revoked: datetime | None = None
    expired: bool = False


class RefreshTokens:
    """All issued refresh tokens, by their text."""

    def __init__(self, clock: UtcClock, record: SecretsRecord) -> None:
        self._clock = clock
        self._record = record
        self._by_text: dict[str, IssuedRefreshToken] = {}

    def issue(self, client_id: str, username: str, scope: str, *, second_factor: bool) -> str:
        """Issue a new token and return its text."""
        text = self._record.add(PREFIX + secrets.token_urlsafe(96))
        self._by_text[text] = IssuedRefreshToken(client_id, username, scope, second_factor, self._clock())
        return text

    def find(self, text: str) -> IssuedRefreshToken | None:
        """Return the data of a token, or None."""
        return self._by_text.get(text)

    def revoke(self, username: str | None) -> int:
        """Revoke all tokens of a user (None: of all users), as a password change does. Return their number."""
        tokens = self._of_user(username)
        for token in tokens:
            token.revoked = self._clock()
        return len(tokens)

    def expire(self, username: str | None) -> int:
        """Mark all tokens of a user (None: of all users) as unused for 90 days. Return their number."""
        tokens = self._of_user(username)
        for token in tokens:
            token.expired = True
        return len(tokens)

    def clear(self) -> None:
        """Delete all tokens."""
        self._by_text.clear()

    def _of_user(self, username: str | None) -> list[IssuedRefreshToken]:
        return [token for token in self._by_text.values() if username in (None, token.username)]
