# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import json
import typing as t

import pytest
import requests
from ansible_collections.msgraph.intune.plugins.module_utils._graph._client import Call, GraphClient
from ansible_collections.msgraph.intune.plugins.module_utils._graph._clouds import find_cloud
from ansible_collections.msgraph.intune.plugins.module_utils._graph._errors import (
    AuthenticationError,
    GraphError,
    ProtocolError,
)
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
    own: t.ClassVar[tuple[str, ...]] = ()
    action: str = "sign in as a fake"
    error: GraphError | None = None
    token: str = SECRET
    asked: int = 0

    @classmethod
    def rank(cls, given: t.Any) -> int | None:
        raise NotImplementedError

    @classmethod
    def read(cls, given: t.Any, *, asked_for: bool) -> FakeCredential:
        raise NotImplementedError

    def validate(self) -> None:
        raise NotImplementedError

    def acquire(self, login: t.Any) -> Token:
        self.asked += 1
        if self.error is not None:
            raise self.error
        return read_token(self.token)


class World:
    """A client with a scripted wire."""

    def __init__(self, *script: Scripted, error: GraphError | None = None, token: str = SECRET) -> None:
        self.session = FakeSession(*script)
        self.credential = FakeCredential(error=error, token=token)
        self.masked: list[str] = []
        ids = iter(["id-1", "id-2", "id-3"])
        self.client = GraphClient(
            Transport(timeout=1.0, verify=True, session=self.session),
            find_cloud("us_gov_l4"),
            self.credential,
            cache=None,
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
    assert (answer.status, answer.content, answer.request_id, answer.client_request_id) == (204, None, "r-1", "id-1")


def test_a_get_has_no_body_and_no_content_type() -> None:
    world = World(Reply(200, {"id": "7"}))
    assert world.client.call(READ).content == {"id": "7"}
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


@pytest.mark.parametrize("token", ["SECRETabc\r\nX-Evil: 1", "two words", "umlaut-\u00e4", "nul\x00"])
def test_a_token_that_no_header_can_take_is_masked_and_never_sent(token: str) -> None:
    world = World(token=token)
    with pytest.raises(GraphError, match="does not have the form of one") as caught:
        world.client.call(READ)
    assert (caught.value.kind, world.session.sent, world.masked) == ("protocol", [], [token])
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize(
    ("spoiled", "status", "request_id"),
    [
        (requests.exceptions.ReadTimeout(), None, None),
        (requests.exceptions.ConnectionError("reset"), None, None),
        (Reply(302, headers={"request-id": "r-1"}), 302, "r-1"),
        (Reply(200, "<html>", {"request-id": "r-1"}), 200, "r-1"),
        (Reply(404, {"error": {}}, {"request-id": "r-1"}), 404, "r-1"),
    ],
)
def test_every_error_keeps_the_ids_that_are_known(spoiled: t.Any, status: int | None, request_id: str | None) -> None:
    world = World(spoiled)
    with pytest.raises(GraphError) as caught:
        world.client.call(READ)
    error = caught.value
    assert (error.client_request_id, error.status, error.request_id) == ("id-1", status, request_id)


def test_what_the_parser_refuses_is_an_error_of_that_answer() -> None:
    def refuse(_body: t.Any) -> t.NoReturn:
        raise ProtocolError("not what was asked for")

    world = World(Reply(200, {}, {"request-id": "r-1"}))
    with pytest.raises(GraphError, match="Could not read thing 7: Microsoft Graph answered 200: not what") as caught:
        world.client.call(dataclasses.replace(READ, parse=refuse))
    assert (caught.value.status, caught.value.request_id) == (200, "r-1")


def test_half_a_surrogate_pair_in_an_answer_is_replaced() -> None:
    world = World(Reply(200, b'{"name": "a\\ud800b", "\\udfff": ["\\ud83d\\ude00"]}'))
    assert world.client.call(READ).content == {"name": "a\ufffdb", "\ufffd": ["\U0001f600"]}


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
