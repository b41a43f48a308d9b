# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``make bench``: measure, print the tables, and write docs/benchmark.md with its chart.

Compare ratios within one run. Absolute numbers of two machines or of two runs are not comparable.
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
from .series import BenchmarkRunner, per_task, whole_runs

ROOT = Path(__file__).parents[2]
LATENCIES = (0.0, 50.0)
# A thousand connectors take several minutes as modules, and the ratios are the same as for a hundred.
MAX_FOR_MODULES = 100
NUMBERS = (1, 10, 100)
MANY = 1000
CHART_NUMBERS = (1, 100)


def main() -> int:
    """Run all measurements."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--rounds", type=int, default=3, help="the number of runs of each contestant; the lowest cost counts"
    )
    parser.add_argument("--write", type=Path, help="the folder to write benchmark.md and its chart to")
    options = parser.parse_args()
    sdk_python, peer_python = os.environ.get("BENCH_SDK_PYTHON"), os.environ.get("BENCH_PEER_PYTHON")
    tables, chart_rows = [], None
    with tempfile.TemporaryDirectory(prefix="msgraph-intune-benchmark-") as name:
        for latency in LATENCIES:
            with BenchmarkRunner(Path(name), latency, sdk_python) as runner:
                tables.append(task_table(per_task(runner, options.rounds, peer_python), latency))
                _print(as_text(tables[-1]))
                # With many connectors a task mostly waits for the rate limit, so one latency is enough.
                numbers = NUMBERS if latency else (*NUMBERS, MANY)
                rows = whole_runs(runner, options.rounds, numbers, MAX_FOR_MODULES)
                chart_rows = chart_rows or rows
                tables.append(run_table(rows, latency))
                _print(as_text(tables[-1]))
    if options.write is not None:
        _write(
            options.write, "\n\n".join(as_markdown(table) for table in tables), draw(chart_rows or [], CHART_NUMBERS)
        )
    return 0


def _print(text: str) -> None:
    print(f"\n{text}", flush=True)


def _write(folder: Path, tables: str, chart: str) -> None:
    template = (Path(__file__).with_name("benchmark.md.in")).read_text(encoding="utf-8")
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, ansible-core {version('ansible-core')}"
    (folder / "benchmark.md").write_text(template.format(machine=machine, tables=tables), encoding="utf-8")
    (folder / "images/benchmark.svg").write_text(chart, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
