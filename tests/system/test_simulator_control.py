# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The control API of the simulator."""

from __future__ import annotations

import re
import typing as t

import pytest
import requests
from ansible_collections.msgraph.intune.tests.graph_simulator.handle import SimulatorError
from ansible_collections.msgraph.intune.tests.system.clients import CONNECTORS

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
    from ansible_collections.msgraph.intune.tests.system.clients import Client

CLIENT_REQUEST_ID = "6f0f7f7e-93ac-4f6b-8f7f-65b5b2b0d9b4"


def assert_rejected(simulator: Simulator, method: str, path: str, body: t.Any, expected_message: str) -> None:
    with pytest.raises(SimulatorError) as error_info:
        simulator.control(method, path, body)
    assert str(error_info.value).startswith(expected_message)


# --- journal


def test_a_journal_entry_describes_the_whole_request(
    simulator: Simulator, graph: Client, writer: str, connector_id: str
) -> None:
    graph.post(
        f"{CONNECTORS}/{connector_id}/sync?trace=1",
        writer,
        json={"syncType": "fullSync"},
        headers={"client-request-id": CLIENT_REQUEST_ID, "User-Agent": "test/1", "X-Odd": "Value"},
    )
    (entry,) = simulator.journal()
    headers = entry.pop("headers")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z", entry.pop("time"))
    assert entry.pop("connection") > 0
    assert entry == {
        "number": 1,
        "service": "graph",
        "method": "POST",
        "path": f"{CONNECTORS}/{connector_id}/sync",
        "query": {"trace": "1"},
        "status": 204,
        "client_request_id": CLIENT_REQUEST_ID,
        "user_agent": "test/1",
        "body": {"syncType": "fullSync"},
        "fault": None,
        "batch": None,
    }
    assert (headers["authorization"], headers["x-odd"]) == ("Bearer ***", "Value")


def test_journal_entries_of_all_services_are_in_order_of_arrival(
    simulator: Simulator, login: Client, graph: Client
) -> None:
    graph.get("/v1.0/a")
    login.get("/b")
    graph.get("/v1.0/c")
    assert [(entry["number"], entry["service"], entry["path"], entry["status"]) for entry in simulator.journal()] == [
        (1, "graph", "/v1.0/a", 401),
        (2, "login", "/b", 404),
        (3, "graph", "/v1.0/c", 401),
    ]


def test_the_journal_does_not_record_control_requests(simulator: Simulator) -> None:
    simulator.connectors()
    simulator.token(roles=[])
    assert simulator.journal() == []


def test_the_journal_contains_no_secrets(simulator: Simulator, login: Client, graph: Client, writer: str) -> None:
    canary = "canary-5d2b"
    fields = ("client_secret", "password", "refresh_token", "client_assertion", "device_code", "code", "client_info")
    path = f"/{simulator.tenant_id}/oauth2/v2.0/token"
    login.post(path, data={**dict.fromkeys(fields, canary), "client_id": "me", "grant_type": "x"})
    login.post(path, json={"nested": [{"Client_Secret": canary}], "client_id": "me"})
    login.post(path, data=f"client_secret={canary}", headers={"Content-Type": "text/plain"})
    login.post(path, auth=("me", canary), headers={"Cookie": canary})
    login.get(f"{path}?code={canary}&state=s", headers={"Authorization": canary})
    graph.get(CONNECTORS, writer)
    journal = simulator.journal()
    assert canary not in str(journal)
    assert writer not in str(journal)
    assert journal[0]["body"] == {**dict.fromkeys(fields, "***"), "client_id": "me", "grant_type": "x"}
    assert journal[1]["body"] == {"nested": [{"Client_Secret": "***"}], "client_id": "me"}
    assert journal[2]["body"] == "25 bytes that are neither JSON nor a form"
    assert journal[3]["headers"]["authorization"] == "Basic ***"
    assert journal[4]["query"] == {"code": "***", "state": "s"}
    assert journal[4]["headers"]["authorization"] == "***"


def test_connections_are_numbered_per_service(simulator: Simulator, graph: Client, login: Client) -> None:
    graph.get("/v1.0/a")
    graph.get("/v1.0/b")
    graph.get("/v1.0/c", headers={"Connection": "close"})
    graph.get("/v1.0/d")
    login.get("/e")
    first, second, third, fourth, other = (entry["connection"] for entry in simulator.journal())
    assert first == second == third
    assert fourth == first + 1
    assert other >= 1


def test_numbers_start_at_1_after_the_journal_is_cleared(simulator: Simulator, graph: Client) -> None:
    graph.get("/v1.0/a")
    simulator.clear_journal()
    graph.get("/v1.0/b")
    assert [(entry["number"], entry["path"]) for entry in simulator.journal()] == [(1, "/v1.0/b")]


# --- tenant


def test_connectors_can_be_replaced_and_changed(simulator: Simulator, graph: Client, writer: str) -> None:
    odd_time = "2017-01-01T00:02:49.3205976-08:00"
    simulator.set_connectors([{"id": "a/b c", "serverName": "S", "lastSyncDateTime": odd_time}])
    changed = simulator.change_connector("a/b c", status="connectionPending")
    assert [changed] == simulator.connectors()
    (shown,) = graph.get(CONNECTORS, writer).json()["value"]
    assert (shown["serverName"], shown["status"]) == ("S", "connectionPending")
    assert shown["lastSyncDateTime"] == odd_time


def test_reset_restores_the_seed(simulator: Simulator, graph: Client) -> None:
    connectors, applications = simulator.connectors(), simulator.applications()
    users, identities = simulator.users(), simulator.identities()
    simulator.set_connectors([])
    simulator.set_applications([])
    simulator.set_users([])
    simulator.set_identities([])
    simulator.faults([{"service": "graph", "status": 503}])
    graph.get("/v1.0/a")
    simulator.reset()
    assert (simulator.connectors(), simulator.applications()) == (connectors, applications)
    assert (simulator.users(), simulator.identities()) == (users, identities)
    assert (simulator.journal(), simulator.applied_faults()) == ([], [])


@pytest.mark.parametrize(
    ("method", "path", "body", "expected_message"),
    [
        ("POST", "/tokens", {}, "The token must have either roles or scp."),
        ("POST", "/tokens", {"roles": [], "scp": "a"}, "The token must have either roles or scp."),
        ("POST", "/tokens", {"roles": [1]}, "The token.roles[0] must be a string, not an integer."),
        (
            "POST",
            "/tokens",
            {"roles": [], "expires_in": "soon"},
            "The token.expires_in must be a number, not a string.",
        ),
        ("POST", "/tokens", None, "The token must be an object, not null."),
        ("PUT", "/connectors", {}, "connectors must be a list, not an object."),
        ("PUT", "/connectors", [{"serverName": "S"}], "connectors[0].id is missing."),
        ("PUT", "/connectors", [{"id": "a", "displayName": "D"}], "connectors[0] has the unknown field displayName"),
        ("PUT", "/connectors", [{"id": "a"}, {"id": "a"}], "connectors has the same id twice."),
        ("PATCH", "/connectors/nobody", {}, "There is no Exchange connector nobody."),
        ("PUT", "/applications", [{}], "applications[0].client_id is missing."),
        (
            "PUT",
            "/applications",
            [{"client_id": "a"}, {"client_id": "a"}],
            "applications has the same client_id twice.",
        ),
        (
            "PUT",
            "/applications",
            [{"client_id": "a", "secrets": [{"value": "s", "expires": "2020-01-01"}]}],
            "applications[0].secrets[0].expires must be an ISO 8601 time with an offset, not '2020-01-01'.",
        ),
        (
            "PUT",
            "/applications",
            [{"client_id": "a", "secrets": [{"value": "s", "expires": "soon"}]}],
            "applications[0].secrets[0].expires must be an ISO 8601 time with an offset, not 'soon'.",
        ),
        (
            "PUT",
            "/applications",
            [{"client_id": "a", "certificates": ["x"]}],
            "applications[0].certificates[0] is no certificate in PEM: ",
        ),
        (
            "PUT",
            "/applications",
            [{"client_id": "a", "federated_credentials": [{"issuer": "i"}]}],
            "applications[0].federated_credentials[0].subject is missing.",
        ),
        ("PATCH", "/applications/nobody", {}, "There is no application nobody."),
        ("PUT", "/users", [{"username": "u"}], "users[0].password is missing."),
        ("PUT", "/users", [{"username": "u", "password": "p", "mfa": "yes"}], "users[0].mfa must be true or false"),
        ("PATCH", "/users/nobody", {}, "There is no user nobody."),
        ("PUT", "/identities", [{}], "identities[0].client_id is missing."),
        ("POST", "/federated-tokens", {}, "The token.subject is missing."),
        ("POST", "/device-codes/ABC/approve", None, "There is no pending device code ABC."),
        ("POST", "/refresh-tokens/revoke", {"username": "nobody"}, "There is no user nobody."),
        ("PUT", "/device-code-settings", {"interval": -1}, "The settings.interval must be at least 0, not -1."),
        ("PUT", "/token-settings", {"lifetime": -1}, "The settings.lifetime must be at least 0, not -1."),
        ("GET", "/elsewhere", None, "There is no GET /elsewhere here."),
    ],
)
def test_invalid_control_input_is_rejected(
    simulator: Simulator, method: str, path: str, body: t.Any, expected_message: str
) -> None:
    assert_rejected(simulator, method, path, body, expected_message)


def test_a_change_cannot_include_the_id(simulator: Simulator, connector_id: str) -> None:
    assert_rejected(simulator, "PATCH", f"/connectors/{connector_id}", {"id": "b"}, "A change cannot name id: ")


def test_control_errors_are_json_with_an_error_status(simulator: Simulator) -> None:
    with requests.Session() as session:
        session.trust_env = False
        garbage = session.put(f"{simulator.control_url}/faults", data="{", timeout=5)
        unknown = session.get(f"{simulator.control_url}/elsewhere", timeout=5)
    assert garbage.status_code == 400
    assert garbage.json()["error"].startswith("The body is no JSON: ")
    assert unknown.status_code == 404
