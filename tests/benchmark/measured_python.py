# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a module with Python, and write its memory peak in KB to the file in BENCHMARK_PEAKS.

This wrapper is an additional process, so runs with it measure memory only.
"""

from __future__ import annotations

import os
import subprocess
import sys


def main() -> int:
    """Run the same Python with the same arguments."""
    process = subprocess.Popen([sys.executable, *sys.argv[1:]])
    _pid, status, usage = os.wait4(process.pid, 0)
    with open(os.environ["BENCHMARK_PEAKS"], "a", encoding="utf-8") as stream:  # noqa: PTH123  appended in one write
        stream.write(f"{usage.ru_maxrss}\n")
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
