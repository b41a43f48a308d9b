# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Create certificates for an application."""

from __future__ import annotations

import datetime
import typing as t

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID


class AppCertificate(t.NamedTuple):
    """A self-signed certificate, and the contents of files with the certificate and its key.

    :param password: the password of ``encrypted_pem`` and ``pfx``.
    """

    certificate_pem: str
    pem: bytes
    encrypted_pem: bytes
    pfx: bytes
    password: str


def make_certificate() -> AppCertificate:
    """Create a key and a certificate that is valid now."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ansible")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    password = "canary-passphrase-of-the-certificate"
    encryption = serialization.BestAvailableEncryption(password.encode())
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    certificate_pem = certificate.public_bytes(pem)
    return AppCertificate(
        certificate_pem.decode(),
        certificate_pem + key.private_bytes(pem, pkcs8, serialization.NoEncryption()),
        key.private_bytes(pem, pkcs8, encryption) + certificate_pem,
        pkcs12.serialize_key_and_certificates(b"ansible", key, certificate, None, encryption),
        password,
    )
