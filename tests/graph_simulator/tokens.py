# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tokens of Entra: signed when Entra issues them; access tokens are verified when Graph receives them.

Source of the claims: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
"""

from __future__ import annotations

import typing as t
import uuid

import jwt

from .signing import Claims, SigningKey, is_signed_by

if t.TYPE_CHECKING:
    from .clock import Clock
    from .secrets_record import SecretsRecord

LIFETIME = 3599
"""Seconds; what the service states in ``expires_in`` of an hour's token."""


class TokenError(Exception):
    """A token that Graph does not accept; the message is the one that Graph answers."""


class Tokens:
    """Issues and verifies tokens; ``lifetime`` (seconds) is that of new ones."""

    def __init__(self, tenant_id: str, clock: Clock, record: SecretsRecord) -> None:
        self._tenant_id = tenant_id
        self._record = record
        self._clock = clock
        self._key = SigningKey()
        self.lifetime: float = LIFETIME

    def issue(self, audience: str, claims: Claims, lifetime: float | None = None) -> str:
        """Sign a token for ``audience``; a negative ``lifetime`` (seconds) makes one that is expired already."""
        now = int(self._clock().timestamp())
        standard = {
            "aud": audience,
            # Graph's tokens are of version 1, and so is the name of their issuer.
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
        """Issue an access token, as the part of a token endpoint's answer that tells of it (RFC 6749, section 5.1)."""
        return {
            "token_type": "Bearer",
            "expires_in": int(self.lifetime),
            "ext_expires_in": int(self.lifetime),
            "access_token": self.issue(audience, claims),
        }

    def key_set(self) -> dict[str, t.Any]:
        """Write the public key as a JSON Web Key Set."""
        return self._key.key_set()

    def verify(self, token: str, audience: str) -> Claims:
        """Return the claims of a valid access token; raises TokenError."""
        if token.count(".") != 2:
            raise TokenError("IDX14100: JWT is not well formed, there are no dots (.).")
        try:
            claims: Claims = jwt.decode(token, options={"verify_signature": False})
        except jwt.InvalidTokenError:
            raise TokenError("IDX14102: Unable to decode the header or the payload of the token.") from None
        if not is_signed_by(token, self._key.public_key, "RS256"):
            raise TokenError("Access token validation failure. Invalid signature.")
        # Expiry is measured on the simulator's clock, not on PyJWT's.
        if claims["exp"] <= self._clock().timestamp():
            raise TokenError("Lifetime validation failed, the token is expired.")
        if claims["aud"] != audience:
            raise TokenError("Access token validation failure. Invalid audience.")
        return claims


def application_claims(client_id: str, object_id: str, roles: t.Iterable[str]) -> dict[str, t.Any]:
    """What a token says of a service principal that acts for itself: its roles are its permissions."""
    return {"appid": client_id, "idtyp": "app", "oid": object_id, "sub": object_id, "roles": list(roles)}
