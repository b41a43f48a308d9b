# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection installed in each of ansible-galaxy's ways works without the checkout and in an empty home."""

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
    """A git repository of what the checkout holds, committed."""
    folder = tmp_path / "repository"
    shutil.copytree(STAGED, folder, symlinks=True, ignore=shutil.ignore_patterns(".git", "output"))
    author = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.com", "-c", "commit.gpgsign=false"]
    for command in (["init", "--quiet"], ["add", "--all"], [*author, "commit", "--quiet", "--message", "All"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


@pytest.fixture
def outside(simulator: Simulator, tmp_path: Path) -> tuple[dict[str, str], Path]:
    """The environment of somebody who has never seen the checkout, and the folder that they install into."""
    home = tmp_path / "home"
    home.mkdir()
    collections = tmp_path / "collections"
    environment = ansible_environment(
        simulator, HOME=str(home), ANSIBLE_HOME=str(home / ".ansible"), ANSIBLE_REMOTE_TEMP=str(home / "tmp")
    )
    return {**environment, "ANSIBLE_COLLECTIONS_PATH": str(collections)}, collections


def test_from_a_file(outside: tuple[dict[str, str], Path], installed_collections: Path, connector_id: str) -> None:
    (tarball,) = installed_collections.glob("*.tar.gz")
    install_and_sync(str(tarball), outside, connector_id)


def test_from_git(outside: tuple[dict[str, str], Path], repository: Path, connector_id: str) -> None:
    install_and_sync(f"git+{repository.as_uri()}", outside, connector_id)


def install_and_sync(source: str, outside: tuple[dict[str, str], Path], connector_id: str) -> None:
    environment, collections = outside
    elsewhere = collections.parent
    galaxy = [sys.executable, "-m", "ansible", "galaxy", "collection"]
    installed = run_command([*galaxy, "install", source], environment, folder=elsewhere)
    assert installed.returncode == 0, installed.stdout + installed.stderr
    assert "WARNING" not in installed.stdout + installed.stderr

    join_limited = run_command([*galaxy, "list", "--format", "json"], environment, folder=elsewhere)
    found = {
        path: held["msgraph.intune"]
        for path, held in json.loads(join_limited.stdout).items()
        if "msgraph.intune" in held
    }
    assert found == {str(collections / "ansible_collections"): {"version": VERSION}}

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
    synced = run_command([*ansible, *module], environment, folder=elsewhere)
    assert synced.returncode == 0, synced.stdout + synced.stderr
    assert '"action": "triggered"' in synced.stdout
