# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.json_reader import parse_json


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"a\ud800b"', "a\ufffdb"),
        (r'"a\uDFFFb"', "a\ufffdb"),
        (r'{"\ud800": ["\udbff", {"a": "\uDC00"}]}', {"\ufffd": ["\ufffd", {"a": "\ufffd"}]}),
        (r'["\ud83d\ude00", "\ud800"]', ["\U0001f600", "\ufffd"]),
        (r'["\ud800", 1, 2.5, true, null]', ["\ufffd", 1, 2.5, True, None]),
    ],
)
def test_an_unpaired_surrogate_is_replaced_in_any_position(text: str, value: t.Any) -> None:
    assert parse_json(text) == value
    assert parse_json(text.encode()) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'{"a\u001b": ["b\u202ec", "d\r\ne"]}', {"a ": ["b c", "d  e"]}),
        ("[" * 50 + "]" * 50, None),
        ("9" * 40, int("9" * 40)),
        ("9" * 5000, "9" * 40),
        ("[1e400, -1e400, NaN, Infinity]", ["1e400", "-1e400", "NaN", "Infinity"]),
    ],
)
def test_unprintable_characters_and_extreme_numbers_are_replaced(text: str, value: t.Any) -> None:
    parsed = parse_json(text)
    assert value is None or parsed == value


@pytest.mark.parametrize("depth", [51, 990, 2000, 9000])
@pytest.mark.parametrize("outer", ["[%s]", '{"a": %s}'])
def test_json_that_is_nested_too_deeply_is_refused(depth: int, outer: str) -> None:
    opening, closing = outer.split("%s")
    with pytest.raises(ValueError, match="nested too deeply"):
        parse_json(opening * depth + "1" + closing * depth)


@pytest.mark.parametrize("item", ["{}", "[]", "0", '""'])
def test_json_with_too_many_values_is_refused(item: str) -> None:
    with pytest.raises(ValueError, match="too many values"):
        parse_json(f"[{','.join([item] * 250_001)}]")


def test_a_text_that_needs_too_much_memory_is_refused() -> None:
    letters = "x" * 3_000_000
    assert parse_json(f'"{letters}"') == letters
    with pytest.raises(ValueError, match="too large"):
        parse_json(f'"{letters}\U0001f600"')


@pytest.mark.parametrize("text", ["", "{", "[" * 200_000, '{"a":' * 200_000, b"\xff"])
def test_invalid_or_deeply_nested_json_raises_a_value_error(text: str | bytes) -> None:
    with pytest.raises(ValueError, match="."):
        parse_json(text)
