# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whom the simulated Graph lets in, and what they may do."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.msgraph.intune.tests.system.clients import CONNECTORS, READ, READ_WRITE
from ansible_collections.msgraph.intune.tests.system.graph_errors import assert_graph_error, intune_message

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
    from ansible_collections.msgraph.intune.tests.system.clients import Client

DELTA = {"syncType": "deltaSync"}


def test_no_token(graph: Client) -> None:
    answer = graph.get(CONNECTORS)
    assert assert_graph_error(answer, 401, "InvalidAuthenticationToken") == "Access token is empty."
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


def test_credentials_of_another_scheme(graph: Client) -> None:
    answer = graph.get(CONNECTORS, headers={"Authorization": "Basic YTpi"})
    assert assert_graph_error(answer, 401, "InvalidAuthenticationToken") == "Access token is empty."


@pytest.mark.parametrize(("token", "words"), [("garbage", "IDX14100"), ("a.b.c", "IDX14102")])
def test_a_malformed_token(graph: Client, token: str, words: str) -> None:
    assert words in assert_graph_error(graph.get(CONNECTORS, token), 401, "InvalidAuthenticationToken")


def test_a_token_with_the_signature_of_another(simulator: Simulator, graph: Client, writer: str) -> None:
    read_only = simulator.token(roles=[READ])
    forged = f"{writer.rpartition('.')[0]}.{read_only.rpartition('.')[2]}"
    message = assert_graph_error(graph.get(CONNECTORS, forged), 401, "InvalidAuthenticationToken")
    assert message == "Access token validation failure. Invalid signature."


def test_an_expired_token(simulator: Simulator, graph: Client) -> None:
    token = simulator.token(roles=[READ_WRITE], expires_in=-1)
    message = assert_graph_error(graph.get(CONNECTORS, token), 401, "InvalidAuthenticationToken")
    assert message == "Lifetime validation failed, the token is expired."


def test_a_token_for_another_service(simulator: Simulator, graph: Client) -> None:
    token = simulator.token(roles=[READ_WRITE], audience="https://graph.microsoft.com")
    message = assert_graph_error(graph.get(CONNECTORS, token), 401, "InvalidAuthenticationToken")
    assert message == "Access token validation failure. Invalid audience."


@pytest.mark.parametrize(
    ("grant", "reads", "syncs"),
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
def test_permissions(simulator: Simulator, graph: Client, grant: dict[str, t.Any], reads: int, syncs: int) -> None:
    token = simulator.token(**grant)
    path = f"{CONNECTORS}/{simulator.connector_ids[0]}"
    assert graph.get(CONNECTORS, token).status_code == reads
    assert graph.get(path, token).status_code == reads
    assert graph.post(f"{path}/sync", token, json=DELTA).status_code == syncs


def test_a_missing_permission_is_named(simulator: Simulator, graph: Client, connector_id: str) -> None:
    answer = graph.post(f"{CONNECTORS}/{connector_id}/sync", simulator.token(roles=[READ]), json=DELTA)
    text = intune_message(assert_graph_error(answer, 403, "Forbidden"))
    assert text.startswith("Application is not authorized to perform this operation. ")
    assert f"must have one of the following scopes: {READ_WRITE} - " in text
    assert f"Activity ID: {answer.headers['request-id']}" in text
