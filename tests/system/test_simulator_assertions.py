# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Client assertions in the simulated Entra: certificates and federated tokens."""

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
    assert_entra_error,
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
INVALID_CLIENT = (401, "invalid_client")


@dataclasses.dataclass(frozen=True)
class KeyPair:
    """A private key and its self-signed certificate, both as PEM."""

    key: str
    certificate: str

    def thumbprint(self, algorithm: hashes.HashAlgorithm) -> str:
        digest = x509.load_pem_x509_certificate(self.certificate.encode()).fingerprint(algorithm)
        return jwt.utils.base64url_encode(digest).decode()


def make_key_pair(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, days: int = 1) -> KeyPair:
    """Make a certificate for a key that expires in ``days`` days."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ansible")])
    end = datetime.now(timezone.utc) + timedelta(days=days)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    certificate = builder.not_valid_before(end - timedelta(days=30)).not_valid_after(end).sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return KeyPair(private.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode())


@pytest.fixture(scope="module")
def key_pair() -> KeyPair:
    return make_key_pair(rsa.generate_private_key(public_exponent=65537, key_size=2048))


@pytest.fixture(scope="module")
def other_key_pair() -> KeyPair:
    return make_key_pair(rsa.generate_private_key(public_exponent=65537, key_size=2048))


def sign_assertion(
    simulator: Simulator,
    key_pair: KeyPair,
    *,
    algorithm: str = "PS256",
    header: dict[str, str] | None = None,
    **changes: t.Any,
) -> str:
    """Return an assertion of the default application. A change to None removes the claim."""
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
        key_pair.key,
        algorithm=algorithm,
        headers={"x5t#S256": key_pair.thumbprint(hashes.SHA256())} if header is None else header,
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
def test_a_registered_certificate_is_accepted(
    simulator: Simulator, login: Client, key_pair: KeyPair, algorithm: str
) -> None:
    simulator.register_certificate(key_pair.certificate)
    response = assertion_request(simulator, login, sign_assertion(simulator, key_pair, algorithm=algorithm))
    assert response.status_code == 200
    claims = claims_of(response.json()["access_token"])
    assert (claims["appid"], claims["appidacr"]) == (simulator.client_id, "2")
    assert claims["roles"] == simulator.applications()[0]["roles"]


def test_a_sha_1_thumbprint_is_accepted(simulator: Simulator, login: Client, key_pair: KeyPair) -> None:
    simulator.register_certificate(key_pair.certificate)
    header = {"x5t": key_pair.thumbprint(hashes.SHA1())}  # noqa: S303  x5t is a SHA-1 thumbprint by definition
    assertion = sign_assertion(simulator, key_pair, algorithm="RS256", header=header)
    assert assertion_request(simulator, login, assertion).status_code == 200


@pytest.mark.parametrize(
    "audience",
    [
        "{0.authority_url}/{0.tenant_id}/oauth2/v2.0/token",
        "{0.authority_url}/{0.tenant_domain}/oauth2/v2.0/token",
        "{0.authority_url}/{0.tenant_id}/v2.0",
    ],
)
def test_these_audiences_of_an_assertion_are_accepted(
    simulator: Simulator, login: Client, key_pair: KeyPair, audience: str
) -> None:
    simulator.register_certificate(key_pair.certificate)
    assertion = sign_assertion(simulator, key_pair, aud=audience.format(simulator))
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
def test_an_assertion_with_a_wrong_claim_is_rejected(
    simulator: Simulator, login: Client, key_pair: KeyPair, changes: dict[str, t.Any], code: int
) -> None:
    simulator.register_certificate(key_pair.certificate)
    assert_entra_error(
        assertion_request(simulator, login, sign_assertion(simulator, key_pair, **changes)), *INVALID_CLIENT, code
    )


def test_the_error_about_an_outdated_assertion_contains_its_times(
    simulator: Simulator, login: Client, key_pair: KeyPair
) -> None:
    simulator.register_certificate(key_pair.certificate)
    response = assertion_request(simulator, login, sign_assertion(simulator, key_pair, nbf=None, exp=60))
    description = assert_entra_error(response, *INVALID_CLIENT, 700024)["error_description"]
    assert (
        "valid from 1970-01-01T00:00:00.0000000Z, expiry time of assertion 1970-01-01T00:01:00.0000000Z" in description
    )


def test_an_unregistered_certificate_is_rejected(simulator: Simulator, login: Client, key_pair: KeyPair) -> None:
    body = assert_entra_error(
        assertion_request(simulator, login, sign_assertion(simulator, key_pair)), *INVALID_CLIENT, 700027
    )
    assert "The key was not found., Thumbprint of key used by client: '" in body["error_description"]
    assert key_pair.thumbprint(hashes.SHA256()) in body["error_description"]


def test_a_signature_of_another_key_is_rejected(
    simulator: Simulator, login: Client, key_pair: KeyPair, other_key_pair: KeyPair
) -> None:
    simulator.register_certificate(key_pair.certificate)
    forged = sign_assertion(simulator, other_key_pair, header={"x5t#S256": key_pair.thumbprint(hashes.SHA256())})
    body = assert_entra_error(assertion_request(simulator, login, forged), *INVALID_CLIENT, 700027)
    assert "did not match the expected signature value" in body["error_description"]


def test_an_expired_certificate_is_rejected(simulator: Simulator, login: Client) -> None:
    expired = make_key_pair(rsa.generate_private_key(public_exponent=65537, key_size=2048), days=-1)
    simulator.register_certificate(expired.certificate)
    body = assert_entra_error(
        assertion_request(simulator, login, sign_assertion(simulator, expired)), *INVALID_CLIENT, 700027
    )
    assert "[Reason - The key used is expired." in body["error_description"]


def test_a_header_without_a_thumbprint_is_rejected(simulator: Simulator, login: Client, key_pair: KeyPair) -> None:
    simulator.register_certificate(key_pair.certificate)
    body = assert_entra_error(
        assertion_request(simulator, login, sign_assertion(simulator, key_pair, header={})), *INVALID_CLIENT, 50027
    )
    assert "No certificate thumbprint" in body["error_description"]


def test_a_symmetric_algorithm_is_rejected(simulator: Simulator, login: Client) -> None:
    symmetric = KeyPair("k" * 32, "")
    assertion = sign_assertion(simulator, symmetric, algorithm="HS256", header={"x5t": "any"})
    body = assert_entra_error(assertion_request(simulator, login, assertion), *INVALID_CLIENT, 5002738)
    assert "'HS256' is not a supported signature algorithm" in body["error_description"]


@pytest.mark.parametrize("assertion", ["garbage", "a.b.c", "e30.e30.e30"])
def test_an_assertion_that_is_not_a_token_is_rejected(simulator: Simulator, login: Client, assertion: str) -> None:
    assert_entra_error(assertion_request(simulator, login, assertion), *INVALID_CLIENT, 50027)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"client_secret": "as well"}, (401, "invalid_client", 7000216)),
        ({"client_assertion": None}, (401, "invalid_client", 7000216)),
        ({"client_assertion_type": "urn:ietf:params:oauth:grant-type:saml2-bearer"}, (401, "invalid_client", 7000216)),
        ({"client_assertion_type": None}, (400, "invalid_request", 900144)),
    ],
)
def test_a_request_must_have_exactly_one_credential_of_a_known_type(
    simulator: Simulator,
    login: Client,
    key_pair: KeyPair,
    changes: dict[str, str | None],
    expected: tuple[int, str, int],
) -> None:
    simulator.register_certificate(key_pair.certificate)
    assertion = sign_assertion(simulator, key_pair)
    assert_entra_error(
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


def test_only_certificates_with_an_rsa_key_can_be_registered(simulator: Simulator) -> None:
    elliptic = make_key_pair(ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(SimulatorError, match="must hold an RSA key"):
        simulator.register_certificate(elliptic.certificate)


def test_msal_signs_in_with_a_certificate(simulator: Simulator, session: requests.Session, key_pair: KeyPair) -> None:
    simulator.register_certificate(key_pair.certificate)
    credential = {"private_key": key_pair.key, "public_certificate": key_pair.certificate}
    client = confidential_client(simulator, session, credential)
    result = client.acquire_token_for_client([f"{simulator.graph_url}/.default"])
    assert claims_of(result["access_token"])["appid"] == simulator.client_id
    assert simulator.journal()[-1]["body"]["client_assertion"] == "***"


# --- federated tokens


def test_the_default_application_trusts_the_default_federated_token(simulator: Simulator, login: Client) -> None:
    response = assertion_request(simulator, login, simulator.federated_token())
    assert claims_of(response.json()["access_token"])["appidacr"] == "2"


@pytest.mark.parametrize(
    ("federated_token_options", "code", "expected_text"),
    [
        ({"issuer": "https://oidc.example"}, 700211, "assertion issuer 'https://oidc.example'"),
        ({"audience": "api://other"}, 700212, "assertion audience 'api://other'"),
        ({"subject": "repo:someone/else"}, 700213, "assertion subject 'repo:someone/else'"),
        ({"expires_in": -1}, 700024, "not within its valid time range"),
    ],
)
def test_an_untrusted_federated_token_is_rejected(
    simulator: Simulator, login: Client, federated_token_options: dict[str, t.Any], code: int, expected_text: str
) -> None:
    response = assertion_request(simulator, login, simulator.federated_token(**federated_token_options))
    assert expected_text in assert_entra_error(response, *INVALID_CLIENT, code)["error_description"]


def test_the_subject_is_compared_with_case(simulator: Simulator, login: Client) -> None:
    token = simulator.federated_token(subject=simulator.federated_subject.upper())
    assert_entra_error(assertion_request(simulator, login, token), *INVALID_CLIENT, 700213)


def test_an_application_can_have_several_federated_credentials(simulator: Simulator, login: Client) -> None:
    issuer, subject, audience = "https://awx.example/o", "job_template:7", "api://AzureADTokenExchangeUSGov"
    simulator.register_federated_credential(issuer, subject, audience)
    token = simulator.federated_token(issuer=issuer, subject=subject, audience=audience)
    assert assertion_request(simulator, login, token).status_code == 200
    # Issuer, subject and audience must match the same credential. The default audience belongs to another one.
    token = simulator.federated_token(issuer=issuer, subject=subject)
    assert_entra_error(assertion_request(simulator, login, token), *INVALID_CLIENT, 700212)


def test_a_federated_token_with_a_forged_signature_is_rejected(
    simulator: Simulator, login: Client, key_pair: KeyPair
) -> None:
    forged = sign_assertion(
        simulator,
        key_pair,
        algorithm="RS256",
        iss=simulator.federated_issuer,
        sub=simulator.federated_subject,
        aud="api://AzureADTokenExchange",
    )
    assert_entra_error(assertion_request(simulator, login, forged), *INVALID_CLIENT, 50013)


def test_an_application_without_federated_credentials_rejects_federated_tokens(
    simulator: Simulator, login: Client
) -> None:
    simulator.change_application(simulator.client_id, federated_credentials=[])
    assert_entra_error(assertion_request(simulator, login, simulator.federated_token()), *INVALID_CLIENT, 70025)


def test_msal_signs_in_with_a_federated_token(simulator: Simulator, session: requests.Session) -> None:
    client = confidential_client(simulator, session, {"client_assertion": simulator.federated_token})
    result = client.acquire_token_for_client([f"{simulator.graph_url}/.default"])
    assert claims_of(result["access_token"])["appid"] == simulator.client_id
