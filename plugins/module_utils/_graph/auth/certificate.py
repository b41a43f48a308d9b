# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Read a certificate and its private key from PEM or PFX for msal."""

from __future__ import annotations

import base64
import contextlib
import re
import typing as t

from ..dependencies import load
from ..errors import GraphError, OptionsError
from ..files import as_utf8
from ..masking import SECRETS

if t.TYPE_CHECKING:
    from collections.abc import Iterator

# OpenSSL writes the last label with "x509 -trustout": it appends its trust settings to the certificate.
_CERTIFICATE_LABELS: t.Final = (b"CERTIFICATE", b"X509 CERTIFICATE", b"TRUSTED CERTIFICATE")
# Chains of public and company authorities have up to five certificates.
_MAX_CHAIN: t.Final = 10
# Full lines of a key have 64 characters. The last line can be so short that it also occurs in other text.
_SHORTEST_SECRET_LINE: t.Final = 16
# A vault or a variable of a CI system can store a line break as the characters \n. A second layer of JSON or YAML
# doubles the backslash.
_ESCAPED_BREAK: t.Final = re.compile(rb"\\{1,4}([rn])")


def read_certificate(path: str, content: bytes, password: str | None) -> dict[str, str]:
    r"""Return msal's dictionary ``client_credential``: the private key, and the certificate with its chain for x5c.

    :param content: PEM blocks in any order, the key encrypted or not, or a PFX (PKCS #12). The format is detected.
        Text may be in UTF-16, contain ``\n`` instead of line breaks, or be the Base64 form of the whole file.
    :raises OptionsError: the content is neither PEM nor PFX, it is incomplete, or the password is wrong.
    """
    content = _decode(content)
    try:
        keys, certificates = (_read_pem if b"-----BEGIN" in content else _read_pfx)(
            content, password.encode() if password else None
        )
        return _client_credential(path, keys, certificates)
    except GraphError:
        raise
    # For a missing or wrong password and for damaged content, cryptography raises exceptions of many types.
    except Exception as exc:
        reason = "it is neither PEM nor PFX, it is damaged, or certificate_password does not fit"
        if _is_der_certificate(content):
            reason = "it is a certificate in binary form (DER), which holds no private key"
        raise _certificate_error(path, reason) from exc


def _decode(content: bytes) -> bytes:
    """Return PEM in UTF-8 with line breaks, or a PFX in binary form."""
    text = as_utf8(content)
    if b"-----BEGIN" not in text:
        # Try to decode Base64: a binary PFX is not valid Base64. Remove white space first, because strict decoding
        # refuses it.
        joined = b"".join(text.split())
        with contextlib.suppress(ValueError):
            text = as_utf8(base64.b64decode(joined + b"=" * (-len(joined) % 4), validate=True)) or content
    if b"-----BEGIN" not in text:
        return text
    return _ESCAPED_BREAK.sub(lambda match: b"" if match.group(1) == b"r" else b"\n", text)


def _client_credential(path: str, keys: list[t.Any], certificates: list[t.Any]) -> dict[str, str]:
    """Return msal's dictionary ``client_credential`` for a key and its certificate."""
    serialization = load("cryptography.hazmat.primitives.serialization")
    rsa = load("cryptography.hazmat.primitives.asymmetric.rsa")

    def public_key(source: t.Any) -> bytes:
        key_format = serialization.PublicFormat.SubjectPublicKeyInfo
        return t.cast("bytes", source.public_key().public_bytes(serialization.Encoding.DER, key_format))

    if not keys:
        raise _certificate_error(path, "it holds no private key")
    # Reversed: if several certificates belong to one key, the first certificate is used.
    leaves = {public_key(certificate): certificate for certificate in reversed(certificates)}
    pairs = [(key, leaves[public]) for key in keys if (public := public_key(key)) in leaves]
    if not pairs:
        raise _certificate_error(path, "it holds no certificate that belongs to its private key")
    key, leaf = pairs[0]
    if not isinstance(key, rsa.RSAPrivateKey):
        raise _certificate_error(path, "its key is not an RSA key, and Entra takes no other")
    pem = serialization.Encoding.PEM
    private_key = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    _register(private_key)
    return {
        "private_key": private_key.decode(),
        "public_certificate": "".join(
            certificate.public_bytes(pem).decode() for certificate in _chain(leaf, certificates)
        ),
    }


def _chain(leaf: t.Any, certificates: list[t.Any]) -> list[t.Any]:
    """Return the certificate, its issuer, the issuer's issuer, and so on (RFC 7515, section 4.1.6).

    ``x5c`` contains only this chain, not the other certificates of the file.
    """
    by_subject: dict[t.Any, list[t.Any]] = {}
    for certificate in certificates:
        by_subject.setdefault(certificate.subject, []).append(certificate)
    chain = [leaf]
    while len(chain) < _MAX_CHAIN and chain[-1].issuer != chain[-1].subject:
        last = chain[-1]
        # Skip certificates that are already in the chain: two authorities can cross-sign each other.
        candidates = (candidate for candidate in by_subject.get(last.issuer, []) if candidate not in chain)
        issuer = next((candidate for candidate in candidates if _can_have_issued(candidate, last)), None)
        if issuer is None:
            break
        chain.append(issuer)
    return chain


def _can_have_issued(issuer: t.Any, certificate: t.Any) -> bool:
    """Return whether the issuer signed the certificate, or true if the signature cannot be verified.

    The name is not enough: several authorities or keys can have the same subject.
    """
    exceptions = load("cryptography.exceptions")
    try:
        certificate.verify_directly_issued_by(issuer)
    except (TypeError, ValueError, exceptions.InvalidSignature):
        return False
    except (AttributeError, exceptions.UnsupportedAlgorithm):
        # cryptography before 40 cannot verify signatures, and no version supports all algorithms. Accept the issuer, as
        # its name matches.
        return True
    return True


def _read_pem(content: bytes, password: bytes | None) -> tuple[list[t.Any], list[t.Any]]:
    x509 = load("cryptography.x509")
    serialization = load("cryptography.hazmat.primitives.serialization")
    keys, certificates = [], []
    for label, body in _pem_blocks(content):
        if label in _CERTIFICATE_LABELS:
            der = base64.b64decode(b"".join(body.split()), validate=True)
            certificates.append(x509.load_der_x509_certificate(_first_der_value(der)))
        elif label.endswith(b"PRIVATE KEY"):
            block = b"-----BEGIN %b-----%b-----END %b-----\n" % (label, body, label)
            _register(block)
            encrypted = b"ENCRYPTED" in block
            # Ignore a password that the key does not need: users may set the same options for several certificates.
            keys.append(serialization.load_pem_private_key(block, password if encrypted else None))
    return keys, certificates


def _pem_blocks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the label and the body of each PEM block (RFC 7468) in linear time."""
    parts = content.split(b"-----")
    for begin, body, end in zip(parts, parts[1:], parts[2:]):
        if begin.startswith(b"BEGIN ") and end == b"END " + begin[6:]:
            yield begin[6:], body


def _first_der_value(der: bytes) -> bytes:
    """Return the first DER value (X.690, section 8.1) without the data after it."""
    # The length follows the tag: one byte if it is below 128. Otherwise this byte is 0x80 plus the number of length
    # bytes that follow.
    header, length = 2, int.from_bytes(der[1:2], "big")
    if length >= 0x80:
        header += length - 0x80
        length = int.from_bytes(der[2:header], "big")
    return der[: header + length]


def _read_pfx(content: bytes, password: bytes | None) -> tuple[list[t.Any], list[t.Any]]:
    pkcs12 = load("cryptography.hazmat.primitives.serialization.pkcs12")
    key, certificate, others = pkcs12.load_key_and_certificates(content, password)
    keys = [] if key is None else [key]
    return keys, [item for item in (certificate, *others) if item is not None]


def _is_der_certificate(content: bytes) -> bool:
    x509 = load("cryptography.x509")
    try:
        x509.load_der_x509_certificate(content)
    except (ValueError, x509.InvalidVersion):
        return False
    return True


def _register(private_key: bytes) -> None:
    """Register a private key in PEM as a secret: the whole text and each line, because logs contain single lines."""
    text = private_key.decode("ascii", "replace")
    lines = (line.strip() for line in text.splitlines())
    SECRETS.add(text, *(line for line in lines if len(line) >= _SHORTEST_SECRET_LINE and not line.startswith("-----")))


def _certificate_error(path: str, reason: str) -> OptionsError:
    return OptionsError(
        f"certificate_path names {path!r}, which cannot be used: {reason}",
        hint="Give a PEM file with a certificate and its RSA key, or a PFX, and certificate_password if it has one.",
    )
