# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copy the collection into a folder ``…/ansible_collections/NAMESPACE/NAME``: ``stage.py FOLDER``.

ansible-test runs only in such a folder, and does not accept a link. The copy contains the files that git lists, tracked
or untracked, but no ignored files.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

# Not removed: the git repository of the staged tree, and the results of ansible-test.
PRESERVED = {Path(".git"), Path("tests/output")}


def listed_files(checkout: Path) -> set[Path]:
    """Return the files of the collection, relative to the checkout."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=checkout, check=True, stdout=subprocess.PIPE).stdout
    paths = {Path(os.fsdecode(name)) for name in names.split(b"\0") if name}
    return {path for path in paths if (checkout / path).is_file()}


def remove_old_files(staged: Path, files: set[Path]) -> None:
    """Remove the files that the checkout does not contain."""
    for path in sorted(staged.rglob("*"), reverse=True):
        relative = path.relative_to(staged)
        if relative in files or PRESERVED & {relative, *relative.parents}:
            continue
        if not path.is_dir() or path.is_symlink():
            path.unlink()
        elif not any(path.iterdir()):
            path.rmdir()


def copy_changed(checkout: Path, staged: Path, files: set[Path]) -> None:
    """Copy new and changed files. Other files keep their timestamps, so that the caches of tools stay valid."""
    for relative in files:
        source, target = checkout / relative, staged / relative
        if target.is_file() and same_content(source, target):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


def same_content(source: Path, target: Path) -> bool:
    """Compare the content and the permissions of two files. The sanity tests check permissions, too."""
    return source.stat().st_mode == target.stat().st_mode and source.read_bytes() == target.read_bytes()


def main() -> None:
    """Update the staged tree, which is the only argument, from the checkout in the current folder."""
    checkout, staged = Path.cwd(), Path(sys.argv[1])
    if not (checkout / ".git").exists():
        sys.exit("make works in a git clone only, for git lists the files that belong to the collection.")
    files = listed_files(checkout)
    staged.mkdir(parents=True, exist_ok=True)
    # The tools get the list of files from git. The repository of the checkout ignores the staged tree.
    subprocess.run(["git", "init", "--quiet", staged], check=True)
    remove_old_files(staged, files)
    copy_changed(checkout, staged, files)


if __name__ == "__main__":
    main()
