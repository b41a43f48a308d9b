# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run ansible-test: ``ansible_test.py STAGED HOME COMMAND [ARGUMENT …]``.

ansible-test runs in the staged tree, with HOME as its home folder, and with the Python that runs this file. The virtual
environment of that Python contains the packages that the tests need.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import tempfile
import typing as t
from pathlib import Path

FIND_PYTHON = Path(__file__).with_name("find_python.sh")

# The Pythons that can run modules: from the oldest that MSAL supports to the newest that ansible-core supports.
MODULE_PYTHONS = ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14")


@contextlib.contextmanager
def plain_path(folder: Path) -> t.Iterator[Path]:
    """Yield a path to the folder without blanks. ansible-test cannot start a Python with a blank in its path."""
    if re.fullmatch(r"[\w./+-]+", str(folder), re.ASCII):
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="msgraph-intune-") as temporary:
        link = Path(temporary, "link")
        link.symlink_to(folder)
        yield link


def python_folders() -> list[str]:
    """Return the folders of the Pythons of this machine. ansible-test cannot use the shims of a version manager."""
    folders = []
    for version in MODULE_PYTHONS:
        found = subprocess.run([FIND_PYTHON, version], check=False, capture_output=True, text=True)
        if found.returncode == 0:
            folders.append(str(Path(found.stdout.strip()).parent))
    return folders


def main() -> int:
    """Run ansible-test and return its exit status."""
    staged, home, (command, *arguments) = Path(sys.argv[1]), Path(sys.argv[2]).absolute(), sys.argv[3:]
    with plain_path(Path(sys.prefix)) as virtualenv:
        path = [str(virtualenv / "bin"), os.environ["PATH"]]
        if command == "sanity":
            path[1:1] = python_folders()
        else:
            arguments = ["--python", ".".join(map(str, sys.version_info[:2])), *arguments]
        return subprocess.run(
            [virtualenv / "bin/python", virtualenv / "bin/ansible-test", command, "--local", *arguments],
            cwd=staged,
            env={**os.environ, "HOME": str(home), "PATH": os.pathsep.join(path)},
            check=False,
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
