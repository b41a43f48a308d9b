# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.values import (
    MAX_AGE,
    _is_blank,
    is_unset,
    parse_boolean,
    parse_count,
    parse_duration,
    short_repr,
    stripped_text,
)
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import OptionsError

PLACEHOLDER = "__omit_place_holder__6ed7f1a3b5"
HUGE = 10**5000


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (30, 30.0),
        ("30", 30.0),
        ("30.0", 30.0),
        (" 2.5 ", 2.5),
        (".5", 0.5),
        ("5.", 5.0),
        (0.25, 0.25),
        ("0030", 30.0),
        (0, 0.0),
        ("0s", 0.0),
        ("90s", 90.0),
        ("0.5s", 0.5),
        ("15m", 900.0),
        ("2h", 7200.0),
        ("1.5h", 5400.0),
        ("1d", 86_400.0),
        ("1D", 86_400.0),
        (" 0.5W ", 302_400.0),
        ("36500d", 36_500 * 86_400.0),
    ],
)
def test_a_duration_is_a_decimal_number_with_an_optional_unit(value: t.Any, seconds: float) -> None:
    duration = parse_duration("timeout", value, max_seconds=MAX_AGE)
    assert (duration, type(duration)) == (seconds, float)


NOT_A_NUMBER = [
    "1_000",
    "\u0663",
    "\uff11\uff12",
    "1e3",
    "+5",
    "-5",
    "0x10",
    "1.2.3",
    ".",
    "",
    " ",
    "nan",
    "inf",
    "9" * 5000,
    "0." + "0" * 5000 + "1",
    pytest.param(HUGE, id="huge"),
    -1,
    True,
    None,
    [5],
    b"5",
    {},
]
NOT_A_DURATION = [
    "1 d",
    "1y",
    "d",
    "1ms",
    "2h30m",
    "1D2",
    "soon",
    "\u0663d",
    "1\u017f",
    1e22,
    float("nan"),
    "9" * 40 + "s",
]


@pytest.mark.parametrize("value", [*NOT_A_NUMBER, *NOT_A_DURATION])
def test_other_values_are_not_durations(value: t.Any) -> None:
    with pytest.raises(OptionsError) as caught:
        parse_duration("timeout", value)
    assert str(caught.value) == (
        f"timeout is {short_repr(value)}; it must be a duration from 0 to 1d. Give a number of seconds, or a number"
        " with one of the units s, m, h, d and w, such as 30, 0.5, 90s, 15m, 2h, 1d or 1w."
    )


@pytest.mark.parametrize(
    ("value", "limits", "message"),
    [
        ("1.01d", {}, "'1.01d'; it must be a duration from 0 to 1d"),
        (86_401, {}, "86401; it must be a duration from 0 to 1d"),
        ("0m", {"allow_zero": False}, "'0m'; it must be a duration longer than 0 and at most 1d"),
        ("36501d", {"max_seconds": MAX_AGE}, "'36501d'; it must be a duration from 0 to 36500d"),
    ],
)
def test_a_duration_has_limits(value: t.Any, limits: dict[str, t.Any], message: str) -> None:
    with pytest.raises(OptionsError, match=message):
        parse_duration("timeout", value, **limits)
    assert parse_duration("timeout", "1d", allow_zero=False) == 86_400


@pytest.mark.parametrize("value", [*NOT_A_NUMBER, 2.5, "2.5", "4s", 101])
def test_a_count_is_a_whole_number_within_its_limit(value: t.Any) -> None:
    with pytest.raises(OptionsError) as caught:
        parse_count("retries", value, maximum=100)
    assert str(caught.value).startswith(
        f"retries is {short_repr(value)}, which is not a whole number between 0 and 100. Give"
    )
    assert parse_count("retries", "100", maximum=100) == 100


def test_a_boolean_is_a_word_that_ansible_accepts() -> None:
    words = (True, " Yes ", 1, "on", "0", "False", 0)
    assert [parse_boolean("x", word) for word in words] == [True] * 4 + [False] * 3
    with pytest.raises(OptionsError, match="^x is 'perhaps', which is not a boolean. Give true or false.$"):
        parse_boolean("x", "perhaps")


@pytest.mark.parametrize(
    ("value", "blank"),
    [(None, True), ("", True), (" None ", True), (PLACEHOLDER, True), ("x", False), (0, False), (False, False)],
)
def test_missing_values_of_surveys_and_ansible_are_blank(value: t.Any, blank: bool) -> None:
    assert _is_blank(value) is blank


@pytest.mark.parametrize(
    ("value", "unset"), [(False, True), (" False ", True), (None, True), ("null", True), (0, False), ("no", False)]
)
def test_false_counts_as_unset(value: t.Any, unset: bool) -> None:
    assert is_unset(value) is unset


def test_a_huge_integer_has_an_empty_text_and_a_description() -> None:
    assert (stripped_text(HUGE), stripped_text(" 7 "), stripped_text(7)) == ("", "7", "7")
    assert short_repr([HUGE]) == "a number of more than 4300 digits"
    assert short_repr("x" * 500) == "'" + "x" * 99
