# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Start one simulator for all system tests, and create clients of its services."""

from __future__ import annotations

import os
import sys
import typing as t
from pathlib import Path

import pytest
import requests
from ansible_collections.msgraph.intune.plugins.module_utils._graph.version import VERSION
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import clean_environment
from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
from ansible_collections.msgraph.intune.tests.system.clients import READ_WRITE, SYNC_SECONDS, Client, make_client
from ansible_collections.msgraph.intune.tests.system.commands import run_command
from ansible_collections.msgraph.intune.tests.system.engines import Engines
from ansible_collections.msgraph.intune.tests.tools.ansible_test import plain_path

_TARBALL = f"msgraph-intune-{VERSION}.tar.gz"


@pytest.fixture(scope="session", autouse=True)
def plain_paths() -> t.Iterator[None]:
    """Replace the paths of Python and of the home folder by links without blanks.

    For a task with ``async``, ansible-core before 2.21 quotes neither the Python nor the module's temporary file.
    """
    with (
        plain_path(Path(sys.prefix)) as prefix,
        plain_path(Path.home()) as home,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(sys, "executable", str(prefix / Path(sys.executable).relative_to(sys.prefix)))
        patch.setenv("HOME", str(home))
        yield


@pytest.fixture(scope="session")
def running_simulator() -> t.Iterator[Simulator]:
    with Simulator(sync_seconds=SYNC_SECONDS, page_size=2) as simulator:
        yield simulator


@pytest.fixture
def simulator(running_simulator: Simulator) -> Simulator:
    """Reset the simulator of the session to its initial state."""
    running_simulator.reset()
    return running_simulator


@pytest.fixture(scope="session")
def running_quick_simulator() -> t.Iterator[Simulator]:
    with Simulator(sync_seconds=0, page_size=2) as simulator:
        yield simulator


@pytest.fixture
def quick_simulator(running_quick_simulator: Simulator) -> Simulator:
    """Reset a simulator in which a sync completes before the next task reads the connector."""
    running_quick_simulator.reset()
    return running_quick_simulator


@pytest.fixture
def graph(simulator: Simulator) -> t.Iterator[Client]:
    client = make_client(simulator.graph_url, simulator)
    with client.session:
        yield client


@pytest.fixture
def login(simulator: Simulator) -> t.Iterator[Client]:
    client = make_client(simulator.authority_url, simulator)
    with client.session:
        yield client


@pytest.fixture
def session(simulator: Simulator) -> t.Iterator[requests.Session]:
    """Create the session that libraries such as MSAL use for their requests."""
    with requests.Session() as session:
        session.trust_env = False
        session.verify = simulator.ca_path
        yield session


@pytest.fixture
def writer(simulator: Simulator) -> str:
    """Return a token with the permission to read and write."""
    return simulator.token(roles=[READ_WRITE])


@pytest.fixture
def connector_id(simulator: Simulator) -> str:
    """Return the ID of a connector that completes its syncs."""
    return simulator.connector_ids[0]


@pytest.fixture
def engines(record_property: t.Callable[[str, object], None]) -> Engines:
    """Create the object that finds third-party programs for a test."""
    return Engines(record_property)


@pytest.fixture(scope="session")
def installed_collections(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build and install this collection, and return the folder of collections."""
    folder = tmp_path_factory.mktemp("collections")
    staged = Path(os.environ["ANSIBLE_COLLECTIONS_PATH"]) / "ansible_collections/msgraph/intune"
    galaxy = [sys.executable, "-m", "ansible", "galaxy", "collection"]
    # ansible-galaxy does not install a collection that it finds in this path.
    environment = {**clean_environment(), "ANSIBLE_COLLECTIONS_PATH": str(folder)}
    for command in (["build", str(staged), "--output-path"], ["install", "--offline", f"{folder}/{_TARBALL}", "-p"]):
        run = run_command([*galaxy, *command, str(folder)], environment)
        assert run.returncode == 0, run.stdout + run.stderr
    return folder
