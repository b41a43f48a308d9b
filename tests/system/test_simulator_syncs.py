# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The syncs of all resources in the simulated Graph, on a simulated clock."""

from __future__ import annotations

import dataclasses
import json
import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.msgraph.intune.tests.graph_simulator.clock import NEVER, odata_time
from ansible_collections.msgraph.intune.tests.graph_simulator.graph.service import respond
from ansible_collections.msgraph.intune.tests.graph_simulator.http_messages import HttpRequest, HttpResponse
from ansible_collections.msgraph.intune.tests.graph_simulator.intune.catalog import PERMISSIONS, RESOURCES
from ansible_collections.msgraph.intune.tests.graph_simulator.service_handler import ServiceHandler
from ansible_collections.msgraph.intune.tests.graph_simulator.tokens import application_claims
from ansible_collections.msgraph.intune.tests.system.clients import (
    CONFIGURATION_READ,
    CONFIGURATION_WRITE,
    READ,
    READ_WRITE,
)
from ansible_collections.msgraph.intune.tests.system.graph_errors import intune_message
from ansible_collections.msgraph.intune.tests.system.service_states import make_state

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
    from ansible_collections.msgraph.intune.tests.graph_simulator.intune.objects import IntuneObject
    from ansible_collections.msgraph.intune.tests.graph_simulator.intune.resource import IntuneResource
    from ansible_collections.msgraph.intune.tests.system.clients import Client

START = datetime(2026, 1, 1, tzinfo=timezone.utc)
SYNC_DURATION = 3600  # see make_state
EVERYTHING = (*PERMISSIONS, "User.Read")

AUTOPILOT = "/beta/deviceManagement/windowsAutopilotSettings"
VPP_TOKENS = "/beta/deviceAppManagement/vppTokens"
BETA_ONLY = ("enrollment_program_tokens", "autopilot", "managed_google_play", "driver_update_profiles")
NAMES = tuple(RESOURCES)


@dataclasses.dataclass
class Tenant:
    """A simulated tenant in the test process, and its clock."""

    now: datetime = START

    def __post_init__(self) -> None:
        self.state = make_state(lambda: self.now)
        self._handler = ServiceHandler("graph", respond, "request-id", self.state)

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def send(
        self, method: str, path: str, body: t.Any = None, permissions: t.Sequence[str] = EVERYTHING
    ) -> HttpResponse:
        """Send a request with the token of an application that has these permissions."""
        return self.send_with(application_claims("me", "my-object", permissions), method, path, body)

    def send_with(self, claims: dict[str, t.Any], method: str, path: str, body: t.Any = None) -> HttpResponse:
        headers = {"Authorization": f"Bearer {self.state.tokens.issue(self.state.graph_url, claims)}"}
        content = b""
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body).encode()
        return self._handler.handle(HttpRequest.new(method, path, headers, content)).response

    def first(self, resource: IntuneResource) -> IntuneObject:
        return self.state.objects[resource.name].all()[0]

    def change(self, name: str, **changes: t.Any) -> None:
        """Change the first object of a resource."""
        objects = self.state.objects[name]
        objects.put(objects.all()[0].with_changes(changes))

    def object_path(self, resource: IntuneResource, index: int = 0) -> str:
        """Return the path of an object in the newest API version."""
        root = f"/{resource.versions[-1]}/{resource.path}"
        return root if resource.singleton else f"{root}/{self.state.objects[resource.name].all()[index].id}"

    def read(self, path: str) -> dict[str, t.Any]:
        return parse(self.send("GET", path))

    def sync(self, path: str, resource: IntuneResource, **options: t.Any) -> HttpResponse:
        body = {name: values[0] for name, values in resource.action.parameters.items()} or None
        return self.send("POST", f"{path}/{resource.action.name}", body, **options)


def parse(response: HttpResponse) -> dict[str, t.Any]:
    assert response.status == 200, response
    return t.cast("dict[str, t.Any]", json.loads(response.body))


def assert_error(response: HttpResponse, status: int, code: str) -> str:
    error = json.loads(response.body)["error"]
    assert (response.status, error["code"]) == (status, code)
    return str(error["message"])


@pytest.fixture
def tenant() -> Tenant:
    return Tenant()


# --- API versions


@pytest.mark.parametrize("version", ["v1.0", "beta"])
@pytest.mark.parametrize("name", NAMES)
def test_a_resource_exists_only_in_its_versions(tenant: Tenant, name: str, version: str) -> None:
    response = tenant.send("GET", f"/{version}/{RESOURCES[name].path}")
    if version == "v1.0" and name in BETA_ONLY:
        assert_error(response, 400, "No method match route template")
    else:
        assert response.status == 200


def test_v1_shows_no_names_of_vpp_tokens(tenant: Tenant) -> None:
    beta = tenant.read(VPP_TOKENS)["value"][0]
    v1 = tenant.read(VPP_TOKENS.replace("beta", "v1.0"))["value"][0]
    assert (beta["displayName"], beta["locationName"]) == ("Contoso iOS apps", "Contoso Headquarters")
    assert not {"displayName", "locationName"} & set(v1)
    assert {name: beta[name] for name in v1} == v1


def test_links_and_contexts_have_the_version_of_the_request(tenant: Tenant) -> None:
    tenant.state.page_size = 3
    page = tenant.read(VPP_TOKENS)
    root = tenant.state.graph_url
    assert page["@odata.context"] == f"{root}/beta/$metadata#deviceAppManagement/vppTokens"
    assert page["@odata.nextLink"].startswith(f"{root}{VPP_TOKENS}?$skiptoken=")
    assert len(tenant.read(page["@odata.nextLink"].removeprefix(root))["value"]) == 1


@pytest.mark.parametrize(("version", "status"), [("v1.0", 400), ("beta", 200)])
def test_a_batch_reaches_only_routes_of_its_version(tenant: Tenant, version: str, status: int) -> None:
    items = [{"id": "1", "method": "GET", "url": "/deviceManagement/windowsAutopilotSettings"}]
    batch = parse(tenant.send("POST", f"/{version}/$batch", {"requests": items}))
    assert [item["status"] for item in batch["responses"]] == [status]


def test_a_singleton_has_no_ids(tenant: Tenant) -> None:
    body = tenant.read(AUTOPILOT)
    assert body["@odata.context"].endswith("#deviceManagement/windowsAutopilotSettings/$entity")
    assert_error(tenant.send("GET", f"{AUTOPILOT}/{body['id']}"), 400, "No method match route template")


# --- syncs


@pytest.mark.parametrize("name", NAMES)
def test_a_sync_is_accepted_and_completes(tenant: Tenant, name: str) -> None:
    resource = RESOURCES[name]
    path = tenant.object_path(resource)
    before = tenant.read(path)
    assert tenant.sync(path, resource).status == (200 if name == "vpp_tokens" else 204)
    started = tenant.read(path)
    tenant.advance(SYNC_DURATION - 1)
    assert tenant.read(path) == started
    tenant.advance(1)
    assert tenant.read(path) == {**before, **COMPLETED[name]}


END = odata_time(START + timedelta(seconds=SYNC_DURATION))
COMPLETED: dict[str, dict[str, t.Any]] = {
    "connectors": {"lastSyncDateTime": END},
    "vpp_tokens": {"lastSyncDateTime": END, "lastSyncStatus": "completed"},
    "enrollment_program_tokens": {
        "lastSuccessfulSyncDateTime": END,
        "lastSyncTriggeredDateTime": odata_time(START),
        "lastSyncErrorCode": 0,
    },
    "autopilot": {
        "lastSyncDateTime": END,
        "lastManualSyncTriggerDateTime": odata_time(START),
        "syncStatus": "completed",
    },
    "managed_google_play": {"lastAppSyncDateTime": END, "lastAppSyncStatus": "success"},
    "driver_update_profiles": {
        "inventorySyncStatus": {"lastSuccessfulSyncDateTime": END, "driverInventorySyncState": "success"}
    },
}

RUNNING: dict[str, dict[str, t.Any]] = {
    "vpp_tokens": {"lastSyncStatus": "inProgress"},
    "autopilot": {"syncStatus": "inProgress", "lastManualSyncTriggerDateTime": odata_time(START)},
}

FAILED: dict[str, dict[str, t.Any]] = {
    "vpp_tokens": {"lastSyncStatus": "failed"},
    "enrollment_program_tokens": {"lastSyncTriggeredDateTime": odata_time(START), "lastSyncErrorCode": 1},
    "autopilot": {"lastManualSyncTriggerDateTime": odata_time(START), "syncStatus": "failed"},
    "managed_google_play": {"lastAppSyncDateTime": END, "lastAppSyncStatus": "credentialsNotValid"},
}


@pytest.mark.parametrize("name", RUNNING)
def test_the_status_shows_a_running_sync(tenant: Tenant, name: str) -> None:
    path = tenant.object_path(RESOURCES[name])
    before = tenant.read(path)
    tenant.sync(path, RESOURCES[name])
    assert tenant.read(path) == {**before, **RUNNING[name]}


@pytest.mark.parametrize("name", FAILED)
def test_a_sync_can_fail(tenant: Tenant, name: str) -> None:
    tenant.change(name, fails=True)
    path = tenant.object_path(RESOURCES[name])
    before = tenant.read(path)
    tenant.sync(path, RESOURCES[name])
    tenant.advance(SYNC_DURATION)
    assert tenant.read(path) == {**before, **FAILED[name]}


def test_a_driver_update_profile_without_a_sync_can_fail(tenant: Tenant) -> None:
    resource = RESOURCES["driver_update_profiles"]
    path = tenant.object_path(resource, 1)
    assert tenant.read(path)["inventorySyncStatus"] is None
    status = {"lastSuccessfulSyncDateTime": NEVER, "driverInventorySyncState": "pending"}
    tenant.sync(path, resource)
    assert tenant.read(path)["inventorySyncStatus"] == status
    tenant.advance(SYNC_DURATION)
    assert tenant.read(path)["inventorySyncStatus"] == {**status, "driverInventorySyncState": "failure"}


@pytest.mark.parametrize("name", NAMES)
def test_a_sync_can_last_forever(tenant: Tenant, name: str) -> None:
    tenant.change(name, stuck=True)
    path = tenant.object_path(RESOURCES[name])
    assert tenant.sync(path, RESOURCES[name]).status in (200, 204)
    started = tenant.read(path)
    tenant.advance(100 * SYNC_DURATION)
    assert tenant.read(path) == started


@pytest.mark.parametrize("name", NAMES)
def test_the_qualified_name_of_an_action_is_accepted(tenant: Tenant, name: str) -> None:
    resource = RESOURCES[name]
    qualified = dataclasses.replace(resource.action, name=f"microsoft.graph.{resource.action.name}")
    response = tenant.sync(tenant.object_path(resource), dataclasses.replace(resource, action=qualified))
    assert response.status in (200, 204)


def test_the_response_to_a_vpp_sync_is_the_token_with_its_secret(tenant: Tenant) -> None:
    resource = RESOURCES["vpp_tokens"]
    path = tenant.object_path(resource)
    accepted = parse(tenant.sync(path, resource))
    assert accepted == tenant.read(path)
    assert (accepted["lastSyncStatus"], accepted["token"]) == ("inProgress", tenant.first(resource).values["token"])
    assert len(accepted["token"]) > 40


@pytest.mark.parametrize(("body", "status"), [(None, None), ({}, None), ({"force": True}, 400), ([], 400)], ids=str)
def test_an_action_without_parameters_needs_no_body(tenant: Tenant, body: t.Any, status: int | None) -> None:
    assert tenant.send("POST", f"{AUTOPILOT}/sync", body).status == (status or 204)


def test_an_unknown_object_is_404(tenant: Tenant) -> None:
    for response in (tenant.send("GET", f"{VPP_TOKENS}/gone"), tenant.send("POST", f"{VPP_TOKENS}/gone/syncLicenses")):
        assert "VPP token 'gone' was not found." in intune_message(assert_error(response, 404, "ResourceNotFound"))


# --- conflicts and intervals


def test_autopilot_answers_409_while_a_sync_runs(tenant: Tenant) -> None:
    assert tenant.send("POST", f"{AUTOPILOT}/sync").status == 204
    running = tenant.read(AUTOPILOT)
    tenant.advance(SYNC_DURATION - 1)
    assert intune_message(assert_error(tenant.send("POST", f"{AUTOPILOT}/sync"), 409, "Conflict"))
    assert tenant.read(AUTOPILOT) == running


@pytest.mark.parametrize("start", ["lastSyncDateTime", "lastManualSyncTriggerDateTime"])
def test_autopilot_answers_429_within_the_minimum_interval(tenant: Tenant, start: str) -> None:
    tenant.change("autopilot", **{start: odata_time(START - timedelta(seconds=599))})
    response = tenant.send("POST", f"{AUTOPILOT}/sync")
    assert "600 seconds" in intune_message(assert_error(response, 429, "TooManyRequests"))
    assert "Retry-After" not in response.headers
    tenant.advance(1)
    assert tenant.send("POST", f"{AUTOPILOT}/sync").status == 204


@pytest.mark.parametrize("name", [name for name in NAMES if name != "autopilot"])
def test_other_syncs_can_be_repeated_at_once(tenant: Tenant, name: str) -> None:
    path = tenant.object_path(RESOURCES[name])
    for _twice in range(2):
        assert tenant.sync(path, RESOURCES[name]).status in (200, 204)


# --- permissions

SERVICE = ({READ, READ_WRITE}, {READ_WRITE})
BOTH = ({READ, READ_WRITE, CONFIGURATION_READ, CONFIGURATION_WRITE}, {READ_WRITE, CONFIGURATION_WRITE})
ACCEPTED: dict[str, tuple[set[str], set[str]]] = {
    "connectors": BOTH,
    "vpp_tokens": BOTH,
    "enrollment_program_tokens": SERVICE,
    "autopilot": SERVICE,
    "managed_google_play": ({CONFIGURATION_READ, CONFIGURATION_WRITE}, {CONFIGURATION_WRITE}),
    "driver_update_profiles": ({CONFIGURATION_READ, CONFIGURATION_WRITE}, {CONFIGURATION_READ}),
}


@pytest.mark.parametrize("delegated", [False, True], ids=["application", "delegated"])
@pytest.mark.parametrize("permission", EVERYTHING)
@pytest.mark.parametrize("name", NAMES)
def test_each_route_accepts_only_its_permissions(tenant: Tenant, name: str, permission: str, delegated: bool) -> None:
    resource = RESOURCES[name]
    claims = application_claims("me", "my-object", [permission])
    if delegated:
        del claims["roles"]
        claims["scp"] = f"openid {permission}"
    body = {parameter: values[0] for parameter, values in resource.action.parameters.items()} or None
    path = tenant.object_path(resource)
    reading, syncing = ACCEPTED[name]
    requests = [("GET", f"/beta/{resource.path}", reading), ("GET", path, reading)]
    for method, target, accepted in [*requests, ("POST", f"{path}/{resource.action.name}", syncing)]:
        response = tenant.send_with(claims, method, target, body if method == "POST" else None)
        if permission in accepted:
            assert response.status in (200, 204)
        else:
            assert "one of the following scopes" in intune_message(assert_error(response, 403, "Forbidden"))


# --- content of the tenant and control API


def test_the_default_tenant_has_objects_in_each_state(tenant: Tenant) -> None:
    tokens = [item.to_json() for item in tenant.state.objects["vpp_tokens"].all()]
    assert [(token["displayName"], token["state"], token["fails"], token["stuck"]) for token in tokens] == [
        ("Contoso iOS apps", "valid", False, False),
        ("Fabrikam iOS apps", "expired", True, False),
        ("Northwind iOS apps", "valid", True, False),
        ("Tailspin iOS apps", "valid", False, True),
    ]
    assert [token["expirationDateTime"] > odata_time(START) for token in tokens] == [True, False, True, True]
    assert tenant.read(AUTOPILOT)["lastSyncDateTime"] == odata_time(START - timedelta(hours=7))
    assert len(tenant.state.objects["enrollment_program_tokens"].all()) == 2
    assert tenant.first(RESOURCES["managed_google_play"]).values["bindStatus"] == "boundAndValidated"
    assert len(tenant.state.objects["driver_update_profiles"].all()) == 2


def test_objects_can_be_replaced_changed_and_reset(simulator: Simulator, graph: Client, writer: str) -> None:
    default = simulator.objects("vpp_tokens")
    assert [token["id"] for token in default] == simulator.object_ids["vpp_tokens"]
    simulator.set_objects("vpp_tokens", [{"id": "a/b c", "displayName": "A", "token": "first-secret"}])
    changed = simulator.change_object("vpp_tokens", "a/b c", state="expired", fails=True)
    assert [changed] == simulator.objects("vpp_tokens")
    assert (changed["displayName"], changed["state"], changed["fails"]) == ("A", "expired", True)
    (token,) = graph.get(VPP_TOKENS, writer).json()["value"]
    assert (token["token"], token["lastSyncDateTime"]) == ("first-secret", NEVER)
    simulator.reset()
    assert simulator.objects("vpp_tokens") == default


def test_a_singleton_can_be_replaced_changed_and_reset(simulator: Simulator, graph: Client, writer: str) -> None:
    default = simulator.settings("autopilot")
    simulator.set_settings("autopilot", {"id": "a"})
    changed = simulator.change_settings("autopilot", syncStatus="inProgress", stuck=True)
    assert changed == simulator.settings("autopilot")
    assert graph.get(AUTOPILOT, writer).json()["syncStatus"] == "inProgress"
    assert graph.post(f"{AUTOPILOT}/sync", writer).status_code == 409
    simulator.reset()
    assert simulator.settings("autopilot") == default


def test_the_control_api_returns_no_secrets_of_objects(simulator: Simulator, graph: Client, writer: str) -> None:
    changed = simulator.change_object("vpp_tokens", simulator.object_ids["vpp_tokens"][0], state="invalid")
    assert not any("token" in token for token in [changed, *simulator.objects("vpp_tokens")])
    assert all(token["token"] for token in graph.get(VPP_TOKENS, writer).json()["value"])
