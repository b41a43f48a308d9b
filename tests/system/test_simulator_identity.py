# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulated managed identity endpoint of App Service."""

from __future__ import annotations

import time
import typing as t

import msal
import pytest
from ansible_collections.msgraph.intune.tests.system.clients import CONNECTORS, READ, READ_WRITE, make_client
from ansible_collections.msgraph.intune.tests.system.entra_requests import claims_of

if t.TYPE_CHECKING:
    import requests
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
    from ansible_collections.msgraph.intune.tests.system.clients import Client


def request_token(simulator: Simulator, *, header: str | None = None, **changes: str | None) -> requests.Response:
    """Request a token. A change to None removes the parameter."""
    query = {"api_version": "2019-08-01", "resource": simulator.graph_url, **changes}
    client = make_client(simulator.identity_endpoint, simulator)
    with client.session:
        return client.get(
            "",
            params={name.replace("api_version", "api-version"): value for name, value in query.items()},
            headers={"X-IDENTITY-HEADER": simulator.identity_header if header is None else header},
        )


def assert_identity_error(response: requests.Response, status: int, expected_text: str) -> None:
    body = response.json()
    assert (response.status_code, body["statusCode"]) == (status, status)
    assert expected_text in body["message"]
    assert body.keys() == {"statusCode", "message", "correlationId"}


def test_a_request_without_a_selector_returns_the_system_assigned_identity(simulator: Simulator, graph: Client) -> None:
    body = request_token(simulator).json()
    assert body.keys() == {"access_token", "expires_on", "resource", "token_type", "client_id"}
    assert (body["token_type"], body["resource"]) == ("Bearer", simulator.graph_url)
    assert int(body["expires_on"]) == pytest.approx(time.time() + 3599, abs=5)
    claims = claims_of(body["access_token"])
    assert (claims["idtyp"], claims["roles"], claims["appid"]) == ("app", [READ_WRITE], body["client_id"])
    assert body["client_id"] != simulator.identity_client_id
    assert graph.get(CONNECTORS, body["access_token"]).status_code == 200


@pytest.mark.parametrize(
    ("parameter", "field"),
    [
        ("client_id", "client_id"),
        ("principal_id", "object_id"),
        ("object_id", "object_id"),
        ("mi_res_id", "resource_id"),
    ],
)
def test_a_selector_returns_the_user_assigned_identity(simulator: Simulator, parameter: str, field: str) -> None:
    _system_assigned, user_assigned = simulator.identities()
    assert (
        request_token(simulator, **{parameter: user_assigned[field]}).json()["client_id"]
        == simulator.identity_client_id
    )


@pytest.mark.parametrize("header", ["", "wrong"])
def test_a_wrong_identity_header_is_rejected(simulator: Simulator, header: str) -> None:
    assert_identity_error(request_token(simulator, header=header), 401, "X-IDENTITY-HEADER")


@pytest.mark.parametrize(
    ("query", "expected_text"),
    [
        ({"api_version": None}, "api-version"),
        ({"api_version": "2017-09-01"}, "api-version"),
        ({"resource": None}, "resource principal named "),
        ({"resource": "https://graph.example"}, "resource principal named https://graph.example"),
        ({"client_id": "someone"}, "No Managed Identity found"),
    ],
)
def test_an_invalid_identity_request_is_rejected(
    simulator: Simulator, query: dict[str, str | None], expected_text: str
) -> None:
    assert_identity_error(request_token(simulator, **query), 400, expected_text)


def test_the_system_assigned_identity_cannot_be_selected_by_id(simulator: Simulator) -> None:
    system_assigned, _user_assigned = simulator.identities()
    assert_identity_error(
        request_token(simulator, client_id=system_assigned["client_id"]), 400, "No Managed Identity found"
    )


def test_an_app_can_have_only_a_user_assigned_identity(simulator: Simulator) -> None:
    simulator.set_identities([{"client_id": "a", "resource_id": "/r", "roles": [READ]}])
    assert_identity_error(request_token(simulator), 400, "No Managed Identity found")
    assert claims_of(request_token(simulator, client_id="a").json()["access_token"])["roles"] == [READ]


def test_other_paths_and_verbs_are_rejected(simulator: Simulator) -> None:
    client = make_client(simulator.identity_endpoint, simulator)
    with client.session:
        assert client.get("/other").status_code == 404
        assert_identity_error(client.post(""), 405, "method")


def test_the_journal_masks_the_identity_header(simulator: Simulator) -> None:
    request_token(simulator)
    (entry,) = simulator.journal()
    assert (entry["service"], entry["path"], entry["status"]) == ("identity", "/msi/token", 200)
    assert entry["query"] == {"api-version": "2019-08-01", "resource": simulator.graph_url}
    assert entry["headers"]["x-identity-header"] == "***"
    assert simulator.identity_header not in str(entry)


def test_rules_can_hit_the_identity_endpoint(simulator: Simulator) -> None:
    simulator.faults([{"service": "identity", "status": 503, "body": "busy"}])
    assert [request_token(simulator).status_code for _request in range(2)] == [503, 200]


@pytest.mark.parametrize("user_assigned", [False, True])
def test_msal_finds_the_endpoint_in_environment_variables(
    simulator: Simulator, session: requests.Session, monkeypatch: pytest.MonkeyPatch, user_assigned: bool
) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", simulator.identity_endpoint)
    monkeypatch.setenv("IDENTITY_HEADER", simulator.identity_header)
    monkeypatch.delenv("IDENTITY_SERVER_THUMBPRINT", raising=False)
    identity = (
        msal.UserAssignedManagedIdentity(client_id=simulator.identity_client_id)
        if user_assigned
        else msal.SystemAssignedManagedIdentity()
    )
    client = msal.ManagedIdentityClient(identity, http_client=session)
    result = client.acquire_token_for_client(resource=simulator.graph_url)
    appid = claims_of(result["access_token"])["appid"]
    assert (appid == simulator.identity_client_id) is user_assigned
