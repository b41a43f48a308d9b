# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph._errors import OptionsError
from ansible_collections.msgraph.intune.plugins.module_utils._graph._values import (
    is_blank,
    read_count,
    read_seconds,
    shown,
    text_of,
)

PLACEHOLDER = "__omit_place_holder__6ed7f1a3b5"
HUGE = 10**5000


@pytest.mark.parametrize(
    ("given", "seconds"),
    [(30, 30.0), ("30", 30.0), (" 2.5 ", 2.5), (".5", 0.5), ("5.", 5.0), (0.25, 0.25), ("0030", 30.0)],
)
def test_a_number_of_seconds_is_a_plain_decimal_number(given: t.Any, seconds: float) -> None:
    assert read_seconds("timeout", given) == seconds


NO_NUMBERS = [
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
]


@pytest.mark.parametrize(
    "given", [*NO_NUMBERS, "0." + "0" * 5000 + "1", pytest.param(HUGE, id="huge"), -1, True, None, [5], b"5"]
)
def test_anything_else_is_refused(given: t.Any) -> None:
    with pytest.raises(OptionsError, match="timeout is not a number of seconds"):
        read_seconds("timeout", given)
    with pytest.raises(OptionsError, match="retries is not a whole number"):
        read_count("retries", given, most=100)


@pytest.mark.parametrize(
    ("value", "blank"),
    [(None, True), ("", True), (" None ", True), (PLACEHOLDER, True), ("x", False), (0, False), (False, False)],
)
def test_what_surveys_and_ansible_make_of_nothing_is_blank(value: t.Any, blank: bool) -> None:
    assert is_blank(value) is blank


def test_an_integer_that_python_does_not_convert_has_no_text_and_can_be_shown() -> None:
    assert (text_of(HUGE), text_of(" 7 "), text_of(7)) == ("", "7", "7")
    assert shown([HUGE]) == "a number of more than 4300 digits"
    assert shown("x" * 500) == "'" + "x" * 99
