# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph._json import parse_json


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
def test_half_a_surrogate_pair_is_replaced_wherever_it_stands_and_the_rest_is_kept(text: str, value: t.Any) -> None:
    assert parse_json(text) == value
    assert parse_json(text.encode()) == value


@pytest.mark.parametrize("text", ["", "{", "[" * 200_000, '{"a":' * 200_000, b"\xff"])
def test_what_is_no_json_or_nested_beyond_reason_is_a_value_error(text: str | bytes) -> None:
    with pytest.raises(ValueError, match="."):
        parse_json(text)
