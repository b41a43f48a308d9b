# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An external identity provider, whose tokens applications can use as a credential.

Source: https://learn.microsoft.com/entra/workload-id/workload-identity-federation
"""

from __future__ import annotations

import typing as t
import uuid

from .signing import SigningKey, is_signed_by

if t.TYPE_CHECKING:
    from .clock import UtcClock
    from .secrets_record import SecretsRecord

ISSUER = "https://oidc.simulator.example"
SUBJECT = "repo:contoso/automation:ref:refs/heads/main"
"""The issuer and subject that the default application trusts."""

AUDIENCE = "api://AzureADTokenExchange"
LIFETIME = 600
"""In seconds. Tokens of CI systems are short-lived, too."""


class Federation:
    """Simulate every external issuer with one key. Entra knows its public key."""

    def __init__(self, clock: UtcClock, record: SecretsRecord) -> None:
        self._clock = clock
        self._record = record
        self._key = SigningKey()

    def issue(self, issuer: str, subject: str, audience: str, lifetime: float) -> str:
        """Sign a token of ``issuer``. A negative ``lifetime`` (seconds) makes an expired token."""
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
        """Return whether the key of this provider signed the token."""
        return is_signed_by(token, self._key.public_key, "RS256")
