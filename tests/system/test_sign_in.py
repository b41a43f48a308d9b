# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every way to sign in, through the real module, as verbose as can be: it works, and shows no secret."""

from __future__ import annotations

import base64
import typing as t

import pytest
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import clean_environment
from ansible_collections.msgraph.intune.tests.graph_simulator.private_file import write_private_file
from ansible_collections.msgraph.intune.tests.system.certificates import AppCertificate, make_certificate
from ansible_collections.msgraph.intune.tests.system.clients import obtain_refresh_token
from ansible_collections.msgraph.intune.tests.system.playbooks import SYNC, ad_hoc, result_of

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator

# The beginning of every JSON web token: {" in Base64.
ANY_TOKEN = "eyJ"


class Outcome(t.NamedTuple):
    result: dict[str, t.Any]
    output: str


class Tenant:
    """The simulated tenant, and a run of the module in it."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.secrets = [simulator.client_secret, simulator.password, simulator.identity_header, ANY_TOKEN]

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

    def syncs(
        self, auth_method: str, environ: t.Mapping[str, str] | None = None, /, **options: t.Any
    ) -> dict[str, t.Any]:
        result = self.run(environ, **options).result
        assert result.get("connectors", [{}])[0].get("action") == "triggered", result
        assert result["graph"]["auth_method"] == auth_method
        return result

    def refuses(self, environ: t.Mapping[str, str] | None = None, /, **options: t.Any) -> dict[str, t.Any]:
        result = self.run(environ, **options).result
        assert "error" in result, result
        assert [entry for entry in self.simulator.journal() if entry["service"] == "graph"] == []
        return t.cast("dict[str, t.Any]", result["error"])

    @property
    def application(self) -> dict[str, str]:
        return {"tenant_id": self.simulator.tenant_id, "client_id": self.simulator.client_id}


@pytest.fixture
def tenant(simulator: Simulator) -> Tenant:
    return Tenant(simulator)


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
def test_a_secret_in_any_tools_names_works_with_no_option_set(tenant: Tenant, environ: dict[str, str]) -> None:
    filled = {name: value.format_map(vars(tenant.simulator)) for name, value in environ.items()}
    assert tenant.syncs("client_secret", filled)["graph"]["requests"] == 3


@pytest.mark.parametrize(
    ("user", "password"), [("AZURE_AD_USER", "AZURE_PASSWORD"), ("AZURE_USERNAME", "AZURE_PASSWORD")]
)
def test_a_users_form_names_neither_tenant_nor_client(tenant: Tenant, user: str, password: str) -> None:
    """AWX injects it like this, with a subscription and empty strings for the rest."""
    result = tenant.syncs(
        "password",
        {
            "AZURE_SUBSCRIPTION_ID": "00000000-0000-0000-0000-000000000001",
            user: tenant.simulator.username,
            password: tenant.simulator.password,
            "AZURE_CLIENT_ID": "",
            "AZURE_TENANT": "",
            "AZURE_SECRET": "",
        },
    )
    assert result["graph"]["token_type"] == "delegated"


def test_the_method_of_a_given_option_beats_the_environments(tenant: Tenant) -> None:
    environ = {"MSGRAPH_ACCESS_TOKEN": "canary-token-of-the-environment"}
    tenant.secrets.append("canary-token-of-the-environment")
    tenant.syncs("client_secret", environ, **tenant.application, client_secret=tenant.simulator.client_secret)


@pytest.mark.parametrize(
    ("form", "write"),
    [
        ("pem", bytes),
        ("encrypted_pem", bytes),
        ("pfx", bytes),
        ("pfx", base64.encodebytes),
        ("pem", lambda pem: pem.decode().encode("utf-16")),
    ],
    ids=["pem", "encrypted-pem", "pfx", "pfx-in-base64", "pem-in-utf-16"],
)
def test_a_certificate_in_each_form(
    tenant: Tenant, certificate: AppCertificate, tmp_path: Path, form: str, write: t.Callable[[bytes], bytes]
) -> None:
    tenant.simulator.register_certificate(certificate.certificate_pem)
    tenant.secrets += [certificate.password, "PRIVATE KEY"]
    path = tmp_path / "app"
    path.write_bytes(write(getattr(certificate, form)))
    environ = {
        "AZURE_TENANT_ID": tenant.simulator.tenant_id,
        "AZURE_CLIENT_ID": tenant.simulator.client_id,
        "AZURE_CLIENT_CERTIFICATE_PATH": str(path),
        "AZURE_CLIENT_CERTIFICATE_PASSWORD": certificate.password,
    }
    tenant.syncs("certificate", environ)
    (request,) = [entry for entry in tenant.simulator.journal() if entry["path"].endswith("/token")]
    assert request["body"]["client_assertion_type"].endswith("jwt-bearer")


def test_a_certificate_that_nobody_registered(tenant: Tenant, certificate: AppCertificate, tmp_path: Path) -> None:
    path = tmp_path / "app.pem"
    path.write_bytes(certificate.pem)
    error = tenant.refuses(**tenant.application, x509_certificate_path=str(path))
    assert (error["kind"], error["code"]) == ("authentication", "AADSTS700027")
    assert "Register the certificate" in error["hint"]


def test_a_wrong_passphrase_is_found_before_anything_is_sent(
    tenant: Tenant, certificate: AppCertificate, tmp_path: Path
) -> None:
    path = tmp_path / "app.pfx"
    path.write_bytes(certificate.pfx)
    tenant.secrets.append("canary-wrong-passphrase")
    error = tenant.refuses(
        **tenant.application, certificate_path=str(path), certificate_password="canary-wrong-passphrase"
    )
    assert error["kind"] == "options"
    assert "certificate_password does not fit" in error["message"]
    assert tenant.simulator.journal() == []


@pytest.mark.parametrize("where", ["option", "variable", "file", "platform"])
def test_a_federated_token_wherever_it_is(tenant: Tenant, tmp_path: Path, where: str) -> None:
    token = tenant.simulator.federated_token()
    tenant.secrets.append(token)
    file = tmp_path / "federated-token"
    write_private_file(file, f"{token}\n".encode())
    environ = {"AZURE_TENANT_ID": tenant.simulator.tenant_id, "AZURE_CLIENT_ID": tenant.simulator.client_id}
    options: dict[str, str] = {}
    if where == "option":
        options["oidc_token"] = token
    elif where == "variable":
        environ["AZURE_FEDERATED_TOKEN"] = token
    elif where == "file":
        options["federated_token_file"] = str(file)
    else:
        environ["AZURE_FEDERATED_TOKEN_FILE"] = str(file)
    tenant.syncs("federated_token", environ, **options)


@pytest.mark.parametrize(
    ("claims", "code"),
    [({"subject": "somebody-else"}, "AADSTS700213"), ({"expires_in": -600}, "AADSTS700024")],
)
def test_a_federated_token_that_does_not_match(tenant: Tenant, claims: dict[str, t.Any], code: str) -> None:
    error = tenant.refuses(**tenant.application, federated_token=tenant.simulator.federated_token(**claims))
    assert (error["kind"], error["code"]) == ("authentication", code)
    assert "ederated" in error["hint"]


def test_a_refresh_token_and_the_newer_one_in_the_cache(tenant: Tenant, tmp_path: Path) -> None:
    token = obtain_refresh_token(tenant.simulator)
    tenant.secrets.append(token)
    cache = tmp_path / "cache"
    environ = {"MSGRAPH_REFRESH_TOKEN": token, "MSGRAPH_TOKEN_CACHE": str(cache)}
    assert tenant.syncs("refresh_token", environ)["graph"]["requests"] == 3
    assert tenant.syncs("refresh_token", environ)["graph"]["requests"] == 1
    assert token not in cache.read_text()


def test_an_expired_refresh_token_says_what_to_do(tenant: Tenant) -> None:
    token = obtain_refresh_token(tenant.simulator)
    tenant.simulator.expire_refresh_tokens()
    tenant.simulator.clear_journal()
    error = tenant.refuses(refresh_token=token)
    assert (error["kind"], error["code"]) == ("authentication", "AADSTS700082")
    assert "msgraph.intune.device_login" in error["hint"]


@pytest.mark.parametrize(
    ("fields", "code", "advice"),
    [
        ({"mfa": True}, "AADSTS50076", "device_login"),
        ({"enabled": False}, "AADSTS50057", "administrator"),
        ({"blocked": True}, "AADSTS53003", "Conditional Access"),
        ({"locked": True}, "AADSTS50053", "locked"),
        ({"password": "another-by-now"}, "AADSTS50126", "password"),
    ],
)
def test_why_a_password_is_refused(tenant: Tenant, fields: dict[str, t.Any], code: str, advice: str) -> None:
    tenant.simulator.change_user(**fields)
    error = tenant.refuses(username=tenant.simulator.username, password=tenant.simulator.password)
    assert (error["kind"], error["code"]) == ("authentication", code)
    assert advice in error["hint"]


def test_nobody_has_consented(tenant: Tenant) -> None:
    tenant.simulator.change_application(tenant.simulator.public_client_id, scopes=[])
    error = tenant.refuses(username=tenant.simulator.username, password=tenant.simulator.password)
    assert (error["code"], "consent" in error["hint"]) == ("AADSTS65001", True)


def test_a_federated_users_password_goes_nowhere(tenant: Tenant) -> None:
    tenant.simulator.change_user(federation_metadata_url=f"{tenant.simulator.graph_url}/mex")
    error = tenant.refuses(username=tenant.simulator.username, password=tenant.simulator.password)
    assert error["kind"] == "authentication"
    assert "another identity provider" in error["message"]
    assert "device_login" in error["hint"]
    assert {entry["service"] for entry in tenant.simulator.journal()} == {"login"}
    assert [entry["method"] for entry in tenant.simulator.journal()] == ["GET", "GET"]


@pytest.mark.parametrize("user_assigned", [False, True])
def test_the_platforms_own_identity(tenant: Tenant, user_assigned: bool) -> None:
    simulator = tenant.simulator
    platform = {"IDENTITY_ENDPOINT": simulator.identity_endpoint, "IDENTITY_HEADER": simulator.identity_header}
    # Of something else on that host, and never to be used by an identity that is merely found.
    platform["AZURE_CLIENT_ID"] = simulator.client_id
    # The endpoint is on this very host, whatever the proxy.
    platform["HTTP_PROXY"] = "http://127.0.0.1:9"
    platform["NO_PROXY"] = ""
    options = {"client_id": simulator.identity_client_id} if user_assigned else {}
    result = tenant.syncs("managed_identity", platform, **options)
    assert result["graph"]["requests"] == 2
    (request,) = [entry for entry in simulator.journal() if entry["service"] == "identity"]
    assert request["query"].get("client_id") == (simulator.identity_client_id if user_assigned else None)


def test_an_identity_that_the_platform_does_not_know(tenant: Tenant) -> None:
    platform = {
        "IDENTITY_ENDPOINT": tenant.simulator.identity_endpoint,
        "IDENTITY_HEADER": tenant.simulator.identity_header,
        "AZURE_CLIENT_ID": "00000000-0000-0000-0000-00000000dead",
    }
    error = tenant.refuses(platform, auth_method="managed_identity")
    assert error["kind"] == "authentication"


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({}, "MSGRAPH_ACCESS_TOKEN"),
        ({"client_secret": "canary-secret-alone"}, "AZURE_TENANT_ID"),
        ({"username": "operator@contoso.example", "auth_method": "password"}, "AZURE_PASSWORD"),
        ({"auth_method": "token_cache"}, "MSGRAPH_TOKEN_CACHE"),
        ({"auth_method": "federated_token"}, "AZURE_FEDERATED_TOKEN"),
        ({"certificate_path": "/nowhere.pem"}, "AZURE_TENANT"),
    ],
)
def test_what_is_incomplete_sends_nothing(tenant: Tenant, options: dict[str, str], named: str) -> None:
    error = tenant.refuses(**options)
    assert error["kind"] == "options"
    assert named in error["message"] + error["hint"]
    assert tenant.simulator.journal() == []


def test_a_cached_token_costs_one_request_and_no_msal(tenant: Tenant, tmp_path: Path) -> None:
    (tmp_path / "msal").mkdir()
    (tmp_path / "msal" / "__init__.py").write_text("raise ImportError('not needed')")
    options = {**tenant.application, "client_secret": tenant.simulator.client_secret}
    options["tenant_id"] = tenant.simulator.tenant_domain
    cache = str(tmp_path / "cache")
    assert tenant.syncs("client_secret", token_cache_path=cache, **options)["graph"]["requests"] == 3
    without_msal = {"PYTHONPATH": str(tmp_path)}
    assert tenant.syncs("client_secret", without_msal, token_cache_path=cache, **options)["graph"]["requests"] == 1
