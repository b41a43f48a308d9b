# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Authentication and permissions in the simulated Graph."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.msgraph.intune.tests.system.clients import CONNECTORS, READ, READ_WRITE
from ansible_collections.msgraph.intune.tests.system.graph_errors import assert_graph_error, intune_message

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
    from ansible_collections.msgraph.intune.tests.system.clients import Client

DELTA = {"syncType": "deltaSync"}


def test_a_request_without_a_token_is_rejected(graph: Client) -> None:
    response = graph.get(CONNECTORS)
    assert assert_graph_error(response, 401, "InvalidAuthenticationToken") == "Access token is empty."
    assert response.headers["WWW-Authenticate"].startswith("Bearer ")


def test_another_authorization_scheme_is_rejected(graph: Client) -> None:
    response = graph.get(CONNECTORS, headers={"Authorization": "Basic YTpi"})
    assert assert_graph_error(response, 401, "InvalidAuthenticationToken") == "Access token is empty."


@pytest.mark.parametrize(("token", "expected_text"), [("garbage", "IDX14100"), ("a.b.c", "IDX14102")])
def test_a_malformed_token_is_rejected(graph: Client, token: str, expected_text: str) -> None:
    assert expected_text in assert_graph_error(graph.get(CONNECTORS, token), 401, "InvalidAuthenticationToken")


def test_a_token_with_a_forged_signature_is_rejected(simulator: Simulator, graph: Client, writer: str) -> None:
    read_only = simulator.token(roles=[READ])
    forged = f"{writer.rpartition('.')[0]}.{read_only.rpartition('.')[2]}"
    message = assert_graph_error(graph.get(CONNECTORS, forged), 401, "InvalidAuthenticationToken")
    assert message == "Access token validation failure. Invalid signature."


def test_an_expired_token_is_rejected(simulator: Simulator, graph: Client) -> None:
    token = simulator.token(roles=[READ_WRITE], expires_in=-1)
    message = assert_graph_error(graph.get(CONNECTORS, token), 401, "InvalidAuthenticationToken")
    assert message == "Lifetime validation failed, the token is expired."


def test_a_token_with_another_audience_is_rejected(simulator: Simulator, graph: Client) -> None:
    token = simulator.token(roles=[READ_WRITE], audience="https://graph.microsoft.com")
    message = assert_graph_error(graph.get(CONNECTORS, token), 401, "InvalidAuthenticationToken")
    assert message == "Access token validation failure. Invalid audience."


@pytest.mark.parametrize(
    ("token_options", "read_status", "sync_status"),
    [
        ({"roles": [READ]}, 200, 403),
        ({"roles": ["User.Read.All", READ_WRITE]}, 200, 204),
        ({"roles": ["User.Read.All"]}, 403, 403),
        ({"roles": []}, 403, 403),
        ({"scp": f"openid {READ}"}, 200, 403),
        ({"scp": f"openid {READ_WRITE}"}, 200, 204),
        ({"scp": "openid"}, 403, 403),
    ],
)
def test_a_token_allows_only_its_permissions(
    simulator: Simulator, graph: Client, token_options: dict[str, t.Any], read_status: int, sync_status: int
) -> None:
    token = simulator.token(**token_options)
    path = f"{CONNECTORS}/{simulator.connector_ids[0]}"
    assert graph.get(CONNECTORS, token).status_code == read_status
    assert graph.get(path, token).status_code == read_status
    assert graph.post(f"{path}/sync", token, json=DELTA).status_code == sync_status


def test_the_error_names_the_missing_permission(simulator: Simulator, graph: Client, connector_id: str) -> None:
    response = graph.post(f"{CONNECTORS}/{connector_id}/sync", simulator.token(roles=[READ]), json=DELTA)
    text = intune_message(assert_graph_error(response, 403, "Forbidden"))
    assert text.startswith("Application is not authorized to perform this operation. ")
    permissions = f"{READ_WRITE}, DeviceManagementConfiguration.ReadWrite.All"
    assert f"must have one of the following scopes: {permissions} - " in text
    assert f"Activity ID: {response.headers['request-id']}" in text
