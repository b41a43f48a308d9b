# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Reads a certificate with its private key, in whatever form people keep one, into what msal signs with."""

from __future__ import annotations

import re
import typing as t

from ._dependencies import load
from ._errors import OptionsError

_PEM_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)


def read_certificate(path: str, content: bytes, password: str | None) -> dict[str, str]:
    """Return msal's description of the certificate, the chain behind it included for ``x5c``.

    :param content: PEM blocks in any order, the key encrypted or not, or a PFX (PKCS #12); told apart by content.
    :raises OptionsError: it is neither, lacks a part, or the password does not open it.
    """
    unsupported = load("cryptography.exceptions").UnsupportedAlgorithm
    try:
        keys, certificates = (_read_pem if b"-----BEGIN" in content else _read_pfx)(
            content, password.encode() if password else None
        )
        return _describe(path, keys, certificates)
    # cryptography tells a missing, a needless and a wrong password, and damage, by these; its words say little.
    except (TypeError, ValueError, unsupported) as exc:
        raise _unusable(path, "it is neither PEM nor PFX, it is damaged, or certificate_password does not fit") from exc


def _describe(path: str, keys: list[t.Any], certificates: list[t.Any]) -> dict[str, str]:
    serialization = load("cryptography.hazmat.primitives.serialization")
    rsa = load("cryptography.hazmat.primitives.asymmetric.rsa")

    def public_form(holder: t.Any) -> t.Any:
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return holder.public_key().public_bytes(serialization.Encoding.DER, form)

    if not keys:
        raise _unusable(path, "it holds no private key")
    pairs = [(key, one) for key in keys for one in certificates if public_form(key) == public_form(one)]
    if not pairs:
        raise _unusable(path, "it holds no certificate that belongs to its private key")
    key, leaf = pairs[0]
    if not isinstance(key, rsa.RSAPrivateKey):
        raise _unusable(path, "its key is not an RSA key, and Entra takes no other")
    pem = serialization.Encoding.PEM
    return {
        "private_key": key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode(),
        "public_certificate": "".join(
            one.public_bytes(pem).decode() for one in (leaf, *(other for other in certificates if other != leaf))
        ),
    }


def _read_pem(content: bytes, password: bytes | None) -> tuple[list[t.Any], list[t.Any]]:
    x509 = load("cryptography.x509")
    serialization = load("cryptography.hazmat.primitives.serialization")
    keys, certificates = [], []
    for block in _PEM_BLOCK.finditer(content):
        if block.group(1) == b"CERTIFICATE":
            certificates.append(x509.load_pem_x509_certificate(block.group(0)))
        elif block.group(1).endswith(b"PRIVATE KEY"):
            encrypted = b"ENCRYPTED" in block.group(0)
            # A password that the key does not need is no error: the same options may serve several certificates.
            keys.append(serialization.load_pem_private_key(block.group(0), password if encrypted else None))
    return keys, certificates


def _read_pfx(content: bytes, password: bytes | None) -> tuple[list[t.Any], list[t.Any]]:
    pkcs12 = load("cryptography.hazmat.primitives.serialization.pkcs12")
    key, certificate, others = pkcs12.load_key_and_certificates(content, password)
    return [one for one in (key,) if one is not None], [one for one in (certificate, *others) if one is not None]


def _unusable(path: str, reason: str) -> OptionsError:
    return OptionsError(
        f"certificate_path names {path!r}, which cannot be used: {reason}",
        hint="Give a PEM file with a certificate and its RSA key, or a PFX, and certificate_password if it has one.",
    )
