# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The programs of others that run this collection: found and named, or the test is skipped with the reason."""

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
    """Finds engines for one test, and writes into its result which it ran against."""

    def __init__(self, record: t.Callable[[str, object], None]) -> None:
        self._record = record

    def package(self, name: str) -> str:
        """The version of an installed Python package."""
        try:
            version = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            pytest.skip(f"the Python package {name} is not installed")
        self.note(f"{name} {version}")
        return version

    def command(self, name: str) -> str:
        """The path of a Python package's command, which has its name."""
        self.package(name)
        path = Path(sys.executable).with_name(name)
        assert path.exists(), f"{path} is missing, though its package is installed"
        return str(path)

    def java(self) -> str:
        """The folder of a Java that ansible-rulebook can use, for JAVA_HOME."""
        command = shutil.which("java", path=f"{os.environ['JAVA_HOME']}/bin" if os.environ.get("JAVA_HOME") else None)
        if not command:
            pytest.skip("there is no Java")
        said = subprocess.run([command, "-version"], check=False, capture_output=True, text=True).stderr
        version = re.search(r'version "(\d+)([^"]*)"', said)
        if not version or int(version[1]) < _OLDEST_JAVA:
            pytest.skip(f"Java {_OLDEST_JAVA} or later is needed; there is {said.partition(chr(10))[0]}")
        self.note(f"Java {version[1]}{version[2]}")
        return str(Path(command).resolve().parents[1])

    def note(self, engine: str) -> None:
        """Write down a name and version that the test found by itself."""
        self._record("engine", engine)
