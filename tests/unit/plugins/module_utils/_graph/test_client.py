# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import itertools
import json
import typing as t

import pytest
import requests
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.application import ClientSecret
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.token import Token, read_token
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.token_cache import TokenCache
from ansible_collections.msgraph.intune.plugins.module_utils._graph.client import EMPTY_STATS, GraphRequest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.clouds import find_cloud
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.options import Value
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import (
    AuthenticationError,
    GraphError,
    ProtocolError,
    ServiceError,
)
from ansible_collections.msgraph.intune.plugins.module_utils._graph.masking import SECRETS
from ansible_collections.msgraph.intune.plugins.module_utils._graph.permission import Permission
from ansible_collections.msgraph.intune.tests.unit.application_sign_ins import METADATA, TOKEN
from ansible_collections.msgraph.intune.tests.unit.fakes import (
    FakeClock,
    FakeSession,
    Reply,
    Scripted,
    jwt,
    make_client,
    retry_policy,
)

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.retry import RetryPolicy

PERMISSION = Permission("Things.ReadWrite.All", "")
READ = GraphRequest("GET", "things/7", "read thing 7", PERMISSION)
WRITE = GraphRequest("POST", "things/7/sync", "sync thing 7", PERMISSION, body={"how": "gently"})
SECRET = jwt({"roles": ["Things.Read.All"]})


@dataclasses.dataclass
class FakeCredential:
    """Hands out tokens, or refuses."""

    method: t.ClassVar[str] = "fake"
    action: str = "sign in as a fake"
    error: GraphError | None = None
    tokens: list[str] = dataclasses.field(default_factory=lambda: [SECRET])
    asked: int = 0
    from_cache: bool = False
    refused: list[str | None] = dataclasses.field(default_factory=list)

    @classmethod
    def read(cls, provided: t.Any, *, explicit: bool) -> FakeCredential:
        raise NotImplementedError

    def validate(self) -> None:
        raise NotImplementedError

    def acquire(self, login: t.Any) -> Token:
        """Hand out the next token, the last one for ever."""
        self.asked += 1
        self.refused.append(login()._rejected_token)
        if self.error is not None:
            raise self.error
        token = self.tokens.pop(0) if len(self.tokens) > 1 else self.tokens[0]
        return read_token(token, from_cache=self.from_cache)


class World:
    """A client with a scripted wire."""

    def __init__(
        self,
        *script: Scripted,
        error: GraphError | None = None,
        tokens: t.Sequence[str] = (SECRET,),
        from_cache: bool = False,
        policy: RetryPolicy | None = None,
    ) -> None:
        self.session = FakeSession(*script)
        self.credential = FakeCredential(error=error, tokens=list(tokens), from_cache=from_cache)
        self.clock = FakeClock()
        ids = (f"id-{number}" for number in itertools.count(1))
        self.client = make_client(
            self.session,
            find_cloud("us_gov_l4"),
            self.credential,
            policy=policy,
            clock=self.clock,
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
    assert SECRETS.mask(f"<{SECRET}>") == "<********>"
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
        GraphError, match=r"with the permission Things\.Read\.All\. .* add the application permission Things\.ReadWrite"
    ):
        world.client.call(WRITE)


def test_a_refusal_that_has_an_advice_of_its_own_keeps_it() -> None:
    challenge = {"WWW-Authenticate": 'Bearer error="insufficient_claims", claims="e30="'}
    world = World(Reply(403, {"error": {"code": "Forbidden", "message": "no"}}, challenge))
    with pytest.raises(GraphError, match="A Conditional Access policy asks for another sign-in") as caught:
        world.client.call(WRITE)
    assert "Things.ReadWrite.All" not in str(caught.value)


@pytest.mark.parametrize("body", ["<html>portal</html>", '{"half":', "[" * 100_000])
def test_a_success_that_is_not_json_is_a_protocol_error(body: str) -> None:
    world = World(Reply(200, body, {"request-id": "r-1"}))
    with pytest.raises(GraphError, match="Could not sync thing 7: .*not JSON") as caught:
        world.client.call(WRITE)
    assert (caught.value.kind, caught.value.status, caught.value.request_id) == ("protocol", 200, "r-1")
    assert caught.value.hint


def test_a_success_that_is_a_web_page_shows_its_text_and_nothing_of_another_body() -> None:
    portal = World(Reply(200, "<html><title>Sign in</title><p>to this network</p></html>")).client.try_call(READ)
    assert "the answer is not JSON: Sign in: to this network." in str(portal)
    half = World(Reply(200, '{"token": "a-secret-of-the-resource')).client.try_call(READ)
    assert "a-secret" not in str(half)


@pytest.mark.parametrize("call", [READ, WRITE])
@pytest.mark.parametrize("status", [200, 202])
def test_an_error_in_the_body_of_a_success_is_an_error(call: GraphRequest, status: int) -> None:
    body = {"error": {"code": "Forbidden", "message": "no", "innerError": {"request-id": "r-7"}}, "value": []}
    world = World(Reply(status, body), policy=PATIENT)
    error = world.client.try_call(call)
    assert isinstance(error, GraphError)
    assert (error.kind, error.status, error.code, error.message) == ("authorization", status, "Forbidden", "no")
    assert error.request_id == "r-7"
    assert "add the application permission Things.ReadWrite.All" in str(error)
    assert "Whether it was carried out" not in str(error)
    assert len(world.session.sent) == 1


@pytest.mark.parametrize(
    ("error", "fails"), [({}, True), ("text", True), (7, True), (None, False), (False, False), (" ", False)]
)
def test_any_error_but_null_false_and_a_blank_is_one(error: t.Any, fails: bool) -> None:
    assert isinstance(World(Reply(200, {"error": error})).client.try_call(READ), GraphError) is fails


def test_a_write_whose_success_cannot_be_read_may_have_been_carried_out() -> None:
    for call, told in ((WRITE, True), (READ, False)):
        error = World(Reply(200, "<html>")).client.try_call(call)
        assert ("Whether it was carried out is not known" in str(error)) is told
        assert "Something on the way may answer" in str(error)


@pytest.mark.parametrize("status", [403, 404])
def test_a_refusal_that_is_a_web_page_is_not_taken_for_graphs(status: int) -> None:
    world = World(Reply(status, "<html>portal</html>"))
    with pytest.raises(GraphError, match="whether a proxy or portal answers in Graph's place") as caught:
        world.client.call(READ)
    assert caught.value.kind == "protocol"


@pytest.mark.parametrize("token", ["SECRETabc\r\nX-Evil: 1", "two words", "umlaut-\u00e4", "with-nul\x00"])
def test_a_token_that_no_header_can_take_is_masked_and_never_sent(token: str) -> None:
    world = World(tokens=[token])
    with pytest.raises(GraphError, match="does not have the form of one") as caught:
        world.client.call(READ)
    assert (caught.value.kind, world.session.sent) == ("protocol", [])
    assert (SECRETS.mask(token), "SECRET" in str(caught.value)) == ("********", False)
    assert caught.value.hint


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


def test_a_request_id_that_is_in_the_body_alone_is_kept() -> None:
    inner = {"request-id": "r-in-body"}
    world = World(Reply(404, {"error": {"code": "ResourceNotFound", "message": "gone", "innerError": inner}}))
    with pytest.raises(GraphError) as caught:
        world.client.call(READ)
    assert caught.value.request_id == "r-in-body"


def test_what_the_parser_refuses_is_an_error_of_that_answer() -> None:
    def refuse(_body: t.Any) -> t.NoReturn:
        raise ProtocolError("not what was asked for")

    world = World(Reply(200, {}, {"request-id": "r-1"}))
    with pytest.raises(GraphError, match="Could not read thing 7: Microsoft Graph answered 200: not what") as caught:
        world.client.call(READ._replace(parse=refuse))
    assert (caught.value.status, caught.value.request_id) == (200, "r-1")


def test_an_answer_knows_the_size_of_its_body() -> None:
    assert World(Reply(200, b'{"id": 1} ')).client.call(READ).size == 10


@pytest.mark.parametrize("body", [b"", b" ", b"\r\n"])
def test_a_success_without_a_body_has_no_content(body: bytes) -> None:
    assert World(Reply(200, body)).client.call(READ).content is None


def test_half_a_surrogate_pair_in_an_answer_is_replaced() -> None:
    world = World(Reply(200, b'{"name": "a\\ud800b", "\\udfff": ["\\ud83d\\ude00"]}'))
    assert world.client.call(READ).content == {"name": "a\ufffdb", "\ufffd": ["\U0001f600"]}


def test_facts_tell_what_was_talked_to() -> None:
    world = World(Reply(200, {}))
    assert world.client.stats()["token_type"] == "unknown"
    world.client.call(READ)
    assert world.client.stats() == {
        "cloud": "us_gov_l4",
        "graph_url": "https://graph.microsoft.us",
        "auth_method": "fake",
        "token_type": "application",
        "requests": 1,
        "retries": 0,
    }


def test_without_a_client_the_facts_have_the_same_keys_and_count_nothing() -> None:
    assert EMPTY_STATS.keys() == World().client.stats().keys()
    assert (EMPTY_STATS["requests"], EMPTY_STATS["retries"]) == (0, 0)


def test_a_token_in_the_cache_serves_the_next_client(tmp_path: Path) -> None:
    credential = ClientSecret(Value("contoso.example"), Value("app-1"), Value("hush-hush"))
    for answers in ([Reply(200, METADATA), Reply(200, TOKEN), Reply(204)], [Reply(204)]):
        cache = TokenCache(str(tmp_path / "cache.json"), on_warning=lambda _warning: None)
        session = FakeSession(*answers)
        make_client(session, find_cloud("global"), credential, cache=cache).call(WRITE)
        assert session.script == []


# --- sending again

PATIENT = retry_policy()
BUSY = Reply(503, "<html>busy</html>", {"Retry-After": "5", "request-id": "r-1"})


@pytest.mark.parametrize(
    "last_error",
    [
        BUSY,
        Reply(429, "", {"Retry-After": "5"}),
        Reply(408),
        Reply(502, "<html>"),
        Reply(504),
        Reply(509),
        requests.exceptions.ConnectionError("reset"),
        requests.exceptions.ReadTimeout(),
        requests.exceptions.ChunkedEncodingError("half"),
    ],
)
def test_what_may_pass_is_sent_again_with_an_id_of_its_own(last_error: Scripted) -> None:
    world = World(last_error, last_error, Reply(204), policy=PATIENT)
    answer = world.client.call(WRITE)
    assert (answer.status, answer.attempts, answer.client_request_id) == (204, 3, "id-3")
    assert [sent.headers["client-request-id"] for sent in world.session.sent] == ["id-1", "id-2", "id-3"]
    assert [sent.body for sent in world.session.sent] == [b'{"how": "gently"}'] * 3
    assert world.clock.slept[0] in (3.0, 5.0)
    assert (world.client.stats()["requests"], world.client.stats()["retries"]) == (3, 2)


@pytest.mark.parametrize(
    "final",
    [
        Reply(400, {"error": {"code": "BadRequest", "message": "no"}}),
        Reply(404, {"error": {"code": "ResourceNotFound", "message": "no"}}),
        Reply(500, {"error": {"code": "x", "message": "no"}}),
        Reply(302, "", {"Location": "https://evil.example/"}),
        Reply(200, "<html>portal</html>"),
        requests.exceptions.SSLError("certificate"),
    ],
)
def test_what_will_not_pass_is_sent_once(final: Scripted) -> None:
    world = World(final, policy=PATIENT)
    with pytest.raises(GraphError):
        world.client.call(WRITE)
    assert (len(world.session.sent), world.clock.slept) == (1, [])


def test_a_failure_that_stays_tells_how_often_it_was_tried() -> None:
    world = World(*[BUSY] * 5, policy=PATIENT)
    with pytest.raises(GraphError, match=r"answered 503: no reason given \(5 attempts, request-id r-1\)") as caught:
        world.client.call(WRITE)
    assert (caught.value.kind, caught.value.attempts, caught.value.client_request_id) == ("service", 5, "id-5")


def test_each_call_that_succeeds_renews_the_patience() -> None:
    world = World(BUSY, Reply(204), BUSY, Reply(204), policy=retry_policy(budget=8.0))
    assert [world.client.call(WRITE).attempts for _call in range(2)] == [2, 2]
    assert world.clock.slept == [5.0, 5.0]


def test_writes_are_paced_and_reads_are_not() -> None:
    world = World(*[Reply(204)] * 100, *[Reply(200, {})] * 200, Reply(204))
    for _write in range(100):
        world.client.call(WRITE)
    for _read in range(200):
        world.client.call(READ)
    assert world.clock.slept == []
    world.client.call(WRITE)
    assert world.clock.slept == [20.0]


@pytest.mark.parametrize(("method", "writes"), [("GET", 0), ("POST", 1), ("PATCH", 1), ("DELETE", 1)])
def test_what_does_not_read_is_a_write(method: str, writes: int) -> None:
    assert READ._replace(method=method).writes == writes


def test_a_sign_in_is_sent_again_with_the_same_patience() -> None:
    session = FakeSession(BUSY, Reply(200, METADATA), Reply(200, TOKEN), Reply(204))
    clock = FakeClock()
    credential = ClientSecret(Value("contoso.example"), Value("app-1"), Value("hush-hush"))
    client = make_client(session, find_cloud("global"), credential, policy=PATIENT, clock=clock)
    assert client.call(WRITE).attempts == 1
    assert clock.slept == [5.0]
    assert (client.stats()["requests"], client.stats()["retries"]) == (4, 1)


def test_a_sign_in_that_is_sent_again_does_not_ask_for_the_metadata_again() -> None:
    session = FakeSession(Reply(200, METADATA), BUSY, Reply(200, TOKEN), Reply(204))
    credential = ClientSecret(Value("contoso.example"), Value("app-1"), Value("hush-hush"))
    client = make_client(session, find_cloud("global"), credential, policy=PATIENT)
    client.call(WRITE)
    assert [line.partition(" ")[0] for line in session.wire] == ["GET", "POST", "POST", "POST"]


def test_a_sign_in_that_fails_for_the_moment_is_begun_again_and_the_request_never_sent() -> None:
    world = World(error=ServiceError("busy", status=503), policy=PATIENT)
    with pytest.raises(GraphError, match="Could not sign in as a fake: busy") as caught:
        world.client.call(WRITE)
    assert (world.credential.asked, caught.value.attempts) == (5, 0)
    assert world.clock.slept == [3.0, 6.0, 12.0, 24.0]
    assert world.session.sent == []
    with pytest.raises(GraphError, match="5 attempts"):
        world.client.sign_in(PERMISSION)


def test_a_request_for_each_attempt_renews_its_token_no_more_than_once() -> None:
    class Slow(FakeSession):
        """Each answer takes longer than renewals are apart."""

        def request(self, *args: t.Any, **kwargs: t.Any) -> requests.Response:
            world.clock.moment += 310
            return super().request(*args, **kwargs)

    world = World(tokens=[f"token-{number}" for number in range(20)], policy=PATIENT)
    world.session = Slow(*[EXPIRED] * 20)
    world.client._transport._session = world.session
    with pytest.raises(GraphError, match="2 attempts"):
        world.client.call(WRITE)
    assert world.credential.asked == 2


@pytest.mark.parametrize(
    ("lost", "told"),
    [
        (requests.exceptions.ConnectionError("x", ConnectionResetError(104, "reset")), True),
        (requests.exceptions.ReadTimeout(), True),
        (requests.exceptions.ChunkedEncodingError("half"), True),
        (requests.exceptions.ConnectionError("x", ConnectionRefusedError(111, "refused")), False),
        (requests.exceptions.ConnectTimeout(), False),
    ],
)
def test_a_write_whose_answer_was_lost_says_that_it_may_have_been_carried_out(lost: Exception, told: bool) -> None:
    for call, expected in ((WRITE, told), (READ, False)):
        world = World(lost)
        outcome = world.client.try_call(call)
        assert ("Whether it was carried out is not known" in str(outcome)) is expected


# --- where the token goes


@pytest.mark.parametrize("path", ["../things", "%2e%2e/things", "%252e%252e/things", "a\\..\\..\\..\\things"])
def test_no_token_leaves_the_path_of_graph_url(path: str) -> None:
    session = FakeSession(Reply(200, {}))
    cloud = find_cloud("global", graph_url="https://gateway.example/graph")
    client = make_client(session, cloud, FakeCredential())
    with pytest.raises(GraphError, match="Could not read thing 7: its address is outside of graph_url"):
        client.call(READ._replace(path=f"../{path}"))
    assert session.sent == []
    assert client.call(READ).content == {}
    assert session.wire == ["GET https://gateway.example/graph/v1.0/things/7"]


# --- a token that is refused

EXPIRED = Reply(401, {"error": {"code": "InvalidAuthenticationToken", "message": "expired"}})
MISSING_ROLE = Reply(401, {"error": {"code": "UnknownError", "message": '{"ErrorCode": "Forbidden", "Message": "no"}'}})
FORBIDDEN = Reply(403, {"error": {"code": "Forbidden", "message": "no"}})
NEW = jwt({"roles": ["Things.ReadWrite.All"]})


def bearers(world: World) -> list[str]:
    return [sent.headers["Authorization"].removeprefix("Bearer ") for sent in world.session.sent]


def test_a_refused_token_is_renewed_and_the_request_sent_again() -> None:
    world = World(EXPIRED, Reply(204), tokens=["old", NEW])
    answer = world.client.call(WRITE)
    assert (answer.attempts, bearers(world), world.credential.refused) == (2, ["old", NEW], [None, "old"])
    assert SECRETS.mask(f"the {NEW}") == "the ********"
    assert (world.clock.slept, world.client.stats()["retries"]) == ([], 1)


def test_a_new_token_that_is_refused_as_well_is_an_authentication_error() -> None:
    world = World(EXPIRED, EXPIRED, tokens=["old", NEW])
    with pytest.raises(GraphError, match="2 attempts") as caught:
        world.client.call(WRITE)
    assert (caught.value.kind, world.credential.asked) == ("authentication", 2)


def test_a_missing_role_is_an_authorization_error_after_one_renewal() -> None:
    world = World(MISSING_ROLE, MISSING_ROLE, MISSING_ROLE, tokens=["old", NEW])
    with pytest.raises(
        GraphError, match="This is an application token with the permission Things.ReadWrite.All"
    ) as caught:
        world.client.call(WRITE)
    assert (caught.value.kind, len(world.session.sent)) == ("authorization", 2)
    with pytest.raises(GraphError):
        world.client.call(WRITE)
    assert (len(world.session.sent), world.credential.asked) == (3, 2)


def test_a_token_that_ends_later_is_renewed_again() -> None:
    world = World(EXPIRED, Reply(204), EXPIRED, Reply(204), tokens=["old", NEW, "newer"])
    world.client.call(WRITE)
    world.clock.moment += 3600
    world.client.call(WRITE)
    assert bearers(world) == ["old", NEW, NEW, "newer"]


def test_a_token_at_hand_cannot_be_renewed() -> None:
    world = World(EXPIRED)
    with pytest.raises(GraphError) as caught:
        world.client.call(WRITE)
    assert (caught.value.kind, len(world.session.sent), caught.value.attempts) == ("authentication", 1, 1)


@pytest.mark.parametrize(("from_cache", "kind"), [(True, None), (False, "authorization")])
def test_a_permission_may_be_newer_than_a_cached_token(from_cache: bool, kind: str | None) -> None:
    world = World(FORBIDDEN, Reply(204), tokens=["old", NEW], from_cache=from_cache)
    outcome = world.client.try_call(WRITE)
    assert getattr(outcome, "kind", None) == kind
    assert len(world.session.sent) == (2 if from_cache else 1)


def test_no_other_failure_is_a_reason_to_renew_a_cached_token() -> None:
    world = World(Reply(404, {"error": {"code": "x", "message": "gone"}}), tokens=["old", NEW], from_cache=True)
    with pytest.raises(GraphError, match="gone"):
        world.client.call(WRITE)
    assert world.credential.asked == 1


def test_when_the_sign_in_fails_that_is_told() -> None:
    world = World(EXPIRED)
    world.client.sign_in(PERMISSION)
    world.credential.error = AuthenticationError("the secret has expired")
    with pytest.raises(GraphError, match="Could not sign in as a fake: the secret has expired"):
        world.client.call(WRITE)


def test_when_it_fails_after_a_403_the_403_is_told() -> None:
    world = World(FORBIDDEN, from_cache=True)
    world.client.sign_in(PERMISSION)
    world.credential.error = AuthenticationError("the secret has expired")
    with pytest.raises(GraphError, match="answered 403 Forbidden"):
        world.client.call(WRITE)
