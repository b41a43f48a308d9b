# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find third-party programs that run this collection, and record their versions; skip a test without its program."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

# The first release that ansible-rulebook's rule engine runs on.
_OLDEST_JAVA = 17


class Engines:
    """Find programs for one test, and record their names and versions in its result."""

    def __init__(self, record: t.Callable[[str, object], None]) -> None:
        self._record = record

    def package(self, name: str) -> str:
        """Return the version of a Python package; skip the test if the package is not installed."""
        try:
            version = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            pytest.skip(f"the Python package {name} is not installed")
        self.note(f"{name} {version}")
        return version

    def command(self, name: str) -> str:
        """Return the path of the command that has the name of its Python package."""
        self.package(name)
        path = Path(sys.executable).with_name(name)
        assert path.exists(), f"{path} is missing, though its package is installed"
        return str(path)

    def java(self) -> str:
        """Return the JAVA_HOME of a Java that ansible-rulebook can use."""
        command = shutil.which("java", path=f"{os.environ['JAVA_HOME']}/bin" if os.environ.get("JAVA_HOME") else None)
        if not command:
            pytest.skip("there is no Java")
        output = subprocess.run([command, "-version"], check=False, capture_output=True, text=True).stderr
        version = re.search(r'version "(\d+)([^"]*)"', output)
        if not version or int(version[1]) < _OLDEST_JAVA:
            pytest.skip(f"Java {_OLDEST_JAVA} or later is needed; there is {output.partition(chr(10))[0]}")
        self.note(f"Java {version[1]}{version[2]}")
        return str(Path(command).resolve().parents[1])

    def note(self, engine: str) -> None:
        """Record the name and version of a program that the test found."""
        self._record("engine", engine)
