# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check the syncs of all resources against OpenAPI descriptions of Graph.

The simulator has its own description. Where the folder of GRAPH_OPENAPI has a file ``syncs.yaml``, the tests run with
that description, too.
"""

from __future__ import annotations

import dataclasses
import os
import typing as t
from datetime import datetime, timezone
from pathlib import Path

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.token import Token, read_token
from ansible_collections.msgraph.intune.plugins.module_utils._graph.client import GraphClient
from ansible_collections.msgraph.intune.plugins.module_utils._graph.clock import Clock
from ansible_collections.msgraph.intune.plugins.module_utils._graph.clouds import find_cloud
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.rate_limit import RateLimiter
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.retry import Retry, RetryPolicy
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.transport import Transport
from ansible_collections.msgraph.intune.plugins.module_utils._intune.resource import SINGLETON_ID
from ansible_collections.msgraph.intune.plugins.module_utils._intune.resources.autopilot import AUTOPILOT
from ansible_collections.msgraph.intune.plugins.module_utils._intune.resources.driver_update_profile import (
    DRIVER_UPDATE_PROFILE,
)
from ansible_collections.msgraph.intune.plugins.module_utils._intune.resources.enrollment_program_token import (
    ENROLLMENT_PROGRAM_TOKEN,
)
from ansible_collections.msgraph.intune.plugins.module_utils._intune.resources.managed_google_play import (
    MANAGED_GOOGLE_PLAY,
)
from ansible_collections.msgraph.intune.plugins.module_utils._intune.resources.vpp_token import VPP_TOKEN
from ansible_collections.msgraph.intune.plugins.module_utils._intune.selection import Selection
from ansible_collections.msgraph.intune.plugins.module_utils._intune.sync import SyncRun
from ansible_collections.msgraph.intune.plugins.module_utils._intune.sync_options import SyncOptions
from ansible_collections.msgraph.intune.tests.graph_simulator.clock import NEVER, odata_time
from ansible_collections.msgraph.intune.tests.graph_simulator.intune.catalog import PERMISSIONS, RESOURCES
from ansible_collections.msgraph.intune.tests.system.contract import SIMULATOR_DESCRIPTION, Contract

if t.TYPE_CHECKING:
    import requests
    from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.msal_client import MsalTokenClient
    from ansible_collections.msgraph.intune.plugins.module_utils._intune.resource import Resource, SyncAction
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
    from ansible_collections.msgraph.intune.tests.graph_simulator.intune.resource import IntuneResource
    from ansible_collections.msgraph.intune.tests.system.clients import Client
    from ansible_collections.msgraph.intune.tests.system.engines import Engines

DESCRIPTIONS = [pytest.param(SIMULATOR_DESCRIPTION, id="simulator")]
if os.environ.get("GRAPH_OPENAPI"):
    other = Path(os.environ["GRAPH_OPENAPI"]).with_name("syncs.yaml")
    DESCRIPTIONS += [pytest.param(other, id="syncs.yaml")] if other.exists() else []

# The Exchange connectors have their own tests.
SYNCS = [
    (resource, version) for name, resource in RESOURCES.items() if name != "connectors" for version in resource.versions
]
PATHS = [pytest.param(*sync, id=f"{sync[1]}-{sync[0].name}") for sync in SYNCS]
# The resources of the collection by their names in the simulator.
CLIENT_RESOURCES = {
    "vpp_tokens": VPP_TOKEN,
    "enrollment_program_tokens": ENROLLMENT_PROGRAM_TOKEN,
    "autopilot": AUTOPILOT,
    "managed_google_play": MANAGED_GOOGLE_PLAY,
    "driver_update_profiles": DRIVER_UPDATE_PROFILE,
}

# The other description uses OAuth 2, which openapi-core does not check. The tests of the simulator check tokens.
pytestmark = pytest.mark.filterwarnings("ignore:Unsupported scheme type:UserWarning")


@dataclasses.dataclass
class Issuer:
    """Get tokens from the simulator without a sign-in."""

    simulator: Simulator
    method: t.ClassVar[str] = "issuer"
    action: str = "get a token"

    def acquire(self, _login: MsalTokenClient) -> Token:
        return read_token(self.simulator.token(roles=PERMISSIONS))


def graph_client(simulator: Simulator, resource: Resource) -> GraphClient:
    clock = Clock()
    return GraphClient(
        Transport(timeout=5.0, verify=simulator.ca_path),
        find_cloud("global", graph_url=simulator.graph_url, authority_url=simulator.authority_url),
        t.cast("t.Any", Issuer(simulator)),
        cache=None,
        retry=Retry(RetryPolicy(retries=0, budget=1.0), clock=clock),
        rate_limiter=RateLimiter(clock, resource.rate_limit),
        clock=clock,
    )


@pytest.fixture(scope="module", params=DESCRIPTIONS)
def description(request: pytest.FixtureRequest) -> Contract:
    return Contract(request.param)


@pytest.fixture
def contract(description: Contract, engines: Engines, simulator: Simulator) -> Contract:
    engines.note(description.name)
    if description.path != SIMULATOR_DESCRIPTION:
        # For openapi-core, a reference to an object type does not allow null.
        for profile in simulator.objects("driver_update_profiles"):
            status = {"lastSuccessfulSyncDateTime": NEVER, "driverInventorySyncState": "pending"}
            simulator.change_object("driver_update_profiles", profile["id"], inventorySyncStatus=status)
    return description


@pytest.fixture
def token(simulator: Simulator) -> str:
    return simulator.token(roles=PERMISSIONS)


def check(contract: Contract, simulator: Simulator, response: requests.Response, status: int) -> None:
    entry = simulator.journal()[-1]
    assert (entry["status"], response.status_code) == (status, status)
    contract.check_request(entry)
    contract.check_response(entry, response)


def object_paths(simulator: Simulator, resource: IntuneResource, version: str) -> list[str]:
    root = f"/{version}/{resource.path}"
    return [root] if resource.singleton else [f"{root}/{key}" for key in simulator.object_ids[resource.name]]


@pytest.mark.parametrize(("resource", "version"), PATHS)
def test_reads(
    contract: Contract, simulator: Simulator, graph: Client, token: str, resource: IntuneResource, version: str
) -> None:
    for path in {f"/{version}/{resource.path}", *object_paths(simulator, resource, version)}:
        check(contract, simulator, graph.get(path, token), 200)


@pytest.mark.parametrize(("resource", "version"), PATHS)
def test_syncs(
    contract: Contract, simulator: Simulator, graph: Client, token: str, resource: IntuneResource, version: str
) -> None:
    for path in object_paths(simulator, resource, version):
        response = graph.post(f"{path}/{resource.action.name}", token)
        check(contract, simulator, response, 200 if resource.action.returns_object else 204)
        check(contract, simulator, graph.get(path, token), 200)


def test_the_refusals_of_autopilot(contract: Contract, simulator: Simulator, graph: Client, token: str) -> None:
    path = f"/beta/{AUTOPILOT.path}/sync"
    simulator.change_settings("autopilot", syncStatus="inProgress")
    check(contract, simulator, graph.post(path, token), 409)
    now = odata_time(datetime.now(timezone.utc))
    simulator.change_settings("autopilot", syncStatus="completed", lastSyncDateTime=now)
    check(contract, simulator, graph.post(path, token), 429)


def test_the_other_errors(contract: Contract, simulator: Simulator, graph: Client, token: str) -> None:
    path = f"/beta/{VPP_TOKEN.path}"
    check(contract, simulator, graph.get(path, simulator.token(roles=["User.Read"])), 403)
    check(contract, simulator, graph.get(f"{path}/gone", token), 404)
    check(contract, simulator, graph.post(f"{path}/gone/syncLicenses", token), 404)


@pytest.mark.parametrize("name", CLIENT_RESOURCES)
def test_requests_of_the_sync_run(contract: Contract, simulator: Simulator, name: str) -> None:
    resource = CLIENT_RESOURCES[name]
    ids = (SINGLETON_ID,) if resource.is_singleton else (simulator.object_ids[name][0],)
    run_sync(simulator, resource, ids)
    entries = simulator.journal()
    # A run reads the object only when its state decides whether it can sync.
    assert [entry["method"] for entry in entries] in (["GET", "POST"], ["POST"])
    for entry in entries:
        contract.check_request(entry)


@pytest.mark.parametrize("name", [name for name, resource in CLIENT_RESOURCES.items() if not resource.is_singleton])
def test_requests_of_the_sync_run_for_several_objects(contract: Contract, simulator: Simulator, name: str) -> None:
    simulator.set_objects(name, [{**simulator.objects(name)[0], "id": key} for key in ("a", "b")])
    run_sync(simulator, CLIENT_RESOURCES[name], ("a", "b"))
    *_reading, batch, first, second = simulator.journal()
    assert (first["batch"], second["batch"]) == (batch["number"], batch["number"])
    for entry in (first, second):
        assert entry["method"] == "POST"
        contract.check_request(entry)
    # The other description has no batches.
    if contract.path == SIMULATOR_DESCRIPTION:
        contract.check_request(batch)


def run_sync(simulator: Simulator, resource: Resource, ids: tuple[str, ...]) -> None:
    action = t.cast("SyncAction", resource.action)
    client = graph_client(simulator, resource)
    run = SyncRun(lambda: client, resource, action, SyncOptions(Selection(ids=ids)))
    run.run()
    assert run.failure is None, str(run.failure)
    assert len(run.targets) == len(ids)
    assert {(target.action, target.http_status) for target in run.targets} == {("triggered", action.success_status)}
    assert run.warnings == []
