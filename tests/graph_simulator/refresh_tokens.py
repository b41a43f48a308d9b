# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The refresh tokens that Entra has issued. A newer one does not end an older one.

Source: https://learn.microsoft.com/entra/identity-platform/refresh-tokens
"""

from __future__ import annotations

import dataclasses
import secrets
import typing as t

if t.TYPE_CHECKING:
    from datetime import datetime

    from .clock import Clock
    from .secrets_record import SecretsRecord

PREFIX = "1.AX"
"""What all of them begin with, so that garbage can be told from a token that is merely unknown."""


@dataclasses.dataclass
class RefreshToken:
    """What a refresh token stands for; ``second_factor``: the sign-in that it comes from had one."""

    client_id: str
    username: str
    scope: str
    second_factor: bool
    issued: datetime
    revoked: datetime | None = None
    expired: bool = False


class RefreshTokens:
    """The issued ones by their text."""

    def __init__(self, clock: Clock, record: SecretsRecord) -> None:
        self._clock = clock
        self._record = record
        self._by_text: dict[str, RefreshToken] = {}

    def issue(self, client_id: str, username: str, scope: str, *, second_factor: bool) -> str:
        """Make a new one; returns its text."""
        text = self._record.add(PREFIX + secrets.token_urlsafe(96))
        self._by_text[text] = RefreshToken(client_id, username, scope, second_factor, self._clock())
        return text

    def find(self, text: str) -> RefreshToken | None:
        """Return what a text stands for, or None."""
        return self._by_text.get(text)

    def revoke(self, username: str | None) -> int:
        """End all that a user (None: anyone) holds so far, as a new password does; returns their number."""
        found = self._of(username)
        for token in found:
            token.revoked = self._clock()
        return len(found)

    def expire(self, username: str | None) -> int:
        """Make all that a user (None: anyone) holds so far look unused for 90 days; returns their number."""
        found = self._of(username)
        for token in found:
            token.expired = True
        return len(found)

    def clear(self) -> None:
        """Forget all of them."""
        self._by_text.clear()

    def _of(self, username: str | None) -> list[RefreshToken]:
        return [token for token in self._by_text.values() if username in (None, token.username)]
