# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run ansible-playbook, and write the memory growth of each task's process in KB to the file in BENCHMARK_PEAKS.

The growth is that of the private memory: pages that the process does not share with its parent. Only Linux has these
numbers, see proc_pid_smaps(5).
"""

from __future__ import annotations

import os
import re
import sys
import typing as t
from pathlib import Path

from ansible.cli.playbook import main
from ansible.executor.task_executor import TaskExecutor


def _private_memory() -> int:
    text = Path("/proc/self/smaps_rollup").read_text(encoding="ascii")
    return sum(map(int, re.findall(r"^Private_(?:Clean|Dirty):\s+(\d+) kB$", text, re.MULTILINE)))


def _measured(run: t.Callable[[TaskExecutor], t.Any]) -> t.Callable[[TaskExecutor], t.Any]:
    def measured(executor: TaskExecutor) -> t.Any:
        before = _private_memory()
        result = run(executor)
        with open(os.environ["BENCHMARK_PEAKS"], "a", encoding="utf-8") as stream:  # noqa: PTH123  appended in one write
            stream.write(f"{_private_memory() - before}\n")
        return result

    return measured


if __name__ == "__main__":
    TaskExecutor.run = _measured(TaskExecutor.run)
    sys.exit(main(["ansible-playbook", *sys.argv[1:]]))
