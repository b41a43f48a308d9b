# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import datetime
import itertools
import re
import sys
import textwrap
import time
import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.certificate import _chain, read_certificate
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import DependencyError, OptionsError
from ansible_collections.msgraph.intune.plugins.module_utils._graph.masking import SECRETS
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


# What "openssl x509 -trustout" appends: trusted for TLS clients, an alias.
TRUST = bytes.fromhex("3017300a06082b060105050703020c096120666f726d616c")


def block(label: str, der: bytes) -> bytes:
    body = "\n".join(textwrap.wrap(base64.b64encode(der).decode(), 64))
    return f"-----BEGIN {label}-----\n{body}\n-----END {label}-----\n".encode()


DER = LEAF.public_bytes(serialization.Encoding.DER)
EVERYTHING = PLAIN + CERTIFICATE + CHAIN


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
        (base64.b64encode(pfx(None)), None),
        (base64.encodebytes(pfx(b"pass phrase")), "pass phrase"),
        (base64.b64encode(pfx(None)).rstrip(b"="), None),
        (base64.encodebytes(pfx(None)).decode().encode("utf-16"), None),
        (base64.b64encode(EVERYTHING), None),
        (b"\xef\xbb\xbf" + EVERYTHING, None),
        (EVERYTHING.decode().encode("utf-16"), None),
        (b"\xfe\xff" + EVERYTHING.decode().encode("utf-16-be"), None),
        (EVERYTHING.decode().encode("utf-16-le"), None),
        (EVERYTHING.decode().encode("utf-16-be"), None),
        (base64.b64encode(EVERYTHING.decode().encode("utf-16-le")), None),
        (base64.b64encode(EVERYTHING.decode().encode("utf-16-be")), None),
        (base64.b64encode(pfx(None)).decode().encode("utf-16-le"), None),
        (EVERYTHING.replace(b"\n", rb"\\n"), None),
        (EVERYTHING.replace(b"\n", rb"\\r\\n"), None),
        (EVERYTHING.replace(b"\n", b"\r\n"), None),
        (EVERYTHING.replace(b"\n", rb"\n"), None),
        (b'"' + EVERYTHING.replace(b"\n", rb"\r\n") + b'"', None),
        (PLAIN + block("TRUSTED CERTIFICATE", DER + TRUST) + CHAIN, None),
        (PLAIN + block("X509 CERTIFICATE", DER) + CHAIN, None),
        (b"-----BEGIN CERTIFICATE-----\nwithout an end\n" + EVERYTHING, None),
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
        "pfx-base64",
        "pfx-base64-lines",
        "pfx-base64-without-padding",
        "pfx-base64-utf-16",
        "pem-base64",
        "pem-utf-8-bom",
        "pem-utf-16-le",
        "pem-utf-16-be",
        "pem-utf-16-le-unmarked",
        "pem-utf-16-be-unmarked",
        "pem-utf-16-le-unmarked-base64",
        "pem-utf-16-be-unmarked-base64",
        "pfx-base64-utf-16-unmarked",
        "pem-escaped-twice",
        "pem-escaped-twice-with-carriage-returns",
        "pem-crlf",
        "pem-literal-line-breaks",
        "pem-in-quotes",
        "trusted-certificate",
        "x509-certificate",
        "pem-without-end",
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
        (DER, None, "it is a certificate in binary form (DER), which holds no private key"),
        (base64.b64encode(DER), None, "it is a certificate in binary form (DER), which holds no private key"),
        (PLAIN + block("CERTIFICATE", b""), None, "it is damaged"),
        (PLAIN + block("CERTIFICATE", b"\x30\xff" + DER), None, "it is damaged"),
        (block("PKCS7", b"0"), None, "holds no private key"),
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
        "der",
        "der-base64",
        "pem-empty",
        "pem-wrong-length",
        "pkcs7",
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


def test_a_package_that_is_missing_is_not_called_a_damaged_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.rsa", None)
    with pytest.raises(DependencyError, match="cryptography"):
        read_certificate("/a/path", EVERYTHING, None)


def sent(*certificates: x509.Certificate) -> list[x509.Certificate]:
    """Return the certificates of ``x5c``, for a file with the leaf's key and these certificates."""
    content = PLAIN + b"".join(one.public_bytes(PEM) for one in certificates)
    return x509.load_pem_x509_certificates(read_certificate("/a/path", content, None)["public_certificate"].encode())


KEYS = [rsa.generate_private_key(65537, 2048) for _number in range(3)]
ROOT = issue("root", KEYS[0])
MIDDLE = issue("middle", KEYS[1], "root", KEYS[0])
LOWER = issue("lower", KEYS[2], "middle", KEYS[1])
LONG_LEAF = issue("leaf", KEY, "lower", KEYS[2])
UNRELATED = issue("unrelated", OTHER_KEY)


@pytest.mark.parametrize("order", list(itertools.permutations([ROOT, MIDDLE, LOWER, LONG_LEAF]))[::5])
def test_the_chain_goes_from_the_leaf_to_the_root_whatever_the_order_of_the_file(
    order: tuple[x509.Certificate, ...],
) -> None:
    assert sent(*order) == [LONG_LEAF, LOWER, MIDDLE, ROOT]


def test_certificates_outside_of_the_chain_are_not_sent() -> None:
    assert sent(UNRELATED, ROOT, LONG_LEAF, LOWER) == [LONG_LEAF, LOWER]
    self_signed = issue("leaf", KEY)
    assert sent(UNRELATED, issue("leaf", KEYS[0]), self_signed) == [self_signed]


def test_of_several_issuers_with_one_name_the_one_that_signed_is_sent() -> None:
    elliptic = issue("lower", EC_KEY, "middle", KEYS[1])
    renewed = issue("lower", OTHER_KEY, "middle", KEYS[1])
    assert sent(elliptic, renewed, LOWER, LONG_LEAF, MIDDLE) == [LONG_LEAF, LOWER, MIDDLE]
    assert sent(elliptic, renewed, LONG_LEAF) == [LONG_LEAF]


def test_of_several_certificates_for_the_key_the_first_is_used() -> None:
    renewed = issue("leaf", KEY, "lower", KEYS[2])
    assert sent(renewed, LONG_LEAF, LOWER) == [renewed, LOWER]
    assert sent(LONG_LEAF, renewed, LOWER) == [LONG_LEAF, LOWER]


def test_authorities_that_certify_each_other_end_the_chain() -> None:
    one, other = issue("one", KEYS[0], "other", KEYS[1]), issue("other", KEYS[1], "one", KEYS[0])
    leaf = issue("leaf", KEY, "one", KEYS[0])
    assert sent(other, one, leaf) == [leaf, one, other]


def test_a_chain_is_no_longer_than_chains_are() -> None:
    steps = [issue(f"step {number}", KEYS[0], f"step {number + 1}", KEYS[0]) for number in range(20)]
    leaf = issue("leaf", KEY, "step 0", KEYS[0])
    assert sent(leaf, *steps) == [leaf, *steps[:9]]


def test_without_a_way_to_verify_the_name_decides() -> None:
    class Old:
        """A certificate of cryptography before 40."""

        def __init__(self, certificate: x509.Certificate) -> None:
            self.subject, self.issuer = certificate.subject, certificate.issuer

    leaf, lower, other = Old(LONG_LEAF), Old(LOWER), Old(ROOT)
    assert _chain(leaf, [other, lower, leaf]) == [leaf, lower]


def test_a_private_key_is_a_secret_in_each_form() -> None:
    for content, password, lines in (
        (EVERYTHING, None, PLAIN),
        (TRADITIONAL + CERTIFICATE, None, TRADITIONAL + PLAIN),
        (EVERYTHING.decode().encode("utf-16"), None, PLAIN),
        (pfx(b"pass phrase"), "pass phrase", PLAIN),
    ):
        SECRETS.clear()
        read_certificate("/a/path", content, password)
        for line in re.findall(r"^[^-\n]{16,}$", lines.decode(), re.MULTILINE):
            assert SECRETS.mask(f"<{line}>") == "<********>"
        assert SECRETS.mask(f"<{PLAIN.decode()}>") == "<********>"
        certificate = CERTIFICATE.decode()
        assert SECRETS.mask(certificate) == certificate


def test_a_private_key_that_cannot_be_read_is_a_secret() -> None:
    with pytest.raises(OptionsError):
        read_certificate("/a/path", ENCRYPTED + CERTIFICATE, "wrong")
    assert SECRETS.mask(ENCRYPTED.decode().strip()) == "********"


@pytest.mark.parametrize(
    "content",
    [
        b"-----BEGIN A-----" * 60_000,
        b"".join(b"-----BEGIN %d-----\n" % number for number in range(50_000)),
        b"-----" * 200_000,
        b"-----BEGIN CERTIFICATE-----" + b" " * 1_000_000,
        b"\\n" * 500_000 + b"-----BEGIN",
        b"A" * 1_000_000,
        b"-----BEGIN" + b"\\" * 1_000_000,
    ],
    ids=["one-label", "labels", "dashes", "blanks", "line-breaks", "base64", "backslashes"],
)
def test_a_large_file_costs_no_time(content: bytes) -> None:
    began = time.process_time()
    with pytest.raises(OptionsError):
        read_certificate("/a/path", content, None)
    assert time.process_time() - began < 2
