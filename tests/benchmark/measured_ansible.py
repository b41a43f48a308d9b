# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An ansible-playbook that writes by how much the process of each task grew, in KB, to the file BENCHMARK_PEAKS names.

Known from Linux's /proc alone (proc(5)): VmRSS is the memory of now, VmHWM its peak since the process was forked.
"""

from __future__ import annotations

import os
import re
import sys
import typing as t
from pathlib import Path

from ansible.cli.playbook import main
from ansible.executor.task_executor import TaskExecutor


def _memory(name: str) -> int:
    (found,) = re.findall(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(found)


def _measured(run: t.Callable[[TaskExecutor], t.Any]) -> t.Callable[[TaskExecutor], t.Any]:
    def measured(executor: TaskExecutor) -> t.Any:
        before = _memory("VmRSS")
        result = run(executor)
        with open(os.environ["BENCHMARK_PEAKS"], "a", encoding="utf-8") as stream:  # noqa: PTH123  appended in one write
            stream.write(f"{_memory('VmHWM') - before}\n")
        return result

    return measured


if __name__ == "__main__":
    TaskExecutor.run = _measured(TaskExecutor.run)
    sys.exit(main(["ansible-playbook", *sys.argv[1:]]))
