# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Install the collection from a file and from git, and run it without the checkout and in an empty home folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.version import VERSION
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import ansible_environment
from ansible_collections.msgraph.intune.tests.system.commands import run_command

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator

STAGED = Path(os.environ["ANSIBLE_COLLECTIONS_PATH"], "ansible_collections/msgraph/intune")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Create a git repository with the files of the checkout, and commit them."""
    folder = tmp_path / "repository"
    shutil.copytree(STAGED, folder, symlinks=True, ignore=shutil.ignore_patterns(".git", "output"))
    author = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"]
    for command in (["init", "--quiet"], ["add", "--all"], [*author, "commit", "--quiet", "--message", "All"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


@pytest.fixture
def clean_user(simulator: Simulator, tmp_path: Path) -> tuple[dict[str, str], Path]:
    """Return the environment of a user without the checkout, and the folder for installed collections."""
    home = tmp_path / "home"
    home.mkdir()
    collections = tmp_path / "collections"
    environment = ansible_environment(
        simulator, HOME=str(home), ANSIBLE_HOME=str(home / ".ansible"), ANSIBLE_REMOTE_TEMP=str(home / "tmp")
    )
    return {**environment, "ANSIBLE_COLLECTIONS_PATH": str(collections)}, collections


def test_the_collection_installs_from_a_file(
    clean_user: tuple[dict[str, str], Path], installed_collections: Path, connector_id: str
) -> None:
    (tarball,) = installed_collections.glob("*.tar.gz")
    install_and_sync(str(tarball), clean_user, connector_id)


def test_the_collection_installs_from_git(
    clean_user: tuple[dict[str, str], Path], repository: Path, connector_id: str
) -> None:
    install_and_sync(f"git+{repository.as_uri()}", clean_user, connector_id)


def install_and_sync(source: str, clean_user: tuple[dict[str, str], Path], connector_id: str) -> None:
    environment, collections = clean_user
    folder = collections.parent
    galaxy = [sys.executable, "-m", "ansible", "galaxy", "collection"]
    installed = run_command([*galaxy, "install", source], environment, folder=folder)
    assert installed.returncode == 0, installed.stdout + installed.stderr
    assert "WARNING" not in installed.stdout + installed.stderr

    listing = run_command([*galaxy, "list", "--format", "json"], environment, folder=folder)
    versions = {
        path: installed_here["msgraph.intune"]
        for path, installed_here in json.loads(listing.stdout).items()
        if "msgraph.intune" in installed_here
    }
    assert versions == {str(collections / "ansible_collections"): {"version": VERSION}}

    ansible = [
        sys.executable,
        "-m",
        "ansible",
        "adhoc",
        "localhost",
        "-e",
        "ansible_python_interpreter={{ ansible_playbook_python }}",
    ]
    module = ["-m", "msgraph.intune.intune_exchange_connector_sync", "-a", f"connector_id={connector_id}"]
    synced = run_command([*ansible, *module], environment, folder=folder)
    assert synced.returncode == 0, synced.stdout + synced.stderr
    assert '"action": "triggered"' in synced.stdout
