# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import GraphError
from ansible_collections.msgraph.intune.plugins.module_utils._intune.info import (
    ReadResult,
    count_values,
    filter_by_value,
    read_info,
)
from ansible_collections.msgraph.intune.plugins.module_utils._intune.selection import Selection
from ansible_collections.msgraph.intune.tests.unit.fakes import FakeSession, Reply, Scripted
from ansible_collections.msgraph.intune.tests.unit.widgets import (
    BASE,
    NOT_FOUND,
    WIDGET,
    list_reply,
    object_reply,
    widget,
    widget_client,
)

ALL = Selection(all=True)


def read(selection: Selection, *script: Scripted) -> tuple[ReadResult, list[str]]:
    session = FakeSession(*script)
    # 1,000 seconds after the last sync of the widgets.
    info = read_info(lambda: widget_client(session), WIDGET, selection, clock=lambda: 1767269800.0)
    return info, [line.replace(BASE, "widgets") for line in session.wire]


def test_all_objects_are_read_with_one_list_and_have_age_and_health() -> None:
    info, wire = read(ALL, list_reply(widget("a"), widget("b", None)))
    assert wire == ["GET widgets"]
    assert [(entry["id"], entry["seconds_since_last_sync"], entry["health"]) for entry in info.objects] == [
        ("a", 86_400, "warning"),
        ("b", None, "unhealthy"),
    ]
    assert info.objects[0]["shine"] == "bright"
    assert (info.failure, info.warnings) == (None, [])


def test_a_time_that_cannot_be_read_is_null_and_its_health_is_unknown_with_a_warning() -> None:
    info, _wire = read(
        ALL, list_reply(widget("a", "31/12/2025"), widget("b", " "), widget("c", "2026-01-01 12:00:00 +0000"))
    )
    assert [(entry["polished"], entry["seconds_since_last_sync"], entry["health"]) for entry in info.objects] == [
        (None, None, "unknown"),
        (None, None, "unhealthy"),
        ("2026-01-01 12:00:00 +0000", 86_400, "warning"),
    ]
    assert info.warnings == [
        "The time of the last sync cannot be read, so its age is unknown. big a (a): '31/12/2025'."
    ]


def test_many_times_that_cannot_be_read_cause_one_short_warning() -> None:
    (warning,) = read(ALL, list_reply(*[widget(f"w{number}", "x" * 5000) for number in range(12)]))[0].warnings
    assert "and 2 more" in warning
    assert len(warning) < 1000


def test_an_object_on_two_pages_is_returned_once_with_its_last_state() -> None:
    pages = list_reply(widget("a", None), widget("b"), next_link=f"{BASE}?page=2"), list_reply(widget("A"), widget("c"))
    info, _wire = read(ALL, *pages)
    assert [(entry["id"], entry["polished"] is None) for entry in info.objects] == [
        ("A", False),
        ("b", False),
        ("c", False),
    ]


def test_one_id_is_read_directly_and_several_ids_with_the_list() -> None:
    assert read(Selection(ids=("a",)), object_reply(widget("a")))[1] == ["GET widgets/a"]
    info, wire = read(Selection(ids=("b", "a")), list_reply(widget("a"), widget("b"), widget("c")))
    assert wire == ["GET widgets"]
    assert [entry["id"] for entry in info.objects] == ["b", "a"]


def test_the_first_missing_id_is_the_failure_and_the_other_objects_are_returned() -> None:
    info, _wire = read(Selection(ids=("a", "x", "y")), list_reply(widget("a")))
    assert [entry["id"] for entry in info.objects] == ["a"]
    assert isinstance(info.failure, GraphError)
    assert "Could not find widget 'x'" in str(info.failure)
    assert read(Selection(ids=("x",)), NOT_FOUND)[0].failure is not None


def test_an_empty_selection_builds_no_client() -> None:
    def never() -> t.NoReturn:
        raise AssertionError

    assert read_info(never, WIDGET, Selection()).objects == []


def test_an_empty_tenant_causes_a_warning_with_the_support_notice() -> None:
    assert read(ALL, list_reply())[0].warnings == ["The tenant has no widgets. Widgets are out of fashion."]


def test_without_a_date_header_ages_use_the_clock_of_this_host() -> None:
    info, _wire = read(ALL, list_reply(widget("a"), date=None))
    assert info.objects[0]["seconds_since_last_sync"] == 1000
    assert info.warnings == ["The response has no valid Date header, so ages are computed with the clock of this host."]


def test_an_error_of_the_service_is_raised() -> None:
    with pytest.raises(GraphError, match="Could not list the widgets of the tenant"):
        read(ALL, Reply(500))


# --- filter and count


def three_widgets() -> ReadResult:
    return ReadResult([{"id": "a", "shine": "bright"}, {"id": "b", "shine": "Dull"}, {"id": "c", "shine": None}])


@pytest.mark.parametrize(
    ("values", "ids"),
    [(None, "abc"), (["bright"], "a"), (["dull", "bright"], "ab"), ([], ""), (["matt"], ""), (["none"], "")],
)
def test_only_objects_with_one_of_the_values_remain(values: list[str] | None, ids: str) -> None:
    info = three_widgets()
    filter_by_value(info, "shine", values, ("bright", "dull", "matt", "none"))
    assert "".join(entry["id"] for entry in info.objects) == ids
    assert info.warnings == []


def test_an_unknown_value_causes_a_warning_with_the_documented_values() -> None:
    info = three_widgets()
    filter_by_value(info, "shine", ["brigth", "dull", "matt"], ("bright", "Matt"))
    assert info.warnings == ["Unknown shine: 'brigth'. Known values: bright, Matt."]


def test_values_are_counted_and_documented_values_without_objects_are_0() -> None:
    objects = [*three_widgets().objects, *three_widgets().objects]
    assert count_values(objects, "shine", ("bright", "matt")) == {"bright": 2, "matt": 0, "Dull": 2}
