# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Token requests to the simulated Entra, and checks of its error responses."""

from __future__ import annotations

import typing as t

import jwt

if t.TYPE_CHECKING:
    import requests
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
    from ansible_collections.msgraph.intune.tests.system.clients import Client

CORRELATION_ID = "2c1e7b60-3b57-4f0e-9d7a-0d8a3a3c4f11"
DEVICE_CODE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


def post_form(
    simulator: Simulator,
    login: Client,
    form: t.Mapping[str, str | None],
    *,
    tenant: str | None = None,
    endpoint: str = "token",
) -> requests.Response:
    """Post a form to an endpoint of the tenant. Fields with the value None are left out."""
    return login.post(
        f"/{tenant or simulator.tenant_id}/oauth2/v2.0/{endpoint}",
        data={name: value for name, value in form.items() if value is not None},
        headers={"client-request-id": CORRELATION_ID},
    )


def token_request(simulator: Simulator, login: Client, **changes: str | None) -> requests.Response:
    """Request a token for the default application. A change to None removes the field."""
    form = {
        "grant_type": "client_credentials",
        "client_id": simulator.client_id,
        "client_secret": simulator.client_secret,
        "scope": f"{simulator.graph_url}/.default",
        **changes,
    }
    return post_form(simulator, login, form)


def password_request(
    simulator: Simulator, login: Client, tenant: str | None = None, **changes: str | None
) -> requests.Response:
    """Request a token for the default user through the public client. A change to None removes the field."""
    form = {
        "grant_type": "password",
        "client_id": simulator.public_client_id,
        "username": simulator.username,
        "password": simulator.password,
        "scope": "openid profile offline_access DeviceManagementServiceConfig.ReadWrite.All",
        **changes,
    }
    return post_form(simulator, login, form, tenant=tenant)


def refresh_request(simulator: Simulator, login: Client, token: str, **changes: str | None) -> requests.Response:
    """Redeem a refresh token of the default user. A change to None removes the field."""
    form = {"grant_type": "refresh_token", "client_id": simulator.public_client_id, "refresh_token": token, **changes}
    return post_form(simulator, login, form)


def claims_of(token: str) -> dict[str, t.Any]:
    """Return the claims of a token without verifying its signature."""
    claims: dict[str, t.Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def assert_entra_error(response: requests.Response, status: int, error: str, code: int) -> dict[str, t.Any]:
    """Check all fields of an error response of Entra, and return its body."""
    body: dict[str, t.Any] = response.json()
    assert (response.status_code, body["error"], body["error_codes"]) == (status, error, [code])
    description = body["error_description"]
    assert description.startswith(f"AADSTS{code}: ")
    assert f"Trace ID: {body['trace_id']} Correlation ID: {body['correlation_id']}" in description
    assert description.endswith(f"Timestamp: {body['timestamp']}")
    assert body["error_uri"].endswith(f"/error?code={code}")
    assert response.headers["x-ms-request-id"] == body["trace_id"]
    return body
