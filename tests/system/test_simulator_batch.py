# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Batches in the simulated Graph."""

from __future__ import annotations

import time
import typing as t

import pytest
from ansible_collections.msgraph.intune.tests.system.batches import BATCH, JSON, RELATIVE, get, send, statuses, sync
from ansible_collections.msgraph.intune.tests.system.clients import CONNECTORS, READ, SYNC_SECONDS
from ansible_collections.msgraph.intune.tests.system.graph_errors import assert_graph_error, intune_message

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
    from ansible_collections.msgraph.intune.tests.system.batches import Item
    from ansible_collections.msgraph.intune.tests.system.clients import Client

LIST: Item = {"id": "a", "method": "GET", "url": RELATIVE}

# --- responses and effects


def test_each_request_of_a_batch_has_its_own_response(
    simulator: Simulator, graph: Client, writer: str, connector_id: str
) -> None:
    responses = send(graph, writer, sync("1", connector_id), sync("2", "nobody"), get("3", connector_id))
    assert statuses(responses) == {"1": 204, "2": 404, "3": 200}
    assert "body" not in responses["1"]
    assert "was not found" in intune_message(responses["2"]["body"]["error"]["message"])
    assert responses["3"]["body"]["id"] == connector_id
    assert responses["3"]["headers"]["Content-Type"].startswith("application/json;odata.metadata=minimal")


def test_a_sync_in_a_batch_is_executed(simulator: Simulator, graph: Client, writer: str, connector_id: str) -> None:
    before = simulator.connectors()[0]["lastSyncDateTime"]
    send(graph, writer, sync("1", connector_id))
    time.sleep(SYNC_SECONDS * 1.2)
    assert simulator.connectors()[0]["lastSyncDateTime"] > before


def test_responses_are_in_another_order_than_requests(graph: Client, writer: str) -> None:
    for count in range(2, 21):
        requested_ids = [str(number) for number in range(count)]
        response = graph.post(BATCH, writer, json={"requests": [get(item_id, "nobody") for item_id in requested_ids]})
        response_ids = [entry["id"] for entry in response.json()["responses"]]
        assert sorted(response_ids) == sorted(requested_ids)
        assert all(requested != returned for requested, returned in zip(requested_ids, response_ids, strict=True))


def test_urls_are_relative_with_or_without_a_slash(graph: Client, writer: str) -> None:
    bare = {**LIST, "id": "b", "url": RELATIVE.removeprefix("/")}
    paged = {**LIST, "id": "c", "url": f"{RELATIVE}?$skiptoken=b2Zmc2V0OjI"}
    responses = send(graph, writer, LIST, bare, paged)
    assert [len(responses[item_id]["body"]["value"]) for item_id in "abc"] == [2, 2, 1]


def test_a_url_with_a_version_is_rejected(graph: Client, writer: str) -> None:
    (response,) = send(graph, writer, {**LIST, "url": CONNECTORS}).values()
    assert (response["status"], response["body"]["error"]["code"]) == (400, "BadRequest")
    assert response["body"]["error"]["message"] == "Resource not found for the segment 'v1.0'."


def test_methods_are_compared_without_case(graph: Client, writer: str, connector_id: str) -> None:
    responses = send(graph, writer, get("1", connector_id, method="get"), sync("2", connector_id, method="post"))
    assert statuses(responses) == {"1": 200, "2": 204}
    assert statuses(send(graph, writer, get("3", connector_id, method="delete"))) == {"3": 405}


def test_each_request_uses_the_token_of_the_batch(simulator: Simulator, graph: Client, connector_id: str) -> None:
    reader = simulator.token(roles=[READ])
    own_headers = {"headers": {**JSON, "Authorization": "Bearer other"}}
    responses = send(graph, reader, get("1", connector_id, **own_headers), sync("2", connector_id, **own_headers))
    assert statuses(responses) == {"1": 200, "2": 403}
    assert "Bearer other" not in str(simulator.journal())


def test_headers_of_one_request_do_not_apply_to_others(graph: Client, writer: str, connector_id: str) -> None:
    responses = send(graph, writer, get("1", connector_id, headers={"client-request-id": "mine"}), get("2", "nobody"))
    assert responses["1"]["headers"]["client-request-id"] == "mine"
    inner = responses["2"]["body"]["error"]["innerError"]
    assert inner["client-request-id"] == inner["request-id"] == responses["2"]["headers"]["request-id"]


# --- dependencies


def test_a_request_that_depends_on_a_failed_request_is_not_executed(
    simulator: Simulator, graph: Client, writer: str, connector_id: str
) -> None:
    responses = send(
        graph,
        writer,
        sync("A", "nobody"),
        sync("b", connector_id, dependsOn=["a"]),
        get("c", connector_id, dependsOn=["b"]),
        get("d", connector_id),
        get("e", connector_id, dependsOn=["D"]),
    )
    assert statuses(responses) == {"A": 404, "b": 424, "c": 424, "d": 200, "e": 200}
    assert responses["b"]["body"]["error"]["code"] == "FailedDependency"
    time.sleep(SYNC_SECONDS * 1.2)
    assert simulator.connectors()[0]["lastSyncDateTime"] == responses["d"]["body"]["lastSyncDateTime"]
    assert [entry["status"] for entry in simulator.journal()] == [200, 404, 424, 424, 200, 200]


# --- journal


def test_the_journal_records_each_request_after_its_batch(
    simulator: Simulator, graph: Client, writer: str, connector_id: str
) -> None:
    graph.get(CONNECTORS, writer)
    body = {"requests": [sync("1", connector_id, headers={**JSON, "client-request-id": "mine"}), get("2", "nobody")]}
    graph.post(BATCH, writer, json=body, headers={"User-Agent": "test/1"})
    single, outer, first, second = simulator.journal()
    assert [entry["number"] for entry in (single, outer, first, second)] == [1, 2, 3, 4]
    assert [entry["batch"] for entry in (single, outer, first, second)] == [None, None, 2, 2]
    assert (outer["path"], outer["status"], outer["body"]) == (BATCH, 200, body)
    assert (first["method"], first["path"]) == ("POST", f"{CONNECTORS}/{connector_id}/sync")
    assert (first["status"], first["body"], first["client_request_id"]) == (204, {"syncType": "deltaSync"}, "mine")
    assert (second["path"], second["status"]) == (f"{CONNECTORS}/nobody", 404)
    assert {entry["connection"] for entry in (outer, first, second)} == {outer["connection"]}
    assert (first["user_agent"], first["headers"]["authorization"]) == ("test/1", "Bearer ***")


# --- batches that are rejected as a whole


@pytest.mark.parametrize("token", [None, "garbage"])
def test_a_batch_needs_a_valid_token(simulator: Simulator, graph: Client, token: str | None) -> None:
    assert_graph_error(graph.post(BATCH, token, json={"requests": [LIST]}), 401, "InvalidAuthenticationToken")
    assert len(simulator.journal()) == 1


def test_a_batch_requires_post(graph: Client, writer: str) -> None:
    assert_graph_error(graph.get(BATCH, writer), 405, "Request_BadRequest")


def test_a_batch_must_be_json(graph: Client, writer: str) -> None:
    response = graph.post(BATCH, writer, data=b"{}", headers={"Content-Type": "text/plain"})
    assert "JSON Content-Type" in assert_graph_error(response, 400, "BadRequest")


@pytest.mark.parametrize(
    ("body", "expected_text"),
    [
        ([], "'StartObject' node was expected"),
        ({}, "Invalid batch payload format."),
        ({"requests": {}}, "Invalid batch payload format."),
        ({"requests": []}, "Invalid batch payload format."),
        ({"requests": [{**LIST, "id": str(number)} for number in range(21)]}, "more than 20"),
        ({"requests": ["GET"]}, "Invalid batch payload format."),
        ({"requests": [{**LIST, "id": 1}]}, "Invalid batch payload format."),
        ({"requests": [{**LIST, "id": ""}]}, "Invalid batch payload format."),
        ({"requests": [{"id": "a", "url": RELATIVE}]}, "Invalid batch payload format."),
        ({"requests": [{"id": "a", "method": "GET"}]}, "Invalid batch payload format."),
        ({"requests": [LIST, {**LIST, "id": "A"}]}, "Request Id A has to be unique in a batch."),
        ({"requests": [{**LIST, "url": f"https://graph.microsoft.com{CONNECTORS}"}]}, "not relative"),
        ({"requests": [{**LIST, "url": "//graph.microsoft.com/users"}]}, "not relative"),
        ({"requests": [{**LIST, "headers": {"a": 1}}]}, "Invalid batch payload format."),
        ({"requests": [{**LIST, "headers": ["a"]}]}, "Invalid batch payload format."),
        ({"requests": [sync("a", "b", headers={})]}, "Write request id : a does not contain Content-Type header"),
        ({"requests": [sync("a", "b", body=None)]}, "Write request id : a does not contain Content-Type header"),
        ({"requests": [sync("a", "b", method="post", body=None)]}, "Write request id : a does not contain"),
        ({"requests": [{**LIST, "body": {}}]}, "Write request id : a does not contain Content-Type header"),
        ({"requests": [{**LIST, "dependsOn": "b"}]}, "Invalid batch payload format."),
        ({"requests": [{**LIST, "dependsOn": ["a"]}]}, "Request id : a depends on"),
        ({"requests": [{**LIST, "dependsOn": ["b"]}, {**LIST, "id": "b"}]}, "Request id : a depends on"),
        ({"requests": [{**LIST, "method": "POST", "url": "/$batch"}]}, "is itself a batch"),
        ({"requests": [{**LIST, "method": "POST", "url": "%24batch"}]}, "is itself a batch"),
    ],
)
def test_an_invalid_batch_is_rejected_as_a_whole(
    simulator: Simulator, graph: Client, writer: str, body: dict[str, t.Any], expected_text: str
) -> None:
    response = graph.post(BATCH, writer, json=body)
    assert expected_text in assert_graph_error(response, 400, "BadRequest")
    assert len(simulator.journal()) == 1


def test_unknown_fields_are_ignored(graph: Client, writer: str, connector_id: str) -> None:
    assert statuses(send(graph, writer, get("1", connector_id, comment="x"))) == {"1": 200}


def test_an_invalid_body_fails_only_its_own_request(graph: Client, writer: str, connector_id: str) -> None:
    responses = send(graph, writer, sync("1", connector_id, body={"syncType": "quickSync"}), sync("2", connector_id))
    assert statuses(responses) == {"1": 400, "2": 204}
