# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Access tokens: signed when Entra issues them, verified when Graph receives them.

Source of the claims: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
"""

from __future__ import annotations

import typing as t
import uuid

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

if t.TYPE_CHECKING:
    from .clock import Clock

LIFETIME = 3599
"""Seconds; what the service states in ``expires_in`` of an hour's token."""

Claims = t.Mapping[str, t.Any]


class TokenError(Exception):
    """A token that Graph does not accept; the message is the one that Graph answers."""


class Tokens:
    """Issues and verifies RS256 tokens with a key that lives as long as the simulator."""

    def __init__(self, tenant_id: str, clock: Clock) -> None:
        self._tenant_id = tenant_id
        self._clock = clock
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._key_id = uuid.uuid4().hex

    def issue(self, audience: str, claims: Claims, lifetime: float = LIFETIME) -> str:
        """Sign a token for ``audience``; a negative ``lifetime`` (seconds) makes one that is expired already."""
        now = int(self._clock().timestamp())
        standard = {
            "aud": audience,
            # Graph's tokens are of version 1, and so is the name of their issuer.
            "iss": f"https://sts.windows.net/{self._tenant_id}/",
            "iat": now,
            "nbf": now,
            "exp": int(now + lifetime),
            "tid": self._tenant_id,
            "uti": uuid.uuid4().hex,
            "ver": "1.0",
        }
        return jwt.encode({**standard, **claims}, self._key, algorithm="RS256", headers={"kid": self._key_id})

    def key_set(self) -> dict[str, t.Any]:
        """Write the public key as a JSON Web Key Set (RFC 7517)."""
        key = jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return {"keys": [{**key, "use": "sig", "kid": self._key_id, "alg": "RS256"}]}

    def verify(self, token: str, audience: str) -> Claims:
        """Return the claims of a valid token; raises TokenError."""
        if token.count(".") != 2:
            raise TokenError("IDX14100: JWT is not well formed, there are no dots (.).")
        try:
            # Expiry is measured on the simulator's clock below, not on PyJWT's.
            claims: Claims = jwt.decode(
                token, self._key.public_key(), algorithms=["RS256"], options={"verify_exp": False, "verify_aud": False}
            )
        except jwt.InvalidSignatureError:
            raise TokenError("Access token validation failure. Invalid signature.") from None
        except jwt.InvalidTokenError:
            raise TokenError("IDX14102: Unable to decode the header or the payload of the token.") from None
        if claims["exp"] <= self._clock().timestamp():
            raise TokenError("Lifetime validation failed, the token is expired.")
        if claims["aud"] != audience:
            raise TokenError("Access token validation failure. Invalid audience.")
        return claims
