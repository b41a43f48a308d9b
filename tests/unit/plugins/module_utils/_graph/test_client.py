# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
import json
import typing as t

import pytest
import requests
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.application import ClientSecret
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
    FAKE_TOKEN,
    FakeClock,
    FakeCredential,
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


class ClientScenario:
    """A client with a fake session, credential and clock."""

    def __init__(
        self,
        *script: Scripted,
        error: GraphError | None = None,
        tokens: t.Sequence[str] = (FAKE_TOKEN,),
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


def test_a_post_matches_the_documentation() -> None:
    scenario = ClientScenario(Reply(204, headers={"request-id": "r-1"}))
    answer = scenario.client.call(WRITE)
    (sent,) = scenario.session.sent
    assert scenario.session.wire == ["POST https://graph.microsoft.us/v1.0/things/7/sync"]
    assert json.loads(sent.body or b"") == {"how": "gently"}
    assert {name: sent.headers[name] for name in ("Accept", "Content-Type", "client-request-id", "Authorization")} == {
        "Accept": "application/json",
        "Content-Type": "application/json",
        "client-request-id": "id-1",
        "Authorization": f"Bearer {FAKE_TOKEN}",
    }
    assert (answer.status, answer.content, answer.request_id, answer.client_request_id) == (204, None, "r-1", "id-1")


def test_a_get_has_no_body_and_no_content_type() -> None:
    scenario = ClientScenario(Reply(200, {"id": "7"}))
    assert scenario.client.call(READ).content == {"id": "7"}
    (sent,) = scenario.session.sent
    assert sent.body is None
    assert "Content-Type" not in sent.headers


def test_all_calls_share_one_token_which_is_masked() -> None:
    scenario = ClientScenario(Reply(200, {}), Reply(200, {}))
    scenario.client.call(READ)
    scenario.client.call(READ)
    assert scenario.credential.calls == 1
    assert SECRETS.mask(f"<{FAKE_TOKEN}>") == "<********>"
    assert [sent.headers["client-request-id"] for sent in scenario.session.sent] == ["id-1", "id-2"]


def test_a_failed_sign_in_is_reported_and_no_request_is_sent() -> None:
    scenario = ClientScenario(error=AuthenticationError("wrong secret"))
    with pytest.raises(GraphError, match="Could not sign in as a fake: wrong secret"):
        scenario.client.call(READ)
    assert scenario.session.sent == []


def test_an_error_names_the_action() -> None:
    scenario = ClientScenario(Reply(404, {"error": {"code": "ResourceNotFound", "message": "gone"}}))
    with pytest.raises(GraphError, match="Could not read thing 7: Microsoft Graph answered 404 ResourceNotFound: gone"):
        scenario.client.call(READ)


def test_an_authorization_error_names_the_missing_and_the_present_permissions() -> None:
    scenario = ClientScenario(Reply(403, {"error": {"code": "Forbidden", "message": "no"}}))
    with pytest.raises(
        GraphError, match=r"with the permission Things\.Read\.All\. .* add the application permission Things\.ReadWrite"
    ):
        scenario.client.call(WRITE)


def test_the_hint_of_a_claims_challenge_is_not_replaced() -> None:
    challenge = {"WWW-Authenticate": 'Bearer error="insufficient_claims", claims="e30="'}
    scenario = ClientScenario(Reply(403, {"error": {"code": "Forbidden", "message": "no"}}, challenge))
    with pytest.raises(GraphError, match="A Conditional Access policy asks for another sign-in") as caught:
        scenario.client.call(WRITE)
    assert "Things.ReadWrite.All" not in str(caught.value)


@pytest.mark.parametrize("body", ["<html>portal</html>", '{"truncated":', "[" * 100_000])
def test_a_success_that_is_not_json_is_a_protocol_error(body: str) -> None:
    scenario = ClientScenario(Reply(200, body, {"request-id": "r-1"}))
    with pytest.raises(GraphError, match="Could not sync thing 7: .*not JSON") as caught:
        scenario.client.call(WRITE)
    assert (caught.value.kind, caught.value.status, caught.value.request_id) == ("protocol", 200, "r-1")
    assert caught.value.hint


def test_the_text_of_a_web_page_is_shown_and_other_bodies_are_not() -> None:
    portal = ClientScenario(Reply(200, "<html><title>Sign in</title><p>to this network</p></html>")).client.try_call(
        READ
    )
    assert "the answer is not JSON: Sign in: to this network." in str(portal)
    truncated = ClientScenario(Reply(200, '{"token": "a-secret-of-the-resource')).client.try_call(READ)
    assert "a-secret" not in str(truncated)


@pytest.mark.parametrize("call", [READ, WRITE])
@pytest.mark.parametrize("status", [200, 202])
def test_an_error_in_the_body_of_a_success_is_an_error(call: GraphRequest, status: int) -> None:
    body = {"error": {"code": "Forbidden", "message": "no", "innerError": {"request-id": "r-7"}}, "value": []}
    scenario = ClientScenario(Reply(status, body), policy=RETRIES)
    error = scenario.client.try_call(call)
    assert isinstance(error, GraphError)
    assert (error.kind, error.status, error.code, error.message) == ("authorization", status, "Forbidden", "no")
    assert error.request_id == "r-7"
    assert "add the application permission Things.ReadWrite.All" in str(error)
    assert "Whether it was carried out" not in str(error)
    assert len(scenario.session.sent) == 1


@pytest.mark.parametrize(
    ("error", "fails"), [({}, True), ("text", True), (7, True), (None, False), (False, False), (" ", False)]
)
def test_an_error_that_is_null_false_or_blank_does_not_count(error: t.Any, fails: bool) -> None:
    assert isinstance(ClientScenario(Reply(200, {"error": error})).client.try_call(READ), GraphError) is fails


def test_an_unreadable_success_of_a_write_has_an_unknown_outcome() -> None:
    for call, expected_hint in ((WRITE, True), (READ, False)):
        error = ClientScenario(Reply(200, "<html>")).client.try_call(call)
        assert ("Whether it was carried out is not known" in str(error)) is expected_hint
        assert "Something on the way may answer" in str(error)


@pytest.mark.parametrize("status", [403, 404])
def test_an_error_status_with_a_web_page_is_a_protocol_error(status: int) -> None:
    scenario = ClientScenario(Reply(status, "<html>portal</html>"))
    with pytest.raises(GraphError, match="whether a proxy or portal answers in Graph's place") as caught:
        scenario.client.call(READ)
    assert caught.value.kind == "protocol"


@pytest.mark.parametrize("token", ["SECRETabc\r\nX-Evil: 1", "two words", "umlaut-\u00e4", "with-nul\x00"])
def test_a_token_that_is_invalid_in_a_header_is_masked_and_not_sent(token: str) -> None:
    scenario = ClientScenario(tokens=[token])
    with pytest.raises(GraphError, match="does not have the form of one") as caught:
        scenario.client.call(READ)
    assert (caught.value.kind, scenario.session.sent) == ("protocol", [])
    assert (SECRETS.mask(token), "SECRET" in str(caught.value)) == ("********", False)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("failure", "status", "request_id"),
    [
        (requests.exceptions.ReadTimeout(), None, None),
        (requests.exceptions.ConnectionError("reset"), None, None),
        (Reply(302, headers={"request-id": "r-1"}), 302, "r-1"),
        (Reply(200, "<html>", {"request-id": "r-1"}), 200, "r-1"),
        (Reply(404, {"error": {}}, {"request-id": "r-1"}), 404, "r-1"),
    ],
)
def test_every_error_has_the_known_ids(failure: t.Any, status: int | None, request_id: str | None) -> None:
    scenario = ClientScenario(failure)
    with pytest.raises(GraphError) as caught:
        scenario.client.call(READ)
    error = caught.value
    assert (error.client_request_id, error.status, error.request_id) == ("id-1", status, request_id)


def test_the_request_id_is_read_from_the_body_if_the_header_is_missing() -> None:
    inner = {"request-id": "r-in-body"}
    scenario = ClientScenario(
        Reply(404, {"error": {"code": "ResourceNotFound", "message": "gone", "innerError": inner}})
    )
    with pytest.raises(GraphError) as caught:
        scenario.client.call(READ)
    assert caught.value.request_id == "r-in-body"


def test_an_error_of_the_parser_gets_the_status_and_ids_of_the_response() -> None:
    def fail(_body: t.Any) -> t.NoReturn:
        raise ProtocolError("not what was asked for")

    scenario = ClientScenario(Reply(200, {}, {"request-id": "r-1"}))
    with pytest.raises(GraphError, match="Could not read thing 7: Microsoft Graph answered 200: not what") as caught:
        scenario.client.call(READ._replace(parse=fail))
    assert (caught.value.status, caught.value.request_id) == (200, "r-1")


def test_a_response_has_the_size_of_its_body() -> None:
    assert ClientScenario(Reply(200, b'{"id": 1} ')).client.call(READ).size == 10


@pytest.mark.parametrize("body", [b"", b" ", b"\r\n"])
def test_a_success_without_a_body_has_no_content(body: bytes) -> None:
    assert ClientScenario(Reply(200, body)).client.call(READ).content is None


def test_an_unpaired_surrogate_in_a_response_is_replaced() -> None:
    scenario = ClientScenario(Reply(200, b'{"name": "a\\ud800b", "\\udfff": ["\\ud83d\\ude00"]}'))
    assert scenario.client.call(READ).content == {"name": "a\ufffdb", "\ufffd": ["\U0001f600"]}


def test_the_stats_describe_the_client() -> None:
    scenario = ClientScenario(Reply(200, {}))
    assert scenario.client.stats()["token_type"] == "unknown"
    scenario.client.call(READ)
    assert scenario.client.stats() == {
        "cloud": "us_gov_l4",
        "graph_url": "https://graph.microsoft.us",
        "auth_method": "fake",
        "token_type": "application",
        "requests": 1,
        "retries": 0,
    }


def test_the_empty_stats_have_the_same_keys() -> None:
    assert EMPTY_STATS.keys() == ClientScenario().client.stats().keys()
    assert (EMPTY_STATS["requests"], EMPTY_STATS["retries"]) == (0, 0)


def test_the_next_client_uses_the_cached_token(tmp_path: Path) -> None:
    credential = ClientSecret(Value("contoso.example"), Value("app-1"), Value("hush-hush"))
    for answers in ([Reply(200, METADATA), Reply(200, TOKEN), Reply(204)], [Reply(204)]):
        cache = TokenCache(str(tmp_path / "cache.json"), on_warning=lambda _warning: None)
        session = FakeSession(*answers)
        make_client(session, find_cloud("global"), credential, cache=cache).call(WRITE)
        assert session.script == []


# --- retries

RETRIES = retry_policy()
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
        requests.exceptions.ChunkedEncodingError("truncated"),
    ],
)
def test_each_retry_of_a_transient_error_has_a_new_client_request_id(last_error: Scripted) -> None:
    scenario = ClientScenario(last_error, last_error, Reply(204), policy=RETRIES)
    answer = scenario.client.call(WRITE)
    assert (answer.status, answer.attempts, answer.client_request_id) == (204, 3, "id-3")
    assert [sent.headers["client-request-id"] for sent in scenario.session.sent] == ["id-1", "id-2", "id-3"]
    assert [sent.body for sent in scenario.session.sent] == [b'{"how": "gently"}'] * 3
    assert scenario.clock.slept[0] in (3.0, 5.0)
    assert (scenario.client.stats()["requests"], scenario.client.stats()["retries"]) == (3, 2)


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
def test_a_permanent_error_is_not_retried(final: Scripted) -> None:
    scenario = ClientScenario(final, policy=RETRIES)
    with pytest.raises(GraphError):
        scenario.client.call(WRITE)
    assert (len(scenario.session.sent), scenario.clock.slept) == (1, [])


def test_an_error_shows_the_number_of_attempts() -> None:
    scenario = ClientScenario(*[BUSY] * 5, policy=RETRIES)
    with pytest.raises(GraphError, match=r"answered 503: no reason given \(5 attempts, request-id r-1\)") as caught:
        scenario.client.call(WRITE)
    assert (caught.value.kind, caught.value.attempts, caught.value.client_request_id) == ("service", 5, "id-5")


def test_each_successful_call_resets_the_budget() -> None:
    scenario = ClientScenario(BUSY, Reply(204), BUSY, Reply(204), policy=retry_policy(budget=8.0))
    assert [scenario.client.call(WRITE).attempts for _call in range(2)] == [2, 2]
    assert scenario.clock.slept == [5.0, 5.0]


def test_writes_are_rate_limited_and_reads_are_not() -> None:
    scenario = ClientScenario(*[Reply(204)] * 100, *[Reply(200, {})] * 200, Reply(204))
    for _write in range(100):
        scenario.client.call(WRITE)
    for _read in range(200):
        scenario.client.call(READ)
    assert scenario.clock.slept == []
    scenario.client.call(WRITE)
    assert scenario.clock.slept == [20.0]


@pytest.mark.parametrize(("method", "writes"), [("GET", 0), ("POST", 1), ("PATCH", 1), ("DELETE", 1)])
def test_each_method_except_get_counts_as_a_write(method: str, writes: int) -> None:
    assert READ._replace(method=method).writes == writes


def test_a_sign_in_is_retried_with_the_same_policy() -> None:
    session = FakeSession(BUSY, Reply(200, METADATA), Reply(200, TOKEN), Reply(204))
    clock = FakeClock()
    credential = ClientSecret(Value("contoso.example"), Value("app-1"), Value("hush-hush"))
    client = make_client(session, find_cloud("global"), credential, policy=RETRIES, clock=clock)
    assert client.call(WRITE).attempts == 1
    assert clock.slept == [5.0]
    assert (client.stats()["requests"], client.stats()["retries"]) == (4, 1)


def test_a_retried_sign_in_does_not_request_the_metadata_again() -> None:
    session = FakeSession(Reply(200, METADATA), BUSY, Reply(200, TOKEN), Reply(204))
    credential = ClientSecret(Value("contoso.example"), Value("app-1"), Value("hush-hush"))
    client = make_client(session, find_cloud("global"), credential, policy=RETRIES)
    client.call(WRITE)
    assert [line.partition(" ")[0] for line in session.wire] == ["GET", "POST", "POST", "POST"]


def test_a_transient_error_of_the_sign_in_is_retried_and_no_request_is_sent() -> None:
    scenario = ClientScenario(error=ServiceError("busy", status=503), policy=RETRIES)
    with pytest.raises(GraphError, match="Could not sign in as a fake: busy") as caught:
        scenario.client.call(WRITE)
    assert (scenario.credential.calls, caught.value.attempts) == (5, 0)
    assert scenario.clock.slept == [3.0, 6.0, 12.0, 24.0]
    assert scenario.session.sent == []
    with pytest.raises(GraphError, match="5 attempts"):
        scenario.client.sign_in(PERMISSION)


def test_a_slow_request_renews_its_token_only_once() -> None:
    class SlowSession(FakeSession):
        """Each response takes longer than the minimum time between two renewals."""

        def request(self, *args: t.Any, **kwargs: t.Any) -> requests.Response:
            scenario.clock.moment += 310
            return super().request(*args, **kwargs)

    scenario = ClientScenario(tokens=[f"token-{number}" for number in range(20)], policy=RETRIES)
    scenario.session = SlowSession(*[EXPIRED] * 20)
    scenario.client._transport._session = scenario.session
    with pytest.raises(GraphError, match="2 attempts"):
        scenario.client.call(WRITE)
    assert scenario.credential.calls == 2


@pytest.mark.parametrize(
    ("lost", "expected_hint"),
    [
        (requests.exceptions.ConnectionError("x", ConnectionResetError(104, "reset")), True),
        (requests.exceptions.ReadTimeout(), True),
        (requests.exceptions.ChunkedEncodingError("truncated"), True),
        (requests.exceptions.ConnectionError("x", ConnectionRefusedError(111, "refused")), False),
        (requests.exceptions.ConnectTimeout(), False),
    ],
)
def test_a_write_without_a_response_has_an_unknown_outcome(lost: Exception, expected_hint: bool) -> None:
    for call, expected in ((WRITE, expected_hint), (READ, False)):
        scenario = ClientScenario(lost)
        outcome = scenario.client.try_call(call)
        assert ("Whether it was carried out is not known" in str(outcome)) is expected


# --- the allowed URLs


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


# --- a rejected token

EXPIRED = Reply(401, {"error": {"code": "InvalidAuthenticationToken", "message": "expired"}})
MISSING_ROLE = Reply(401, {"error": {"code": "UnknownError", "message": '{"ErrorCode": "Forbidden", "Message": "no"}'}})
FORBIDDEN = Reply(403, {"error": {"code": "Forbidden", "message": "no"}})
NEW = jwt({"roles": ["Things.ReadWrite.All"]})


def sent_tokens(scenario: ClientScenario) -> list[str]:
    return [sent.headers["Authorization"].removeprefix("Bearer ") for sent in scenario.session.sent]


def test_a_rejected_token_is_renewed_and_the_request_is_retried() -> None:
    scenario = ClientScenario(EXPIRED, Reply(204), tokens=["old", NEW])
    answer = scenario.client.call(WRITE)
    assert (answer.attempts, sent_tokens(scenario), scenario.credential.rejected_tokens) == (
        2,
        ["old", NEW],
        [None, "old"],
    )
    assert SECRETS.mask(f"the {NEW}") == "the ********"
    assert (scenario.clock.slept, scenario.client.stats()["retries"]) == ([], 1)


def test_a_rejected_new_token_is_an_authentication_error() -> None:
    scenario = ClientScenario(EXPIRED, EXPIRED, tokens=["old", NEW])
    with pytest.raises(GraphError, match="2 attempts") as caught:
        scenario.client.call(WRITE)
    assert (caught.value.kind, scenario.credential.calls) == ("authentication", 2)


def test_a_missing_role_is_an_authorization_error_after_one_renewal() -> None:
    scenario = ClientScenario(MISSING_ROLE, MISSING_ROLE, MISSING_ROLE, tokens=["old", NEW])
    with pytest.raises(
        GraphError, match="This is an application token with the permission Things.ReadWrite.All"
    ) as caught:
        scenario.client.call(WRITE)
    assert (caught.value.kind, len(scenario.session.sent)) == ("authorization", 2)
    with pytest.raises(GraphError):
        scenario.client.call(WRITE)
    assert (len(scenario.session.sent), scenario.credential.calls) == (3, 2)


def test_a_token_that_expires_later_is_renewed_again() -> None:
    scenario = ClientScenario(EXPIRED, Reply(204), EXPIRED, Reply(204), tokens=["old", NEW, "newer"])
    scenario.client.call(WRITE)
    scenario.clock.moment += 3600
    scenario.client.call(WRITE)
    assert sent_tokens(scenario) == ["old", NEW, NEW, "newer"]


def test_a_credential_without_another_token_is_not_retried() -> None:
    scenario = ClientScenario(EXPIRED)
    with pytest.raises(GraphError) as caught:
        scenario.client.call(WRITE)
    assert (caught.value.kind, len(scenario.session.sent), caught.value.attempts) == ("authentication", 1, 1)


@pytest.mark.parametrize(("from_cache", "kind"), [(True, None), (False, "authorization")])
def test_only_a_cached_token_is_renewed_after_403(from_cache: bool, kind: str | None) -> None:
    scenario = ClientScenario(FORBIDDEN, Reply(204), tokens=["old", NEW], from_cache=from_cache)
    outcome = scenario.client.try_call(WRITE)
    assert getattr(outcome, "kind", None) == kind
    assert len(scenario.session.sent) == (2 if from_cache else 1)


def test_other_errors_do_not_renew_a_cached_token() -> None:
    scenario = ClientScenario(
        Reply(404, {"error": {"code": "x", "message": "gone"}}), tokens=["old", NEW], from_cache=True
    )
    with pytest.raises(GraphError, match="gone"):
        scenario.client.call(WRITE)
    assert scenario.credential.calls == 1


def test_a_failed_renewal_after_401_is_raised() -> None:
    scenario = ClientScenario(EXPIRED)
    scenario.client.sign_in(PERMISSION)
    scenario.credential.error = AuthenticationError("the secret has expired")
    with pytest.raises(GraphError, match="Could not sign in as a fake: the secret has expired"):
        scenario.client.call(WRITE)


def test_a_failed_renewal_after_403_raises_the_403() -> None:
    scenario = ClientScenario(FORBIDDEN, from_cache=True)
    scenario.client.sign_in(PERMISSION)
    scenario.credential.error = AuthenticationError("the secret has expired")
    with pytest.raises(GraphError, match="answered 403 Forbidden"):
        scenario.client.call(WRITE)
