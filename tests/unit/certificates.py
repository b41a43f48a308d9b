# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keys and certificates for tests, in the formats that users have."""

from __future__ import annotations

import base64
import datetime
import textwrap
import typing as t

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

PEM = serialization.Encoding.PEM
NOT_ENCRYPTED = serialization.NoEncryption()


def issue(name: str, key: t.Any, issuer: str | None = None, signer: t.Any = None) -> x509.Certificate:
    """Issue a certificate. Without ``signer`` it is self-signed."""
    now = datetime.datetime(2026, 1, 1)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer or name)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(signer or key, hashes.SHA256())
    )


KEY = rsa.generate_private_key(65537, 2048)
OTHER_KEY = rsa.generate_private_key(65537, 2048)
AUTHORITY = issue("authority", OTHER_KEY)
LEAF = issue("leaf", KEY, "authority", OTHER_KEY)


def key_pem(key_format: serialization.PrivateFormat, encryption: serialization.KeySerializationEncryption) -> bytes:
    return KEY.private_bytes(PEM, key_format, encryption)


PLAIN = key_pem(serialization.PrivateFormat.PKCS8, NOT_ENCRYPTED)
TRADITIONAL = key_pem(serialization.PrivateFormat.TraditionalOpenSSL, NOT_ENCRYPTED)
UNRELATED_PLAIN = rsa.generate_private_key(65537, 2048).private_bytes(
    PEM, serialization.PrivateFormat.PKCS8, NOT_ENCRYPTED
)
OTHER_PLAIN = OTHER_KEY.private_bytes(PEM, serialization.PrivateFormat.PKCS8, NOT_ENCRYPTED)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
EC_PEM = EC_KEY.private_bytes(PEM, serialization.PrivateFormat.PKCS8, NOT_ENCRYPTED) + issue(
    "elliptic", EC_KEY
).public_bytes(PEM)
ENCRYPTED = key_pem(serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"pass phrase"))
TRADITIONAL_ENCRYPTED = key_pem(
    serialization.PrivateFormat.TraditionalOpenSSL, serialization.BestAvailableEncryption(b"pass phrase")
)
CERTIFICATE, CHAIN = LEAF.public_bytes(PEM), AUTHORITY.public_bytes(PEM)


OTHER_BLOCKS = b"".join(
    b"-----BEGIN " + name + b"-----\nAAAA\n-----END " + name + b"-----\n"
    for name in (b"ATTRIBUTE CERTIFICATE", b"CERTIFICATE REQUEST", b"DH PARAMETERS", b"PUBLIC KEY")
)


# The trust settings that "openssl x509 -trustout" appends: trusted for TLS clients, with an alias.
TRUST = bytes.fromhex("3017300a06082b060105050703020c096120666f726d616c")


def pem_block(label: str, der: bytes) -> bytes:
    """Return a PEM block."""
    body = "\n".join(textwrap.wrap(base64.b64encode(der).decode(), 64))
    return f"-----BEGIN {label}-----\n{body}\n-----END {label}-----\n".encode()


DER = LEAF.public_bytes(serialization.Encoding.DER)
KEY_AND_CHAIN = PLAIN + CERTIFICATE + CHAIN
