# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run commands, and record their output for the secret scan at the end of the suite."""

from __future__ import annotations

import os
import subprocess
import typing as t

if t.TYPE_CHECKING:
    from pathlib import Path


def run_command(
    command: t.Sequence[str],
    environment: t.Mapping[str, str],
    *,
    text: str | None = None,
    folder: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder and wait until it exits. ``text`` is its standard input."""
    done = subprocess.run(command, cwd=folder, input=text, env=environment, check=False, capture_output=True, text=True)
    keep_output(done.stdout + done.stderr)
    return done


def keep_output(output: str) -> None:
    """Append the output of a command to the file of the secret scan, if a scan runs."""
    path = os.environ.get("SECRET_SCAN_OUTPUT")
    if path:
        with open(path, "a", encoding="utf-8") as stream:  # noqa: PTH123  appended in one write
            stream.write(output)
