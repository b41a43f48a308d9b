# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The suites of ansible-test, run on one ansible-core, each with its log in a file."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
import typing as t
from pathlib import Path

from ..tools.ansible_test import plain_path
from .outcomes import Outcome

if t.TYPE_CHECKING:
    from .cores import Core

TOOLS = Path(__file__).parents[1] / "tools"

# How each suite's log tells what was run: sanity and integration by a line for each, pytest by its last line, of which
# there is one for each kind of plugin.
COUNTS: t.Mapping[str, t.Callable[[str], int]] = {
    "sanity": lambda log: len(re.findall(r"^Running sanity test ", log, re.MULTILINE)),
    "units": lambda log: sum(map(int, re.findall(r"^=+ (?:.*, )?(\d+) passed", log, re.MULTILINE))),
    "integration": lambda log: len(re.findall(r"^Running \S+ integration test role", log, re.MULTILINE)),
}


class Bench:
    """One ansible-core with a home, a copy of the collection and a place for logs of its own."""

    def __init__(self, core: Core, folder: Path, python: Path) -> None:
        self.core = core
        self._python = python
        self._home = folder / "home"
        self._staged = folder / "collections/ansible_collections/msgraph/intune"
        self._logs = folder / "logs"
        self._logs.mkdir(parents=True, exist_ok=True)
        self._home.mkdir(exist_ok=True)
        for script, place in (("prepare_home.py", self._home), ("stage.py", self._staged)):
            subprocess.run([python, TOOLS / script, place], check=True)

    def sanity(self) -> Outcome:
        """All sanity tests that can run, on all Pythons of this machine that the collection supports."""
        left_out = [argument for test in self.core.left_out for argument in ("--skip-test", test)]
        outcome = self._run("sanity", "sanity", self._python, left_out)
        return outcome._replace(detail=", ".join([outcome.detail, *(f"no {test}" for test in self.core.left_out)]))

    def units(self, version: str, python: Path) -> Outcome:
        """The unit tests, on a Python whose environment holds what they need."""
        return self._run("units", f"units-{version}", python, ["--python", version])

    def integration(self, version: str, python: Path) -> Outcome:
        """The integration targets, whose modules run on that Python; and a search for what they leak."""
        hunt: list[str | Path] = [
            TOOLS / "secret_scan.py",
            self._home,
            self._staged / "tests/output",
            "--",
            self._python,
        ]
        return self._run("integration", f"integration-{version}", python, ["--python", version], hunt)

    def _run(
        self, suite: str, name: str, python: Path, arguments: t.Sequence[str], wrapper: t.Sequence[str | Path] = ()
    ) -> Outcome:
        log = self._logs / f"{name}.log"
        command = [self._python, *wrapper, TOOLS / "ansible_test.py", self._staged, self._home, suite, *arguments]
        began = time.monotonic()
        # ansible-test finds a Python X.Y on PATH. It starts scripts in the folder of temporary files, where Python also
        # looks for what they import: in the machine's own it would find whatever others have left.
        with (
            # A Python knows the environment that it belongs to by the folder around its own.
            plain_path(python.parents[1]) as virtualenv,
            tempfile.TemporaryDirectory(prefix="msgraph-intune-") as temporary,
            log.open("wb") as stream,
        ):
            path = f"{virtualenv}/bin{os.pathsep}{os.environ['PATH']}"
            environment = {**os.environ, "PATH": path, "TMPDIR": temporary}
            done = subprocess.run(command, check=False, stdout=stream, stderr=subprocess.STDOUT, env=environment)
        seconds = time.monotonic() - began
        # A suite that ran nothing has shown nothing.
        count = COUNTS[suite](log.read_text(errors="replace"))
        if done.returncode or not count:
            return Outcome("FAILED", f"see {log.name}", seconds)
        return Outcome("passed", str(count), seconds)
