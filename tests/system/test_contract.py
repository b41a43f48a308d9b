# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check the simulator and the modules against OpenAPI descriptions of Graph.

The simulator has its own description, ``tests/graph_simulator/openapi.yaml``. The variable GRAPH_OPENAPI can name
another one with the same paths, for example Microsoft's (https://github.com/microsoftgraph/msgraph-metadata). Then the
tests run with both.
"""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import ansible_environment
from ansible_collections.msgraph.intune.tests.graph_simulator.graph.service import ROUTES
from ansible_collections.msgraph.intune.tests.system.batches import BATCH, get, sync
from ansible_collections.msgraph.intune.tests.system.clients import CONNECTORS, READ
from ansible_collections.msgraph.intune.tests.system.contract import SIMULATOR_DESCRIPTION, Contract
from ansible_collections.msgraph.intune.tests.system.playbooks import SYNC, ad_hoc

if t.TYPE_CHECKING:
    import requests
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
    from ansible_collections.msgraph.intune.tests.system.clients import Client
    from ansible_collections.msgraph.intune.tests.system.engines import Engines

DELTA = {"syncType": "deltaSync"}
DESCRIPTIONS = [pytest.param(SIMULATOR_DESCRIPTION, id="simulator")]
if os.environ.get("GRAPH_OPENAPI"):
    DESCRIPTIONS.append(pytest.param(Path(os.environ["GRAPH_OPENAPI"]), id="GRAPH_OPENAPI"))

# Microsoft's description uses OAuth 2, which openapi-core does not check. The tests of the simulator check tokens.
pytestmark = pytest.mark.filterwarnings("ignore:Unsupported scheme type:UserWarning")


@pytest.fixture(scope="module", params=DESCRIPTIONS)
def description(request: pytest.FixtureRequest) -> Contract:
    return Contract(request.param)


@pytest.fixture
def contract(description: Contract, engines: Engines) -> Contract:
    engines.note(description.name)
    return description


@pytest.fixture(scope="module")
def simulator_contract() -> Contract:
    return Contract(SIMULATOR_DESCRIPTION)


def check_last_response(contract: Contract, simulator: Simulator, response: requests.Response, status: int) -> None:
    entry = simulator.journal()[-1]
    assert (entry["status"], response.status_code) == (status, status)
    contract.check_response(entry, response)


def check_last_exchange(contract: Contract, simulator: Simulator, response: requests.Response, status: int) -> None:
    contract.check_request(simulator.journal()[-1])
    check_last_response(contract, simulator, response, status)


def test_the_description_of_the_simulator_contains_exactly_its_routes(simulator_contract: Contract) -> None:
    routes = {
        (verb, "/".join(["", *route]).replace("{key}", "{id}"))
        for route, operations in ROUTES.items()
        for verb in operations
    }
    assert simulator_contract.operations() == routes


def test_list_with_paging(contract: Contract, simulator: Simulator, graph: Client, writer: str) -> None:
    first = graph.get(CONNECTORS, writer)
    check_last_exchange(contract, simulator, first, 200)
    next_page = first.json()["@odata.nextLink"].removeprefix(simulator.graph_url)
    check_last_exchange(contract, simulator, graph.get(next_page, writer), 200)


def test_get(contract: Contract, simulator: Simulator, graph: Client, writer: str) -> None:
    for connector_id in simulator.connector_ids:
        check_last_exchange(contract, simulator, graph.get(f"{CONNECTORS}/{connector_id}", writer), 200)


@pytest.mark.parametrize("action", ["sync", "microsoft.graph.sync"])
@pytest.mark.parametrize("sync_type", ["fullSync", "deltaSync"])
def test_sync(contract: Contract, simulator: Simulator, graph: Client, action: str, sync_type: str) -> None:
    path = f"{CONNECTORS}/{simulator.connector_ids[0]}/{action}"
    token = simulator.token(scp="DeviceManagementServiceConfig.ReadWrite.All")
    check_last_exchange(contract, simulator, graph.post(path, token, json={"syncType": sync_type}), 204)


def test_batch(
    simulator_contract: Contract, simulator: Simulator, graph: Client, writer: str, connector_id: str
) -> None:
    items = [sync("1", connector_id), get("2", connector_id), get("3", "nobody")]
    response = graph.post(BATCH, writer, json={"requests": items})
    batch, *entries = simulator.journal()
    simulator_contract.check_request(batch)
    simulator_contract.check_response(batch, response)
    assert [entry["status"] for entry in entries] == [204, 200, 404]
    for entry in entries:
        simulator_contract.check_request(entry)


@pytest.mark.parametrize("several", [False, True], ids=["one connector", "several connectors"])
@pytest.mark.parametrize("flags", [[], ["--check"]], ids=["run", "check mode"])
def test_requests_of_the_sync_module(contract: Contract, simulator: Simulator, flags: list[str], several: bool) -> None:
    ids = simulator.connector_ids if several else simulator.connector_ids[:1]
    run = ad_hoc(ansible_environment(simulator), SYNC, *flags, connector_id=ids, sync_type="fullSync")
    assert run.returncode == 0, run.stdout + run.stderr
    entries = [entry for entry in simulator.journal() if entry["service"] == "graph"]
    connector_entries = [entry for entry in entries if entry["path"] != BATCH]
    assert len(connector_entries) == (2 if flags and several else len(ids))
    # Microsoft describes $batch outside of Intune's paths.
    for entry in entries if ("POST", BATCH) in contract.operations() else connector_entries:
        contract.check_request(entry)


def test_error_responses(contract: Contract, simulator: Simulator, graph: Client, writer: str) -> None:
    sync_path = f"{CONNECTORS}/{simulator.connector_ids[0]}/sync"
    read_only = simulator.token(roles=[READ])
    check_last_exchange(contract, simulator, graph.post(sync_path, read_only, json=DELTA), 403)
    check_last_exchange(contract, simulator, graph.get(f"{CONNECTORS}/nobody", writer), 404)
    check_last_exchange(contract, simulator, graph.post(f"{CONNECTORS}/nobody/sync", writer, json=DELTA), 404)
    # The description of the simulator does not allow these requests, so only the responses are checked.
    check_last_response(contract, simulator, graph.get(CONNECTORS), 401)
    check_last_response(contract, simulator, graph.post(sync_path, writer, json={}), 400)


def test_the_error_response_to_an_unsupported_verb(
    contract: Contract, simulator: Simulator, graph: Client, writer: str
) -> None:
    response = graph.send("DELETE", f"{CONNECTORS}/nobody", writer)
    assert response.status_code == 405
    # DELETE is missing in the description of the simulator. All operations of a path have the same error schema.
    contract.check_response({**simulator.journal()[-1], "method": "GET"}, response)


def test_a_throttled_response(contract: Contract, simulator: Simulator, graph: Client, writer: str) -> None:
    simulator.set_throttling(requests=1)
    graph.get(CONNECTORS, writer)
    check_last_exchange(contract, simulator, graph.get(CONNECTORS, writer), 429)


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 200, "body": {"value": [{"id": "a", "lastSyncDateTime": "yesterday"}]}},
        {"status": 500, "body": {"oops": True}},
        {"status": 503, "body": "<html></html>", "headers": {"Content-Type": "text/html"}},
    ],
    ids=["invalid connector", "invalid error", "html"],
)
def test_an_invalid_response_fails_the_check(
    contract: Contract, simulator: Simulator, graph: Client, writer: str, fault: dict[str, t.Any]
) -> None:
    simulator.faults([{"service": "graph", **fault}])
    response = graph.get(CONNECTORS, writer)
    with pytest.raises(contract.error):
        contract.check_response(simulator.journal()[-1], response)


INVALID_REQUESTS: dict[str, dict[str, t.Any]] = {
    "unknown path": {"method": "GET", "path": "/v1.0/deviceManagement/exchangeConnector"},
    "unsupported verb": {"method": "PUT", "path": CONNECTORS},
    "unknown sync type": {"method": "POST", "path": f"{CONNECTORS}/a/sync", "json": {"syncType": "quickSync"}},
    "missing body": {"method": "POST", "path": f"{CONNECTORS}/a/sync"},
}


@pytest.mark.parametrize("request_options", INVALID_REQUESTS.values(), ids=INVALID_REQUESTS.keys())
def test_an_invalid_request_fails_the_check(
    contract: Contract, simulator: Simulator, graph: Client, writer: str, request_options: dict[str, t.Any]
) -> None:
    graph.send(token=writer, **request_options)
    with pytest.raises(contract.error):
        contract.check_request(simulator.journal()[-1])


INVALID_FOR_THE_SIMULATOR: dict[str, dict[str, t.Any]] = {
    "request without a token": {"method": "GET", "path": CONNECTORS, "token": None},
    "missing sync type": {"method": "POST", "path": f"{CONNECTORS}/a/sync", "json": {}},
    "unknown field": {"method": "POST", "path": f"{CONNECTORS}/a/sync", "json": {**DELTA, "force": True}},
    "absolute url in a batch": {"method": "POST", "path": BATCH, "json": {"requests": [get("1", "a", url="//b")]}},
    "21 requests in a batch": {"method": "POST", "path": BATCH, "json": {"requests": [get("1", "a")] * 21}},
}


@pytest.mark.parametrize("request_options", INVALID_FOR_THE_SIMULATOR.values(), ids=INVALID_FOR_THE_SIMULATOR.keys())
def test_an_invalid_request_fails_the_check_of_the_simulator(
    simulator_contract: Contract, simulator: Simulator, graph: Client, writer: str, request_options: dict[str, t.Any]
) -> None:
    graph.send(**{"token": writer, **request_options})
    with pytest.raises(simulator_contract.error):
        simulator_contract.check_request(simulator.journal()[-1])
