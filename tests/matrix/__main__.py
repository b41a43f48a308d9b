# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make matrix`: sanity, units and integration on each ansible-core that the collection supports.

``python -m tests.matrix FOLDER [CORE]``: FOLDER keeps what is installed, so that a later run needs no network, and the
logs. The run goes on after a failure; a table at its end tells all, and the exit status is 1 when anything failed.
"""

from __future__ import annotations

import sys
import typing as t
from pathlib import Path

from .bench import Bench
from .cores import Core, chosen
from .environments import REQUIREMENTS, NotInstallable, find_python, make
from .outcomes import Outcome, Row, render

if t.TYPE_CHECKING:
    from collections.abc import Iterator

# The oldest Python that a module meets. The packages on it are the oldest, too.
OLDEST = "3.9"
# Ansible runs on it, but not the simulator.
WITHOUT_SIMULATOR = "3.10"
NOT_RUN = Outcome("-")


def main() -> int:
    """Run what was asked for, and return the exit status."""
    folder, cores = Path(sys.argv[1]).absolute(), chosen("".join(sys.argv[2:]))
    rows = []
    for core in cores:
        for row in run(core, folder):
            print(*render([row], heading=False), flush=True)
            rows.append(row)
    print("", *render(rows), *notes(cores), f"Logs: {folder}/<ansible-core>/logs", sep="\n")
    # A release that was asked for by name and could not run was not seen to work.
    nothing_ran = not any(outcome.seconds for row in rows for outcome in row.outcomes)
    return nothing_ran or any(outcome.failed for row in rows for outcome in row.outcomes)


def run(core: Core, folder: Path) -> Iterator[Row]:
    """One ansible-core on each of its Pythons."""
    here = {version: python for version in core.pythons if (python := find_python(version))}
    suitable = [version for version in core.controllers if version != WITHOUT_SIMULATOR]
    controller = next((version for version in suitable if version in here), None)
    if controller is None:
        yield Row(core.name, "", *[Outcome("skipped", f"no Python {' or '.join(suitable)} here")] * 3)
        return
    try:
        environments = {version: environment(core, version, python, folder) for version, python in here.items()}
    except NotInstallable as error:
        print(error, file=sys.stderr)
        yield Row(core.name, "", *[Outcome("FAILED", "cannot be installed")] * 3)
        return
    bench = Bench(core, folder / core.name, environments[controller])
    for version in core.pythons:
        if version in environments:
            yield on_python(bench, version, environments[version], is_controller=version == controller)
        else:
            yield Row(core.name, version, *[Outcome("skipped", f"no Python {version} here")] * 3)


def environment(core: Core, version: str, python: str, folder: Path) -> Path:
    """A Python with what the suites need: beside ansible-core, or without it where that cannot run."""
    if version in core.controllers:
        return make(folder / core.name / f"venv-{version}", python, REQUIREMENTS / "matrix.txt", core.requirement)
    requirements = "oldest.txt" if version == OLDEST else "matrix.txt"
    return make(folder / f"venv-{version}", python, REQUIREMENTS / requirements)


def on_python(bench: Bench, version: str, python: Path, *, is_controller: bool) -> Row:
    """Units on every Python, integration on the newest and the oldest; sanity looks at all of them in one go."""
    return Row(
        bench.core.name,
        version,
        bench.sanity() if is_controller else NOT_RUN,
        bench.units(version, python),
        bench.integration(version, python) if is_controller or version == OLDEST else NOT_RUN,
    )


def notes(cores: tuple[Core, ...]) -> list[str]:
    """What the table has no room for."""
    return [f"{core.name}: without {test}, for {reason}" for core in cores for test, reason in core.left_out.items()]


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
