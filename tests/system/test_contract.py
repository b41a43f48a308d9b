# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulator's answers, and the requests that it accepts, against Microsoft's own description of the Graph paths.

The description is no part of this repository: name a file with these paths in the variable GRAPH_OPENAPI.
"""

from __future__ import annotations

import importlib
import os
import typing as t

import pytest
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import ansible_environment
from ansible_collections.msgraph.intune.tests.system.clients import CONNECTORS, READ
from ansible_collections.msgraph.intune.tests.system.playbooks import SYNC, ad_hoc

if t.TYPE_CHECKING:
    import requests
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
    from ansible_collections.msgraph.intune.tests.system.clients import Client
    from ansible_collections.msgraph.intune.tests.system.contract import Contract
    from ansible_collections.msgraph.intune.tests.system.engines import Engines

DELTA = {"syncType": "deltaSync"}
MODULE = "ansible_collections.msgraph.intune.tests.system.contract"  # Imported late: its library is optional.

# The description names OAuth 2, for which the library has no check. The simulator's own tests cover tokens.
pytestmark = pytest.mark.filterwarnings("ignore:Unsupported scheme type:UserWarning")


@pytest.fixture(scope="module")
def description() -> Contract:
    path = os.environ.get("GRAPH_OPENAPI")
    if not path:
        pytest.skip("GRAPH_OPENAPI names no OpenAPI description of Graph")
    pytest.importorskip("openapi_core", reason="the contract tests need openapi-core")
    return t.cast("Contract", importlib.import_module(MODULE).Contract(path))


@pytest.fixture
def contract(description: Contract, engines: Engines) -> Contract:
    engines.note(description.name)
    return description


def check(contract: Contract, simulator: Simulator, response: requests.Response, status: int) -> None:
    """Check the last request and the answer to it."""
    entry = simulator.journal()[-1]
    assert (entry["status"], response.status_code) == (status, status)
    contract.check_request(entry)
    contract.check_response(entry, response)


def test_list_with_paging(contract: Contract, simulator: Simulator, graph: Client, writer: str) -> None:
    first = graph.get(CONNECTORS, writer)
    check(contract, simulator, first, 200)
    following = first.json()["@odata.nextLink"].removeprefix(simulator.graph_url)
    check(contract, simulator, graph.get(following, writer), 200)


def test_get(contract: Contract, simulator: Simulator, graph: Client, writer: str) -> None:
    for connector_id in simulator.connector_ids:
        check(contract, simulator, graph.get(f"{CONNECTORS}/{connector_id}", writer), 200)


@pytest.mark.parametrize("action", ["sync", "microsoft.graph.sync"])
@pytest.mark.parametrize("sync_type", ["fullSync", "deltaSync"])
def test_sync(contract: Contract, simulator: Simulator, graph: Client, action: str, sync_type: str) -> None:
    path = f"{CONNECTORS}/{simulator.connector_ids[0]}/{action}"
    token = simulator.token(scp="DeviceManagementServiceConfig.ReadWrite.All")
    check(contract, simulator, graph.post(path, token, json={"syncType": sync_type}), 204)


@pytest.mark.parametrize("several", [False, True], ids=["one", "several"])
@pytest.mark.parametrize("flags", [[], ["--check"]], ids=["real", "check"])
def test_the_modules_requests(contract: Contract, simulator: Simulator, flags: list[str], several: bool) -> None:
    ids = simulator.connector_ids if several else simulator.connector_ids[:1]
    run = ad_hoc(ansible_environment(simulator), SYNC, *flags, connector_id=ids, sync_type="fullSync")
    assert run.returncode == 0, run.stdout + run.stderr
    sent = [entry for entry in simulator.journal() if entry["service"] == "graph"]
    # A batch is Graph's own, not Intune's: it is what is in it that the description knows.
    described = [entry for entry in sent if not entry["path"].endswith("/$batch")]
    assert len(described) == (2 if flags and several else len(ids))
    for entry in described:
        contract.check_request(entry)


def test_errors(contract: Contract, simulator: Simulator, graph: Client, writer: str) -> None:
    sync = f"{CONNECTORS}/{simulator.connector_ids[0]}/sync"
    check(contract, simulator, graph.get(CONNECTORS), 401)
    check(contract, simulator, graph.post(sync, simulator.token(roles=[READ]), json=DELTA), 403)
    check(contract, simulator, graph.get(f"{CONNECTORS}/nobody", writer), 404)
    check(contract, simulator, graph.post(f"{CONNECTORS}/nobody/sync", writer, json=DELTA), 404)
    check(contract, simulator, graph.send("DELETE", f"{CONNECTORS}/nobody", writer), 405)
    check(contract, simulator, graph.post(sync, writer, json={}), 400)


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 200, "body": {"value": [{"id": "a", "lastSyncDateTime": "yesterday"}]}},
        {"status": 500, "body": {"oops": True}},
        {"status": 503, "body": "<html></html>", "headers": {"Content-Type": "text/html"}},
    ],
)
def test_a_wrong_answer_would_be_noticed(
    contract: Contract, simulator: Simulator, graph: Client, fault: dict[str, t.Any]
) -> None:
    simulator.faults([{"service": "graph", **fault}])
    response = graph.get(CONNECTORS)
    with pytest.raises(contract.error):
        contract.check_response(simulator.journal()[-1], response)


@pytest.mark.parametrize(
    "request_options",
    [
        {"method": "GET", "path": "/v1.0/deviceManagement/exchangeConnector"},
        {"method": "PUT", "path": CONNECTORS},
        {"method": "POST", "path": f"{CONNECTORS}/a/sync", "json": {"syncType": "quickSync"}},
        {"method": "POST", "path": f"{CONNECTORS}/a/sync"},
    ],
)
def test_a_wrong_request_would_be_noticed(
    contract: Contract, simulator: Simulator, graph: Client, request_options: dict[str, t.Any]
) -> None:
    graph.send(**request_options)
    with pytest.raises(contract.error):
        contract.check_request(simulator.journal()[-1])
