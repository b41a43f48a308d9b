# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How an application proves itself to the simulated Entra without a secret: by certificate or another's word."""

from __future__ import annotations

import dataclasses
import time
import typing as t
import uuid
from datetime import datetime, timedelta, timezone

import jwt
import msal
import pytest
from ansible_collections.msgraph.intune.tests.graph_simulator.handle import SimulatorError
from ansible_collections.msgraph.intune.tests.system.entra_requests import (
    assert_refused,
    claims_of,
    token_request,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

if t.TYPE_CHECKING:
    import requests
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
    from ansible_collections.msgraph.intune.tests.system.clients import Client

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
REFUSED = (401, "invalid_client")


@dataclasses.dataclass(frozen=True)
class KeyPair:
    """A key with a certificate of its own, both as PEM."""

    key: str
    certificate: str

    def thumbprint(self, algorithm: hashes.HashAlgorithm) -> str:
        digest = x509.load_pem_x509_certificate(self.certificate.encode()).fingerprint(algorithm)
        return jwt.utils.base64url_encode(digest).decode()


def make_pair(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, days: int = 1) -> KeyPair:
    """Certify a key until so many days from now."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ansible")])
    end = datetime.now(timezone.utc) + timedelta(days=days)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    certificate = builder.not_valid_before(end - timedelta(days=30)).not_valid_after(end).sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return KeyPair(private.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode())


@pytest.fixture(scope="module")
def pair() -> KeyPair:
    return make_pair(rsa.generate_private_key(public_exponent=65537, key_size=2048))


@pytest.fixture(scope="module")
def foreign_pair() -> KeyPair:
    return make_pair(rsa.generate_private_key(public_exponent=65537, key_size=2048))


def signed(
    simulator: Simulator,
    pair: KeyPair,
    *,
    algorithm: str = "PS256",
    header: dict[str, str] | None = None,
    **changes: t.Any,
) -> str:
    """Make an assertion of the default application; a change to None leaves that claim out."""
    claims = {
        "iss": simulator.client_id,
        "sub": simulator.client_id,
        "aud": f"{simulator.authority_url}/{simulator.tenant_id}/oauth2/v2.0/token",
        "nbf": int(time.time()) - 1,
        "exp": int(time.time()) + 60,
        "jti": str(uuid.uuid4()),
        **changes,
    }
    return jwt.encode(
        {name: value for name, value in claims.items() if value is not None},
        pair.key,
        algorithm=algorithm,
        headers={"x5t#S256": pair.thumbprint(hashes.SHA256())} if header is None else header,
    )


def assertion_request(simulator: Simulator, login: Client, assertion: str, **changes: str | None) -> requests.Response:
    form = {"client_secret": None, "client_assertion": assertion, "client_assertion_type": ASSERTION_TYPE, **changes}
    return token_request(simulator, login, **form)


def confidential_client(
    simulator: Simulator, session: requests.Session, credential: dict[str, t.Any]
) -> msal.ConfidentialClientApplication:
    return msal.ConfidentialClientApplication(
        simulator.client_id,
        client_credential=credential,
        authority=f"{simulator.authority_url}/{simulator.tenant_domain}",
        instance_discovery=False,
        http_client=session,
    )


# --- certificates


@pytest.mark.parametrize("algorithm", ["PS256", "RS256"])
def test_a_registered_certificate(simulator: Simulator, login: Client, pair: KeyPair, algorithm: str) -> None:
    simulator.register_certificate(pair.certificate)
    answer = assertion_request(simulator, login, signed(simulator, pair, algorithm=algorithm))
    assert answer.status_code == 200
    claims = claims_of(answer.json()["access_token"])
    assert (claims["appid"], claims["appidacr"]) == (simulator.client_id, "2")
    assert claims["roles"] == ["DeviceManagementServiceConfig.ReadWrite.All"]


def test_the_older_thumbprint(simulator: Simulator, login: Client, pair: KeyPair) -> None:
    simulator.register_certificate(pair.certificate)
    header = {"x5t": pair.thumbprint(hashes.SHA1())}  # noqa: S303  by definition
    assertion = signed(simulator, pair, algorithm="RS256", header=header)
    assert assertion_request(simulator, login, assertion).status_code == 200


@pytest.mark.parametrize(
    "audience",
    [
        "{0.authority_url}/{0.tenant_id}/oauth2/v2.0/token",
        "{0.authority_url}/{0.tenant_domain}/oauth2/v2.0/token",
        "{0.authority_url}/{0.tenant_id}/v2.0",
    ],
)
def test_for_whom_an_assertion_may_be(simulator: Simulator, login: Client, pair: KeyPair, audience: str) -> None:
    simulator.register_certificate(pair.certificate)
    assertion = signed(simulator, pair, aud=audience.format(simulator))
    assert assertion_request(simulator, login, assertion).status_code == 200


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"aud": "https://login.example/token"}, 700023),
        ({"iss": "someone"}, 700021),
        ({"sub": "someone"}, 700021),
        ({"jti": None}, 50027),
        ({"exp": None}, 50027),
        ({"exp": 1}, 700024),
        ({"nbf": 2**33}, 700024),
    ],
)
def test_an_assertion_that_says_the_wrong_thing(
    simulator: Simulator, login: Client, pair: KeyPair, changes: dict[str, t.Any], code: int
) -> None:
    simulator.register_certificate(pair.certificate)
    assert_refused(assertion_request(simulator, login, signed(simulator, pair, **changes)), *REFUSED, code)


def test_an_outdated_assertion_is_told_the_time(simulator: Simulator, login: Client, pair: KeyPair) -> None:
    simulator.register_certificate(pair.certificate)
    answer = assertion_request(simulator, login, signed(simulator, pair, nbf=None, exp=60))
    description = assert_refused(answer, *REFUSED, 700024)["error_description"]
    assert (
        "valid from 1970-01-01T00:00:00.0000000Z, expiry time of assertion 1970-01-01T00:01:00.0000000Z" in description
    )


def test_a_certificate_that_is_not_registered(simulator: Simulator, login: Client, pair: KeyPair) -> None:
    body = assert_refused(assertion_request(simulator, login, signed(simulator, pair)), *REFUSED, 700027)
    assert "The key was not found., Thumbprint of key used by client: '" in body["error_description"]
    assert pair.thumbprint(hashes.SHA256()) in body["error_description"]


def test_the_signature_of_another_key(
    simulator: Simulator, login: Client, pair: KeyPair, foreign_pair: KeyPair
) -> None:
    simulator.register_certificate(pair.certificate)
    forged = signed(simulator, foreign_pair, header={"x5t#S256": pair.thumbprint(hashes.SHA256())})
    body = assert_refused(assertion_request(simulator, login, forged), *REFUSED, 700027)
    assert "did not match the expected signature value" in body["error_description"]


def test_an_expired_certificate(simulator: Simulator, login: Client) -> None:
    expired = make_pair(rsa.generate_private_key(public_exponent=65537, key_size=2048), days=-1)
    simulator.register_certificate(expired.certificate)
    body = assert_refused(assertion_request(simulator, login, signed(simulator, expired)), *REFUSED, 700027)
    assert "[Reason - The key used is expired." in body["error_description"]


def test_a_header_without_a_thumbprint(simulator: Simulator, login: Client, pair: KeyPair) -> None:
    simulator.register_certificate(pair.certificate)
    body = assert_refused(assertion_request(simulator, login, signed(simulator, pair, header={})), *REFUSED, 50027)
    assert "No certificate thumbprint" in body["error_description"]


def test_an_algorithm_that_needs_no_certificate(simulator: Simulator, login: Client) -> None:
    symmetric = KeyPair("k" * 32, "")
    assertion = signed(simulator, symmetric, algorithm="HS256", header={"x5t": "any"})
    body = assert_refused(assertion_request(simulator, login, assertion), *REFUSED, 5002738)
    assert "'HS256' is not a supported signature algorithm" in body["error_description"]


@pytest.mark.parametrize("assertion", ["garbage", "a.b.c", "e30.e30.e30"])
def test_an_assertion_that_is_no_token(simulator: Simulator, login: Client, assertion: str) -> None:
    assert_refused(assertion_request(simulator, login, assertion), *REFUSED, 50027)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"client_secret": "as well"}, (401, "invalid_client", 7000216)),
        ({"client_assertion": None}, (401, "invalid_client", 7000216)),
        ({"client_assertion_type": "urn:ietf:params:oauth:grant-type:saml2-bearer"}, (401, "invalid_client", 7000216)),
        ({"client_assertion_type": None}, (400, "invalid_request", 900144)),
    ],
)
def test_there_is_one_credential_of_a_known_type(
    simulator: Simulator,
    login: Client,
    pair: KeyPair,
    changes: dict[str, str | None],
    expected: tuple[int, str, int],
) -> None:
    simulator.register_certificate(pair.certificate)
    assertion = signed(simulator, pair)
    assert_refused(
        token_request(
            simulator,
            login,
            **{
                "client_secret": None,
                "client_assertion": assertion,
                "client_assertion_type": ASSERTION_TYPE,
                **changes,
            },
        ),
        *expected,
    )


def test_only_rsa_can_be_registered(simulator: Simulator) -> None:
    elliptic = make_pair(ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(SimulatorError, match="must hold an RSA key"):
        simulator.register_certificate(elliptic.certificate)


def test_msal_signs_in_with_a_certificate(simulator: Simulator, session: requests.Session, pair: KeyPair) -> None:
    simulator.register_certificate(pair.certificate)
    credential = {"private_key": pair.key, "public_certificate": pair.certificate}
    client = confidential_client(simulator, session, credential)
    result = client.acquire_token_for_client([f"{simulator.graph_url}/.default"])
    assert claims_of(result["access_token"])["appid"] == simulator.client_id
    assert simulator.journal()[-1]["body"]["client_assertion"] == "***"


# --- other issuers


def test_the_default_application_trusts_one_subject(simulator: Simulator, login: Client) -> None:
    answer = assertion_request(simulator, login, simulator.federated_token())
    assert claims_of(answer.json()["access_token"])["appidacr"] == "2"


@pytest.mark.parametrize(
    ("token", "code", "words"),
    [
        ({"issuer": "https://oidc.example"}, 700211, "assertion issuer 'https://oidc.example'"),
        ({"audience": "api://other"}, 700212, "assertion audience 'api://other'"),
        ({"subject": "repo:someone/else"}, 700213, "assertion subject 'repo:someone/else'"),
        ({"expires_in": -1}, 700024, "not within its valid time range"),
    ],
)
def test_a_federated_token_that_is_not_trusted(
    simulator: Simulator, login: Client, token: dict[str, t.Any], code: int, words: str
) -> None:
    answer = assertion_request(simulator, login, simulator.federated_token(**token))
    assert words in assert_refused(answer, *REFUSED, code)["error_description"]


def test_matching_is_case_sensitive(simulator: Simulator, login: Client) -> None:
    token = simulator.federated_token(subject=simulator.federated_subject.upper())
    assert_refused(assertion_request(simulator, login, token), *REFUSED, 700213)


def test_more_issuers_and_subjects_can_be_trusted(simulator: Simulator, login: Client) -> None:
    issuer, subject, audience = "https://awx.example/o", "job_template:7", "api://AzureADTokenExchangeUSGov"
    simulator.register_federated_credential(issuer, subject, audience)
    token = simulator.federated_token(issuer=issuer, subject=subject, audience=audience)
    assert assertion_request(simulator, login, token).status_code == 200
    # All of it has to fit one credential: the default audience belongs to the other one.
    token = simulator.federated_token(issuer=issuer, subject=subject)
    assert_refused(assertion_request(simulator, login, token), *REFUSED, 700212)


def test_a_federated_token_signed_by_someone_else(simulator: Simulator, login: Client, pair: KeyPair) -> None:
    forged = signed(
        simulator,
        pair,
        algorithm="RS256",
        iss=simulator.federated_issuer,
        sub=simulator.federated_subject,
        aud="api://AzureADTokenExchange",
    )
    assert_refused(assertion_request(simulator, login, forged), *REFUSED, 50013)


def test_an_application_that_trusts_nobody(simulator: Simulator, login: Client) -> None:
    simulator.change_application(simulator.client_id, federated_credentials=[])
    assert_refused(assertion_request(simulator, login, simulator.federated_token()), *REFUSED, 70025)


def test_msal_signs_in_with_a_federated_token(simulator: Simulator, session: requests.Session) -> None:
    client = confidential_client(simulator, session, {"client_assertion": simulator.federated_token})
    result = client.acquire_token_for_client([f"{simulator.graph_url}/.default"])
    assert claims_of(result["access_token"])["appid"] == simulator.client_id
