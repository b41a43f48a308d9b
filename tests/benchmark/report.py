# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Create the tables for a terminal and for the documentation."""

from __future__ import annotations

import typing as t

from . import plays
from .series import OURS

if t.TYPE_CHECKING:
    from .series import PlayRow, TaskRow

Table = tuple[str, list[str], list[list[str]]]
"""A title, the heads of the columns, and the rows."""


def task_table(rows: t.Sequence[TaskRow], latency_ms: float) -> Table:
    """Compare one task with ping."""
    floor = rows[0].cost
    return (
        f"One task for one connector, per item of a loop of {plays.ITEMS}, {latency_ms:g} ms latency",
        ["", "CPU", "of ping", "wall", "of ping", "memory", "requests", "connections"],
        [
            [
                row.name,
                f"{row.cost.cpu * 1000:.0f} ms",
                times(row.cost.cpu / floor.cpu),
                f"{row.cost.wall * 1000:.0f} ms",
                times(row.cost.wall / floor.wall),
                f"{row.memory:.0f} MB",
                f"{row.cost.requests:g}",
                f"{row.cost.connections:g}",
            ]
            for row in rows
        ],
    )


def run_table(rows: t.Sequence[PlayRow], latency_ms: float) -> Table:
    """Compare the contestants with ours for many connectors."""
    ours = {row.number: row for row in rows if row.name == OURS}
    return (
        f"From a client secret to so many syncs, {latency_ms:g} ms latency",
        ["connectors", "", "CPU", "of ours", "wall", "memory", "requests", "connections"],
        [
            [
                f"{row.number:,}",
                row.name,
                f"{row.cost.cpu:.2f} s",
                times(row.cost.cpu / ours[row.number].cost.cpu) if row.number else "",
                f"{row.cost.wall:.2f} s",
                f"{row.memory:.0f} MB" if row.memory else "",
                f"{row.cost.requests:,}",
                f"{row.cost.connections:,}",
            ]
            for row in rows
        ],
    )


def times(ratio: float) -> str:
    """Format a ratio: with two decimals below 10, without decimals from 10 on."""
    return f"×{ratio:.2f}" if ratio < 10 else f"×{ratio:.0f}"


def as_text(table: Table) -> str:
    """Format a table for a terminal."""
    title, head, rows = table
    widths = [max(len(line[column]) for line in (head, *rows)) for column in range(len(head))]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(line, widths)) for line in (head, *rows)]
    return "\n".join([title, "", *lines])


def as_markdown(table: Table) -> str:
    """Format a table in Markdown."""
    title, head, rows = table
    lines = [head, ["---:" if name else "---" for name in head], *rows]
    return "\n".join([f"## {title}", "", *(f"| {' | '.join(line)} |" for line in lines)])
