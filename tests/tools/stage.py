# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copies the collection into a tree of the shape that Ansible's tools demand.

``ansible-test`` runs only in a real folder ``…/ansible_collections/NAMESPACE/NAME``: no link will do.
The copy holds what git lists, tracked or not, but nothing that it ignores.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

# Not copied, and not to be removed either: the tree's own repository and the results that ansible-test writes.
KEPT = {Path(".git"), Path("tests/output")}


def listed_files(checkout: Path) -> set[Path]:
    """Name the files that belong to the collection, relative to the checkout."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=checkout, check=True, stdout=subprocess.PIPE).stdout
    paths = {Path(os.fsdecode(name)) for name in names.split(b"\0") if name}
    return {path for path in paths if (checkout / path).is_file()}


def remove_others(staged: Path, wanted: set[Path]) -> None:
    """Remove what the checkout no longer has."""
    for path in sorted(staged.rglob("*"), reverse=True):
        relative = path.relative_to(staged)
        if relative in wanted or KEPT & {relative, *relative.parents}:
            continue
        if not path.is_dir() or path.is_symlink():
            path.unlink()
        elif not any(path.iterdir()):
            path.rmdir()


def copy_changed(checkout: Path, staged: Path, wanted: set[Path]) -> None:
    """Copy what is new or different; the rest keeps its time stamps, and with them the tools' caches."""
    for relative in wanted:
        source, target = checkout / relative, staged / relative
        if target.is_file() and same_content(source, target):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


def same_content(one: Path, other: Path) -> bool:
    """Compare two files, their permissions included: sanity checks those as well."""
    return one.stat().st_mode == other.stat().st_mode and one.read_bytes() == other.read_bytes()


def main() -> None:
    """Bring the staged tree, named as the only argument, up to date with the checkout in the current folder."""
    checkout, staged = Path.cwd(), Path(sys.argv[1])
    if not (checkout / ".git").exists():
        sys.exit("make works in a git clone only, for git lists the files that belong to the collection.")
    wanted = listed_files(checkout)
    staged.mkdir(parents=True, exist_ok=True)
    # The tools ask git for the files to look at. In a repository of its own, not in the checkout's, which ignores it.
    subprocess.run(["git", "init", "--quiet", staged], check=True)
    remove_others(staged, wanted)
    copy_changed(checkout, staged, wanted)


if __name__ == "__main__":
    main()
