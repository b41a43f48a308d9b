# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``make bench``: measures, prints the tables, and writes docs/benchmark.md with its chart.

Figures of two machines, or of two runs, are not to be compared: the ratios within a run are what it is for.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from .chart import draw
from .report import as_markdown, as_text, run_table, task_table
from .series import Track, per_task, whole_runs

ROOT = Path(__file__).parents[2]
LATENCIES = (0.0, 50.0)
# By uri a thousand take minutes, and by our module three more: neither tells more than a hundred do.
MOST_BY_MODULES = 100
NUMBERS = (1, 10, 100)
MANY = 1000
CHARTED = (1, 100)


def main() -> int:
    """Measure everything."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each contestant runs; the lowest counts")
    parser.add_argument("--write", type=Path, help="the folder to write benchmark.md and its chart to")
    given = parser.parse_args()
    sdk_python, peer_python = os.environ.get("BENCH_SDK_PYTHON"), os.environ.get("BENCH_PEER_PYTHON")
    tables, charted = [], None
    with tempfile.TemporaryDirectory(prefix="msgraph-intune-benchmark-") as name:
        for latency in LATENCIES:
            with Track(Path(name), latency, sdk_python) as track:
                tables.append(task_table(per_task(track, given.rounds, peer_python), latency))
                _say(as_text(tables[-1]))
                # The documented rate of writes makes the many wait, with latency or without.
                numbers = NUMBERS if latency else (*NUMBERS, MANY)
                rows = whole_runs(track, given.rounds, numbers, MOST_BY_MODULES)
                charted = charted or rows
                tables.append(run_table(rows, latency))
                _say(as_text(tables[-1]))
    if given.write is not None:
        _write(given.write, "\n\n".join(as_markdown(table) for table in tables), draw(charted or [], CHARTED))
    return 0


def _say(text: str) -> None:
    print(f"\n{text}", flush=True)


def _write(folder: Path, tables: str, chart: str) -> None:
    template = (Path(__file__).with_name("benchmark.md.in")).read_text(encoding="utf-8")
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, ansible-core {version('ansible-core')}"
    (folder / "benchmark.md").write_text(template.format(machine=machine, tables=tables), encoding="utf-8")
    (folder / "images/benchmark.svg").write_text(chart, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
