# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check whether another process is running."""

from __future__ import annotations

import os
from pathlib import Path


def has_exited(pid: int) -> bool:
    """Return whether the process has exited. On Linux, a zombie counts as exited."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    try:
        # The state follows the name in parentheses, and the name can contain any character (proc(5)).
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state in "ZX"
