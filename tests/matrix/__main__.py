# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make matrix`: run sanity, units and integration on each supported ansible-core.

``python -m tests.matrix FOLDER [CORE]``: FOLDER contains environments and logs, so a later run needs no network. The
run continues after a failure and prints a table at its end. The exit status is 1 if a suite failed.
"""

from __future__ import annotations

import sys
import typing as t
from pathlib import Path

from .cores import Core, select_cores
from .environments import REQUIREMENTS, InstallationError, find_python, make
from .outcomes import Outcome, Row, render
from .suite_runner import SuiteRunner

if t.TYPE_CHECKING:
    from collections.abc import Iterator

# The oldest supported Python for modules. It gets the oldest supported packages.
OLDEST = "3.9"
# Ansible supports this Python, but the simulator does not.
UNSUPPORTED_BY_SIMULATOR = "3.10"
NOT_RUN = Outcome("-")


def main() -> int:
    """Run the requested releases, and return the exit status."""
    folder, cores = Path(sys.argv[1]).absolute(), select_cores("".join(sys.argv[2:]))
    rows = []
    for core in cores:
        for row in run(core, folder):
            print(*render([row], heading=False), flush=True)
            rows.append(row)
    print("", *render(rows), *notes(cores), f"Logs: {folder}/<ansible-core>/logs", sep="\n")
    # A run without a single suite is a failure, for example if no suitable Python is installed.
    nothing_ran = not any(outcome.seconds for row in rows for outcome in row.outcomes)
    return nothing_ran or any(outcome.failed for row in rows for outcome in row.outcomes)


def run(core: Core, folder: Path) -> Iterator[Row]:
    """Run the suites on one ansible-core with each of its Pythons."""
    installed = {version: python for version in core.pythons if (python := find_python(version))}
    suitable_versions = [version for version in core.controller_versions if version != UNSUPPORTED_BY_SIMULATOR]
    controller_version = next((version for version in suitable_versions if version in installed), None)
    if controller_version is None:
        yield Row(core.name, "", *[Outcome("skipped", f"no Python {' or '.join(suitable_versions)} here")] * 3)
        return
    try:
        environments = {version: environment(core, version, python, folder) for version, python in installed.items()}
    except InstallationError as error:
        print(error, file=sys.stderr)
        yield Row(core.name, "", *[Outcome("FAILED", "cannot be installed")] * 3)
        return
    runner = SuiteRunner(core, folder / core.name, environments[controller_version])
    for version in core.pythons:
        if version in environments:
            yield run_suites(runner, version, environments[version], is_controller=version == controller_version)
        else:
            yield Row(core.name, version, *[Outcome("skipped", f"no Python {version} here")] * 3)


def environment(core: Core, version: str, python: str, folder: Path) -> Path:
    """Create an environment with the packages for the suites, and with ansible-core if it supports this Python."""
    if version in core.controller_versions:
        return make(folder / core.name / f"venv-{version}", python, REQUIREMENTS / "matrix.txt", core.requirement)
    requirements = "oldest.txt" if version == OLDEST else "matrix.txt"
    return make(folder / f"venv-{version}", python, REQUIREMENTS / requirements)


def run_suites(runner: SuiteRunner, version: str, python: Path, *, is_controller: bool) -> Row:
    """Run the suites on one Python: sanity and integration only where that Python needs them."""
    return Row(
        runner.core.name,
        version,
        runner.sanity() if is_controller else NOT_RUN,
        runner.units(version, python),
        runner.integration(version, python) if is_controller or version == OLDEST else NOT_RUN,
    )


def notes(cores: tuple[Core, ...]) -> list[str]:
    """Return the notes below the table."""
    return [
        f"{core.name}: without {test}, for {reason}" for core in cores for test, reason in core.skipped_tests.items()
    ]


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
