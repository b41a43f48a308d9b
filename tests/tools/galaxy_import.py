# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Judges an upload as Galaxy does: ``galaxy_import.py STAGED FOLDER``.

The collection is built into the folder, which is emptied first, and handed to galaxy-importer. Galaxy takes what that
warns of, and shows the warnings to those who come to see the collection: here they count as failures. What was built is
unpacked there as well, for other tools.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

CONFIG = Path(__file__).with_suffix(".cfg")
WORSE_THAN_NEWS = ("WARNING", "ERROR", "CRITICAL")


def build(staged: Path, folder: Path) -> Path:
    """Build the collection and install it from its tarball; give that."""
    shutil.rmtree(folder, ignore_errors=True)
    galaxy = [sys.executable, "-m", "ansible", "galaxy", "collection", "build"]
    subprocess.run([*galaxy, str(staged), "--output-path", str(folder)], check=True)
    (tarball,) = folder.glob("*.tar.gz")
    galaxy = [sys.executable, "-m", "ansible", "galaxy", "collection", "install", "--force"]
    subprocess.run([*galaxy, str(tarball), "--collections-path", str(folder)], check=True)
    return tarball


def judge(tarball: Path) -> list[str]:
    """Import the tarball; list what was found fault with."""
    environment = {**os.environ, "GALAXY_IMPORTER_CONFIG": str(CONFIG)}
    # It leaves its result in the folder that it is started in.
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
    faults = [line for line in done.stdout.splitlines() if line.startswith(WORSE_THAN_NEWS)]
    return faults or ([f"galaxy-importer ended with {done.returncode}"] if done.returncode else [])


def main() -> int:
    """Build and judge; the exit status is 1 when there is something to mend."""
    faults = judge(build(Path(sys.argv[1]), Path(sys.argv[2]).absolute()))
    print("galaxy-importer found:", *faults or ["nothing to mend"], sep="\n  ")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
