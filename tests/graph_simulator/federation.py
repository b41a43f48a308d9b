# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An identity provider outside of Entra, whose tokens applications may use as their credential.

Source: https://learn.microsoft.com/entra/workload-id/workload-identity-federation
"""

from __future__ import annotations

import typing as t
import uuid

from .signing import SigningKey, is_signed_by

if t.TYPE_CHECKING:
    from .clock import Clock
    from .secrets_record import SecretsRecord

ISSUER = "https://oidc.simulator.example"
SUBJECT = "repo:contoso/automation:ref:refs/heads/main"
"""Whom the default application trusts."""

AUDIENCE = "api://AzureADTokenExchange"
LIFETIME = 600
"""Seconds; short, as such tokens are."""


class Federation:
    """Plays every external issuer with one key, known to Entra as if it had been fetched from the issuer."""

    def __init__(self, clock: Clock, record: SecretsRecord) -> None:
        self._clock = clock
        self._record = record
        self._key = SigningKey()

    def issue(self, issuer: str, subject: str, audience: str, lifetime: float) -> str:
        """Sign a token of ``issuer``; a negative ``lifetime`` (seconds) makes one that is expired already."""
        now = int(self._clock().timestamp())
        claims = {
            "iss": issuer,
            "sub": subject,
            "aud": audience,
            "iat": now,
            "nbf": now,
            "exp": int(now + lifetime),
            "jti": str(uuid.uuid4()),
        }
        return self._record.add(self._key.sign(claims))

    def has_signed(self, token: str) -> bool:
        """Tell whether a token comes from one of these issuers at all."""
        return is_signed_by(token, self._key.public_key, "RS256")
