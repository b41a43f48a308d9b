# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs commands as a user's shell would, and keeps what they print for the secret scan at the suite's end."""

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
    """Run a command to its end, in a folder; ``text`` is what it reads."""
    done = subprocess.run(command, cwd=folder, input=text, env=environment, check=False, capture_output=True, text=True)
    keep_output(done.stdout + done.stderr)
    return done


def keep_output(output: str) -> None:
    """Hand what a command printed to the secret scan, where one is under way."""
    path = os.environ.get("SECRET_SCAN_OUTPUT")
    if path:
        with open(path, "a", encoding="utf-8") as stream:  # noqa: PTH123  appending, in one write
            stream.write(output)
