# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An ansible-playbook that writes by how much the process of each task grew, in KB, to the file BENCHMARK_PEAKS names.

What grows is the memory that the process has for itself alone, pages that it shared with its parent until it wrote to
them included. Known from Linux's /proc alone (proc_pid_smaps(5)).
"""

from __future__ import annotations

import os
import re
import sys
import typing as t
from pathlib import Path

from ansible.cli.playbook import main
from ansible.executor.task_executor import TaskExecutor


def _own_memory() -> int:
    text = Path("/proc/self/smaps_rollup").read_text(encoding="ascii")
    return sum(map(int, re.findall(r"^Private_(?:Clean|Dirty):\s+(\d+) kB$", text, re.MULTILINE)))


def _measured(run: t.Callable[[TaskExecutor], t.Any]) -> t.Callable[[TaskExecutor], t.Any]:
    def measured(executor: TaskExecutor) -> t.Any:
        before = _own_memory()
        result = run(executor)
        with open(os.environ["BENCHMARK_PEAKS"], "a", encoding="utf-8") as stream:  # noqa: PTH123  appended in one write
            stream.write(f"{_own_memory() - before}\n")
        return result

    return measured


if __name__ == "__main__":
    TaskExecutor.run = _measured(TaskExecutor.run)
    sys.exit(main(["ansible-playbook", *sys.argv[1:]]))
