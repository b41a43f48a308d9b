# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Draw the chart with the CPU time of each contestant."""

from __future__ import annotations

import typing as t
from xml.sax.saxutils import escape

from .series import OURS

if t.TYPE_CHECKING:
    from .series import PlayRow

_WIDTH, _BAR, _GAP, _LEFT, _RIGHT = 740, 26, 8, 190, 130
_OURS, _OTHERS = "#0f766e", "#94a3b8"


def draw(rows: t.Sequence[PlayRow], numbers: t.Sequence[int]) -> str:
    """Return an SVG with one group of bars for each number of connectors. Each group has its own scale."""
    parts: list[str] = []
    top = 44
    for number in numbers:
        group = sorted((row for row in rows if row.number == number), key=lambda row: row.cost.cpu)
        longest = max(row.cost.cpu for row in group)
        parts.append(_text(16, top, f"{number} connector{'s' if number > 1 else ''}", weight="bold"))
        top += 12
        for row in group:
            width = max(2.0, row.cost.cpu / longest * (_WIDTH - _LEFT - _RIGHT))
            ours = row.name == OURS
            middle = top + _BAR / 2 + 5
            parts.append(_text(_LEFT - 10, middle, row.name, anchor="end", weight="bold" if ours else "normal"))
            parts.append(
                f'<rect x="{_LEFT}" y="{top}" width="{width:.1f}" height="{_BAR}" rx="3"'
                f' fill="{_OURS if ours else _OTHERS}"/>'
            )
            parts.append(_text(_LEFT + width + 8, middle, f"{row.cost.cpu:.2f} s"))
            top += _BAR + _GAP
        top += 30
    height = top - 10
    title = "CPU time from a client secret to the syncs, Ansible's own start left out: less is better"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}"'
            f' height="{height}" role="img" font-family="system-ui, sans-serif" font-size="14">',
            f"<title>{escape(title)}</title>",
            f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
            _text(16, 22, title, weight="bold"),
            *parts,
            "</svg>",
            "",
        ]
    )


def _text(x: float, y: float, text: str, *, anchor: str = "start", weight: str = "normal") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}" fill="#0f172a">'
        f"{escape(text)}</text>"
    )
