# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sync a thousand connectors on a simulated clock while the service throttles; each sync is triggered exactly once."""

from __future__ import annotations

import collections
import dataclasses
import io
import random
import typing as t
from datetime import datetime, timedelta, timezone

import pytest
import requests
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.token import Token, read_token
from ansible_collections.msgraph.intune.plugins.module_utils._graph.client import GraphClient
from ansible_collections.msgraph.intune.plugins.module_utils._graph.clock import Clock
from ansible_collections.msgraph.intune.plugins.module_utils._graph.clouds import find_cloud
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.rate_limit import RateLimit, RateLimiter
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.retry import Retry, RetryPolicy
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.transport import Transport
from ansible_collections.msgraph.intune.plugins.module_utils._intune.resources.exchange_connector import (
    EXCHANGE_CONNECTOR,
)
from ansible_collections.msgraph.intune.plugins.module_utils._intune.selection import Selection
from ansible_collections.msgraph.intune.plugins.module_utils._intune.sync import SyncRun
from ansible_collections.msgraph.intune.plugins.module_utils._intune.sync_options import SyncOptions
from ansible_collections.msgraph.intune.tests.graph_simulator.faults.rules import read_rules
from ansible_collections.msgraph.intune.tests.graph_simulator.graph.service import respond as graph_respond
from ansible_collections.msgraph.intune.tests.graph_simulator.http_messages import HttpRequest
from ansible_collections.msgraph.intune.tests.graph_simulator.intune.objects import read_objects
from ansible_collections.msgraph.intune.tests.graph_simulator.service_handler import ServiceHandler
from ansible_collections.msgraph.intune.tests.graph_simulator.tokens import application_claims
from ansible_collections.msgraph.intune.tests.system.clients import READ_WRITE
from ansible_collections.msgraph.intune.tests.system.service_states import make_state

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.msal_client import MsalTokenClient
    from ansible_collections.msgraph.intune.plugins.module_utils._intune.resource import SyncAction
    from ansible_collections.msgraph.intune.tests.graph_simulator.service_state import ServiceState

ACTION = t.cast("SyncAction", EXCHANGE_CONNECTOR.action)
IDS = [f"connector-{number}" for number in range(1000)]
BUSY = {"error": {"code": "TooManyRequests", "message": "Too many requests."}}
# These faults occur before the service acts, for items and for whole batches.
FAULTS: list[dict[str, t.Any]] = [
    {"path": "batch", "chance": 0.05, "status": 503, "headers": {"Retry-After": "4"}, "body": "<html>"},
    {"path": "batch", "chance": 0.05, "status": 429, "body": BUSY},
    {"path": "/sync", "chance": 0.1, "status": 429, "headers": {"Retry-After": "7"}, "body": BUSY},
    {"path": "/sync", "chance": 0.05, "status": 503},
]


class SimulatedClock(Clock):
    """The time of the client and of the service."""

    def __init__(self) -> None:
        self.start = datetime(2026, 1, 1, tzinfo=timezone.utc)
        self.passed = 0.0

    def __call__(self) -> datetime:
        return self.start + timedelta(seconds=self.passed)

    def now(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds


class Wire(requests.adapters.BaseAdapter):
    """Send requests to the service in this process, with a simulated latency."""

    def __init__(self, handler: ServiceHandler, clock: SimulatedClock, chance: random.Random) -> None:
        super().__init__()
        self.handler = handler
        self.clock = clock
        self.chance = chance

    def send(self, request: requests.PreparedRequest, *_args: t.Any, **_named: t.Any) -> requests.Response:
        self.clock.sleep(self.chance.uniform(0.005, 0.5))
        body = request.body or b""
        assert isinstance(body, bytes)
        headers = {name: str(value) for name, value in request.headers.items()}
        simulated_request = HttpRequest.new(str(request.method), str(request.path_url), headers, body)
        answer = self.handler.handle(simulated_request).response
        self.clock.sleep(self.chance.uniform(0.005, 0.5))
        response = requests.Response()
        response.status_code = answer.status
        response.headers.update(answer.headers)
        response.raw = io.BytesIO(answer.body)
        return response

    def close(self) -> None:
        """Do nothing; the base class requires this method."""


@dataclasses.dataclass
class Issuer:
    """Get tokens from the simulated tenant. They expire before the end of the run."""

    state: ServiceState
    method: t.ClassVar[str] = "issuer"
    action: str = "get a token"
    issued: int = 0

    def acquire(self, _login: MsalTokenClient) -> Token:
        self.issued += 1
        claims = application_claims("automation", "its-object", [READ_WRITE])
        return read_token(self.state.tokens.issue(self.state.graph_url, claims, 310))


@pytest.mark.parametrize("limited", [True, False], ids=["with the documented rate limit", "without a rate limit"])
@pytest.mark.parametrize("seed", range(3))
def test_each_of_a_thousand_connectors_is_triggered_once(seed: int, limited: bool) -> None:
    clock = SimulatedClock()
    chance = random.Random(seed)  # noqa: S311  chance, not secrecy
    state = make_state(clock)
    connectors = state.objects["connectors"]
    connectors.replace(read_objects(connectors.resource, [{"id": connector_id} for connector_id in IDS]))
    rules = [{"service": "graph", "times": None, "seed": seed, **fault} for fault in FAULTS]
    state.faults.replace(read_rules(rules))
    session = requests.Session()
    session.mount("https://", Wire(ServiceHandler("graph", graph_respond, "request-id", state), clock, chance))
    issuer = Issuer(state)
    client = GraphClient(
        Transport(timeout=30.0, verify=True, session=session),
        find_cloud("global", graph_url=state.graph_url, authority_url=state.authority_url),
        t.cast("t.Any", issuer),
        cache=None,
        retry=Retry(RetryPolicy(retries=4, budget=120.0), clock=clock, jitter=chance.random),
        rate_limiter=RateLimiter(clock, EXCHANGE_CONNECTOR.rate_limit if limited else RateLimit(10**6, 20.0)),
        clock=clock,
    )

    run = SyncRun(lambda: client, EXCHANGE_CONNECTOR, ACTION, SyncOptions(Selection(ids=tuple(IDS)), "deltaSync"))
    run.run()

    assert run.failure is None, str(run.failure)
    assert [target.id for target in run.targets] == IDS
    assert {target.action for target in run.targets} == {"triggered"}
    journal = state.journal.to_json()
    completed = collections.Counter(entry["path"] for entry in journal if entry["status"] == 204)
    path = "/v1.0/deviceManagement/exchangeConnectors"
    assert completed == {f"{path}/{connector_id}/sync": 1 for connector_id in IDS}
    # With the rate limit, the service throttles only by the injected faults.
    assert all(rule["applied"] for rule in state.faults.to_json())
    throttled = [entry for entry in journal if entry["status"] == 429 and entry["fault"] is None]
    assert bool(throttled) is not limited
    assert sum(target.attempts for target in run.targets) > len(IDS)
    if limited:
        # 1000 writes at 100 in 20 seconds take 180 seconds. A token is valid for 310 seconds.
        assert clock.passed >= 180
        assert issuer.issued == (1 if clock.passed < 310 else 2)
