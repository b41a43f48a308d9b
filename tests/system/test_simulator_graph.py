# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Exchange connectors of the simulated Graph."""

from __future__ import annotations

import json
import re
import time
import typing as t

import pytest
from ansible_collections.msgraph.intune.tests.system.clients import CONNECTORS, SYNC_SECONDS
from ansible_collections.msgraph.intune.tests.system.graph_errors import assert_graph_error, intune_message

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
    from ansible_collections.msgraph.intune.tests.system.clients import Client

CLIENT_REQUEST_ID = "6f0f7f7e-93ac-4f6b-8f7f-65b5b2b0d9b4"
DELTA = {"syncType": "deltaSync"}
JSON = {"Content-Type": "application/json"}
NEVER = "0001-01-01T00:00:00Z"


def last_sync(graph: Client, token: str, connector_id: str) -> str:
    return str(graph.get(f"{CONNECTORS}/{connector_id}", token).json()["lastSyncDateTime"])


# --- reading


def test_the_list_contains_the_documented_properties(simulator: Simulator, graph: Client, writer: str) -> None:
    response = graph.get(CONNECTORS, writer)
    body = response.json()
    assert response.headers["Content-Type"].startswith("application/json;odata.metadata=minimal")
    assert body["@odata.context"] == f"{simulator.graph_url}/v1.0/$metadata#deviceManagement/exchangeConnectors"
    assert set(body["value"][0]) == {
        "id",
        "lastSyncDateTime",
        "status",
        "primarySmtpAddress",
        "serverName",
        "connectorServerName",
        "exchangeConnectorType",
        "version",
        "exchangeAlias",
        "exchangeOrganization",
    }


def test_a_long_list_has_pages(simulator: Simulator, graph: Client, writer: str) -> None:
    ids = [f"connector-{number}" for number in range(5)]
    simulator.set_connectors([{"id": connector_id} for connector_id in ids])
    pages: list[list[str]] = []
    link: str | None = simulator.graph_url + CONNECTORS
    while link is not None:
        assert link.startswith(f"{simulator.graph_url}/v1.0/")
        body = graph.get(link.removeprefix(simulator.graph_url), writer).json()
        pages.append([connector["id"] for connector in body["value"]])
        link = body.get("@odata.nextLink")
    assert pages == [ids[:2], ids[2:4], ids[4:]]


def test_the_last_full_page_has_no_next_link(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.set_connectors([{"id": "a"}, {"id": "b"}])
    assert "@odata.nextLink" not in graph.get(CONNECTORS, writer).json()


@pytest.mark.parametrize("token", ["2", "!", "b2Zmc2V0OnR3bw"])
def test_an_invalid_skiptoken_is_rejected(graph: Client, writer: str, token: str) -> None:
    assert_graph_error(graph.get(f"{CONNECTORS}?$skiptoken={token}", writer), 400, "BadRequest")


def test_a_list_without_connectors_is_empty(simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.set_connectors([])
    assert graph.get(CONNECTORS, writer).json()["value"] == []


def test_get_returns_one_connector(simulator: Simulator, graph: Client, writer: str, connector_id: str) -> None:
    body = graph.get(f"{CONNECTORS}/{connector_id}", writer).json()
    assert body.pop("@odata.context").endswith("#deviceManagement/exchangeConnectors/$entity")
    assert {**body, "stuck": False} == simulator.connectors()[0]


@pytest.mark.parametrize("odd_id", ["nobody", "a%2Fb", "%2e%2e", "a%20b"])
def test_an_unknown_connector_is_404(graph: Client, writer: str, odd_id: str) -> None:
    for response in (
        graph.get(f"{CONNECTORS}/{odd_id}", writer),
        graph.post(f"{CONNECTORS}/{odd_id}/sync", writer, json=DELTA),
    ):
        assert "was not found" in intune_message(assert_graph_error(response, 404, "ResourceNotFound"))


# --- sync


@pytest.mark.parametrize("action", ["sync", "microsoft.graph.sync"])
@pytest.mark.parametrize("sync_type", ["fullSync", "deltaSync"])
def test_an_accepted_sync_returns_204_without_a_body(
    graph: Client, writer: str, connector_id: str, action: str, sync_type: str
) -> None:
    response = graph.post(f"{CONNECTORS}/{connector_id}/{action}", writer, json={"syncType": sync_type})
    assert (response.status_code, response.content) == (204, b"")


def test_a_sync_completes_after_sync_seconds(graph: Client, writer: str, connector_id: str) -> None:
    before = last_sync(graph, writer, connector_id)
    graph.post(f"{CONNECTORS}/{connector_id}/sync", writer, json=DELTA)
    assert last_sync(graph, writer, connector_id) == before
    time.sleep(SYNC_SECONDS)
    after = graph.get(f"{CONNECTORS}/{connector_id}", writer).json()
    assert after["lastSyncDateTime"] > before
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z", after["lastSyncDateTime"])
    assert after["status"] == "connected"


def test_a_second_sync_does_not_delay_the_first(graph: Client, writer: str, connector_id: str) -> None:
    before = last_sync(graph, writer, connector_id)
    for _again in range(2):
        graph.post(f"{CONNECTORS}/{connector_id}/sync", writer, json=DELTA)
        time.sleep(SYNC_SECONDS / 2)
    assert last_sync(graph, writer, connector_id) > before


def test_a_stuck_connector_accepts_and_never_completes(
    simulator: Simulator, graph: Client, writer: str, connector_id: str
) -> None:
    simulator.change_connector(connector_id, stuck=True)
    before = last_sync(graph, writer, connector_id)
    assert graph.post(f"{CONNECTORS}/{connector_id}/sync", writer, json=DELTA).status_code == 204
    time.sleep(SYNC_SECONDS * 1.2)
    assert last_sync(graph, writer, connector_id) == before


def test_a_connector_can_get_stuck_during_a_sync(
    simulator: Simulator, graph: Client, writer: str, connector_id: str
) -> None:
    before = last_sync(graph, writer, connector_id)
    graph.post(f"{CONNECTORS}/{connector_id}/sync", writer, json=DELTA)
    simulator.change_connector(connector_id, stuck=True)
    time.sleep(SYNC_SECONDS * 1.2)
    assert last_sync(graph, writer, connector_id) == before


def test_the_default_tenant_has_a_recent_an_old_and_a_broken_connector(simulator: Simulator) -> None:
    recent, old, broken = simulator.connectors()
    assert [connector["status"] for connector in (recent, old, broken)] == ["connected", "connected", "disconnected"]
    assert old["lastSyncDateTime"] < recent["lastSyncDateTime"]
    assert (broken["lastSyncDateTime"], broken["stuck"]) == (NEVER, True)


@pytest.mark.parametrize(
    ("content", "headers", "expected_text"),
    [
        (b"", JSON, "Empty Payload"),
        (b'{"syncType": "deltaSync"}', {"Content-Type": "text/plain"}, "JSON Content-Type"),
        (b'{"syncType": "deltaSync"}', {}, "must contain the Content-Type header"),
        (b'{"syncType": ', JSON, "Unable to read JSON"),
        (b"\xff\xfe", JSON, "Unable to read JSON"),
        (b'["deltaSync"]', JSON, "'StartObject' node was expected"),
        (b"{}", JSON, "missing parameters are: syncType"),
        (b'{"syncType": "deltaSync", "force": true}', JSON, "'force'"),
        (b'{"syncType": "quickSync"}', JSON, "'quickSync' was not found"),
        (b'{"syncType": "DeltaSync"}', JSON, "'DeltaSync' was not found"),
        (b'{"syncType": null}', JSON, "was not found"),
        (b'{"syncType": ["deltaSync"]}', JSON, "was not found"),
    ],
)
def test_a_sync_with_an_invalid_body_is_rejected(
    graph: Client, writer: str, content: bytes, headers: dict[str, str], expected_text: str
) -> None:
    response = graph.post(f"{CONNECTORS}/any/sync", writer, data=content, headers=headers)
    assert expected_text in assert_graph_error(response, 400, "BadRequest")


def test_a_content_type_can_have_a_charset(graph: Client, writer: str, connector_id: str) -> None:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    response = graph.post(f"{CONNECTORS}/{connector_id}/sync", writer, data=json.dumps(DELTA), headers=headers)
    assert response.status_code == 204


# --- paths and headers


@pytest.mark.parametrize(
    ("path", "code", "expected_text"),
    [
        ("/v1.0/users", "BadRequest", "Resource not found for the segment 'users'."),
        ("/v1.0", "BadRequest", "Resource not found for the segment ''."),
        ("/v1.0/deviceManagement", "BadRequest", "Resource not found for the segment 'deviceManagement'."),
        ("/v2.0/deviceManagement/exchangeConnectors", "BadRequest", "Invalid version: v2.0."),
        ("/deviceManagement/exchangeConnectors", "BadRequest", "Invalid version: deviceManagement."),
        ("/v1.0/deviceManagement/nothing", "No method match route template", "~/singleton/navigation with http verb"),
        (f"{CONNECTORS}/a/b", "No method match route template", "~/singleton/navigation/navigation/navigation with"),
        (f"{CONNECTORS}?$filter=true", "BadRequest", "'$filter'"),
    ],
)
def test_an_unknown_path_is_rejected(graph: Client, writer: str, path: str, code: str, expected_text: str) -> None:
    assert expected_text in assert_graph_error(graph.get(path, writer), 400, code)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("POST", CONNECTORS, "GET"), ("DELETE", f"{CONNECTORS}/a", "GET"), ("GET", f"{CONNECTORS}/a/sync", "POST")],
)
def test_an_unsupported_verb_is_rejected(graph: Client, writer: str, method: str, path: str, allowed: str) -> None:
    response = graph.send(method, path, writer)
    assert_graph_error(response, 405, "Request_BadRequest")
    assert response.headers["Allow"] == allowed


def test_responses_contain_request_ids(graph: Client, writer: str) -> None:
    responses = [graph.get(CONNECTORS, writer, headers={"client-request-id": CLIENT_REQUEST_ID}) for _twice in range(2)]
    assert {response.headers["client-request-id"] for response in responses} == {CLIENT_REQUEST_ID}
    assert len({response.headers["request-id"] for response in responses}) == 2
    assert all("Date" in response.headers for response in responses)


def test_the_default_client_request_id_is_the_request_id(graph: Client, writer: str) -> None:
    response = graph.get(CONNECTORS, writer)
    assert response.headers["client-request-id"] == response.headers["request-id"]
