# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._intune.times import (
    TICKS_PER_SECOND,
    is_unreadable,
    parse_timestamp,
    read_date,
)


def ticks(*parts: int, fraction_ticks: int = 0) -> int:
    """Return the ticks of a time in UTC, plus the ticks of the fraction of a second."""
    year, month, day, hour, minute, second = parts
    moment = datetime.datetime(year, month, day, hour, minute, second)
    return round((moment - datetime.datetime.min).total_seconds()) * TICKS_PER_SECOND + fraction_ticks


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-02T03:04:05Z", ticks(2026, 1, 2, 3, 4, 5)),
        ("2026-01-02t03:04:05z", ticks(2026, 1, 2, 3, 4, 5)),
        (" 2026-01-02T03:04:05Z ", ticks(2026, 1, 2, 3, 4, 5)),
        ("2017-01-01T00:02:49.3205976-08:00", ticks(2017, 1, 1, 8, 2, 49, fraction_ticks=3205976)),
        ("2026-01-01T00:30:00+05:30", ticks(2025, 12, 31, 19, 0, 0)),
        ("2026-01-02T03:04Z", ticks(2026, 1, 2, 3, 4, 0)),
        ("2026-01-02T03:04:05.1Z", ticks(2026, 1, 2, 3, 4, 5, fraction_ticks=1000000)),
        ("2026-01-02T03:04:05.123456789Z", ticks(2026, 1, 2, 3, 4, 5, fraction_ticks=1234567)),
        ("2026-01-02T03:04:05", ticks(2026, 1, 2, 3, 4, 5)),
        ("2026-01-02 03:04:05Z", ticks(2026, 1, 2, 3, 4, 5)),
        ("2026-01-02T03:04:05+0000", ticks(2026, 1, 2, 3, 4, 5)),
        ("2026-01-02T03:04:05.5 +00", ticks(2026, 1, 2, 3, 4, 5, fraction_ticks=5000000)),
        ("2026-01-02  03:04:05  -0130\n", ticks(2026, 1, 2, 4, 34, 5)),
        ("2026-01-02 03:04:05 UTC", ticks(2026, 1, 2, 3, 4, 5)),
        ("9999-12-31T23:59:59-14:00", ticks(9999, 12, 31, 23, 59, 59) + 14 * 3600 * TICKS_PER_SECOND),
    ],
)
def test_a_timestamp_is_parsed_with_full_precision(text: str, expected: int) -> None:
    assert parse_timestamp(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "yesterday",
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "2026-02-30T00:00:00Z",
        "2026-01-02T24:00:00Z",
        "2026-01-02T03:60:00Z",
        "2026-01-02T03:04:61Z",
        "2026-01-02",
        "2026-01-02T03:04:05.1.2",
        "2026-01-02T03:04:05." + "1" * 100_000,
        "\u0662026-01-02T03:04:05Z",
    ],
)
def test_parse_timestamp_returns_none_for_never_and_for_invalid_text(text: str | None) -> None:
    assert parse_timestamp(text) is None


# Graph writes "never" as a time in the year 1. Null and a blank text mean "never", too.
@pytest.mark.parametrize(
    ("text", "unreadable"),
    [
        (None, False),
        ("", False),
        ("  ", False),
        ("0001-01-01T00:00:00Z", False),
        ("2026-01-02T03:04:05", False),
        ("yesterday", True),
        ("1767323045", True),
        ("2026-02-30T00:00:00Z", True),
        ("2026-01-02T24:00:00Z", True),
        ("0001-13-01T00:00:00Z", True),
    ],
)
def test_only_text_that_is_not_a_time_is_unreadable(text: str | None, unreadable: bool) -> None:
    assert is_unreadable(text) is unreadable


def test_times_that_differ_by_one_tick_are_different() -> None:
    earlier, later = parse_timestamp("2026-01-02T03:04:05.1234567Z"), parse_timestamp("2026-01-02T03:04:05.1234568Z")
    assert earlier is not None
    assert later is not None
    assert later - earlier == 1


def test_a_date_header_and_a_timestamp_of_the_same_time_are_equal() -> None:
    assert read_date("Fri, 02 Jan 2026 03:04:05 GMT") == parse_timestamp("2026-01-02T03:04:05Z")
    assert read_date("Fri, 02 Jan 2026 03:04:05 +0100") == parse_timestamp("2026-01-02T02:04:05Z")
    # -0000 means an unknown zone, which counts as UTC.
    assert read_date("Fri, 02 Jan 2026 03:04:05 -0000") == parse_timestamp("2026-01-02T03:04:05Z")


@pytest.mark.parametrize("header", [None, "", "yesterday", "Fri, 99 Jan 2026 03:04:05 GMT"])
def test_read_date_returns_none_for_an_invalid_header(header: str | None) -> None:
    assert read_date(header) is None
