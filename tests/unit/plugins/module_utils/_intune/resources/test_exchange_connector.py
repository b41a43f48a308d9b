# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import GraphError, ProtocolError
from ansible_collections.msgraph.intune.plugins.module_utils._graph.masking import SECRETS
from ansible_collections.msgraph.intune.plugins.module_utils._intune.info import count_objects, flatten_counts
from ansible_collections.msgraph.intune.plugins.module_utils._intune.resources.exchange_connector import (
    EXCHANGE_CONNECTOR,
    READ_WRITE,
)

FROM_GRAPH = {
    "@odata.type": "#microsoft.graph.deviceManagementExchangeConnector",
    "id": "7",
    "lastSyncDateTime": "2017-01-01T00:02:49.3205976-08:00",
    "status": "aStatusOfTheFuture",
    "exchangeConnectorType": "onPremises",
    "primarySmtpAddress": None,
    "serverName": "EXCH01",
    "aPropertyOfTheFuture": 1,
}


@pytest.mark.parametrize("body", [FROM_GRAPH, {"value": FROM_GRAPH}], ids=["bare", "wrapped"])
def test_unknown_and_missing_properties_are_accepted_and_each_key_is_present(body: t.Any) -> None:
    assert EXCHANGE_CONNECTOR.read_state(body) == {
        "id": "7",
        "last_sync_date_time": "2017-01-01T00:02:49.3205976-08:00",
        "status": "aStatusOfTheFuture",
        "exchange_connector_type": "onPremises",
        "primary_smtp_address": None,
        "server_name": "EXCH01",
        "connector_server_name": None,
        "version": None,
        "exchange_alias": None,
        "exchange_organization": None,
    }


@pytest.mark.parametrize("body", [None, [], "text", 5, {}, {"value": []}, {"error": {}}, {"id": 5}, {"value": {}}])
def test_json_that_is_not_an_object_with_an_id_is_a_protocol_error(body: t.Any) -> None:
    with pytest.raises(ProtocolError):
        EXCHANGE_CONNECTOR.read_state(body)


def test_a_property_that_is_not_a_text_is_none() -> None:
    assert EXCHANGE_CONNECTOR.read_state({"id": "7", "status": {"a": [1]}, "version": 5})["status"] is None


@pytest.mark.parametrize(
    ("provided", "state"),
    [(None, None), (1767323045, "1767323045"), (False, "False"), ({"a": "x" * 500}, "{'a': '" + "x" * 93)],
)
def test_a_last_sync_that_is_not_a_text_is_converted_to_text(provided: t.Any, state: str | None) -> None:
    assert EXCHANGE_CONNECTOR.read_state({"id": "7", "lastSyncDateTime": provided})["last_sync_date_time"] == state


def test_the_permission_to_sync_includes_the_permission_to_read() -> None:
    assert READ_WRITE.name in EXCHANGE_CONNECTOR.read_permission.implied_by


def test_the_path_quotes_all_special_characters_of_an_id() -> None:
    assert EXCHANGE_CONNECTOR.object_path("a b%2F:\u00e4") == "deviceManagement/exchangeConnectors/a%20b%252F%3A%C3%A4"


def test_the_body_contains_the_sync_type() -> None:
    assert EXCHANGE_CONNECTOR.action is not None
    assert EXCHANGE_CONNECTOR.action.body("fullSync") == {"syncType": "fullSync"}


def flat_counts(states: list[dict[str, t.Any]]) -> dict[str, int]:
    return flatten_counts(count_objects(EXCHANGE_CONNECTOR, states))


def test_connectors_are_counted_by_health_and_by_status() -> None:
    connectors = [
        {"health": "healthy", "status": "connected"},
        {"health": "unhealthy", "status": "connected"},
        {"health": "unhealthy", "status": "aStatusOfTheFuture"},
    ]
    assert flat_counts(connectors) == {
        "total": 3,
        "healthy": 1,
        "warning": 0,
        "unhealthy": 2,
        "none": 0,
        "connectionPending": 0,
        "connected": 2,
        "disconnected": 0,
        "unknownFutureValue": 0,
        "aStatusOfTheFuture": 1,
    }


def test_unknown_health_is_counted_only_if_a_connector_has_it() -> None:
    assert "unknown" not in flat_counts([{"health": "healthy", "status": "connected"}])
    assert flat_counts([{"health": "unknown", "status": "connected"}])["unknown"] == 1


def test_a_message_shows_the_server_name_and_the_id() -> None:
    assert EXCHANGE_CONNECTOR.label_of(EXCHANGE_CONNECTOR.read_state(FROM_GRAPH)) == "EXCH01 (7)"
    assert EXCHANGE_CONNECTOR.label_of(EXCHANGE_CONNECTOR.read_state({"id": "7"})) == "'7'"


def test_a_status_with_the_name_of_a_health_does_not_replace_its_count() -> None:
    connectors: list[dict[str, t.Any]] = [
        {"health": "healthy", "status": "unhealthy"},
        {"health": "healthy", "status": "total"},
        {"health": "unhealthy", "status": None},
    ]
    counts = flat_counts(connectors)
    assert (counts["total"], counts["healthy"], counts["unhealthy"]) == (3, 2, 1)


def test_a_property_that_is_too_long_is_masked_and_cut_and_such_an_id_is_refused() -> None:
    SECRETS.add("a-secret-of-this-process")
    name = "x" * 1010 + "a-secret-of-this-process"
    assert EXCHANGE_CONNECTOR.read_state({"id": "7", "serverName": name})["server_name"] == "x" * 1010 + "********"
    assert EXCHANGE_CONNECTOR.read_state({"id": "7" * 256})["id"] == "7" * 256
    with pytest.raises(GraphError, match="not an Exchange connector"):
        EXCHANGE_CONNECTOR.read_state({"id": "7" * 257})


def test_a_server_name_in_a_message_is_printable_and_short() -> None:
    label = EXCHANGE_CONNECTOR.label_of(
        EXCHANGE_CONNECTOR.read_state({"id": "7", "serverName": "EX\x1b[31m\n+ forged" + "x" * 300})
    )
    assert label.isprintable()
    assert len(label) < 100


@pytest.mark.parametrize("identifier", ["..", ".", "a/b", "a?b", "", "a\nb"])
def test_an_answer_with_an_unsafe_id_is_a_protocol_error(identifier: str) -> None:
    with pytest.raises(ProtocolError):
        EXCHANGE_CONNECTOR.read_state({"id": identifier})
