# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One running simulator for all system tests, and clients of its services."""

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
    """Give this Python and the home folder paths without blanks.

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
    """The simulator of the session, as if it had just started."""
    running_simulator.reset()
    return running_simulator


@pytest.fixture(scope="session")
def running_quick_simulator() -> t.Iterator[Simulator]:
    with Simulator(sync_seconds=0, page_size=2) as simulator:
        yield simulator


@pytest.fixture
def quick_simulator(running_quick_simulator: Simulator) -> Simulator:
    """One where a sync completes before the next task looks, as if it had just started."""
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
    """What libraries such as MSAL send their requests with."""
    with requests.Session() as session:
        session.trust_env = False
        session.verify = simulator.ca_path
        yield session


@pytest.fixture
def writer(simulator: Simulator) -> str:
    """A token that may do everything."""
    return simulator.token(roles=[READ_WRITE])


@pytest.fixture
def connector_id(simulator: Simulator) -> str:
    """The id of a connector that completes its syncs."""
    return simulator.connector_ids[0]


@pytest.fixture
def engines(record_property: t.Callable[[str, object], None]) -> Engines:
    """Finds the programs of others that a test runs against."""
    return Engines(record_property)


@pytest.fixture(scope="session")
def installed_collections(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of collections with this one, built and installed as a user would."""
    folder = tmp_path_factory.mktemp("collections")
    staged = Path(os.environ["ANSIBLE_COLLECTIONS_PATH"]) / "ansible_collections/msgraph/intune"
    galaxy = [sys.executable, "-m", "ansible", "galaxy", "collection"]
    # With the staged one in sight there would be nothing to install.
    environment = {**clean_environment(), "ANSIBLE_COLLECTIONS_PATH": str(folder)}
    for command in (["build", str(staged), "--output-path"], ["install", "--offline", f"{folder}/{_TARBALL}", "-p"]):
        run = run_command([*galaxy, *command, str(folder)], environment)
        assert run.returncode == 0, run.stdout + run.stderr
    return folder
