# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials of applications: client secrets, certificates and federated credentials."""

from __future__ import annotations

import base64
import dataclasses
import hmac
import typing as t
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from .federation import AUDIENCE
from .fields import Fields, InputError, check_type

if t.TYPE_CHECKING:
    from cryptography.hazmat.primitives import hashes


@dataclasses.dataclass(frozen=True)
class SecretCredential:
    """A client secret. Without ``expires`` it never expires."""

    value: str
    expires: datetime | None = None

    @classmethod
    def from_json(cls, value: object, where: str) -> SecretCredential:
        """Read ``{"value": text, "expires": ISO 8601 with an offset, or null}``; raise InputError."""
        fields = Fields(value, where, known=("value", "expires"))
        written = fields.get("expires", str)
        try:
            expires = None if written is None else datetime.fromisoformat(written)
        except ValueError:
            expires = None
        if written is not None and (expires is None or expires.tzinfo is None):
            raise InputError(f"{where}.expires must be an ISO 8601 time with an offset, not {written!r}.")
        return cls(fields.require("value", str), expires)

    def to_json(self) -> dict[str, t.Any]:
        """Return the JSON that :meth:`from_json` reads."""
        return {"value": self.value, "expires": None if self.expires is None else self.expires.isoformat()}

    def matches(self, secret: str) -> bool:
        """Return whether the request sent this secret."""
        return hmac.compare_digest(self.value.encode(), secret.encode())

    def expired(self, now: datetime) -> bool:
        """Return whether the secret has expired."""
        return self.expires is not None and self.expires <= now


@dataclasses.dataclass(frozen=True)
class CertificateCredential:
    """The certificate of an application as PEM, without the private key."""

    pem: str

    @classmethod
    def from_json(cls, value: object, where: str) -> CertificateCredential:
        """Read the PEM text of a certificate; raise InputError. Entra accepts only RSA keys."""
        certificate = cls(check_type(value, str, where))
        try:
            key = certificate.parsed.public_key()
        except ValueError as error:
            raise InputError(f"{where} is no certificate in PEM: {error}.") from None
        if not isinstance(key, rsa.RSAPublicKey):
            raise InputError(f"{where} must hold an RSA key.")
        return certificate

    @property
    def parsed(self) -> x509.Certificate:
        """The parsed certificate."""
        return x509.load_pem_x509_certificate(self.pem.encode())

    @property
    def public_key(self) -> rsa.RSAPublicKey:
        """The key that verifies signatures of the application."""
        return t.cast("rsa.RSAPublicKey", self.parsed.public_key())

    def thumbprint(self, algorithm: hashes.HashAlgorithm) -> str:
        """Return the thumbprint as in JWT headers: base64url without padding (RFC 7515, section 4.1.7)."""
        return base64.urlsafe_b64encode(self.parsed.fingerprint(algorithm)).decode().rstrip("=")


@dataclasses.dataclass(frozen=True)
class FederatedCredential:
    """Trust in tokens of an external issuer for one subject. Entra compares all three values with case."""

    issuer: str
    subject: str
    audience: str = AUDIENCE

    @classmethod
    def from_json(cls, value: object, where: str) -> FederatedCredential:
        """Read ``{"issuer", "subject", "audience"?}``; raise InputError."""
        fields = Fields(value, where, known=("issuer", "subject", "audience"))
        return cls(
            fields.require("issuer", str), fields.require("subject", str), fields.get("audience", str) or AUDIENCE
        )
