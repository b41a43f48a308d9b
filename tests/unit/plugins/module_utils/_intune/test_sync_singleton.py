# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sync of a singleton with a minimum interval: cooldown, 409 and 429 with a meaning of their own."""

from __future__ import annotations

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._intune.sync_target import count_targets
from ansible_collections.msgraph.intune.tests.unit.fakes import Reply
from ansible_collections.msgraph.intune.tests.unit.gadgets import LATER, RECENT, furnace, sync_furnace

READ, POST = "GET factory/furnace", "POST factory/furnace/polish"
ACCEPTED = Reply(204)
CONFLICT = Reply(409, {"error": {"code": "Conflict", "message": "busy"}})


def throttled(**headers: str) -> Reply:
    return Reply(429, {"error": {"code": "TooManyRequests", "message": "later"}}, headers)


def test_a_singleton_is_read_and_triggered_in_the_beta_api() -> None:
    sync = sync_furnace(furnace(), ACCEPTED)
    assert sync.requests == [READ, POST]
    assert (sync.each("id"), sync.each("name"), sync.each("action")) == ([None], [None], ["triggered"])
    assert sync.message == "Microsoft Graph accepted a sync of furnace."


def test_the_request_of_an_action_without_parameters_has_no_body() -> None:
    assert sync_furnace(furnace(), ACCEPTED).session.sent[1].body is None


def test_a_sync_within_the_minimum_interval_is_skipped() -> None:
    sync = sync_furnace(furnace(RECENT))
    assert (sync.requests, sync.each("reason"), sync.each("retry_after")) == ([READ], ["cooling_down"], [300.0])
    assert sync.each("message") == ["The service accepts one sync in 600 s, and the next one in 300 s."]
    assert sync.message == "Skipped furnace: the service accepts one sync in 600 s, and the next one in 300 s."
    assert sync.run.failure is None


def test_the_latest_time_starts_the_minimum_interval() -> None:
    assert sync_furnace(furnace(triggered="2026-01-02T11:59:00Z")).each("retry_after") == [540.0]


def test_the_end_of_the_minimum_interval_allows_a_sync() -> None:
    assert sync_furnace(furnace("2026-01-02T11:50:00Z"), ACCEPTED).each("action") == ["triggered"]
    assert sync_furnace(furnace("2026-01-02T11:50:01Z")).each("retry_after") == [1.0]


def test_cooldown_fail_sends_no_request() -> None:
    sync = sync_furnace(furnace(RECENT), cooldown="fail")
    assert (sync.requests, sync.each("action")) == ([READ], ["failed"])
    failure = sync.run.failure
    assert failure is not None
    assert (failure.kind, failure.retry_after) == ("throttled", 300.0)
    assert str(failure) == (
        "Could not trigger a sync of furnace: the service accepts one sync in 600 s, and the next one in 300 s."
        " Run the task again after that time, or set cooldown to wait or skip."
    )


def test_cooldown_wait_sends_the_request_after_the_interval() -> None:
    sync = sync_furnace(furnace(RECENT), ACCEPTED, cooldown="wait")
    assert (sync.clock.slept, sync.each("action")) == ([300.0], ["triggered"])


def test_cooldown_wait_fails_when_the_interval_is_longer_than_wait_timeout() -> None:
    sync = sync_furnace(furnace(RECENT), cooldown="wait", wait_timeout=299.0)
    assert (sync.requests, sync.clock.slept, sync.each("action")) == ([READ], [], ["failed"])
    assert sync.run.failure is not None
    assert sync.run.failure.hint == "Raise wait_timeout, or run the task again after that time."


def test_the_wait_for_completion_has_a_timeout_of_its_own() -> None:
    polls = [furnace(RECENT)] * 10
    sync = sync_furnace(
        furnace(RECENT), furnace(RECENT), ACCEPTED, *polls, cooldown="wait", wait=True, wait_timeout=300.0
    )
    assert sync.clock.slept == [300.0] + [30.0] * 10
    assert sync.each("completed") == [False]


def test_a_sync_that_completed_during_the_wait_for_the_interval_does_not_count_as_the_own_one() -> None:
    other = furnace("2026-01-02T11:58:00Z")
    sync = sync_furnace(
        furnace(RECENT), other, ACCEPTED, other, furnace(LATER), cooldown="wait", wait=True, wait_timeout=300.0
    )
    assert sync.requests == [READ, READ, POST, READ, READ]
    assert [entry["polished"] for entry in sync.each("before")] == ["2026-01-02T11:58:00Z"]
    assert sync.each("completed") == [True]


def test_an_object_that_cannot_be_read_after_the_wait_fails() -> None:
    gone = Reply(404, {"error": {"code": "ResourceNotFound", "message": "gone"}})
    sync = sync_furnace(furnace(RECENT), gone, cooldown="wait", wait=True)
    assert (sync.requests, sync.each("action")) == ([READ, READ], ["failed"])
    sync = sync_furnace(furnace(RECENT), Reply(400, {}), cooldown="wait", wait=True)
    assert (sync.requests, sync.each("action")) == ([READ, READ], ["failed"])


def test_a_time_in_the_future_never_makes_the_interval_longer() -> None:
    assert sync_furnace(furnace("2099-01-02T12:00:00Z")).each("retry_after") == [600.0]


@pytest.mark.parametrize(("cooldown", "action"), [("skip", "skipped"), ("fail", "failed"), ("wait", "would_trigger")])
def test_check_mode_applies_the_cooldown_without_a_wait(cooldown: str, action: str) -> None:
    sync = sync_furnace(furnace(RECENT), cooldown=cooldown, check_mode=True)
    assert (sync.requests, sync.clock.slept, sync.each("action")) == ([READ], [], [action])


def test_a_running_sync_is_not_triggered() -> None:
    sync = sync_furnace(furnace(state="running"))
    assert (sync.requests, sync.each("reason")) == ([READ], ["already_running"])


def test_a_conflict_means_that_a_sync_is_running() -> None:
    sync = sync_furnace(furnace(), CONFLICT)
    assert (sync.each("action"), sync.each("reason"), sync.each("http_status")) == (
        ["skipped"],
        ["already_running"],
        [409],
    )
    assert sync.run.failure is None


def test_a_running_sync_is_waited_for() -> None:
    sync = sync_furnace(furnace(), CONFLICT, furnace(state="running"), furnace(LATER), wait=True)
    assert (sync.each("action"), sync.each("completed")) == (["skipped"], [True])
    counts = count_targets(sync.run.targets)
    assert (counts["skipped"], counts["completed"], counts["pending"]) == (1, 1, 0)


def test_a_429_means_that_the_interval_is_not_over() -> None:
    sync = sync_furnace(furnace(), throttled())
    assert (sync.requests, sync.each("reason"), sync.each("retry_after")) == ([READ, POST], ["cooling_down"], [600.0])


def test_a_429_with_cooldown_fail_is_a_failure() -> None:
    sync = sync_furnace(furnace(), throttled(**{"Retry-After": "30"}), cooldown="fail")
    assert (sync.each("action"), sync.each("http_status")) == (["failed"], [429])
    assert sync.run.failure is not None
    assert (sync.run.failure.kind, sync.run.failure.retry_after) == ("throttled", 30.0)
    assert (sync.run.failure.status, sync.run.failure.code) == (429, "TooManyRequests")


def test_a_429_with_cooldown_wait_is_followed_by_one_more_request() -> None:
    sync = sync_furnace(furnace(), throttled(), ACCEPTED, cooldown="wait")
    assert (sync.requests, sync.clock.slept, sync.each("action")) == ([READ, POST, POST], [600.0], ["triggered"])
    assert sync.each("attempts") == [2]
    sync = sync_furnace(furnace(), throttled(), throttled(), cooldown="wait")
    assert (sync.requests, sync.each("action"), sync.each("attempts")) == ([READ, POST, POST], ["failed"], [2])
    assert sync.run.failure is not None
    assert sync.run.failure.hint == "Run the task again after that time."


def test_without_the_time_of_the_service_the_service_decides() -> None:
    sync = sync_furnace(Reply(200, {"times": {"polished": RECENT}, "state": "done"}), ACCEPTED)
    assert sync.each("action") == ["triggered"]


def test_a_wrapped_singleton_is_read() -> None:
    wrapped = Reply(200, {"value": {"times": {"polished": RECENT}, "state": "running"}}, furnace().headers)
    assert sync_furnace(wrapped).each("reason") == ["already_running"]


def test_a_response_of_another_shape_fails_the_task() -> None:
    with pytest.raises(
        Exception, match="Could not read furnace: Microsoft Graph answered 200: the answer is not a furnace"
    ):
        sync_furnace(Reply(200, ["x"]))
