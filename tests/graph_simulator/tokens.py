# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Issue and verify tokens of Entra.

Source of the claims: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
"""

from __future__ import annotations

import typing as t
import uuid

import jwt

from .signing import Claims, SigningKey, is_signed_by

if t.TYPE_CHECKING:
    from .clock import UtcClock
    from .secrets_record import SecretsRecord

LIFETIME = 3599
"""In seconds. Entra returns this ``expires_in`` for a token of one hour."""


class TokenError(Exception):
    """Graph rejects a token. The message is the one that Graph sends."""


class Tokens:
    """Issue and verify tokens. ``lifetime`` (seconds) applies to new tokens."""

    def __init__(self, tenant_id: str, clock: UtcClock, record: SecretsRecord) -> None:
        self._tenant_id = tenant_id
        self._record = record
        self._clock = clock
        self._key = SigningKey()
        self.lifetime: float = LIFETIME

    def issue(self, audience: str, claims: Claims, lifetime: float | None = None) -> str:
        """Sign a token for ``audience``. A negative ``lifetime`` (seconds) makes an expired token."""
        now = int(self._clock().timestamp())
        standard = {
            "aud": audience,
            # Tokens for Graph have version 1.0, so they have the issuer of version 1.0.
            "iss": f"https://sts.windows.net/{self._tenant_id}/",
            "iat": now,
            "nbf": now,
            "exp": int(now + (self.lifetime if lifetime is None else lifetime)),
            "tid": self._tenant_id,
            "uti": uuid.uuid4().hex,
            "ver": "1.0",
        }
        return self._record.add(self._key.sign({**standard, **claims}))

    def bearer(self, audience: str, claims: Claims) -> dict[str, t.Any]:
        """Issue an access token, and return the fields of a token response (RFC 6749, section 5.1)."""
        return {
            "token_type": "Bearer",
            "expires_in": int(self.lifetime),
            "ext_expires_in": int(self.lifetime),
            "access_token": self.issue(audience, claims),
        }

    def key_set(self) -> dict[str, t.Any]:
        """Return the public key as a JSON Web Key Set."""
        return self._key.key_set()

    def verify(self, token: str, audience: str) -> Claims:
        """Return the claims of a valid access token; raise TokenError."""
        if token.count(".") != 2:
            raise TokenError("IDX14100: JWT is not well formed, there are no dots (.).")
        try:
            claims: Claims = jwt.decode(token, options={"verify_signature": False})
        except jwt.InvalidTokenError:
            raise TokenError("IDX14102: Unable to decode the header or the payload of the token.") from None
        if not is_signed_by(token, self._key.public_key, "RS256"):
            raise TokenError("Access token validation failure. Invalid signature.")
        # PyJWT would use the clock of the machine; tests use the clock of the simulator.
        if claims["exp"] <= self._clock().timestamp():
            raise TokenError("Lifetime validation failed, the token is expired.")
        if claims["aud"] != audience:
            raise TokenError("Access token validation failure. Invalid audience.")
        return claims


def application_claims(client_id: str, object_id: str, roles: t.Iterable[str]) -> dict[str, t.Any]:
    """Return the claims of a service principal that signs in as itself. Its permissions are ``roles``."""
    return {"appid": client_id, "idtyp": "app", "oid": object_id, "sub": object_id, "roles": list(roles)}
