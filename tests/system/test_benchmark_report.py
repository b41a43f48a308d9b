# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check the tables and the chart of ``make bench``."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from ansible_collections.msgraph.intune.tests.benchmark.chart import draw
from ansible_collections.msgraph.intune.tests.benchmark.costs import Cost, lowest
from ansible_collections.msgraph.intune.tests.benchmark.report import as_markdown, as_text, run_table, task_table
from ansible_collections.msgraph.intune.tests.benchmark.series import PlayRow, TaskRow

PING = Cost(cpu=0.2, wall=0.25, memory=0.0, requests=0, connections=0)
SYNC = Cost(cpu=0.3, wall=0.5, memory=0.0, requests=1, connections=1)
RUNS = [
    PlayRow("msgraph.intune", 1, Cost(0.5, 0.6, 0.0, 3, 2), 38.0),
    PlayRow("by <hand>", 1, Cost(1.0, 1.2, 0.0, 2, 2), 30.0),
    PlayRow("msgraph.intune", 100, Cost(0.5, 0.6, 0.0, 7, 2), 38.0),
    PlayRow("by <hand>", 100, Cost(25.0, 30.0, 0.0, 101, 101), 30.0),
]


def cells(line: str) -> list[str]:
    return re.split(r"\s{2,}", line.strip())


def test_the_task_table_compares_with_ping() -> None:
    text = as_text(task_table([TaskRow("ping", PING, 26.0), TaskRow("ours", SYNC, 36.4)], 50.0))
    title, _blank, _head, ping, ours = text.splitlines()
    assert title.endswith("50 ms latency")
    assert cells(ping) == ["ping", "200 ms", "×1.00", "250 ms", "×1.00", "26 MB", "0", "0"]
    assert cells(ours) == ["ours", "300 ms", "×1.50", "500 ms", "×2.00", "36 MB", "1", "1"]


def test_the_run_table_compares_with_our_row_for_the_same_number_of_connectors() -> None:
    table = as_markdown(run_table(RUNS, 0.0))
    assert "| 100 | by <hand> | 25.00 s | ×50 | 30.00 s | 30 MB | 101 | 101 |" in table
    assert "| 1 | by <hand> | 1.00 s | ×2.00 | 1.20 s | 30 MB | 2 | 2 |" in table


def test_lowest_returns_the_minimum_of_each_cost() -> None:
    assert lowest([PING, SYNC._replace(wall=0.1)]) == Cost(0.2, 0.1, 0.0, 0, 0)


def test_the_chart_has_one_bar_for_each_row_with_one_scale_for_each_group() -> None:
    tree = ElementTree.fromstring(draw(RUNS, (1, 100)))  # noqa: S314  our own chart
    space = "{http://www.w3.org/2000/svg}"
    _background, *bars = [float(rect.attrib["width"]) for rect in tree.iter(f"{space}rect")]
    assert len(bars) == len(RUNS)
    # The rows of a group are sorted by cost, and the longest bar of each group has the full width.
    assert bars[1] == bars[3] == max(bars)
    assert bars[0] / bars[1] == 0.5
    words = [text.text for text in tree.iter(f"{space}text")]
    assert ["by <hand>" in words, "25.00 s" in words] == [True, True]
