# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an application proves itself with: secrets, certificates, and tokens of issuers that it trusts."""

from __future__ import annotations

import base64
import dataclasses
import hmac
import typing as t
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from .federation import AUDIENCE
from .fields import Fields, InputError, checked

if t.TYPE_CHECKING:
    from cryptography.hazmat.primitives import hashes


@dataclasses.dataclass(frozen=True)
class Secret:
    """A client secret; without ``expires`` it is valid for ever."""

    value: str
    expires: datetime | None = None

    @classmethod
    def from_json(cls, value: object, where: str) -> Secret:
        """Read ``{"value": text, "expires": ISO 8601 with an offset, or null}``; raises InputError."""
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
        """Write the form that :meth:`from_json` reads."""
        return {"value": self.value, "expires": None if self.expires is None else self.expires.isoformat()}

    def matches(self, given: str) -> bool:
        """Tell whether this is the secret that was sent."""
        return hmac.compare_digest(self.value.encode(), given.encode())

    def expired(self, now: datetime) -> bool:
        """Tell whether the secret is past its end."""
        return self.expires is not None and self.expires <= now


@dataclasses.dataclass(frozen=True)
class Certificate:
    """The public half of a certificate credential, as PEM."""

    pem: str

    @classmethod
    def from_json(cls, value: object, where: str) -> Certificate:
        """Read the PEM text of a certificate with an RSA key, the only kind that Entra takes; raises InputError."""
        certificate = cls(checked(value, str, where))
        try:
            key = certificate.parsed.public_key()
        except ValueError as problem:
            raise InputError(f"{where} is no certificate in PEM: {problem}.") from None
        if not isinstance(key, rsa.RSAPublicKey):
            raise InputError(f"{where} must hold an RSA key.")
        return certificate

    @property
    def parsed(self) -> x509.Certificate:
        """The certificate itself."""
        return x509.load_pem_x509_certificate(self.pem.encode())

    @property
    def public_key(self) -> rsa.RSAPublicKey:
        """The key that verifies what the application signs."""
        return t.cast("rsa.RSAPublicKey", self.parsed.public_key())

    def thumbprint(self, algorithm: hashes.HashAlgorithm) -> str:
        """The fingerprint as JWT headers write it: base64url without padding (RFC 7515, section 4.1.7)."""
        return base64.urlsafe_b64encode(self.parsed.fingerprint(algorithm)).decode().rstrip("=")


@dataclasses.dataclass(frozen=True)
class FederatedCredential:
    """Trust in the tokens that an external issuer writes for one subject; all three are compared letter by letter."""

    issuer: str
    subject: str
    audience: str = AUDIENCE

    @classmethod
    def from_json(cls, value: object, where: str) -> FederatedCredential:
        """Read ``{"issuer", "subject", "audience"?}``; raises InputError."""
        fields = Fields(value, where, known=("issuer", "subject", "audience"))
        return cls(
            fields.require("issuer", str), fields.require("subject", str), fields.get("audience", str) or AUDIENCE
        )
