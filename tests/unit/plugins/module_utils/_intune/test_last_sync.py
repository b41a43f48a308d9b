# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._intune.last_sync import (
    UNKNOWN,
    is_due,
    seconds_since_last_sync,
    sync_completed,
)
from ansible_collections.msgraph.intune.plugins.module_utils._intune.times import parse_timestamp
from ansible_collections.msgraph.intune.tests.unit.widgets import WIDGET, widget, widget_state

NOW = t.cast("int", parse_timestamp("2026-01-02T12:00:00Z"))


def age(polished: str | None) -> int | None:
    return seconds_since_last_sync(WIDGET, widget_state(widget("a", polished)), NOW)


@pytest.mark.parametrize(
    ("polished", "seconds"),
    [
        ("2026-01-02T11:59:59Z", 1),
        ("2026-01-02T11:59:59.9999999Z", 0),
        ("2026-01-01T12:00:00Z", 86_400),
        ("2026-01-02T12:00:05Z", 0),
        ("0001-01-01T00:00:00Z", None),
        (None, None),
        ("soon", None),
    ],
)
def test_an_age_is_by_the_moment_given(polished: str | None, seconds: int | None) -> None:
    assert age(polished) == seconds


@pytest.mark.parametrize(
    ("polished", "if_older_than", "due"),
    [
        ("2026-01-02T11:00:00Z", None, True),
        ("2026-01-02T11:00:00Z", 3601, False),
        ("2026-01-02T11:00:00Z", 3600, True),
        ("2026-01-02T11:00:00Z", 3599, True),
        ("2026-01-02T12:00:05Z", 1, False),
        ("2026-01-02T12:00:00Z", 0, True),
        ("0001-01-01T00:00:00Z", 10**12, True),
        (None, 10**12, True),
    ],
)
def test_what_synced_not_long_ago_is_not_due(polished: str | None, if_older_than: int | None, due: bool) -> None:
    assert is_due(WIDGET, widget_state(widget("a", polished)), NOW, if_older_than) is due


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        ("2026-01-01T12:00:00Z", "2026-01-01T12:00:00Z", False),
        ("2026-01-01T12:00:00.1234567Z", "2026-01-01T12:00:00.1234568Z", True),
        ("2026-01-01T12:00:00Z", "2026-01-01T13:00:00+01:00", False),
        ("2026-01-01T12:00:00Z", "2026-01-01T11:00:00Z", False),
        ("0001-01-01T00:00:00Z", "2026-01-01T11:00:00Z", True),
        (None, "2026-01-01T11:00:00Z", True),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", False),
        ("2026-01-01T12:00:00Z", None, False),
    ],
)
def test_only_a_later_last_sync_is_a_completed_one(before: str | None, after: str | None, moved: bool) -> None:
    assert sync_completed(WIDGET, widget_state(widget("a", before)), widget_state(widget("a", after))) is moved


def test_after_a_time_that_cannot_be_read_no_time_shows_a_sync() -> None:
    before = {**widget_state(widget("a", None)), "health": UNKNOWN}
    assert not sync_completed(WIDGET, before, widget_state(widget("a")))
