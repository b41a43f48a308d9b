# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Metadata and application sign-ins in the simulated Entra."""

from __future__ import annotations

import datetime
import typing as t

import jwt
import pytest
from ansible_collections.msgraph.intune.tests.system.entra_requests import (
    CORRELATION_ID,
    assert_entra_error,
    claims_of,
    post_form,
    token_request,
)

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
    from ansible_collections.msgraph.intune.tests.system.clients import Client


@pytest.mark.parametrize("tenant", ["tenant_id", "tenant_domain"])
def test_metadata_names_the_tenant_by_its_id(simulator: Simulator, login: Client, tenant: str) -> None:
    document = login.get(f"/{getattr(simulator, tenant)}/v2.0/.well-known/openid-configuration").json()
    base = f"{simulator.authority_url}/{simulator.tenant_id}"
    assert document["token_endpoint"] == f"{base}/oauth2/v2.0/token"
    assert document["authorization_endpoint"] == f"{base}/oauth2/v2.0/authorize"
    assert document["device_authorization_endpoint"] == f"{base}/oauth2/v2.0/devicecode"
    assert document["issuer"] == f"{base}/v2.0"
    assert {"client_secret_basic", "private_key_jwt"} <= set(document["token_endpoint_auth_methods_supported"])


@pytest.mark.parametrize("tenant", ["organizations", "common", "Common"])
def test_metadata_of_multi_tenant_names_has_a_placeholder_as_issuer(
    simulator: Simulator, login: Client, tenant: str
) -> None:
    document = login.get(f"/{tenant}/v2.0/.well-known/openid-configuration").json()
    base = f"{simulator.authority_url}/{tenant.lower()}"
    assert document["token_endpoint"] == f"{base}/oauth2/v2.0/token"
    assert document["device_authorization_endpoint"] == f"{base}/oauth2/v2.0/devicecode"
    assert document["issuer"] == f"{simulator.authority_url}/{{tenantid}}/v2.0"


def test_metadata_of_an_unknown_tenant_is_an_error(login: Client) -> None:
    response = login.get("/nowhere.example/v2.0/.well-known/openid-configuration")
    assert (
        "'nowhere.example' not found" in assert_entra_error(response, 400, "invalid_tenant", 90002)["error_description"]
    )


def test_an_unknown_path_is_404(login: Client) -> None:
    response = login.get("/common/oauth2/v3.0/token")
    assert (response.status_code, response.content) == (404, b"")


def test_a_token_contains_application_tenant_and_roles(simulator: Simulator, login: Client) -> None:
    response = token_request(simulator, login)
    body = response.json()
    assert response.status_code == 200
    assert body.keys() == {"token_type", "expires_in", "ext_expires_in", "access_token"}
    assert (body["token_type"], body["expires_in"], body["ext_expires_in"]) == ("Bearer", 3599, 3599)
    assert response.headers["client-request-id"] == CORRELATION_ID
    assert response.headers["x-ms-request-id"]

    keys = login.get(f"/{simulator.tenant_id}/discovery/v2.0/keys").json()
    claims = jwt.decode(
        body["access_token"],
        jwt.PyJWKSet.from_dict(keys)[jwt.get_unverified_header(body["access_token"])["kid"]].key,
        algorithms=["RS256"],
        audience=simulator.graph_url,
    )
    assert claims["exp"] - claims["iat"] == 3599
    assert (claims["appid"], claims["tid"], claims["idtyp"]) == (simulator.client_id, simulator.tenant_id, "app")
    assert claims["roles"] == simulator.applications()[0]["roles"]
    assert {"iss", "nbf", "oid"} <= claims.keys()


def test_the_credential_can_be_sent_as_http_basic(simulator: Simulator, login: Client) -> None:
    form = {"grant_type": "client_credentials", "scope": f"{simulator.graph_url}/.default"}
    path = f"/{simulator.tenant_domain}/oauth2/v2.0/token"
    response = login.post(path, data=form, auth=(simulator.client_id, simulator.client_secret))
    assert response.status_code == 200
    assert_entra_error(login.post(path, data=form, auth=(simulator.client_id, "wrong")), 401, "invalid_client", 7000215)


@pytest.mark.parametrize(
    ("changes", "expected", "expected_text"),
    [
        ({"grant_type": None}, (400, "invalid_request", 900144), "parameter: 'grant_type'"),
        ({"client_id": None}, (400, "invalid_request", 900144), "parameter: 'client_id'"),
        ({"scope": ""}, (400, "invalid_request", 900144), "parameter: 'scope'"),
        ({"grant_type": "magic"}, (400, "unsupported_grant_type", 70003), "'magic'"),
        ({"client_id": "someone"}, (400, "unauthorized_client", 700016), "'someone' was not found in the directory"),
        ({"client_secret": "wrong"}, (401, "invalid_client", 7000215), "not the client secret ID"),
        ({"client_secret": None}, (401, "invalid_client", 7000216), "'client_secret'"),
        ({"scope": "User.Read"}, (400, "invalid_scope", 1002012), "/.default suffixed"),
        ({"scope": "https://a.example/.default x"}, (400, "invalid_scope", 70011), "is not valid"),
        ({"scope": "https://a.example/.default"}, (400, "invalid_resource", 500011), "named https://a.example was not"),
    ],
)
def test_an_invalid_token_request_is_rejected(
    simulator: Simulator,
    login: Client,
    changes: dict[str, str | None],
    expected: tuple[int, str, int],
    expected_text: str,
) -> None:
    body = assert_entra_error(token_request(simulator, login, **changes), *expected)
    assert expected_text in body["error_description"]
    assert body["correlation_id"] == CORRELATION_ID


def test_a_token_request_to_an_unknown_tenant_is_rejected(login: Client) -> None:
    assert_entra_error(login.post("/nowhere.example/oauth2/v2.0/token"), 400, "invalid_request", 90002)


def test_client_credentials_need_a_tenant(simulator: Simulator, login: Client) -> None:
    form = {"grant_type": "client_credentials", "client_id": simulator.client_id}
    response = post_form(simulator, login, form, tenant="organizations")
    assert_entra_error(response, 400, "invalid_request", 50059)


def test_a_json_body_is_read_as_an_empty_form(simulator: Simulator, login: Client) -> None:
    response = login.post(f"/{simulator.tenant_id}/oauth2/v2.0/token", json={"grant_type": "client_credentials"})
    assert_entra_error(response, 400, "invalid_request", 900144)


def test_a_token_request_must_be_a_post(simulator: Simulator, login: Client) -> None:
    assert_entra_error(login.get(f"/{simulator.tenant_id}/oauth2/v2.0/token"), 400, "invalid_request", 900561)


def test_an_expired_secret_is_rejected(simulator: Simulator, login: Client) -> None:
    now = datetime.datetime.now(datetime.timezone.utc)
    for days, status in ((-1, 401), (1, 200)):
        secret = {"value": simulator.client_secret, "expires": (now + datetime.timedelta(days=days)).isoformat()}
        simulator.change_application(simulator.client_id, secrets=[secret])
        assert token_request(simulator, login).status_code == status
    simulator.change_application(
        simulator.client_id, secrets=[{"value": simulator.client_secret, "expires": now.isoformat()}]
    )
    assert_entra_error(token_request(simulator, login), 401, "invalid_client", 7000222)


def test_a_disabled_application_is_rejected(simulator: Simulator, login: Client) -> None:
    simulator.change_application(simulator.client_id, enabled=False)
    assert_entra_error(token_request(simulator, login), 400, "unauthorized_client", 7000112)


def test_a_token_contains_the_roles_of_the_application(simulator: Simulator, login: Client) -> None:
    simulator.change_application(simulator.client_id, roles=["User.Read.All"])
    assert claims_of(token_request(simulator, login).json()["access_token"])["roles"] == ["User.Read.All"]


def test_a_public_application_cannot_use_client_credentials(simulator: Simulator, login: Client) -> None:
    public = simulator.public_client_id
    response = token_request(simulator, login, client_id=public, client_secret=None)
    assert_entra_error(response, 401, "invalid_client", 7000216)
    response = token_request(simulator, login, client_id=public, client_secret="anything")
    assert_entra_error(response, 401, "invalid_client", 700025)


def test_the_token_lifetime_can_be_set(simulator: Simulator, login: Client) -> None:
    simulator.set_token_lifetime(2)
    body = token_request(simulator, login).json()
    claims = claims_of(body["access_token"])
    assert (body["expires_in"], claims["exp"] - claims["iat"]) == (2, 2)
    simulator.reset()
    assert token_request(simulator, login).json()["expires_in"] == 3599
