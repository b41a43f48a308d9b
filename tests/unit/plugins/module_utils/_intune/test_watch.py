# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import threading
import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import DependencyError
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.retry import RetryPolicy
from ansible_collections.msgraph.intune.plugins.module_utils._graph.masking import SECRETS
from ansible_collections.msgraph.intune.plugins.module_utils._intune.selection import Selection
from ansible_collections.msgraph.intune.plugins.module_utils._intune.watch import (
    StoppableClock,
    Stopped,
    WatchConfig,
    Watcher,
    changes,
)
from ansible_collections.msgraph.intune.tests.unit.fakes import FakeClock, FakeSession, Reply, Scripted
from ansible_collections.msgraph.intune.tests.unit.widgets import WIDGET, list_reply, widget, widget_client

LATER = "2026-01-01T13:00:00Z"
BUSY = Reply(503, {"error": {"code": "x", "message": "not now"}})


def watch_config(selection: Selection | None = None) -> WatchConfig:
    return WatchConfig(WIDGET, selection or Selection(all=True), "widget", unhealthy_value="unhealthy")


class WatchScenario:
    """A watcher with scripted answers and an interval of 10 s."""

    def __init__(
        self, *script: Scripted, selection: Selection | None = None, policy: RetryPolicy | None = None
    ) -> None:
        self.notes: list[str] = []
        self.clock = FakeClock()
        client = widget_client(FakeSession(*script), self.clock, policy=policy)
        self.watcher = Watcher(client, watch_config(selection), interval=10.0, on_warning=self.notes.append)

    def poll(self) -> list[tuple[str, ...]]:
        """Poll once. Return the types of the events, each with the ID of its widget."""
        events, self.pause = self.watcher.poll()
        self.events = events
        return [(event["type"], *([event["widget"]["id"]] if "widget" in event else [])) for event in events]


def states(*widgets: dict[str, t.Any], bright: bool = True) -> dict[str, dict[str, t.Any]]:
    found = {entry["id"]: WIDGET.read_state(entry) for entry in widgets}
    return {name: {**state, "health": "healthy" if bright else "unhealthy"} for name, state in found.items()}


def test_the_first_poll_returns_events_only_for_unhealthy_objects() -> None:
    scenario = WatchScenario(list_reply(widget("a"), widget("b", None)))
    assert scenario.poll() == [("unhealthy", "b")]
    assert (scenario.events[0]["widget"]["health"], scenario.events[0]["previous"]) == ("unhealthy", None)
    assert scenario.pause == 10.0


def test_without_changes_no_event_is_returned() -> None:
    scenario = WatchScenario(*[list_reply(widget("a"), widget("b", None))] * 2)
    scenario.poll()
    assert scenario.poll() == []


def test_events_for_a_sync_and_a_new_status_contain_the_previous_state() -> None:
    scenario = WatchScenario(list_reply(widget("a")), list_reply(widget("a", LATER, shine="matt")))
    scenario.poll()
    assert scenario.poll() == [("status_changed", "a"), ("synced", "a")]
    for event in scenario.events:
        assert (event["previous"]["shine"], event["widget"]["shine"]) == ("bright", "matt")
        assert (event["previous"]["polished"], event["widget"]["polished"]) == ("2026-01-01T12:00:00Z", LATER)


def test_an_unhealthy_object_causes_one_event_until_it_recovers() -> None:
    good, ill = states(widget("a")), states(widget("a"), bright=False)
    kinds = [
        [event["type"] for event in changes(watch_config(), before, now)]
        for before, now in ((good, ill), (ill, ill), (ill, good), (good, ill))
    ]
    assert kinds == [["unhealthy"], [], [], ["unhealthy"]]


def test_a_new_object_causes_an_event_if_unhealthy_and_a_removed_object_always() -> None:
    scenario = WatchScenario(
        list_reply(widget("a"), widget("b")), list_reply(widget("a"), widget("c"), widget("d", None))
    )
    scenario.poll()
    assert scenario.poll() == [("unhealthy", "d"), ("removed", "b")]
    assert scenario.events[1]["previous"]["name"] == "big b"


def test_a_failing_service_causes_one_event_and_longer_pauses() -> None:
    scenario = WatchScenario(BUSY, BUSY, BUSY, list_reply(widget("a")), list_reply(widget("a")))
    assert scenario.poll() == [("watch_failed",)]
    assert (scenario.events[0]["error"]["kind"], scenario.pause) == ("service", 10.0)
    assert "Microsoft Graph answered 503 x: not now" in scenario.events[0]["message"]
    assert (scenario.poll(), scenario.pause) == ([], 20.0)
    assert (scenario.poll(), scenario.pause) == ([], 40.0)
    assert [note.rpartition(". ")[2] for note in scenario.notes] == [
        f"The next look is in {seconds} s." for seconds in (10, 20, 40)
    ]
    assert (scenario.poll(), scenario.pause) == ([("watch_recovered",)], 10.0)
    assert scenario.events[0]["message"] == "The widgets can be read again."
    assert scenario.poll() == []


def test_events_contain_no_template_syntax_but_the_original_names_are_compared() -> None:
    named = widget("a", shine="{{ x }}")
    refused = Reply(403, {"error": {"code": "{c}", "message": "{{ lookup('pipe', 'id') }}"}})
    scenario = WatchScenario(list_reply(named), list_reply({**named, "shine": "(( x ))"}), refused)
    assert scenario.poll() == []
    assert scenario.poll() == [("status_changed", "a")]
    assert scenario.events[0]["previous"]["shine"] == "(( x ))"
    assert scenario.poll() == [("watch_failed",)]
    assert not set("{}") & set(str(scenario.events[0]["message"]))
    error = scenario.events[0]["error"]
    assert (error["code"], error["message"]) == ("(c)", "(( lookup('pipe', 'id') ))")


def test_events_contain_no_secrets() -> None:
    SECRETS.add("an-invented-secret")
    try:
        scenario = WatchScenario(Reply(503, {"error": {"code": "x", "message": "an-invented-secret"}}))
        assert scenario.poll() == [("watch_failed",)]
    finally:
        SECRETS.clear()
    assert scenario.events[0]["error"]["message"] == "********"


def test_a_different_failure_causes_another_event() -> None:
    scenario = WatchScenario(BUSY, ConnectionResetError("gone"), ConnectionResetError("gone"))
    assert [scenario.poll(), scenario.poll(), scenario.poll()] == [[("watch_failed",)], [("watch_failed",)], []]


def test_changes_during_an_outage_cause_events_after_it() -> None:
    scenario = WatchScenario(list_reply(widget("a")), BUSY, list_reply(widget("a", LATER)))
    scenario.poll()
    scenario.poll()
    assert scenario.poll() == [("watch_recovered",), ("synced", "a")]


@pytest.mark.parametrize(("failures", "pause"), [(9, 2560.0), (10, 3600.0), (2000, 3600.0)])
def test_the_maximum_pause_is_an_hour(failures: int, pause: float) -> None:
    scenario = WatchScenario(*[BUSY] * failures)
    for _failure in range(failures):
        scenario.poll()
    assert scenario.pause == pause


@pytest.mark.parametrize(("retry_after", "pause"), [("3", 10.0), ("7200", 7200.0), ("999999999", 86_400.0)])
def test_the_pause_is_at_least_retry_after_and_at_most_a_day(retry_after: str, pause: float) -> None:
    scenario = WatchScenario(Reply(429, {"error": {}}, {"Retry-After": retry_after}))
    scenario.poll()
    assert scenario.pause == pause


def test_a_missing_id_causes_an_event_and_the_other_objects_are_watched() -> None:
    selection = Selection(ids=("a", "x"))
    scenario = WatchScenario(
        *[list_reply(widget("a", None))] * 2, list_reply(widget("a"), widget("x")), selection=selection
    )
    assert scenario.poll() == [("unhealthy", "a"), ("watch_failed",)]
    assert (scenario.events[1]["error"]["kind"], scenario.pause) == ("not_found", 10.0)
    assert scenario.poll() == []
    assert scenario.poll() == [("watch_recovered",), ("synced", "a")]


def test_a_name_without_a_match_causes_an_event_and_the_other_objects_are_watched() -> None:
    selection = Selection(names=("big a", "big b"))
    scenario = WatchScenario(
        list_reply(widget("a"), widget("b"), widget("c", None)),
        list_reply(widget("a", LATER), widget("c", None)),
        list_reply(widget("a", LATER), widget("B")),
        selection=selection,
    )
    assert scenario.poll() == []
    assert scenario.poll() == [("synced", "a"), ("removed", "b"), ("watch_failed",)]
    assert (scenario.events[2]["error"]["kind"], scenario.pause) == ("not_found", 10.0)
    assert "'big b' fits no widget" in scenario.events[2]["message"]
    # The widget was installed again and has a new ID.
    assert scenario.poll() == [("watch_recovered",)]


def test_of_several_failed_names_the_first_failure_causes_the_event() -> None:
    same_names = [{**widget("a"), "name": "twin"}, {**widget("b", None), "name": "twin"}]
    scenario = WatchScenario(
        list_reply(*same_names, widget("c", None)), selection=Selection(names=("twin", "x", "big c"))
    )
    assert scenario.poll() == [("unhealthy", "c"), ("watch_failed",)]
    assert scenario.events[1]["error"]["kind"] == "options"


def test_a_missing_package_ends_the_watch() -> None:
    scenario = WatchScenario(DependencyError("there is no msal"))
    with pytest.raises(DependencyError, match="there is no msal"):
        scenario.poll()


def test_each_poll_has_the_whole_retry_budget() -> None:
    policy = RetryPolicy(retries=1, budget=3.0)
    scenario = WatchScenario(*[BUSY] * 4, policy=policy)
    scenario.poll()
    scenario.poll()
    assert scenario.clock.slept == [3.0, 3.0]


def test_a_warning_is_logged_once_until_it_disappears() -> None:
    scenario = WatchScenario(list_reply(), list_reply(), list_reply(widget("a")), list_reply())
    for _poll in range(4):
        scenario.poll()
    assert scenario.notes == ["The tenant has no widgets. Widgets are out of fashion."] * 2


def test_another_thread_can_interrupt_a_sleep() -> None:
    clock = StoppableClock()
    clock.sleep(0.0)
    threading.Timer(0.01, clock.stop).start()
    with pytest.raises(Stopped):
        clock.sleep(60.0)
    with pytest.raises(Stopped):
        clock.sleep(60.0)
