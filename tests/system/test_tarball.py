# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is published is what git lists, whatever make and the tools have left in the checkout."""

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
# For git, the forge and whoever works on this repository; galaxy.yml becomes MANIFEST.json.
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
    """The checkout as it is, changes that are not committed included, and nothing that git ignores."""
    folder = tmp_path / "clone"
    for name in git(CHECKOUT, "ls-files", "--cached", "--others", "--exclude-standard"):
        if (CHECKOUT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CHECKOUT / name, folder / name, follow_symlinks=False)
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    return folder


def published(folder: Path, output: Path) -> set[str]:
    """Build the collection in the folder; the files of its tarball."""
    galaxy = [sys.executable, "-m", "ansible", "galaxy", "collection", "build", str(folder)]
    run = run_command([*galaxy, "--output-path", str(output)], clean_environment())
    assert run.returncode == 0, run.stderr
    (tarball,) = output.iterdir()
    with tarfile.open(tarball) as archive:
        return {member.name for member in archive if not member.isdir()}


def examples(ignored: t.Iterable[str]) -> t.Iterator[str]:
    """For each line of .gitignore a file that it keeps out."""
    for line in ignored:
        if line and not line.startswith("#"):
            name = re.sub(r"\[(.).*?\]", r"\1", line.lstrip("/").replace("*", "-left"))
            yield f"{name}left" if name.endswith("/") else name


def test_leftovers_stay_at_home(clone: Path, tmp_path: Path) -> None:
    listed = set(git(clone, "ls-files", "--others", "--exclude-standard"))
    # What git ignores by rule, and what is here now.
    here = git(CHECKOUT, "ls-files", "--others", "--ignored", "--exclude-per-directory=.gitignore", "--directory")
    leftovers = {
        *examples((clone / ".gitignore").read_text().splitlines()),
        *(f"{name}left" if name.endswith("/") else name for name in here),
        "plugins/modules/__pycache__/left.pyc",
    }
    for name in leftovers:
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        (clone / name).write_text("left behind")
    # Else this test would show nothing.
    assert set(git(clone, "ls-files", "--others", "--exclude-standard")) == listed
    assert len(leftovers) > 10

    wanted = {name for name in listed if not name.startswith(NOT_PUBLISHED)}
    assert published(clone, tmp_path / "output") == wanted | MADE_BY_THE_BUILD


def test_the_manifest_says_whose_and_under_which_licence(installed_collections: Path) -> None:
    manifest = json.loads((installed_collections / "ansible_collections/msgraph/intune/MANIFEST.json").read_bytes())
    facts = manifest["collection_info"]
    assert (facts["namespace"], facts["name"]) == ("msgraph", "intune")
    assert facts["license"] == ["GPL-3.0-or-later"]
    assert facts["dependencies"] == {}
    # Galaxy's limit.
    assert len(facts["tags"]) <= 20
