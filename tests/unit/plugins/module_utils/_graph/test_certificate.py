# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime
import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph._certificate import read_certificate
from ansible_collections.msgraph.intune.plugins.module_utils._graph._errors import OptionsError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

PEM = serialization.Encoding.PEM
NOT_ENCRYPTED = serialization.NoEncryption()


def issue(name: str, key: t.Any, issuer: str | None = None, signer: t.Any = None) -> x509.Certificate:
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


def key_pem(form: serialization.PrivateFormat, encryption: serialization.KeySerializationEncryption) -> bytes:
    return KEY.private_bytes(PEM, form, encryption)


PLAIN = key_pem(serialization.PrivateFormat.PKCS8, NOT_ENCRYPTED)
TRADITIONAL = key_pem(serialization.PrivateFormat.TraditionalOpenSSL, NOT_ENCRYPTED)
STRANGE_PLAIN = rsa.generate_private_key(65537, 2048).private_bytes(
    PEM, serialization.PrivateFormat.PKCS8, NOT_ENCRYPTED
)
OTHER_PLAIN = OTHER_KEY.private_bytes(PEM, serialization.PrivateFormat.PKCS8, NOT_ENCRYPTED)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
EC_PEM = EC_KEY.private_bytes(PEM, serialization.PrivateFormat.PKCS8, NOT_ENCRYPTED) + issue(
    "elliptic", EC_KEY
).public_bytes(PEM)
ENCRYPTED = key_pem(serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"pass phrase"))
OLD_ENCRYPTED = key_pem(
    serialization.PrivateFormat.TraditionalOpenSSL, serialization.BestAvailableEncryption(b"pass phrase")
)
CERTIFICATE, CHAIN = LEAF.public_bytes(PEM), AUTHORITY.public_bytes(PEM)


OTHER_BLOCKS = b"".join(
    b"-----BEGIN " + name + b"-----\nAAAA\n-----END " + name + b"-----\n"
    for name in (b"ATTRIBUTE CERTIFICATE", b"CERTIFICATE REQUEST", b"DH PARAMETERS", b"PUBLIC KEY")
)


def pfx(password: bytes | None, *, key: t.Any = KEY, leaf: x509.Certificate | None = LEAF) -> bytes:
    encryption = NOT_ENCRYPTED if password is None else serialization.BestAvailableEncryption(password)
    return pkcs12.serialize_key_and_certificates(b"name", key, leaf, [AUTHORITY], encryption)


@pytest.mark.parametrize(
    ("content", "password"),
    [
        (PLAIN + CERTIFICATE + CHAIN, None),
        (CHAIN + CERTIFICATE + PLAIN, None),
        (b"Bag Attributes\n  friendlyName: x\n" + CERTIFICATE + b"\nsome text\n" + TRADITIONAL + CHAIN, None),
        (ENCRYPTED + CERTIFICATE + CHAIN, "pass phrase"),
        (CHAIN + OLD_ENCRYPTED + CERTIFICATE, "pass phrase"),
        (PLAIN + CERTIFICATE + CHAIN, "a needless one"),
        (PLAIN + OTHER_PLAIN + CERTIFICATE + CHAIN, None),
        (STRANGE_PLAIN + PLAIN + CERTIFICATE + CHAIN, None),
        (OTHER_BLOCKS + CERTIFICATE + PLAIN + CHAIN, None),
        (pfx(None), None),
        (pfx(b"pass phrase"), "pass phrase"),
    ],
    ids=[
        "pem",
        "pem-reversed",
        "pem-with-text",
        "pem-encrypted",
        "pem-old",
        "pem-needless",
        "two-keys",
        "stray-key",
        "other-blocks",
        "pfx",
        "pfx-encrypted",
    ],
)
def test_key_and_chain_are_found_in_every_form(content: bytes, password: str | None) -> None:
    found = read_certificate("/a/path", content, password)
    assert found["private_key"].encode() == PLAIN
    assert found["public_certificate"].encode() == CERTIFICATE + CHAIN


@pytest.mark.parametrize(
    ("content", "password", "reason"),
    [
        (CERTIFICATE, None, "holds no private key"),
        (PLAIN, None, "holds no certificate"),
        (PLAIN + CHAIN, None, "holds no certificate that belongs to its private key"),
        (ENCRYPTED + CERTIFICATE, None, "certificate_password does not fit"),
        (ENCRYPTED + CERTIFICATE, "wrong", "certificate_password does not fit"),
        (pfx(None, key=None, leaf=None), None, "holds no private key"),
        (pfx(None, leaf=None), None, "holds no certificate that belongs to its private key"),
        (pfx(b"pass phrase"), "wrong", "certificate_password does not fit"),
        (pfx(b"pass phrase"), None, "certificate_password does not fit"),
        (b"\x30\x82garbage", None, "it is damaged"),
        (b"-----BEGIN CERTIFICATE-----\ngarbage\n-----END CERTIFICATE-----\n" + PLAIN, None, "it is damaged"),
        (b"just text", None, "it is damaged"),
        (EC_PEM, None, "is not an RSA key"),
    ],
    ids=[
        "no-key",
        "no-certificate",
        "of-another-key",
        "encrypted",
        "wrong-password",
        "pfx-empty",
        "pfx-key-only",
        "pfx-wrong-password",
        "pfx-encrypted",
        "pfx-damaged",
        "pem-damaged",
        "text",
        "not-rsa",
    ],
)
def test_what_cannot_be_used_is_explained(content: bytes, password: str | None, reason: str) -> None:
    with pytest.raises(OptionsError) as caught:
        read_certificate("/a/path", content, password)
    message = str(caught.value)
    assert "/a/path" in message
    assert reason in message
    assert "PRIVATE KEY" not in message
    assert caught.value.hint
