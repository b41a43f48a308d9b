# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.text import is_guid, printable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7ce3b1f5-9b53-4b0c-8a8e-3c5f3a0f1d11", True),
        ("7CE3B1F5-9B53-4B0C-8A8E-3C5F3A0F1D11", True),
        ("7ce3b1f5-9b53-4b0c-8a8e-3c5f3a0f1d11x", False),
        ("7ce3b1f59b534b0c8a8e3c5f3a0f1d11", False),
        ("EXCH01", False),
    ],
)
def test_a_guid_is_recognized_by_its_format(text: str, expected: bool) -> None:
    assert is_guid(text) is expected


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("EXCH01.contoso.example", "EXCH01.contoso.example"),
        ("caf\u00e9 \u65e5\u672c \u05e2\u05d1\u05e8\u05d9\u05ea \U0001f468\u200d\U0001f469", None),
        ("a\x1b[31mb", "a [31mb"),
        ("a\r\nb\tc\x00", "a  b c "),
        ("a\x7fb\x9bc", "a b c"),
        ("a\u202eb\u2066c\u200fd\u061ce", "a b c d e"),
        ("a\u2028b\u2029c", "a b c"),
        ("a\ud800b", "a\ufffdb"),
    ],
)
def test_control_characters_are_replaced_by_spaces(text: str, shown: str | None) -> None:
    assert printable(text) == (text if shown is None else shown)
