# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a command, but only if files changed since its last success. In continuous integration it always runs.

``when_changed.py DIGEST_FILE PATH … -- COMMAND …``: PATH is a file, or a folder with Python and YAML files.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

SUFFIXES = (".py", ".yaml", ".yml")


def digest(paths: list[Path]) -> str:
    """Return a digest of the names and the contents of files."""
    files = [file for path in paths for file in (path.rglob("*") if path.is_dir() else [path])]
    result = hashlib.sha256()
    for file in sorted(file for file in files if file.suffix in SUFFIXES):
        result.update(f"{file}\n{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return result.hexdigest()


def main(arguments: list[str]) -> int:
    separator = arguments.index("--")
    digest_file, *paths = map(Path, arguments[:separator])
    command = arguments[separator + 1 :]
    current = digest(paths)
    if not os.environ.get("CI") and digest_file.exists() and digest_file.read_text(encoding="utf-8") == current:
        print(f"Skipped: nothing changed since the last success. To run it again, remove {digest_file}.")
        return 0
    status = subprocess.run(command, check=False).returncode
    if status == 0:
        digest_file.write_text(current, encoding="utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
