# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import json
import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph._client import Call, GraphClient
from ansible_collections.msgraph.intune.plugins.module_utils._graph._clouds import find_cloud
from ansible_collections.msgraph.intune.plugins.module_utils._graph._errors import AuthenticationError, GraphError
from ansible_collections.msgraph.intune.plugins.module_utils._graph._permission import Permission
from ansible_collections.msgraph.intune.plugins.module_utils._graph._token import Token, read_token
from ansible_collections.msgraph.intune.plugins.module_utils._graph._transport import Transport
from ansible_collections.msgraph.intune.tests.unit.fakes import FakeSession, Reply, Scripted, jwt

PERMISSION = Permission("Things.ReadWrite.All", "")
READ = Call("GET", "things/7", "read thing 7", PERMISSION)
WRITE = Call("POST", "things/7/sync", "sync thing 7", PERMISSION, body={"how": "gently"})
SECRET = jwt({"roles": ["Things.Read.All"]})


@dataclasses.dataclass
class FakeCredential:
    """Hands out one token, or refuses."""

    method: t.ClassVar[str] = "fake"
    action: str = "sign in as a fake"
    error: GraphError | None = None
    asked: int = 0

    @classmethod
    def read(cls, given: t.Any) -> FakeCredential:
        raise NotImplementedError

    def validate(self) -> None:
        raise NotImplementedError

    def acquire(self, login: t.Any) -> Token:
        self.asked += 1
        if self.error is not None:
            raise self.error
        return read_token(SECRET)


class World:
    """A client with a scripted wire."""

    def __init__(self, *script: Scripted, error: GraphError | None = None) -> None:
        self.session = FakeSession(*script)
        self.credential = FakeCredential(error=error)
        self.masked: list[str] = []
        ids = iter(["id-1", "id-2", "id-3"])
        self.client = GraphClient(
            Transport(timeout=1.0, verify=True, session=self.session),
            find_cloud("us_gov_l4"),
            self.credential,
            on_secret=self.masked.append,
            new_id=lambda: next(ids),
        )


def test_a_post_is_the_documented_request() -> None:
    world = World(Reply(204, headers={"request-id": "r-1"}))
    answer = world.client.call(WRITE)
    (sent,) = world.session.sent
    assert world.session.wire == ["POST https://graph.microsoft.us/v1.0/things/7/sync"]
    assert json.loads(sent.body or b"") == {"how": "gently"}
    assert {name: sent.headers[name] for name in ("Accept", "Content-Type", "client-request-id", "Authorization")} == {
        "Accept": "application/json",
        "Content-Type": "application/json",
        "client-request-id": "id-1",
        "Authorization": f"Bearer {SECRET}",
    }
    assert (answer.status, answer.body, answer.request_id, answer.client_request_id) == (204, None, "r-1", "id-1")


def test_a_get_has_no_body_and_no_content_type() -> None:
    world = World(Reply(200, {"id": "7"}))
    assert world.client.call(READ).body == {"id": "7"}
    (sent,) = world.session.sent
    assert sent.body is None
    assert "Content-Type" not in sent.headers


def test_one_token_serves_all_calls_and_is_masked_before_the_first() -> None:
    world = World(Reply(200, {}), Reply(200, {}))
    world.client.call(READ)
    world.client.call(READ)
    assert world.credential.asked == 1
    assert world.masked == [SECRET]
    assert [sent.headers["client-request-id"] for sent in world.session.sent] == ["id-1", "id-2"]


def test_a_failed_sign_in_names_itself_and_sends_nothing_to_graph() -> None:
    world = World(error=AuthenticationError("wrong secret"))
    with pytest.raises(GraphError, match="Could not sign in as a fake: wrong secret"):
        world.client.call(READ)
    assert world.session.sent == []


def test_an_error_names_the_action() -> None:
    world = World(Reply(404, {"error": {"code": "ResourceNotFound", "message": "gone"}}))
    with pytest.raises(GraphError, match="Could not read thing 7: Microsoft Graph answered 404 ResourceNotFound: gone"):
        world.client.call(READ)


def test_a_missing_permission_is_named_with_what_the_token_holds() -> None:
    world = World(Reply(403, {"error": {"code": "Forbidden", "message": "no"}}))
    with pytest.raises(
        GraphError, match=r"holds Things\.Read\.All: grant the application permission Things\.ReadWrite"
    ):
        world.client.call(WRITE)


@pytest.mark.parametrize("body", ["<html>portal</html>", '{"half":', "[" * 100_000])
def test_a_success_that_is_not_json_is_a_protocol_error(body: str) -> None:
    world = World(Reply(200, body, {"request-id": "r-1"}))
    with pytest.raises(GraphError, match="Could not sync thing 7: .*not JSON") as caught:
        world.client.call(WRITE)
    assert (caught.value.kind, caught.value.status, caught.value.request_id) == ("protocol", 200, "r-1")


def test_facts_tell_what_was_talked_to() -> None:
    world = World(Reply(200, {}))
    assert world.client.facts()["token_type"] == "unknown"
    world.client.call(READ)
    assert world.client.facts() == {
        "cloud": "us_gov_l4",
        "graph_url": "https://graph.microsoft.us",
        "auth_method": "fake",
        "token_type": "application",
        "requests": 1,
        "retries": 0,
    }
