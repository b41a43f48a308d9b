# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection in the real ansible-navigator, without an image."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import ansible_environment
from ansible_collections.msgraph.intune.tests.system.commands import run_command
from ansible_collections.msgraph.intune.tests.system.jobs import PROJECT
from ansible_collections.msgraph.intune.tests.system.playbooks import SYNC

if t.TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
    from ansible_collections.msgraph.intune.tests.system.engines import Engines

Navigate = t.Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def navigate(engines: Engines, simulator: Simulator, tmp_path: Path) -> Navigate:
    """Runs a subcommand on a plain terminal; its artifact and its log stay in the test's folder."""
    command = engines.command("ansible-navigator")
    common = ["--execution-environment", "false", "--mode", "stdout"]
    # The log tells all that it can tell.
    common += ["--log-level", "debug", "--log-file", str(tmp_path / "navigator.log")]
    environment = ansible_environment(simulator, ANSIBLE_NAVIGATOR_CONFIG=str(tmp_path / "navigator.yml"))
    (tmp_path / "navigator.yml").write_text("ansible-navigator: {}\n", encoding="utf-8")

    def run(subcommand: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return run_command([command, subcommand, *arguments, *common], environment)

    return run


def test_a_playbook_of_the_project_and_what_it_leaves(navigate: Navigate, simulator: Simulator, tmp_path: Path) -> None:
    artifact = tmp_path / "artifact.json"
    answers = {"connector_id": simulator.connector_ids[0], "if_older_than": 0, "wait": False}
    flags = ["--playbook-artifact-save-as", str(artifact), "-e", json.dumps(answers), "-vvvv"]
    run = navigate("run", str(PROJECT / "sync_exchange_connectors.yml"), *flags)
    assert run.returncode == 0, run.stdout + run.stderr
    assert simulator.journal()[-1]["path"].endswith("/sync")
    saved = artifact.read_text(encoding="utf-8")
    assert json.loads(saved)["status"] == "successful"
    assert "Microsoft Graph accepted a deltaSync" in saved
    for text in (saved, run.stdout, (tmp_path / "navigator.log").read_text(encoding="utf-8")):
        assert simulator.client_secret not in text


def test_the_documentation_of_a_module(navigate: Navigate) -> None:
    run = navigate("doc", SYNC)
    assert run.returncode == 0, run.stdout + run.stderr
    shown = " ".join(run.stdout.split())
    assert "Asks Microsoft Graph to sync one or more on-premises Exchange connectors" in shown
