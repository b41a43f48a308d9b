# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the suites of ansible-test on one ansible-core, and write the output of each to a log file."""

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

# Functions that count the tests in a log. Sanity and integration print one line for each test. pytest prints a total
# for each kind of plugin.
COUNTS: t.Mapping[str, t.Callable[[str], int]] = {
    "sanity": lambda log: len(re.findall(r"^Running sanity test ", log, re.MULTILINE)),
    "units": lambda log: sum(map(int, re.findall(r"^=+ (?:.*, )?(\d+) passed", log, re.MULTILINE))),
    "integration": lambda log: len(re.findall(r"^Running \S+ integration test role", log, re.MULTILINE)),
}


class SuiteRunner:
    """Run suites on one ansible-core, with its own home folder, copy of the collection and folder of logs."""

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
        """Run the sanity tests, with all supported Pythons of this machine."""
        skipped_tests = [argument for test in self.core.skipped_tests for argument in ("--skip-test", test)]
        outcome = self._run("sanity", "sanity", self._python, skipped_tests)
        return outcome._replace(detail=", ".join([outcome.detail, *(f"no {test}" for test in self.core.skipped_tests)]))

    def units(self, version: str, python: Path) -> Outcome:
        """Run the unit tests on a Python whose environment contains the required packages."""
        return self._run("units", f"units-{version}", python, ["--python", version])

    def integration(self, version: str, python: Path) -> Outcome:
        """Run the integration targets, whose modules use that Python, and the secret scan."""
        scan: list[str | Path] = [
            TOOLS / "secret_scan.py",
            self._home,
            self._staged / "tests/output",
            "--",
            self._python,
        ]
        return self._run("integration", f"integration-{version}", python, ["--python", version], scan)

    def _run(
        self, suite: str, name: str, python: Path, arguments: t.Sequence[str], wrapper: t.Sequence[str | Path] = ()
    ) -> Outcome:
        log = self._logs / f"{name}.log"
        command = [self._python, *wrapper, TOOLS / "ansible_test.py", self._staged, self._home, suite, *arguments]
        start = time.monotonic()
        # ansible-test searches PATH for a Python X.Y. It starts scripts in the folder of temporary files, and Python
        # imports from there, too. So each run gets an empty folder.
        with (
            # Python finds its environment by the path of its own folder.
            plain_path(python.parents[1]) as virtualenv,
            tempfile.TemporaryDirectory(prefix="msgraph-intune-") as temporary,
            log.open("wb") as stream,
        ):
            path = f"{virtualenv}/bin{os.pathsep}{os.environ['PATH']}"
            environment = {**os.environ, "PATH": path, "TMPDIR": temporary}
            done = subprocess.run(command, check=False, stdout=stream, stderr=subprocess.STDOUT, env=environment)
        seconds = time.monotonic() - start
        # A suite without a test is a failure.
        count = COUNTS[suite](log.read_text(errors="replace"))
        if done.returncode or not count:
            return Outcome("FAILED", f"see {log.name}", seconds)
        return Outcome("passed", str(count), seconds)
