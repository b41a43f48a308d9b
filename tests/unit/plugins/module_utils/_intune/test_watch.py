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
from ansible_collections.msgraph.intune.tests.unit.widgets import WIDGET, client_of, join_limited, widget

LATER = "2026-01-01T13:00:00Z"
BUSY = Reply(503, {"error": {"code": "x", "message": "not now"}})


def health(seconds: int | None) -> str:
    return "dull" if seconds is None else "bright"


def watched(selection: Selection | None = None) -> WatchConfig:
    return WatchConfig(WIDGET, selection or Selection(all=True), "widget", health, unhealthy="dull")


class World:
    """A watcher on a scripted wire; its interval is 10 s."""

    def __init__(
        self, *script: Scripted, selection: Selection | None = None, policy: RetryPolicy | None = None
    ) -> None:
        self.notes: list[str] = []
        self.clock = FakeClock()
        client = client_of(FakeSession(*script), self.clock, policy=policy)
        self.watcher = Watcher(client, watched(selection), interval=10.0, on_note=self.notes.append)

    def poll(self) -> list[tuple[str, ...]]:
        """The types of the next events, each with the id of its widget."""
        events, self.pause = self.watcher.poll()
        self.events = events
        return [(event["type"], *([event["widget"]["id"]] if "widget" in event else [])) for event in events]


def states(*widgets: dict[str, t.Any], bright: bool = True) -> dict[str, dict[str, t.Any]]:
    found = {one["id"]: WIDGET.state(one) for one in widgets}
    return {name: {**state, "health": "bright" if bright else "dull"} for name, state in found.items()}


def test_the_first_look_tells_of_the_unhealthy_alone() -> None:
    world = World(join_limited(widget("a"), widget("b", None)))
    assert world.poll() == [("unhealthy", "b")]
    assert (world.events[0]["widget"]["health"], world.events[0]["previous"]) == ("dull", None)
    assert world.pause == 10.0


def test_nothing_new_is_no_event() -> None:
    world = World(*[join_limited(widget("a"), widget("b", None))] * 2)
    world.poll()
    assert world.poll() == []


def test_a_sync_and_another_status_are_told_beside_what_was() -> None:
    world = World(join_limited(widget("a")), join_limited(widget("a", LATER, shine="matt")))
    world.poll()
    assert world.poll() == [("status_changed", "a"), ("synced", "a")]
    for event in world.events:
        assert (event["previous"]["shine"], event["widget"]["shine"]) == ("bright", "matt")
        assert (event["previous"]["polished"], event["widget"]["polished"]) == ("2026-01-01T12:00:00Z", LATER)


def test_one_that_becomes_unhealthy_is_told_once_until_it_was_better() -> None:
    good, ill = states(widget("a")), states(widget("a"), bright=False)
    kinds = [
        [event["type"] for event in changes(watched(), before, now)]
        for before, now in ((good, ill), (ill, ill), (ill, good), (good, ill))
    ]
    assert kinds == [["unhealthy"], [], [], ["unhealthy"]]


def test_a_new_one_is_told_when_it_is_unhealthy_and_a_lost_one_always() -> None:
    world = World(join_limited(widget("a"), widget("b")), join_limited(widget("a"), widget("c"), widget("d", None)))
    world.poll()
    assert world.poll() == [("unhealthy", "d"), ("removed", "b")]
    assert world.events[1]["previous"]["name"] == "big b"


def test_a_service_that_fails_is_told_once_and_looked_for_later_and_later() -> None:
    world = World(BUSY, BUSY, BUSY, join_limited(widget("a")), join_limited(widget("a")))
    assert world.poll() == [("watch_failed",)]
    assert (world.events[0]["error"]["kind"], world.pause) == ("service", 10.0)
    assert "Microsoft Graph answered 503 x: not now" in world.events[0]["message"]
    assert (world.poll(), world.pause) == ([], 20.0)
    assert (world.poll(), world.pause) == ([], 40.0)
    assert [note.rpartition(". ")[2] for note in world.notes] == [
        f"The next look is in {seconds} s." for seconds in (10, 20, 40)
    ]
    assert (world.poll(), world.pause) == ([("watch_recovered",)], 10.0)
    assert world.events[0]["message"] == "The widgets can be read again."
    assert world.poll() == []


def test_events_contain_no_template_syntax_while_the_comparison_uses_the_names_as_read() -> None:
    named = widget("{a}", shine="{{ x }}")
    refused = Reply(403, {"error": {"code": "{c}", "message": "{{ lookup('pipe', 'id') }}"}})
    world = World(join_limited(named), join_limited({**named, "shine": "(( x ))"}), refused)
    assert world.poll() == []
    assert world.poll() == [("status_changed", "(a)")]
    assert world.events[0]["previous"]["shine"] == "(( x ))"
    assert world.poll() == [("watch_failed",)]
    assert not set("{}") & set(str(world.events[0]["message"]))
    error = world.events[0]["error"]
    assert (error["code"], error["message"]) == ("(c)", "(( lookup('pipe', 'id') ))")


def test_events_contain_no_secrets() -> None:
    SECRETS.add("an-invented-secret")
    try:
        world = World(Reply(503, {"error": {"code": "x", "message": "an-invented-secret"}}))
        assert world.poll() == [("watch_failed",)]
    finally:
        SECRETS.clear()
    assert world.events[0]["error"]["message"] == "********"


def test_another_failure_is_another_event() -> None:
    world = World(BUSY, ConnectionResetError("gone"), ConnectionResetError("gone"))
    assert [world.poll(), world.poll(), world.poll()] == [[("watch_failed",)], [("watch_failed",)], []]


def test_what_happened_during_an_outage_is_told_after_it() -> None:
    world = World(join_limited(widget("a")), BUSY, join_limited(widget("a", LATER)))
    world.poll()
    world.poll()
    assert world.poll() == [("watch_recovered",), ("synced", "a")]


@pytest.mark.parametrize(("failures", "pause"), [(9, 2560.0), (10, 3600.0), (2000, 3600.0)])
def test_the_longest_pause_is_an_hour(failures: int, pause: float) -> None:
    world = World(*[BUSY] * failures)
    for _failure in range(failures):
        world.poll()
    assert world.pause == pause


@pytest.mark.parametrize(("asked", "pause"), [("3", 10.0), ("7200", 7200.0), ("999999999", 86_400.0)])
def test_the_pause_is_no_shorter_than_the_service_asks_but_never_above_a_day(asked: str, pause: float) -> None:
    world = World(Reply(429, {"error": {}}, {"Retry-After": asked}))
    world.poll()
    assert world.pause == pause


def test_one_that_is_not_there_is_told_and_the_others_are_watched() -> None:
    chosen = Selection(ids=("a", "x"))
    world = World(*[join_limited(widget("a", None))] * 2, join_limited(widget("a"), widget("x")), selection=chosen)
    assert world.poll() == [("unhealthy", "a"), ("watch_failed",)]
    assert (world.events[1]["error"]["kind"], world.pause) == ("not_found", 10.0)
    assert world.poll() == []
    assert world.poll() == [("watch_recovered",), ("synced", "a")]


def test_a_name_that_fits_nothing_any_more_is_told_and_the_others_are_watched() -> None:
    chosen = Selection(names=("big a", "big b"))
    world = World(
        join_limited(widget("a"), widget("b"), widget("c", None)),
        join_limited(widget("a", LATER), widget("c", None)),
        join_limited(widget("a", LATER), widget("B")),
        selection=chosen,
    )
    assert world.poll() == []
    assert world.poll() == [("synced", "a"), ("removed", "b"), ("watch_failed",)]
    assert (world.events[2]["error"]["kind"], world.pause) == ("not_found", 10.0)
    assert "'big b' fits no widget" in world.events[2]["message"]
    # Installed again, under another id.
    assert world.poll() == [("watch_recovered",)]


def test_a_name_that_fits_two_is_told_and_the_first_trouble_is_the_one_told_of() -> None:
    twins = [{**widget("a"), "name": "twin"}, {**widget("b", None), "name": "twin"}]
    world = World(join_limited(*twins, widget("c", None)), selection=Selection(names=("twin", "x", "big c")))
    assert world.poll() == [("unhealthy", "c"), ("watch_failed",)]
    assert world.events[1]["error"]["kind"] == "options"


def test_a_missing_package_ends_it_for_no_later_look_would_find_it() -> None:
    world = World(DependencyError("there is no msal"))
    with pytest.raises(DependencyError, match="there is no msal"):
        world.poll()


def test_each_look_has_the_whole_retry_budget() -> None:
    policy = RetryPolicy(retries=1, budget=3.0)
    world = World(*[BUSY] * 4, policy=policy)
    world.poll()
    world.poll()
    assert world.clock.slept == [3.0, 3.0]


def test_what_is_odd_but_no_failure_is_noted_once() -> None:
    world = World(join_limited(), join_limited(), join_limited(widget("a")), join_limited())
    for _look in range(4):
        world.poll()
    assert world.notes == ["The tenant has no widgets. Widgets are out of fashion."] * 2


def test_a_sleep_can_be_ended_from_another_thread() -> None:
    clock = StoppableClock()
    clock.sleep(0.0)
    threading.Timer(0.01, clock.stop).start()
    with pytest.raises(Stopped):
        clock.sleep(60.0)
    with pytest.raises(Stopped):
        clock.sleep(60.0)
