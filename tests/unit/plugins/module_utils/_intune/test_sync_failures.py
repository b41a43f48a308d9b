# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Syncs that the service reports as failed, preconditions, secrets, and the share of failures that a task allows."""

from __future__ import annotations

import json

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.masking import MASK, SECRETS
from ansible_collections.msgraph.intune.plugins.module_utils._intune.sync_target import count_targets
from ansible_collections.msgraph.intune.tests.unit.fakes import Reply, batch_reply
from ansible_collections.msgraph.intune.tests.unit.gadgets import EARLIER, LATER, lamp, lamps, sync_lamps

ACCEPTED = Reply(200, {"id": "7"})


def test_a_failed_sync_ends_its_object_with_kind_service() -> None:
    sync = sync_lamps(("7",), lamps(lamp("7")), ACCEPTED, lamps(lamp("7", state="failed")), wait=True)
    assert (sync.each("action"), sync.each("completed"), sync.each("changed")) == (["triggered"], [False], [True])
    failure = sync.run.failure
    assert failure is not None
    assert failure.kind == "service"
    assert str(failure) == (
        "Could not sync lamp lamp 7 (7): Microsoft Graph reports that its state is failed. Change the wick."
    )
    counts = count_targets(sync.run.targets)
    assert {name: count for name, count in counts.items() if count} == {"total": 1, "triggered": 1, "failed": 1}


def test_a_failure_that_was_there_before_does_not_end_the_wait() -> None:
    old = lamps(lamp("7", state="failed"))
    sync = sync_lamps(("7",), old, ACCEPTED, old, old, lamps(lamp("7", LATER)), wait=True)
    assert sync.each("completed") == [True]


def test_the_message_about_a_timeout_explains_a_failure_that_looks_like_an_earlier_one() -> None:
    old = lamps(lamp("7", state="failed"))
    sync = sync_lamps(("7",), old, ACCEPTED, old, wait=True, wait_timeout=30.0)
    assert sync.run.failure is not None
    assert sync.run.failure.kind == "timeout"
    assert sync.run.failure.hint is not None
    assert sync.run.failure.hint.startswith(
        "Its state is failed, as before this sync, so this sync may have failed, too. Change the wick."
    )
    both = lamps(lamp("7", state="failed"), lamp("8"))
    sync = sync_lamps(("7", "8"), both, batch_reply(ACCEPTED, ACCEPTED), both, wait=True, wait_timeout=30.0)
    assert sync.run.failure is not None
    assert (sync.run.failure.hint or "").startswith("The status of 1 of them shows a failure, as before this sync,")


def test_the_message_about_a_timeout_does_not_state_an_old_time_that_moved() -> None:
    running = lamps(lamp("7", LATER, state="running"))
    sync = sync_lamps(("7",), lamps(lamp("7")), ACCEPTED, running, wait=True, wait_timeout=30.0)
    assert "after 30 s the sync has not completed for lamp 7 (7)" in str(sync.run.failure)


def test_tolerated_failures_cause_a_warning_in_check_mode() -> None:
    sync = sync_lamps(("7", "gone"), lamps(lamp("7"), lamp("8")), check_mode=True, max_fail_percentage=50)
    assert sync.run.failure is None
    assert [warning for warning in sync.run.warnings if "max_fail_percentage (50)" in warning]


def test_a_precondition_needs_no_time_of_the_service() -> None:
    broken = Reply(200, lamps(lamp("7", state="broken")).body)
    assert sync_lamps(("7",), broken).each("reason") == ["not_ready"]


def test_a_failure_counts_after_another_status_was_seen() -> None:
    old = lamps(lamp("7", state="failed"))
    sync = sync_lamps(("7",), old, ACCEPTED, lamps(lamp("7", state="running")), old, wait=True)
    assert sync.run.failure is not None
    assert sync.run.failure.kind == "service"


def test_a_failure_counts_after_a_later_sync() -> None:
    sync = sync_lamps(
        ("7",), lamps(lamp("7", state="failed")), ACCEPTED, lamps(lamp("7", LATER, state="failed")), wait=True
    )
    assert sync.each("completed") == [False]
    assert sync.run.failure is not None


def test_a_later_time_alone_does_not_complete_a_sync() -> None:
    running = lamps(lamp("7", LATER, state="running"))
    sync = sync_lamps(("7",), lamps(lamp("7")), ACCEPTED, running, lamps(lamp("7", LATER)), wait=True)
    assert sync.clock.slept == [30.0, 30.0]
    assert sync.each("completed") == [True]


def test_the_others_are_waited_for_after_a_failed_sync() -> None:
    sync = sync_lamps(
        ("7", "8"),
        lamps(lamp("7"), lamp("8")),
        batch_reply(ACCEPTED, ACCEPTED),
        lamps(lamp("7", state="failed"), lamp("8")),
        lamps(lamp("8", LATER)),
        wait=True,
    )
    assert sync.each("completed") == [False, True]
    assert "The syncs of 1 of 2 lamps failed: lamp 7 (7)." in sync.message
    assert "The sync of lamp lamp 8 (8) has finished" in sync.message


def test_a_precondition_is_checked_before_the_request() -> None:
    sync = sync_lamps(("7",), lamps(lamp("7", state="broken")))
    assert (sync.requests, sync.each("reason")) == (["GET factory/lamps/7"], ["not_ready"])
    assert sync.message == "Skipped lamp lamp 7 (7): it is broken."


def test_objects_that_were_skipped_for_the_same_reason_share_a_sentence() -> None:
    sync = sync_lamps(("7", "8"), lamps(lamp("7", state="broken"), lamp("8", state="broken")))
    assert sync.message == "Skipped 2 lamps (lamp 7 (7), lamp 8 (8)): it is broken."


def test_secrets_of_an_object_are_registered_and_not_returned() -> None:
    sync = sync_lamps(("7",), lamps(lamp("7")), Reply(200, {"value": {"id": "7", "wick": "secret-of-the-answer"}}))
    assert "wick" not in json.dumps(sync.each("before"))
    assert SECRETS.mask("secret-wick-7 secret-of-the-answer") == f"{MASK} {MASK}"


@pytest.mark.parametrize(("allowed", "fails"), [(0, True), (49, True), (50, False), (100, False)])
def test_max_fail_percentage_allows_a_share_of_failures(allowed: int, fails: bool) -> None:
    refused = Reply(400, {"error": {"code": "BadRequest", "message": "no"}})
    sync = sync_lamps(
        ("7", "8"), lamps(lamp("7"), lamp("8")), batch_reply(refused, ACCEPTED), max_fail_percentage=allowed
    )
    assert (sync.run.failure is not None) is fails
    assert count_targets(sync.run.targets)["failed"] == 1
    warnings = [warning for warning in sync.run.warnings if "max_fail_percentage" in warning]
    assert len(warnings) == (0 if fails else 1)


def test_pending_syncs_count_as_failures() -> None:
    polls = [lamps(lamp("7"), lamp("8"))]
    sync = sync_lamps(
        ("7", "8"),
        lamps(lamp("7"), lamp("8")),
        batch_reply(ACCEPTED, ACCEPTED),
        *polls,
        wait=True,
        wait_timeout=30.0,
        max_fail_percentage=99,
    )
    assert sync.run.failure is not None
    assert sync.run.failure.kind == "timeout"
    assert count_targets(sync.run.targets)["pending"] == 2


def test_a_poll_that_gives_up_is_no_failed_sync() -> None:
    sync = sync_lamps(("7",), lamps(lamp("7", EARLIER)), ACCEPTED, Reply(500), Reply(501), Reply(403), wait=True)
    counts = count_targets(sync.run.targets)
    assert (counts["failed"], counts["pending"]) == (0, 1)


def test_the_response_of_an_action_is_not_part_of_the_result() -> None:
    sync = sync_lamps(("7",), lamps(lamp("7")), Reply(200, {"id": "7", "state": "running"}))
    assert (sync.each("http_status"), sync.each("after")) == ([200], [None])
    assert sync.run.warnings == []
