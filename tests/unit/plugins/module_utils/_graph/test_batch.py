# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Batches, by the requests that go over the wire and what becomes of each item."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
import requests
from ansible_collections.msgraph.intune.plugins.module_utils._graph.batch import send_all
from ansible_collections.msgraph.intune.plugins.module_utils._graph.client import GraphRequest, GraphResponse
from ansible_collections.msgraph.intune.plugins.module_utils._graph.clouds import find_cloud
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import AuthenticationError, GraphError
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.retry import RetryPolicy
from ansible_collections.msgraph.intune.plugins.module_utils._graph.masking import SECRETS
from ansible_collections.msgraph.intune.plugins.module_utils._graph.permission import Permission
from ansible_collections.msgraph.intune.tests.unit.fakes import (
    FakeClock,
    FakeSession,
    Reply,
    Scripted,
    batch_reply,
    jwt,
    make_client,
)
from ansible_collections.msgraph.intune.tests.unit.plugins.module_utils._graph.test_client import FakeCredential

BATCH = "POST https://graph.microsoft.com/v1.0/$batch"
OK = Reply(204)
GONE = Reply(404, {"error": {"code": "ResourceNotFound", "message": "gone"}})
MISSING_ROLE = Reply(401, {"error": {"code": "UnknownError", "message": '{"ErrorCode": "Forbidden", "Message": "no"}'}})
OLD_TOKEN = Reply(401, {"error": {"code": "InvalidAuthenticationToken", "message": "expired"}})
FORBIDDEN = Reply(403, {"error": {"code": "Forbidden", "message": "no"}})
WRITER = jwt({"roles": ["Things.ReadWrite.All"]})


def busy(retry_after: t.Any = None, status: int = 429) -> Reply:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return Reply(status, {"error": {"code": "TooManyRequests", "message": "slow down"}}, headers)


def sync(name: t.Any) -> GraphRequest:
    path = f"things/{name}/sync"
    return GraphRequest(
        "POST", path, f"sync thing {name}", Permission("Things.ReadWrite.All", ""), body={"how": "gently"}
    )


class SlowSession(FakeSession):
    """Each answer takes so many seconds."""

    def __init__(self, *script: Scripted, clock: FakeClock, seconds: float) -> None:
        super().__init__(*script)
        self.clock = clock
        self.seconds = seconds

    def request(self, *args: t.Any, **kwargs: t.Any) -> requests.Response:
        self.clock.moment += self.seconds
        return super().request(*args, **kwargs)


class World:
    def __init__(
        self,
        *script: Scripted,
        retries: int = 4,
        budget: float = 120.0,
        tokens: t.Any = (WRITER,),
        seconds: float = 0.0,
    ) -> None:
        self.clock = FakeClock()
        self.session = SlowSession(*script, clock=self.clock, seconds=seconds)
        self.told: list[str] = []
        self.credential = FakeCredential(tokens=list(tokens))
        self.client = make_client(
            self.session,
            find_cloud("global"),
            self.credential,
            policy=RetryPolicy(retries=retries, budget=budget),
            clock=self.clock,
            told=self.told,
        )

    def send(self, *names: t.Any) -> list[t.Any]:
        """What became of each: the status of an answer, the kind of an error."""
        self.outcomes = send_all(self.client, [sync(name) for name in names])
        return [one.status if isinstance(one, GraphResponse) else one.kind for one in self.outcomes]

    def error(self, index: int) -> GraphError:
        error = self.outcomes[index]
        assert isinstance(error, GraphError)
        return error

    @property
    def urls(self) -> list[list[str]]:
        """What each batch asked for."""
        return [[item["url"] for item in sent.json()["requests"]] for sent in self.session.sent]


def test_a_batch_is_the_documented_request() -> None:
    world = World(batch_reply(OK, OK))
    world.send("a", "b")
    assert world.session.wire == [BATCH]
    body = {"how": "gently"}
    headers = {"Content-Type": "application/json"}
    assert world.session.sent[0].json() == {
        "requests": [
            {"id": "1", "method": "POST", "url": "/things/a/sync", "headers": headers, "body": body},
            {"id": "2", "method": "POST", "url": "/things/b/sync", "headers": headers, "body": body},
        ]
    }


def test_an_item_without_a_body_has_no_content_type() -> None:
    world = World(batch_reply(Reply(200, {"id": "7"})))
    (answer,) = send_all(world.client, [GraphRequest("GET", "things/7", "read thing 7", sync("x").permission)])
    assert world.session.sent[0].json() == {"requests": [{"id": "1", "method": "GET", "url": "/things/7"}]}
    assert isinstance(answer, GraphResponse)
    assert answer.content == {"id": "7"}


def test_items_are_matched_by_id_and_told_in_the_order_asked_for() -> None:
    world = World(batch_reply(OK, GONE, Reply(202), headers={"request-id": "outer"}))
    assert world.send("a", "b", "c") == [204, "not_found", 202]
    assert str(world.error(1)) == (
        "Could not sync thing b: Microsoft Graph answered 404 ResourceNotFound: gone (request-id outer)."
    )
    assert all(one.client_request_id and one.attempts == 1 for one in world.outcomes)
    assert [one.request_id for one in world.outcomes] == ["outer"] * 3


def test_an_items_own_request_id_comes_before_that_of_the_batch() -> None:
    own = {"request-id": "inner"}
    world = World(batch_reply(Reply(204, headers=own), Reply(404, GONE.body, own), headers={"request-id": "outer"}))
    assert world.send("a", "b") == [204, "not_found"]
    assert [one.request_id for one in world.outcomes] == ["inner", "inner"]


@pytest.mark.parametrize("odd", [None, [], {}, True])
def test_an_items_request_id_of_an_odd_shape_is_as_good_as_none(odd: t.Any) -> None:
    world = World(batch_reply(Reply(404, GONE.body, {"request-id": odd}), headers={"request-id": "outer"}))
    world.send("a")
    assert world.error(0).request_id == "outer"


def test_twenty_go_together() -> None:
    world = World(batch_reply(*[OK] * 20), batch_reply(*[OK] * 20), batch_reply(*[OK] * 5))
    assert world.send(*range(45)) == [204] * 45
    assert [len(urls) for urls in world.urls] == [20, 20, 5]
    assert [url for urls in world.urls for url in urls] == [f"/things/{number}/sync" for number in range(45)]
    assert world.clock.slept == []


def test_writes_beyond_the_documented_rate_are_paced() -> None:
    world = World(*[batch_reply(*[OK] * 20) for _batch in range(6)])
    assert world.send(*range(120)) == [204] * 120
    assert world.clock.slept == [20.0]
    assert world.client.retry.count == 0


# --- what the service did not take for the moment


def test_only_what_was_throttled_is_sent_again_after_its_own_wait() -> None:
    world = World(batch_reply(OK, busy("7"), GONE, busy("30")), batch_reply(OK), batch_reply(OK))
    assert world.send("a", "b", "c", "d") == [204, 204, "not_found", 204]
    assert world.urls[1:] == [["/things/b/sync"], ["/things/d/sync"]]
    assert world.clock.slept == [7.0, 23.0]
    assert [one.attempts for one in world.outcomes] == [1, 2, 1, 2]
    assert world.client.stats()["retries"] == 2
    assert "Could not sync thing b: Microsoft Graph answered 429" in world.told[0]


def test_a_wait_that_passes_while_others_are_sent_is_none() -> None:
    world = World(batch_reply(busy("1"), *[OK] * 19), batch_reply(OK), batch_reply(OK), seconds=5.0)
    assert world.send(*range(21)) == [204] * 21
    assert world.clock.slept == []
    assert world.told[0].startswith("Sending again after 0.0 s.")


@pytest.mark.parametrize("status", [408, 429, 502, 503, 504, 509])
def test_items_with_the_same_wait_go_together(status: int) -> None:
    world = World(batch_reply(busy("3", status), OK, busy(3, status)), batch_reply(OK, OK))
    assert world.send("a", "b", "c") == [204, 204, 204]
    assert world.urls[1] == ["/things/a/sync", "/things/c/sync"]
    assert world.clock.slept == [3.0]


def test_a_date_is_measured_against_the_batchs_own() -> None:
    date = "Tue, 01 Sep 2026 10:00:0{} GMT"
    world = World(batch_reply(busy(date.format(9)), headers={"Date": date.format(4)}), batch_reply(OK))
    assert world.send("a") == [204]
    assert world.clock.slept == [5.0]


def test_an_item_is_sent_so_many_times() -> None:
    world = World(*[batch_reply(busy("1")) for _attempt in range(3)], retries=2)
    assert world.send("a") == ["throttled"]
    assert world.error(0).attempts == 3
    assert world.clock.slept == [1.0, 1.0]


def test_progress_renews_the_patience_for_those_that_wait() -> None:
    world = World(
        batch_reply(busy("8"), busy("8"), busy("8")),
        batch_reply(busy("8"), OK, busy("8")),
        batch_reply(busy("8"), OK),
        batch_reply(OK),
        retries=1,
        budget=10.0,
    )
    assert world.send("a", "b", "c") == [204, 204, 204]
    assert [one.attempts for one in world.outcomes] == [4, 2, 3]


def test_progress_gives_no_more_than_all_retries_anew() -> None:
    world = World(batch_reply(busy("1"), OK), batch_reply(busy("1")), retries=1)
    assert world.send("a", "b") == ["throttled", 204]
    assert world.error(0).attempts == 2


def test_a_wait_that_does_not_fit_fails_that_item_alone() -> None:
    world = World(batch_reply(busy("600"), OK, busy("1")), batch_reply(OK))
    assert world.send("a", "b", "c") == ["throttled", 204, 204]
    assert world.error(0).retry_after == 600.0
    assert "asks to wait 600 s" in str(world.error(0))


def test_an_answer_in_which_nothing_was_taken_is_no_progress() -> None:
    world = World(*[batch_reply(busy("50")) for _attempt in range(5)], budget=120.0)
    assert world.send("a") == ["throttled"]
    assert world.clock.slept == [50.0, 50.0]


def test_a_failed_dependency_is_told_and_not_repeated() -> None:
    failed = Reply(424, {"error": {"code": "FailedDependency", "message": "earlier"}})
    world = World(batch_reply(failed, OK))
    assert world.send("a", "b") == ["service", 204]
    assert world.error(0).status == 424


# --- answers that are none


@pytest.mark.parametrize("body", ["<html>", "", "null", "[]", "{}", '{"responses": {}}', '{"responses": null}'])
def test_what_is_no_answer_to_a_batch_is_a_protocol_error_of_each(body: str) -> None:
    world = World(Reply(200, body))
    assert world.send("a", "b") == ["protocol", "protocol"]
    assert str(world.error(1)).startswith("Could not sync thing b: Microsoft Graph answered 200: the answer is not")
    assert world.error(1).hint
    assert len(world.session.sent) == 1


def test_an_item_that_is_left_out_is_told() -> None:
    world = World(batch_reply(None, OK, headers={"request-id": "outer"}))
    assert world.send("a", "b") == ["protocol", 204]
    assert "leaves this request out" in str(world.error(0))
    assert "Whether it was carried out is not known" in str(world.error(0))
    assert world.error(0).request_id == "outer"
    assert world.error(0).client_request_id == world.session.sent[0].headers["client-request-id"]


@pytest.mark.parametrize("entry", [None, 7, [], {}, {"id": 2, "status": 204}, {"id": ["1"], "status": 204}])
def test_parts_of_any_odd_shape_are_passed_over(entry: t.Any) -> None:
    world = World(Reply(200, {"responses": [entry]}))
    assert world.send("a") == ["protocol"]


@pytest.mark.parametrize("status", [None, "204", 0, 100, 199, 300, 302, 399, 600, 204.0, [], 10**30, "x" * 1000])
def test_a_status_that_means_nothing_is_a_protocol_error(status: t.Any) -> None:
    world = World(Reply(200, {"responses": [{"id": "1", "status": status}]}))
    assert world.send("a") == ["protocol"]
    assert "Whether it was carried out is not known" in str(world.error(0))
    assert len(world.error(0).message) < 120


@pytest.mark.parametrize(("status", "outcome"), [(200, 200), (299, 299), (400, "service"), (599, "service")])
def test_a_status_from_200_to_299_or_from_400_to_599_means_something(status: int, outcome: t.Any) -> None:
    world = World(batch_reply(Reply(status, {"error": {"code": "x", "message": "y"}} if status >= 400 else {})))
    assert world.send("a") == [outcome]
    assert world.outcomes[0].status == status


def test_an_item_whose_body_holds_an_error_failed_whatever_its_status_is() -> None:
    world = World(batch_reply(Reply(200, {"error": {"code": "Forbidden", "message": "no"}}), OK))
    assert world.send("a", "b") == ["authorization", 204]
    assert (world.error(0).status, world.error(0).code, world.error(0).message) == (200, "Forbidden", "no")


@pytest.mark.parametrize(
    "headers", [None, [], "x", {"Retry-After": None}, {"Retry-After": [True, {}]}, {"Retry-After": {}}]
)
def test_odd_headers_are_as_good_as_none(headers: t.Any) -> None:
    odd = {"id": "1", "status": 429, "headers": headers, "body": None}
    world = World(Reply(200, {"responses": [odd]}), batch_reply(OK))
    assert world.send("a") == [204]
    assert world.clock.slept == [3.0]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": 7}, 7.0),
        ({"Retry-After": 7.25}, 7.25),
        ({"Retry-After": ["5", 30]}, 30.0),
        ({"Retry-After": [["5"], 7, None]}, 7.0),
        ({"Retry-After": "5", "retry-after": 30}, 30.0),
        ({"retry-after": 30, "Retry-After": "5"}, 30.0),
        ({"Retry-After": 1e-9}, 0.0),
    ],
)
def test_an_item_is_sent_no_sooner_than_it_asks_in_any_form(headers: dict[str, t.Any], seconds: float) -> None:
    odd = {"id": "1", "status": 429, "headers": headers}
    world = World(Reply(200, {"responses": [odd]}), batch_reply(OK))
    assert world.send("a") == [204]
    assert world.clock.slept == ([seconds] if seconds else [])


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "-5", "1e400"])
def test_what_is_not_a_wait_is_none(number: str) -> None:
    answer = f'{{"responses": [{{"id": "1", "status": 429, "headers": {{"Retry-After": {number}}}}}]}}'
    world = World(Reply(200, answer), batch_reply(OK))
    assert world.send("a") == [204]
    assert world.clock.slept == [3.0]


def test_a_wait_for_the_whole_batch_holds_for_each_item() -> None:
    world = World(batch_reply(busy(), busy("2"), headers={"Retry-After": "40"}), batch_reply(OK, OK))
    assert world.send("a", "b") == [204, 204]
    assert world.clock.slept == [40.0]


def test_a_renewed_token_is_used_no_sooner_than_the_service_asks() -> None:
    refused = Reply(401, OLD_TOKEN.body, {"Retry-After": "9"})
    world = World(batch_reply(refused), batch_reply(OK), tokens=["old", WRITER])
    assert world.send("a") == [204]
    assert world.clock.slept == [9.0]


# --- a batch that failed as a whole and holds answers


@pytest.mark.parametrize("status", [207, 400, 403, 424, 500])
def test_answers_in_a_batch_that_failed_are_read_item_by_item(status: int) -> None:
    whole = batch_reply(OK, GONE, error={"code": "FailedDependency", "message": "one failed"})
    world = World(dataclasses.replace(whole, status=status))
    assert world.send("a", "b") == [204, "not_found"]
    assert len(world.session.sent) == 1


@pytest.mark.parametrize(("status", "sent"), [(401, 2), (429, 2), (503, 2)])
def test_a_batch_that_is_sent_again_is_not_read(status: int, sent: int) -> None:
    world = World(dataclasses.replace(batch_reply(GONE), status=status), batch_reply(OK), tokens=["old", WRITER])
    assert world.send("a") == [204]
    assert len(world.session.sent) == sent


@pytest.mark.parametrize("responses", [[], [7], None, {}])
def test_without_answers_a_batch_that_failed_is_an_error_of_each(responses: t.Any) -> None:
    body = {"error": {"code": "FailedDependency", "message": "no"}, "responses": responses}
    world = World(Reply(424, body))
    assert world.send("a", "b") == ["service", "service"]


@pytest.mark.parametrize("body", ["<html>", "{}", "", '{"responses": [{"id": "1", "status": 200, "body": "<html>"}]}'])
def test_an_answer_that_cannot_be_read_leaves_the_outcome_of_writes_unknown(body: str) -> None:
    world = World(Reply(200, body), Reply(200, body))
    world.send("a")
    assert "Whether it was carried out is not known" in str(world.error(0))
    read = GraphRequest("GET", "things/7", "read thing 7", sync("x").permission)
    (outcome,) = send_all(world.client, [read])
    assert isinstance(outcome, GraphError)
    assert "Whether it was carried out" not in str(outcome)


def test_a_secret_in_a_status_is_masked_before_it_is_cut() -> None:
    SECRETS.add("correct-horse-battery-staple")
    world = World(Reply(200, {"responses": [{"id": "1", "status": "x" * 30 + "correct-horse-battery-staple"}]}))
    world.send("a")
    assert "correct" not in str(world.error(0))


@pytest.mark.parametrize("body", ["bm90IGpzb24=", "<html>"])
def test_a_success_whose_body_is_no_json_is_a_protocol_error(body: str) -> None:
    world = World(batch_reply(Reply(200, body)))
    assert world.send("a") == ["protocol"]
    assert "not JSON" in world.error(0).message


@pytest.mark.parametrize("body", ["bm90IGpzb24=", "<html>", {"error": {}}, {"error": "x"}, [1], 7, True, {}])
def test_an_error_with_any_body_is_typed(body: t.Any) -> None:
    world = World(Reply(200, {"responses": [{"id": "1", "status": 400, "body": body}]}))
    assert world.send("a")[0] in ("service", "protocol")
    assert world.error(0).status == 400


# --- the batch as a whole


def test_a_batch_is_sent_again_as_a_whole() -> None:
    world = World(busy("2"), batch_reply(OK, OK))
    assert world.send("a", "b") == [204, 204]
    assert world.clock.slept == [2.0]
    assert [one.attempts for one in world.outcomes] == [2, 2]


@pytest.mark.parametrize(
    ("spoiled", "kind"),
    [
        (requests.exceptions.ConnectionError("reset"), "network"),
        (requests.exceptions.ReadTimeout(), "timeout"),
        (busy("600"), "throttled"),
        (OLD_TOKEN, "authentication"),
        (FORBIDDEN, "authorization"),
    ],
)
def test_when_the_next_batch_would_not_fare_better_it_is_not_sent(spoiled: Scripted, kind: str) -> None:
    world = World(batch_reply(*[OK] * 20), spoiled, retries=0)
    assert world.send(*range(50)) == [204] * 20 + [kind] * 30
    assert len(world.session.sent) == 2
    assert [one.attempts for one in world.outcomes] == [1] * 40 + [0] * 10
    assert str(world.error(45)).startswith("Could not sync thing 45: ")


def test_a_batch_that_the_service_chokes_on_does_not_stop_the_next() -> None:
    world = World(Reply(500, {"error": {"code": "x", "message": "choked"}}), batch_reply(OK), retries=0)
    assert world.send(*range(21)) == ["service"] * 20 + [204]


def test_each_item_keeps_an_error_of_its_own() -> None:
    world = World(Reply(500, {"error": {"code": "x", "message": "choked"}}))
    world.send("a", "b")
    assert world.error(0) is not world.error(1)
    assert [str(world.error(index))[:22] for index in (0, 1)] == ["Could not sync thing a", "Could not sync thing b"]


@pytest.mark.parametrize("action", ["ask a fake for a token", "use a fake token"])
def test_a_failed_sign_in_is_told_as_such_and_nothing_is_sent(action: str) -> None:
    world = World()
    world.credential.action = action
    world.credential.error = AuthenticationError("wrong secret")
    assert world.send(*range(21)) == ["authentication"] * 21
    # The last one would have been alone in a second batch.
    assert {str(error) for error in world.outcomes} == {f"Could not {action}: wrong secret."}
    assert {one.attempts for one in world.outcomes} == {0}
    assert world.session.sent == []


# --- tokens


def test_a_token_that_items_refuse_is_renewed_once_for_all() -> None:
    world = World(batch_reply(OK, OLD_TOKEN, OLD_TOKEN), batch_reply(OK, OK), tokens=["old", WRITER])
    assert world.send("a", "b", "c") == [204, 204, 204]
    assert world.urls[1] == ["/things/b/sync", "/things/c/sync"]
    assert world.session.sent[1].headers["Authorization"] == f"Bearer {WRITER}"
    assert (world.credential.asked, world.clock.slept) == (2, [])


def test_a_403_of_the_old_token_may_be_none_of_the_new_one() -> None:
    world = World(batch_reply(OLD_TOKEN, FORBIDDEN), batch_reply(OK, OK), tokens=["old", WRITER])
    assert world.send("a", "b") == [204, 204]
    assert world.clock.slept == []


def test_a_renewed_token_shortens_no_wait_that_the_service_asked_for() -> None:
    world = World(batch_reply(OLD_TOKEN, busy("7")), batch_reply(OK), batch_reply(OK), tokens=["old", WRITER])
    assert world.send("a", "b") == [204, 204]
    assert world.urls[1:] == [["/things/a/sync"], ["/things/b/sync"]]
    assert world.clock.slept == [7.0]


def test_an_item_that_refuses_the_new_token_as_well_fails() -> None:
    world = World(batch_reply(OK, MISSING_ROLE), batch_reply(MISSING_ROLE), tokens=["old", WRITER])
    assert world.send("a", "b") == [204, "authorization"]
    assert "token with the permission Things.ReadWrite.All" in str(world.error(1))
    assert world.credential.asked == 2


def test_a_sign_in_that_fails_between_is_the_items_outcome() -> None:
    world = World(batch_reply(OK, OLD_TOKEN), tokens=["old"])
    assert world.send("a", "b") == [204, "authentication"]


# --- what ends before its turn


def test_what_was_never_sent_says_so_and_names_no_request() -> None:
    world = World(batch_reply(*[OK] * 20), busy("500"))
    assert world.send(*range(41)) == [204] * 20 + ["throttled"] * 21
    sent, unsent = world.error(39), world.error(40)
    assert (sent.status, sent.attempts, sent.client_request_id is not None) == (429, 1, True)
    assert (unsent.status, unsent.code, unsent.request_id, unsent.client_request_id) == (None,) * 4
    assert (unsent.attempts, unsent.retry_after) == (0, 500.0)
    assert str(unsent).startswith(
        "Could not sync thing 40: it was not sent, for an earlier request failed: Microsoft Graph answered 429"
    )


def test_what_waited_for_its_turn_keeps_its_own_failure() -> None:
    waiting = Reply(503, {"error": {"code": "itsOwn", "message": "not now"}}, {"Retry-After": "60"})
    first = batch_reply(waiting, *[OK] * 19)
    world = World(first, busy("500"))
    assert world.send(*range(40))[:2] == ["service", 204]
    assert (world.error(0).code, world.error(0).attempts) == ("itsOwn", 1)
    assert world.error(20).kind == "throttled"


@pytest.mark.parametrize(
    "spoiled", [Reply(504), Reply(503, "", {"Retry-After": "0"}), requests.exceptions.ReadTimeout()]
)
def test_a_gateway_that_fails_for_good_is_not_asked_for_each_batch(spoiled: Scripted) -> None:
    world = World(*[spoiled] * 5)
    world.send(*range(1000))
    assert len(world.session.sent) == 5


def test_of_two_parts_with_one_id_the_first_counts() -> None:
    world = World(Reply(200, {"responses": [{"id": "1", "status": 204}, {"id": "1", "status": 429}]}))
    assert world.send("a") == [204]


@pytest.mark.parametrize(("status", "kind"), [(403, "authorization"), (404, "not_found"), (424, "service")])
def test_a_part_without_a_body_speaks_for_graph_all_the_same(status: int, kind: str) -> None:
    world = World(batch_reply(Reply(status)))
    assert world.send("a") == [kind]


def test_an_item_is_sent_again_for_a_new_token_no_more_than_once() -> None:
    class Slow(FakeSession):
        def request(self, *args: t.Any, **kwargs: t.Any) -> requests.Response:
            world.clock.moment += 310
            return super().request(*args, **kwargs)

    world = World(tokens=[f"token-{number}" for number in range(20)])
    slow = Slow(*[batch_reply(MISSING_ROLE)] * 20)
    world.client._transport._session = slow
    assert world.send("a") == ["authorization"]
    assert len(slow.sent) == 2
