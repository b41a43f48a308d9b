# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tarball contains the files that git lists, and no other files of the checkout."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import typing as t
from pathlib import Path

import pytest
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import clean_environment
from ansible_collections.msgraph.intune.tests.system.commands import run_command

CHECKOUT = Path(__file__).parents[2]
# Files for git, GitHub and contributors. The build turns galaxy.yml into MANIFEST.json.
NOT_PUBLISHED = (
    ".ci/",
    ".editorconfig",
    ".github/",
    ".gitignore",
    ".pre-commit-config.yaml",
    "antsibull-nox.toml",
    "galaxy.yml",
    "noxfile.py",
)
MADE_BY_THE_BUILD = {"FILES.json", "MANIFEST.json"}


def git(folder: Path, *arguments: str) -> list[str]:
    done = subprocess.run(["git", *arguments, "-z"], cwd=folder, check=True, stdout=subprocess.PIPE)
    return [os.fsdecode(name) for name in done.stdout.split(b"\0") if name]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Copy the checkout with uncommitted changes, without ignored files."""
    folder = tmp_path / "clone"
    for name in git(CHECKOUT, "ls-files", "--cached", "--others", "--exclude-standard"):
        if (CHECKOUT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CHECKOUT / name, folder / name, follow_symlinks=False)
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    return folder


def published(folder: Path, output: Path) -> set[str]:
    """Build the collection in the folder, and return the names of the files in the tarball."""
    galaxy = [sys.executable, "-m", "ansible", "galaxy", "collection", "build", str(folder)]
    run = run_command([*galaxy, "--output-path", str(output)], clean_environment())
    assert run.returncode == 0, run.stderr
    (tarball,) = output.iterdir()
    with tarfile.open(tarball) as archive:
        return {entry.name for entry in archive if not entry.isdir()}


def examples(ignored: t.Iterable[str]) -> t.Iterator[str]:
    """Yield one file that git ignores for each line of .gitignore."""
    for line in ignored:
        if line and not line.startswith("#"):
            name = re.sub(r"\[(.).*?\]", r"\1", line.lstrip("/").replace("*", "-left"))
            yield f"{name}left" if name.endswith("/") else name


def test_ignored_files_are_not_in_the_tarball(clone: Path, tmp_path: Path) -> None:
    listed = set(git(clone, "ls-files", "--others", "--exclude-standard"))
    # Examples for each rule, and the ignored files that exist now.
    existing = git(CHECKOUT, "ls-files", "--others", "--ignored", "--exclude-per-directory=.gitignore", "--directory")
    leftovers = {
        *examples((clone / ".gitignore").read_text().splitlines()),
        *(f"{name}left" if name.endswith("/") else name for name in existing),
        "plugins/modules/__pycache__/left.pyc",
    }
    for name in leftovers:
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        (clone / name).write_text("ignored")
    # git must ignore the new files.
    assert set(git(clone, "ls-files", "--others", "--exclude-standard")) == listed
    assert len(leftovers) > 10

    expected = {name for name in listed if not name.startswith(NOT_PUBLISHED)}
    assert published(clone, tmp_path / "output") == expected | MADE_BY_THE_BUILD


def test_the_manifest_has_the_name_and_the_licence(installed_collections: Path) -> None:
    manifest = json.loads((installed_collections / "ansible_collections/msgraph/intune/MANIFEST.json").read_bytes())
    info = manifest["collection_info"]
    assert (info["namespace"], info["name"]) == ("msgraph", "intune")
    assert info["license"] == ["GPL-3.0-or-later"]
    assert info["dependencies"] == {}
    # Galaxy accepts at most 20 tags.
    assert len(info["tags"]) <= 20
