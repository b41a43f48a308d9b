# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The virtual environments of the matrix: made once, and again when what they are made of has changed.

venv.sh makes those of the make targets, each with one Python that Ansible runs on. Here there are many, on older
Pythons too, and one that cannot be made is a row of the table.
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
    """The path of this machine's Python X.Y, if it has one."""
    found = subprocess.run([FIND_PYTHON, version], check=False, capture_output=True, text=True)
    return found.stdout.strip() if found.returncode == 0 else None


def make(folder: Path, python: str, requirements: Path, *packages: str) -> Path:
    """Bring an environment up to date, and give its Python."""
    inside = folder / "bin/python"
    stamp = folder / "made-of"
    # The commands in an environment hold its path.
    made_of = "\n".join([str(folder), python, *packages, *contents(requirements)])
    if not (inside.exists() and stamp.exists() and stamp.read_text() == made_of):
        run([python, "-m", "venv", "--clear", str(folder)])
        run([str(inside), "-m", "pip", "install", "--quiet", "--requirement", str(requirements), *packages])
        stamp.write_text(made_of)
    return inside


def contents(requirements: Path) -> list[str]:
    """A file of requirements, and those that it includes."""
    text = requirements.read_text()
    included = re.findall(r"^-r (.+)$", text, re.MULTILINE)
    return [text, *(part for name in included for part in contents(requirements.parent / name))]


def run(command: Sequence[str]) -> None:
    """Run a command, or raise what it printed."""
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise NotInstallable(done.stdout)


class NotInstallable(Exception):
    """What was to be installed is not to be had, or does not fit."""
