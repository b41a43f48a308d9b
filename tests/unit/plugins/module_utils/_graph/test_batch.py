# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Test batches by their requests and by the outcome of each item."""

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
    FakeCredential,
    FakeSession,
    Reply,
    Scripted,
    batch_reply,
    jwt,
    make_client,
)

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
    """A session whose responses take some seconds."""

    def __init__(self, *script: Scripted, clock: FakeClock, seconds: float) -> None:
        super().__init__(*script)
        self.clock = clock
        self.seconds = seconds

    def request(self, *args: t.Any, **kwargs: t.Any) -> requests.Response:
        self.clock.moment += self.seconds
        return super().request(*args, **kwargs)


class BatchScenario:
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
        self.retry_log: list[str] = []
        self.credential = FakeCredential(tokens=list(tokens))
        self.client = make_client(
            self.session,
            find_cloud("global"),
            self.credential,
            policy=RetryPolicy(retries=retries, budget=budget),
            clock=self.clock,
            retry_log=self.retry_log,
        )

    def send(self, *names: t.Any) -> list[t.Any]:
        """Send one request per name. Return the status of each response and the kind of each error."""
        self.outcomes = send_all(self.client, [sync(name) for name in names])
        return [outcome.status if isinstance(outcome, GraphResponse) else outcome.kind for outcome in self.outcomes]

    def error(self, index: int) -> GraphError:
        error = self.outcomes[index]
        assert isinstance(error, GraphError)
        return error

    @property
    def urls(self) -> list[list[str]]:
        """Return the URLs of the requests in each batch."""
        return [[item["url"] for item in sent.json()["requests"]] for sent in self.session.sent]


def test_a_batch_matches_the_documentation() -> None:
    scenario = BatchScenario(batch_reply(OK, OK))
    scenario.send("a", "b")
    assert scenario.session.wire == [BATCH]
    body = {"how": "gently"}
    headers = {"Content-Type": "application/json"}
    assert scenario.session.sent[0].json() == {
        "requests": [
            {"id": "1", "method": "POST", "url": "/things/a/sync", "headers": headers, "body": body},
            {"id": "2", "method": "POST", "url": "/things/b/sync", "headers": headers, "body": body},
        ]
    }


def test_a_post_without_a_body_sends_an_empty_object() -> None:
    scenario = BatchScenario(batch_reply(OK))
    send_all(scenario.client, [GraphRequest("POST", "things/7/sync", "sync thing 7", sync("x").permission)])
    headers = {"Content-Type": "application/json"}
    assert scenario.session.sent[0].json() == {
        "requests": [{"id": "1", "method": "POST", "url": "/things/7/sync", "headers": headers, "body": {}}]
    }


def test_a_get_has_no_body_and_no_content_type() -> None:
    scenario = BatchScenario(batch_reply(Reply(200, {"id": "7"})))
    (answer,) = send_all(scenario.client, [GraphRequest("GET", "things/7", "read thing 7", sync("x").permission)])
    assert scenario.session.sent[0].json() == {"requests": [{"id": "1", "method": "GET", "url": "/things/7"}]}
    assert isinstance(answer, GraphResponse)
    assert answer.content == {"id": "7"}


def test_responses_are_matched_by_id_and_returned_in_the_order_of_the_requests() -> None:
    scenario = BatchScenario(batch_reply(OK, GONE, Reply(202), headers={"request-id": "outer"}))
    assert scenario.send("a", "b", "c") == [204, "not_found", 202]
    assert str(scenario.error(1)) == (
        "Could not sync thing b: Microsoft Graph answered 404 ResourceNotFound: gone (request-id outer)."
    )
    assert all(outcome.client_request_id and outcome.attempts == 1 for outcome in scenario.outcomes)
    assert [outcome.request_id for outcome in scenario.outcomes] == ["outer"] * 3


def test_the_request_id_of_an_item_comes_before_the_one_of_the_batch() -> None:
    item_headers = {"request-id": "inner"}
    scenario = BatchScenario(
        batch_reply(
            Reply(204, headers=item_headers), Reply(404, GONE.body, item_headers), headers={"request-id": "outer"}
        )
    )
    assert scenario.send("a", "b") == [204, "not_found"]
    assert [outcome.request_id for outcome in scenario.outcomes] == ["inner", "inner"]


@pytest.mark.parametrize("value", [None, [], {}, True])
def test_an_invalid_request_id_of_an_item_is_ignored(value: t.Any) -> None:
    scenario = BatchScenario(batch_reply(Reply(404, GONE.body, {"request-id": value}), headers={"request-id": "outer"}))
    scenario.send("a")
    assert scenario.error(0).request_id == "outer"


def test_a_batch_has_at_most_twenty_requests() -> None:
    scenario = BatchScenario(batch_reply(*[OK] * 20), batch_reply(*[OK] * 20), batch_reply(*[OK] * 5))
    assert scenario.send(*range(45)) == [204] * 45
    assert [len(urls) for urls in scenario.urls] == [20, 20, 5]
    assert [url for urls in scenario.urls for url in urls] == [f"/things/{number}/sync" for number in range(45)]
    assert scenario.clock.slept == []


def test_writes_are_rate_limited() -> None:
    scenario = BatchScenario(*[batch_reply(*[OK] * 20) for _batch in range(6)])
    assert scenario.send(*range(120)) == [204] * 120
    assert scenario.clock.slept == [20.0]
    assert scenario.client.retry.count == 0


# --- transient errors of items


def test_only_throttled_items_are_retried_after_their_retry_after() -> None:
    scenario = BatchScenario(batch_reply(OK, busy("7"), GONE, busy("30")), batch_reply(OK), batch_reply(OK))
    assert scenario.send("a", "b", "c", "d") == [204, 204, "not_found", 204]
    assert scenario.urls[1:] == [["/things/b/sync"], ["/things/d/sync"]]
    assert scenario.clock.slept == [7.0, 23.0]
    assert [outcome.attempts for outcome in scenario.outcomes] == [1, 2, 1, 2]
    assert scenario.client.stats()["retries"] == 2
    assert "Could not sync thing b: Microsoft Graph answered 429" in scenario.retry_log[0]


def test_a_wait_that_passes_during_other_batches_is_not_repeated() -> None:
    scenario = BatchScenario(batch_reply(busy("1"), *[OK] * 19), batch_reply(OK), batch_reply(OK), seconds=5.0)
    assert scenario.send(*range(21)) == [204] * 21
    assert scenario.clock.slept == []
    assert scenario.retry_log[0].startswith("Sending again after 0.0 s.")


@pytest.mark.parametrize("status", [408, 429, 502, 503, 504, 509])
def test_items_with_the_same_wait_share_a_batch(status: int) -> None:
    scenario = BatchScenario(batch_reply(busy("3", status), OK, busy(3, status)), batch_reply(OK, OK))
    assert scenario.send("a", "b", "c") == [204, 204, 204]
    assert scenario.urls[1] == ["/things/a/sync", "/things/c/sync"]
    assert scenario.clock.slept == [3.0]


def test_a_retry_after_date_is_compared_with_the_date_of_the_batch() -> None:
    date = "Tue, 01 Sep 2026 10:00:0{} GMT"
    scenario = BatchScenario(batch_reply(busy(date.format(9)), headers={"Date": date.format(4)}), batch_reply(OK))
    assert scenario.send("a") == [204]
    assert scenario.clock.slept == [5.0]


def test_the_retries_of_an_item_are_limited() -> None:
    scenario = BatchScenario(*[batch_reply(busy("1")) for _attempt in range(3)], retries=2)
    assert scenario.send("a") == ["throttled"]
    assert scenario.error(0).attempts == 3
    assert scenario.clock.slept == [1.0, 1.0]


def test_progress_resets_the_budget_and_the_retries_of_waiting_items() -> None:
    scenario = BatchScenario(
        batch_reply(busy("8"), busy("8"), busy("8")),
        batch_reply(busy("8"), OK, busy("8")),
        batch_reply(busy("8"), OK),
        batch_reply(OK),
        retries=1,
        budget=10.0,
    )
    assert scenario.send("a", "b", "c") == [204, 204, 204]
    assert [outcome.attempts for outcome in scenario.outcomes] == [4, 2, 3]


def test_progress_resets_the_retries_only_once() -> None:
    scenario = BatchScenario(batch_reply(busy("1"), OK), batch_reply(busy("1")), retries=1)
    assert scenario.send("a", "b") == ["throttled", 204]
    assert scenario.error(0).attempts == 2


def test_a_retry_after_beyond_the_budget_fails_only_that_item() -> None:
    scenario = BatchScenario(batch_reply(busy("600"), OK, busy("1")), batch_reply(OK))
    assert scenario.send("a", "b", "c") == ["throttled", 204, 204]
    assert scenario.error(0).retry_after == 600.0
    assert "asks to wait 600 s" in str(scenario.error(0))


def test_a_batch_without_a_success_does_not_reset_the_budget() -> None:
    scenario = BatchScenario(*[batch_reply(busy("50")) for _attempt in range(5)], budget=120.0)
    assert scenario.send("a") == ["throttled"]
    assert scenario.clock.slept == [50.0, 50.0]


def test_a_failed_dependency_is_not_retried() -> None:
    failed = Reply(424, {"error": {"code": "FailedDependency", "message": "earlier"}})
    scenario = BatchScenario(batch_reply(failed, OK))
    assert scenario.send("a", "b") == ["service", 204]
    assert scenario.error(0).status == 424


# --- invalid responses


@pytest.mark.parametrize("body", ["<html>", "", "null", "[]", "{}", '{"responses": {}}', '{"responses": null}'])
def test_a_response_that_is_not_a_batch_is_a_protocol_error_of_each_item(body: str) -> None:
    scenario = BatchScenario(Reply(200, body))
    assert scenario.send("a", "b") == ["protocol", "protocol"]
    assert str(scenario.error(1)).startswith("Could not sync thing b: Microsoft Graph answered 200: the answer is not")
    assert scenario.error(1).hint
    assert len(scenario.session.sent) == 1


def test_a_missing_item_is_a_protocol_error() -> None:
    scenario = BatchScenario(batch_reply(None, OK, headers={"request-id": "outer"}))
    assert scenario.send("a", "b") == ["protocol", 204]
    assert "leaves this request out" in str(scenario.error(0))
    assert "Whether it was carried out is not known" in str(scenario.error(0))
    assert scenario.error(0).request_id == "outer"
    assert scenario.error(0).client_request_id == scenario.session.sent[0].headers["client-request-id"]


@pytest.mark.parametrize("entry", [None, 7, [], {}, {"id": 2, "status": 204}, {"id": ["1"], "status": 204}])
def test_invalid_items_are_ignored(entry: t.Any) -> None:
    scenario = BatchScenario(Reply(200, {"responses": [entry]}))
    assert scenario.send("a") == ["protocol"]


@pytest.mark.parametrize("status", [None, "204", 0, 100, 199, 300, 302, 399, 600, 204.0, [], 10**30, "x" * 1000])
def test_an_invalid_status_is_a_protocol_error(status: t.Any) -> None:
    scenario = BatchScenario(Reply(200, {"responses": [{"id": "1", "status": status}]}))
    assert scenario.send("a") == ["protocol"]
    assert "Whether it was carried out is not known" in str(scenario.error(0))
    assert len(scenario.error(0).message) < 120


@pytest.mark.parametrize(("status", "outcome"), [(200, 200), (299, 299), (400, "service"), (599, "service")])
def test_a_status_from_200_to_299_or_from_400_to_599_is_valid(status: int, outcome: t.Any) -> None:
    scenario = BatchScenario(
        batch_reply(Reply(status, {"error": {"code": "x", "message": "y"}} if status >= 400 else {}))
    )
    assert scenario.send("a") == [outcome]
    assert scenario.outcomes[0].status == status


def test_an_item_with_an_error_in_its_body_failed_even_with_status_200() -> None:
    scenario = BatchScenario(batch_reply(Reply(200, {"error": {"code": "Forbidden", "message": "no"}}), OK))
    assert scenario.send("a", "b") == ["authorization", 204]
    assert (scenario.error(0).status, scenario.error(0).code, scenario.error(0).message) == (200, "Forbidden", "no")


@pytest.mark.parametrize(
    "headers", [None, [], "x", {"Retry-After": None}, {"Retry-After": [True, {}]}, {"Retry-After": {}}]
)
def test_invalid_headers_are_ignored(headers: t.Any) -> None:
    value = {"id": "1", "status": 429, "headers": headers, "body": None}
    scenario = BatchScenario(Reply(200, {"responses": [value]}), batch_reply(OK))
    assert scenario.send("a") == [204]
    assert scenario.clock.slept == [3.0]


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
def test_retry_after_of_an_item_is_read_in_any_form(headers: dict[str, t.Any], seconds: float) -> None:
    value = {"id": "1", "status": 429, "headers": headers}
    scenario = BatchScenario(Reply(200, {"responses": [value]}), batch_reply(OK))
    assert scenario.send("a") == [204]
    assert scenario.clock.slept == ([seconds] if seconds else [])


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "-5", "1e400"])
def test_an_invalid_number_in_retry_after_is_ignored(number: str) -> None:
    answer = f'{{"responses": [{{"id": "1", "status": 429, "headers": {{"Retry-After": {number}}}}}]}}'
    scenario = BatchScenario(Reply(200, answer), batch_reply(OK))
    assert scenario.send("a") == [204]
    assert scenario.clock.slept == [3.0]


def test_retry_after_of_the_batch_applies_to_each_item() -> None:
    scenario = BatchScenario(batch_reply(busy(), busy("2"), headers={"Retry-After": "40"}), batch_reply(OK, OK))
    assert scenario.send("a", "b") == [204, 204]
    assert scenario.clock.slept == [40.0]


def test_a_retry_with_a_renewed_token_waits_for_retry_after() -> None:
    refused = Reply(401, OLD_TOKEN.body, {"Retry-After": "9"})
    scenario = BatchScenario(batch_reply(refused), batch_reply(OK), tokens=["old", WRITER])
    assert scenario.send("a") == [204]
    assert scenario.clock.slept == [9.0]


# --- a failed batch with responses to its items


@pytest.mark.parametrize("status", [207, 400, 403, 424, 500])
def test_the_items_of_a_failed_batch_are_read(status: int) -> None:
    whole = batch_reply(OK, GONE, error={"code": "FailedDependency", "message": "one failed"})
    scenario = BatchScenario(dataclasses.replace(whole, status=status))
    assert scenario.send("a", "b") == [204, "not_found"]
    assert len(scenario.session.sent) == 1


@pytest.mark.parametrize(("status", "sent"), [(401, 2), (429, 2), (503, 2)])
def test_the_items_of_a_retried_batch_are_not_read(status: int, sent: int) -> None:
    scenario = BatchScenario(
        dataclasses.replace(batch_reply(GONE), status=status), batch_reply(OK), tokens=["old", WRITER]
    )
    assert scenario.send("a") == [204]
    assert len(scenario.session.sent) == sent


@pytest.mark.parametrize("responses", [[], [7], None, {}])
def test_a_failed_batch_without_items_is_an_error_of_each_item(responses: t.Any) -> None:
    body = {"error": {"code": "FailedDependency", "message": "no"}, "responses": responses}
    scenario = BatchScenario(Reply(424, body))
    assert scenario.send("a", "b") == ["service", "service"]


@pytest.mark.parametrize("body", ["<html>", "{}", "", '{"responses": [{"id": "1", "status": 200, "body": "<html>"}]}'])
def test_an_unreadable_response_to_a_write_has_an_unknown_outcome(body: str) -> None:
    scenario = BatchScenario(Reply(200, body), Reply(200, body))
    scenario.send("a")
    assert "Whether it was carried out is not known" in str(scenario.error(0))
    read = GraphRequest("GET", "things/7", "read thing 7", sync("x").permission)
    (outcome,) = send_all(scenario.client, [read])
    assert isinstance(outcome, GraphError)
    assert "Whether it was carried out" not in str(outcome)


def test_a_secret_in_a_status_is_masked_before_it_is_cut() -> None:
    SECRETS.add("correct-horse-battery-staple")
    scenario = BatchScenario(
        Reply(200, {"responses": [{"id": "1", "status": "x" * 30 + "correct-horse-battery-staple"}]})
    )
    scenario.send("a")
    assert "correct" not in str(scenario.error(0))


@pytest.mark.parametrize("body", ["bm90IGpzb24=", "<html>"])
def test_a_success_with_a_body_that_is_not_json_is_a_protocol_error(body: str) -> None:
    scenario = BatchScenario(batch_reply(Reply(200, body)))
    assert scenario.send("a") == ["protocol"]
    assert "not JSON" in scenario.error(0).message


@pytest.mark.parametrize("body", ["bm90IGpzb24=", "<html>", {"error": {}}, {"error": "x"}, [1], 7, True, {}])
def test_an_error_with_any_body_has_a_kind(body: t.Any) -> None:
    scenario = BatchScenario(Reply(200, {"responses": [{"id": "1", "status": 400, "body": body}]}))
    assert scenario.send("a")[0] in ("service", "protocol")
    assert scenario.error(0).status == 400


# --- the errors of a whole batch


def test_a_throttled_batch_is_retried() -> None:
    scenario = BatchScenario(busy("2"), batch_reply(OK, OK))
    assert scenario.send("a", "b") == [204, 204]
    assert scenario.clock.slept == [2.0]
    assert [outcome.attempts for outcome in scenario.outcomes] == [2, 2]


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (requests.exceptions.ConnectionError("reset"), "network"),
        (requests.exceptions.ReadTimeout(), "timeout"),
        (busy("600"), "throttled"),
        (OLD_TOKEN, "authentication"),
        (FORBIDDEN, "authorization"),
    ],
)
def test_a_fatal_error_of_a_batch_stops_the_next_batches(failure: Scripted, kind: str) -> None:
    scenario = BatchScenario(batch_reply(*[OK] * 20), failure, retries=0)
    assert scenario.send(*range(50)) == [204] * 20 + [kind] * 30
    assert len(scenario.session.sent) == 2
    assert [outcome.attempts for outcome in scenario.outcomes] == [1] * 40 + [0] * 10
    assert str(scenario.error(45)).startswith("Could not sync thing 45: ")


def test_a_service_error_of_a_batch_does_not_stop_the_next_batch() -> None:
    scenario = BatchScenario(Reply(500, {"error": {"code": "x", "message": "choked"}}), batch_reply(OK), retries=0)
    assert scenario.send(*range(21)) == ["service"] * 20 + [204]


def test_each_item_of_a_failed_batch_has_its_own_error() -> None:
    scenario = BatchScenario(Reply(500, {"error": {"code": "x", "message": "choked"}}))
    scenario.send("a", "b")
    assert scenario.error(0) is not scenario.error(1)
    assert [str(scenario.error(index))[:22] for index in (0, 1)] == ["Could not sync thing a", "Could not sync thing b"]


@pytest.mark.parametrize("action", ["ask a fake for a token", "use a fake token"])
def test_a_failed_sign_in_is_reported_and_no_batch_is_sent(action: str) -> None:
    scenario = BatchScenario()
    scenario.credential.action = action
    scenario.credential.error = AuthenticationError("wrong secret")
    assert scenario.send(*range(21)) == ["authentication"] * 21
    # The last request belongs to a second batch.
    assert {str(error) for error in scenario.outcomes} == {f"Could not {action}: wrong secret."}
    assert {outcome.attempts for outcome in scenario.outcomes} == {0}
    assert scenario.session.sent == []


# --- tokens


def test_a_token_that_items_reject_is_renewed_once() -> None:
    scenario = BatchScenario(batch_reply(OK, OLD_TOKEN, OLD_TOKEN), batch_reply(OK, OK), tokens=["old", WRITER])
    assert scenario.send("a", "b", "c") == [204, 204, 204]
    assert scenario.urls[1] == ["/things/b/sync", "/things/c/sync"]
    assert scenario.session.sent[1].headers["Authorization"] == f"Bearer {WRITER}"
    assert (scenario.credential.calls, scenario.clock.slept) == (2, [])


def test_a_403_of_a_rejected_token_is_retried_with_the_new_token() -> None:
    scenario = BatchScenario(batch_reply(OLD_TOKEN, FORBIDDEN), batch_reply(OK, OK), tokens=["old", WRITER])
    assert scenario.send("a", "b") == [204, 204]
    assert scenario.clock.slept == []


def test_a_renewed_token_does_not_shorten_a_retry_after() -> None:
    scenario = BatchScenario(
        batch_reply(OLD_TOKEN, busy("7")), batch_reply(OK), batch_reply(OK), tokens=["old", WRITER]
    )
    assert scenario.send("a", "b") == [204, 204]
    assert scenario.urls[1:] == [["/things/a/sync"], ["/things/b/sync"]]
    assert scenario.clock.slept == [7.0]


def test_an_item_that_rejects_the_new_token_fails() -> None:
    scenario = BatchScenario(batch_reply(OK, MISSING_ROLE), batch_reply(MISSING_ROLE), tokens=["old", WRITER])
    assert scenario.send("a", "b") == [204, "authorization"]
    assert "token with the permission Things.ReadWrite.All" in str(scenario.error(1))
    assert scenario.credential.calls == 2


def test_a_failed_renewal_is_the_outcome_of_the_item() -> None:
    scenario = BatchScenario(batch_reply(OK, OLD_TOKEN), tokens=["old"])
    assert scenario.send("a", "b") == [204, "authentication"]


# --- items that are not sent


def test_the_error_of_an_unsent_item_explains_that_it_was_not_sent() -> None:
    scenario = BatchScenario(batch_reply(*[OK] * 20), busy("500"))
    assert scenario.send(*range(41)) == [204] * 20 + ["throttled"] * 21
    sent, unsent = scenario.error(39), scenario.error(40)
    assert (sent.status, sent.attempts, sent.client_request_id is not None) == (429, 1, True)
    assert (unsent.status, unsent.code, unsent.request_id, unsent.client_request_id) == (None,) * 4
    assert (unsent.attempts, unsent.retry_after) == (0, 500.0)
    assert str(unsent).startswith(
        "Could not sync thing 40: it was not sent, for an earlier request failed: Microsoft Graph answered 429"
    )


def test_a_waiting_item_keeps_its_own_error() -> None:
    waiting = Reply(503, {"error": {"code": "itsOwn", "message": "not now"}}, {"Retry-After": "60"})
    first = batch_reply(waiting, *[OK] * 19)
    scenario = BatchScenario(first, busy("500"))
    assert scenario.send(*range(40))[:2] == ["service", 204]
    assert (scenario.error(0).code, scenario.error(0).attempts) == ("itsOwn", 1)
    assert scenario.error(20).kind == "throttled"


@pytest.mark.parametrize(
    "failure", [Reply(504), Reply(503, "", {"Retry-After": "0"}), requests.exceptions.ReadTimeout()]
)
def test_a_failing_gateway_stops_the_next_batches(failure: Scripted) -> None:
    scenario = BatchScenario(*[failure] * 5)
    scenario.send(*range(1000))
    assert len(scenario.session.sent) == 5


def test_the_first_of_two_items_with_the_same_id_counts() -> None:
    scenario = BatchScenario(Reply(200, {"responses": [{"id": "1", "status": 204}, {"id": "1", "status": 429}]}))
    assert scenario.send("a") == [204]


@pytest.mark.parametrize(("status", "kind"), [(403, "authorization"), (404, "not_found"), (424, "service")])
def test_an_error_item_without_a_body_has_the_kind_of_its_status(status: int, kind: str) -> None:
    scenario = BatchScenario(batch_reply(Reply(status)))
    assert scenario.send("a") == [kind]


def test_an_item_renews_its_token_only_once() -> None:
    class SlowerSession(FakeSession):
        def request(self, *args: t.Any, **kwargs: t.Any) -> requests.Response:
            scenario.clock.moment += 310
            return super().request(*args, **kwargs)

    scenario = BatchScenario(tokens=[f"token-{number}" for number in range(20)])
    slow = SlowerSession(*[batch_reply(MISSING_ROLE)] * 20)
    scenario.client._transport._session = slow
    assert scenario.send("a") == ["authorization"]
    assert len(slow.sent) == 2
