# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sign JSON Web Tokens, and verify signatures."""

from __future__ import annotations

import typing as t
import uuid

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

Claims = t.Mapping[str, t.Any]


class SigningKey:
    """A new RSA key that signs with RS256."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._key_id = uuid.uuid4().hex

    @property
    def public_key(self) -> rsa.RSAPublicKey:
        """The key that verifies signatures."""
        return self._key.public_key()

    def sign(self, claims: Claims) -> str:
        """Return the claims as a signed JSON Web Token."""
        return jwt.encode(dict(claims), self._key, algorithm="RS256", headers={"kid": self._key_id})

    def key_set(self) -> dict[str, t.Any]:
        """Return the public key as a JSON Web Key Set (RFC 7517)."""
        key = jwt.algorithms.RSAAlgorithm.to_jwk(self.public_key, as_dict=True)
        return {"keys": [{**key, "use": "sig", "kid": self._key_id, "alg": "RS256"}]}


def is_signed_by(token: str, key: rsa.RSAPublicKey, algorithm: str) -> bool:
    """Return whether the key signed the token."""
    try:
        jwt.PyJWS().decode(token, key, algorithms=[algorithm])
    except jwt.InvalidTokenError:
        return False
    return True
