# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Create the virtual environments of the matrix, and create them again when their requirements change.

venv.sh creates the environments of the make targets, with a Python that Ansible supports. The matrix also needs
environments with older Pythons, and a failed installation is a row of its table.
"""

from __future__ import annotations

import re
import subprocess
import typing as t
from pathlib import Path

if t.TYPE_CHECKING:
    from collections.abc import Sequence

FIND_PYTHON = Path(__file__).parents[1] / "tools/find_python.sh"
REQUIREMENTS = Path(__file__).parents[1] / "requirements"


def find_python(version: str) -> str | None:
    """Return the path of this machine's Python X.Y, or None."""
    process = subprocess.run([FIND_PYTHON, version], check=False, capture_output=True, text=True)
    return process.stdout.strip() if process.returncode == 0 else None


def make(folder: Path, python: str, requirements: Path, *packages: str) -> Path:
    """Create or update an environment, and return the path of its Python."""
    environment_python = folder / "bin/python"
    stamp = folder / "made-of"
    # The commands in an environment contain its path.
    content = "\n".join([str(folder), python, *packages, *contents(requirements)])
    if not (environment_python.exists() and stamp.exists() and stamp.read_text() == content):
        run([python, "-m", "venv", "--clear", str(folder)])
        run([str(environment_python), "-m", "pip", "install", "--quiet", "--requirement", str(requirements), *packages])
        stamp.write_text(content)
    return environment_python


def contents(requirements: Path) -> list[str]:
    """Return the texts of a file of requirements and of the files that it includes."""
    text = requirements.read_text()
    included = re.findall(r"^-r (.+)$", text, re.MULTILINE)
    return [text, *(part for name in included for part in contents(requirements.parent / name))]


def run(command: Sequence[str]) -> None:
    """Run a command; raise an error with its output if it fails."""
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise InstallationError(done.stdout)


class InstallationError(Exception):
    """The packages of an environment cannot be installed."""
