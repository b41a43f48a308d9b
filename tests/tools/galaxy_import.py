# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check an upload with galaxy-importer, like Galaxy does: ``galaxy_import.py STAGED FOLDER``.

The script empties the folder, builds the collection in it and runs galaxy-importer. Galaxy accepts an upload with
warnings and shows them on the page of the collection; here a warning is a failure. The script also installs the
collection in the folder, for other tools.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

CONFIG = Path(__file__).with_suffix(".cfg")
PROBLEM_LEVELS = ("WARNING", "ERROR", "CRITICAL")


def build(staged: Path, folder: Path) -> Path:
    """Build the collection, install it from its tarball, and return the path of the tarball."""
    shutil.rmtree(folder, ignore_errors=True)
    galaxy = [sys.executable, "-m", "ansible", "galaxy", "collection", "build"]
    subprocess.run([*galaxy, str(staged), "--output-path", str(folder)], check=True)
    (tarball,) = folder.glob("*.tar.gz")
    galaxy = [sys.executable, "-m", "ansible", "galaxy", "collection", "install", "--force"]
    subprocess.run([*galaxy, str(tarball), "--collections-path", str(folder)], check=True)
    return tarball


def check(tarball: Path) -> list[str]:
    """Run galaxy-importer on the tarball, and return its warnings and errors."""
    environment = {**os.environ, "GALAXY_IMPORTER_CONFIG": str(CONFIG)}
    # galaxy-importer writes its result into the current folder.
    done = subprocess.run(
        [sys.executable, "-m", "galaxy_importer.main", tarball.name],
        cwd=tarball.parent,
        env=environment,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    print(done.stdout, end="")
    problems = [line for line in done.stdout.splitlines() if line.startswith(PROBLEM_LEVELS)]
    return problems or ([f"galaxy-importer ended with {done.returncode}"] if done.returncode else [])


def main() -> int:
    """Build and check the collection; the exit status is 1 if galaxy-importer has a warning or an error."""
    problems = check(build(Path(sys.argv[1]), Path(sys.argv[2]).absolute()))
    print("galaxy-importer found:", *problems or ["no problems"], sep="\n  ")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
