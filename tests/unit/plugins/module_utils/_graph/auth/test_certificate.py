# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import itertools
import re
import sys
import time
import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.certificate import _chain, read_certificate
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import DependencyError, OptionsError
from ansible_collections.msgraph.intune.plugins.module_utils._graph.masking import SECRETS
from ansible_collections.msgraph.intune.tests.unit.certificates import (
    AUTHORITY,
    CERTIFICATE,
    CHAIN,
    DER,
    EC_KEY,
    EC_PEM,
    ENCRYPTED,
    KEY,
    KEY_AND_CHAIN,
    LEAF,
    NOT_ENCRYPTED,
    OTHER_BLOCKS,
    OTHER_KEY,
    OTHER_PLAIN,
    PEM,
    PLAIN,
    TRADITIONAL,
    TRADITIONAL_ENCRYPTED,
    TRUST,
    UNRELATED_PLAIN,
    issue,
    pem_block,
)
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12


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
        (CHAIN + TRADITIONAL_ENCRYPTED + CERTIFICATE, "pass phrase"),
        (PLAIN + CERTIFICATE + CHAIN, "an unused password"),
        (PLAIN + OTHER_PLAIN + CERTIFICATE + CHAIN, None),
        (UNRELATED_PLAIN + PLAIN + CERTIFICATE + CHAIN, None),
        (OTHER_BLOCKS + CERTIFICATE + PLAIN + CHAIN, None),
        (pfx(None), None),
        (pfx(b"pass phrase"), "pass phrase"),
        (base64.b64encode(pfx(None)), None),
        (base64.encodebytes(pfx(b"pass phrase")), "pass phrase"),
        (base64.b64encode(pfx(None)).rstrip(b"="), None),
        (base64.encodebytes(pfx(None)).decode().encode("utf-16"), None),
        (base64.b64encode(KEY_AND_CHAIN), None),
        (b"\xef\xbb\xbf" + KEY_AND_CHAIN, None),
        (KEY_AND_CHAIN.decode().encode("utf-16"), None),
        (b"\xfe\xff" + KEY_AND_CHAIN.decode().encode("utf-16-be"), None),
        (KEY_AND_CHAIN.decode().encode("utf-16-le"), None),
        (KEY_AND_CHAIN.decode().encode("utf-16-be"), None),
        (base64.b64encode(KEY_AND_CHAIN.decode().encode("utf-16-le")), None),
        (base64.b64encode(KEY_AND_CHAIN.decode().encode("utf-16-be")), None),
        (base64.b64encode(pfx(None)).decode().encode("utf-16-le"), None),
        (KEY_AND_CHAIN.replace(b"\n", rb"\\n"), None),
        (KEY_AND_CHAIN.replace(b"\n", rb"\\r\\n"), None),
        (KEY_AND_CHAIN.replace(b"\n", b"\r\n"), None),
        (KEY_AND_CHAIN.replace(b"\n", rb"\n"), None),
        (b'"' + KEY_AND_CHAIN.replace(b"\n", rb"\r\n") + b'"', None),
        (PLAIN + pem_block("TRUSTED CERTIFICATE", DER + TRUST) + CHAIN, None),
        (PLAIN + pem_block("X509 CERTIFICATE", DER) + CHAIN, None),
        (b"-----BEGIN CERTIFICATE-----\nwithout an end\n" + KEY_AND_CHAIN, None),
    ],
    ids=[
        "pem",
        "pem-reversed",
        "pem-with-text",
        "pem-encrypted",
        "pem-traditional-encrypted",
        "pem-unused-password",
        "two-keys",
        "unrelated-key",
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
def test_key_and_chain_are_read_in_each_format(content: bytes, password: str | None) -> None:
    result = read_certificate("/a/path", content, password)
    assert result["private_key"].encode() == PLAIN
    assert result["public_certificate"].encode() == CERTIFICATE + CHAIN


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
        (PLAIN + pem_block("CERTIFICATE", b""), None, "it is damaged"),
        (PLAIN + pem_block("CERTIFICATE", b"\x30\xff" + DER), None, "it is damaged"),
        (pem_block("PKCS7", b"0"), None, "holds no private key"),
    ],
    ids=[
        "no-key",
        "no-certificate",
        "certificate-of-another-key",
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
def test_the_error_contains_the_reason_and_the_path(content: bytes, password: str | None, reason: str) -> None:
    with pytest.raises(OptionsError) as caught:
        read_certificate("/a/path", content, password)
    message = str(caught.value)
    assert "/a/path" in message
    assert reason in message
    assert "PRIVATE KEY" not in message
    assert caught.value.hint


def test_a_missing_package_is_a_dependency_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.rsa", None)
    with pytest.raises(DependencyError, match="cryptography"):
        read_certificate("/a/path", KEY_AND_CHAIN, None)


def certificates_in_x5c(*certificates: x509.Certificate) -> list[x509.Certificate]:
    """Return the certificates of ``x5c``, for a file with the leaf's key and these certificates."""
    content = PLAIN + b"".join(certificate.public_bytes(PEM) for certificate in certificates)
    return x509.load_pem_x509_certificates(read_certificate("/a/path", content, None)["public_certificate"].encode())


KEYS = [rsa.generate_private_key(65537, 2048) for _number in range(3)]
ROOT = issue("root", KEYS[0])
MIDDLE = issue("middle", KEYS[1], "root", KEYS[0])
LOWER = issue("lower", KEYS[2], "middle", KEYS[1])
LONG_LEAF = issue("leaf", KEY, "lower", KEYS[2])
UNRELATED = issue("unrelated", OTHER_KEY)


@pytest.mark.parametrize("order", list(itertools.permutations([ROOT, MIDDLE, LOWER, LONG_LEAF]))[::5])
def test_the_chain_goes_from_leaf_to_root_for_each_order_of_the_file(
    order: tuple[x509.Certificate, ...],
) -> None:
    assert certificates_in_x5c(*order) == [LONG_LEAF, LOWER, MIDDLE, ROOT]


def test_certificates_that_are_not_in_the_chain_are_not_sent() -> None:
    assert certificates_in_x5c(UNRELATED, ROOT, LONG_LEAF, LOWER) == [LONG_LEAF, LOWER]
    self_signed = issue("leaf", KEY)
    assert certificates_in_x5c(UNRELATED, issue("leaf", KEYS[0]), self_signed) == [self_signed]


def test_of_issuers_with_the_same_name_the_issuer_that_signed_is_sent() -> None:
    elliptic = issue("lower", EC_KEY, "middle", KEYS[1])
    renewed = issue("lower", OTHER_KEY, "middle", KEYS[1])
    assert certificates_in_x5c(elliptic, renewed, LOWER, LONG_LEAF, MIDDLE) == [LONG_LEAF, LOWER, MIDDLE]
    assert certificates_in_x5c(elliptic, renewed, LONG_LEAF) == [LONG_LEAF]


def test_of_several_certificates_for_the_key_the_first_is_used() -> None:
    renewed = issue("leaf", KEY, "lower", KEYS[2])
    assert certificates_in_x5c(renewed, LONG_LEAF, LOWER) == [renewed, LOWER]
    assert certificates_in_x5c(LONG_LEAF, renewed, LOWER) == [LONG_LEAF, LOWER]


def test_the_chain_ends_at_authorities_that_issued_certificates_for_each_other() -> None:
    first, other = issue("one", KEYS[0], "other", KEYS[1]), issue("other", KEYS[1], "one", KEYS[0])
    leaf = issue("leaf", KEY, "one", KEYS[0])
    assert certificates_in_x5c(other, first, leaf) == [leaf, first, other]


def test_the_length_of_a_chain_is_limited() -> None:
    steps = [issue(f"step {number}", KEYS[0], f"step {number + 1}", KEYS[0]) for number in range(20)]
    leaf = issue("leaf", KEY, "step 0", KEYS[0])
    assert certificates_in_x5c(leaf, *steps) == [leaf, *steps[:9]]


def test_without_support_for_verification_the_name_selects_the_issuer() -> None:
    class OldCertificate:
        """A certificate of cryptography before 40."""

        def __init__(self, certificate: x509.Certificate) -> None:
            self.subject, self.issuer = certificate.subject, certificate.issuer

    leaf, lower, other = OldCertificate(LONG_LEAF), OldCertificate(LOWER), OldCertificate(ROOT)
    assert _chain(leaf, [other, lower, leaf]) == [leaf, lower]


def test_a_private_key_is_masked_in_each_format() -> None:
    for content, password, lines in (
        (KEY_AND_CHAIN, None, PLAIN),
        (TRADITIONAL + CERTIFICATE, None, TRADITIONAL + PLAIN),
        (KEY_AND_CHAIN.decode().encode("utf-16"), None, PLAIN),
        (pfx(b"pass phrase"), "pass phrase", PLAIN),
    ):
        SECRETS.clear()
        read_certificate("/a/path", content, password)
        for line in re.findall(r"^[^-\n]{16,}$", lines.decode(), re.MULTILINE):
            assert SECRETS.mask(f"<{line}>") == "<********>"
        assert SECRETS.mask(f"<{PLAIN.decode()}>") == "<********>"
        certificate = CERTIFICATE.decode()
        assert SECRETS.mask(certificate) == certificate


def test_a_private_key_that_cannot_be_read_is_masked() -> None:
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
def test_a_large_file_is_read_in_linear_time(content: bytes) -> None:
    start = time.process_time()
    with pytest.raises(OptionsError):
        read_certificate("/a/path", content, None)
    assert time.process_time() - start < 2
