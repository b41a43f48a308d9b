# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sign in with each method through the module at -vvvv, and check that the output contains no secret."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import clean_environment
from ansible_collections.msgraph.intune.tests.system.certificates import AppCertificate, make_certificate
from ansible_collections.msgraph.intune.tests.system.clients import obtain_refresh_token
from ansible_collections.msgraph.intune.tests.system.playbooks import SYNC, ad_hoc, result_of

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator

# The start of each JSON web token: {" in Base64.
TOKEN_START = "eyJ"


class Outcome(t.NamedTuple):
    result: dict[str, t.Any]
    output: str


class SignIn:
    """Run the sync module with the simulator and search its output for secrets."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.secrets = [simulator.client_secret, simulator.password, simulator.identity_header, TOKEN_START]

    def run(self, environ: t.Mapping[str, str] | None = None, /, **options: t.Any) -> Outcome:
        environment = clean_environment(
            MSGRAPH_URL=self.simulator.graph_url,
            AZURE_AUTHORITY_HOST=self.simulator.authority_url,
            MSGRAPH_CA_PATH=self.simulator.ca_path,
            **(environ or {}),
        )
        run = ad_hoc(environment, SYNC, "-vvvv", connector_id=self.simulator.connector_ids[0], **options)
        output = run.stdout + run.stderr
        assert "Traceback" not in output
        assert [secret for secret in self.secrets if secret in output] == []
        return Outcome(result_of(run), output)

    def assert_syncs(
        self, auth_method: str, environ: t.Mapping[str, str] | None = None, /, **options: t.Any
    ) -> dict[str, t.Any]:
        result = self.run(environ, **options).result
        assert result.get("connectors", [{}])[0].get("action") == "triggered", result
        assert result["graph"]["auth_method"] == auth_method
        return result

    def assert_fails(self, environ: t.Mapping[str, str] | None = None, /, **options: t.Any) -> dict[str, t.Any]:
        result = self.run(environ, **options).result
        assert "error" in result, result
        assert [entry for entry in self.simulator.journal() if entry["service"] == "graph"] == []
        return t.cast("dict[str, t.Any]", result["error"])

    @property
    def application(self) -> dict[str, str]:
        return {"tenant_id": self.simulator.tenant_id, "client_id": self.simulator.client_id}


@pytest.fixture
def sign_in(simulator: Simulator) -> SignIn:
    return SignIn(simulator)


@pytest.fixture(scope="module")
def certificate() -> AppCertificate:
    return make_certificate()


@pytest.mark.parametrize(
    "environ",
    [
        {
            "AZURE_SUBSCRIPTION_ID": "00000000-0000-0000-0000-000000000001",
            "AZURE_CLIENT_ID": "{client_id}",
            "AZURE_TENANT": "{tenant_id}",
            "AZURE_SECRET": "{client_secret}",
            "AZURE_CLOUD_ENVIRONMENT": "",
        },
        {
            "AZURE_CLIENT_ID": "{client_id}",
            "AZURE_TENANT_ID": "{tenant_domain}",
            "AZURE_CLIENT_SECRET": "{client_secret}",
        },
        {
            "AZURE_CLIENT_ID": "{client_id}",
            "AZURE_TENANT": "{tenant_id}",
            "AZURE_TENANT_ID": "nobody.example",
            "AZURE_SECRET": "{client_secret}",
            "AZURE_CLIENT_SECRET": "",
            "AZURE_AD_USER": "",
            "AZURE_PASSWORD": "",
        },
    ],
    ids=["awx", "azure-identity", "both-schemes"],
)
def test_a_secret_in_environment_variables_of_each_scheme_needs_no_option(
    sign_in: SignIn, environ: dict[str, str]
) -> None:
    filled = {name: value.format_map(vars(sign_in.simulator)) for name, value in environ.items()}
    assert sign_in.assert_syncs("client_secret", filled)["graph"]["requests"] == 3


@pytest.mark.parametrize(
    ("user", "password"), [("AZURE_AD_USER", "AZURE_PASSWORD"), ("AZURE_USERNAME", "AZURE_PASSWORD")]
)
def test_a_user_and_a_password_in_environment_variables_need_no_tenant_and_no_client(
    sign_in: SignIn, user: str, password: str
) -> None:
    """AWX sets these variables for a user, with a subscription and with empty strings for the other fields."""
    result = sign_in.assert_syncs(
        "password",
        {
            "AZURE_SUBSCRIPTION_ID": "00000000-0000-0000-0000-000000000001",
            user: sign_in.simulator.username,
            password: sign_in.simulator.password,
            "AZURE_CLIENT_ID": "",
            "AZURE_TENANT": "",
            "AZURE_SECRET": "",
        },
    )
    assert result["graph"]["token_type"] == "delegated"


def test_a_credential_in_an_option_wins_over_one_in_the_environment(sign_in: SignIn) -> None:
    environ = {"MSGRAPH_ACCESS_TOKEN": "canary-token-of-the-environment"}
    sign_in.secrets.append("canary-token-of-the-environment")
    sign_in.assert_syncs("client_secret", environ, **sign_in.application, client_secret=sign_in.simulator.client_secret)


def test_a_certificate_in_a_pfx_file_signs_in(sign_in: SignIn, certificate: AppCertificate, tmp_path: Path) -> None:
    sign_in.simulator.register_certificate(certificate.certificate_pem)
    sign_in.secrets += [certificate.password, "PRIVATE KEY"]
    path = tmp_path / "app"
    path.write_bytes(certificate.pfx)
    environ = {
        "AZURE_TENANT_ID": sign_in.simulator.tenant_id,
        "AZURE_CLIENT_ID": sign_in.simulator.client_id,
        "AZURE_CLIENT_CERTIFICATE_PATH": str(path),
        "AZURE_CLIENT_CERTIFICATE_PASSWORD": certificate.password,
    }
    sign_in.assert_syncs("certificate", environ)
    (request,) = [entry for entry in sign_in.simulator.journal() if entry["path"].endswith("/token")]
    assert request["body"]["client_assertion_type"].endswith("jwt-bearer")


def test_an_unregistered_certificate_is_rejected_with_a_hint(
    sign_in: SignIn, certificate: AppCertificate, tmp_path: Path
) -> None:
    path = tmp_path / "app.pem"
    path.write_bytes(certificate.pem)
    error = sign_in.assert_fails(**sign_in.application, x509_certificate_path=str(path))
    assert (error["kind"], error["code"]) == ("authentication", "AADSTS700027")
    assert "Register the certificate" in error["hint"]


def test_a_wrong_certificate_password_fails_before_a_request_is_sent(
    sign_in: SignIn, certificate: AppCertificate, tmp_path: Path
) -> None:
    path = tmp_path / "app.pfx"
    path.write_bytes(certificate.pfx)
    sign_in.secrets.append("canary-wrong-passphrase")
    error = sign_in.assert_fails(
        **sign_in.application, certificate_path=str(path), certificate_password="canary-wrong-passphrase"
    )
    assert error["kind"] == "options"
    assert "certificate_password does not fit" in error["message"]
    assert sign_in.simulator.journal() == []


@pytest.mark.parametrize(
    ("claims", "code"),
    [({"subject": "somebody-else"}, "AADSTS700213"), ({"expires_in": -600}, "AADSTS700024")],
)
def test_an_invalid_federated_token_is_rejected_with_a_hint(
    sign_in: SignIn, claims: dict[str, t.Any], code: str
) -> None:
    error = sign_in.assert_fails(**sign_in.application, federated_token=sign_in.simulator.federated_token(**claims))
    assert (error["kind"], error["code"]) == ("authentication", code)
    assert "ederated" in error["hint"]


def test_a_refresh_token_fills_the_cache_and_the_next_task_uses_the_cache(sign_in: SignIn, tmp_path: Path) -> None:
    token = obtain_refresh_token(sign_in.simulator)
    sign_in.secrets.append(token)
    cache = tmp_path / "cache"
    environ = {"MSGRAPH_REFRESH_TOKEN": token, "MSGRAPH_TOKEN_CACHE": str(cache)}
    assert sign_in.assert_syncs("refresh_token", environ)["graph"]["requests"] == 3
    assert sign_in.assert_syncs("refresh_token", environ)["graph"]["requests"] == 1
    assert token not in cache.read_text()


def test_an_expired_refresh_token_is_rejected_with_a_hint(sign_in: SignIn) -> None:
    token = obtain_refresh_token(sign_in.simulator)
    sign_in.simulator.expire_refresh_tokens()
    sign_in.simulator.clear_journal()
    error = sign_in.assert_fails(refresh_token=token)
    assert (error["kind"], error["code"]) == ("authentication", "AADSTS700082")
    assert "msgraph.intune.device_login" in error["hint"]


def test_a_password_without_mfa_is_rejected_with_a_hint(sign_in: SignIn) -> None:
    sign_in.simulator.change_user(mfa=True)
    error = sign_in.assert_fails(username=sign_in.simulator.username, password=sign_in.simulator.password)
    assert (error["kind"], error["code"]) == ("authentication", "AADSTS50076")
    assert "device_login" in error["hint"]


def test_a_missing_consent_is_reported_with_a_hint(sign_in: SignIn) -> None:
    sign_in.simulator.change_application(sign_in.simulator.public_client_id, scopes=[])
    error = sign_in.assert_fails(username=sign_in.simulator.username, password=sign_in.simulator.password)
    assert (error["code"], "consent" in error["hint"]) == ("AADSTS65001", True)


def test_the_password_of_a_federated_user_is_not_sent(sign_in: SignIn) -> None:
    sign_in.simulator.change_user(federation_metadata_url=f"{sign_in.simulator.graph_url}/mex")
    error = sign_in.assert_fails(username=sign_in.simulator.username, password=sign_in.simulator.password)
    assert error["kind"] == "authentication"
    assert "another identity provider" in error["message"]
    assert "device_login" in error["hint"]
    assert {entry["service"] for entry in sign_in.simulator.journal()} == {"login"}
    assert [entry["method"] for entry in sign_in.simulator.journal()] == ["GET", "GET"]


@pytest.mark.parametrize("user_assigned", [False, True])
def test_a_managed_identity_signs_in(sign_in: SignIn, user_assigned: bool) -> None:
    simulator = sign_in.simulator
    platform = {"IDENTITY_ENDPOINT": simulator.identity_endpoint, "IDENTITY_HEADER": simulator.identity_header}
    # A detected managed identity ignores this variable, because it can belong to another program.
    platform["AZURE_CLIENT_ID"] = simulator.client_id
    # Requests to the identity endpoint never use a proxy.
    platform["HTTP_PROXY"] = "http://127.0.0.1:9"
    platform["NO_PROXY"] = ""
    options = {"client_id": simulator.identity_client_id} if user_assigned else {}
    result = sign_in.assert_syncs("managed_identity", platform, **options)
    assert result["graph"]["requests"] == 2
    (request,) = [entry for entry in simulator.journal() if entry["service"] == "identity"]
    assert request["query"].get("client_id") == (simulator.identity_client_id if user_assigned else None)


def test_an_unknown_managed_identity_is_rejected(sign_in: SignIn) -> None:
    platform = {
        "IDENTITY_ENDPOINT": sign_in.simulator.identity_endpoint,
        "IDENTITY_HEADER": sign_in.simulator.identity_header,
        "AZURE_CLIENT_ID": "00000000-0000-0000-0000-00000000dead",
    }
    error = sign_in.assert_fails(platform, auth_method="managed_identity")
    assert error["kind"] == "authentication"
