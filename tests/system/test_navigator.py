# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the collection in ansible-navigator, without an execution environment."""

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
    """Return a function that runs a subcommand; its artifact and its log are in the folder of the test."""
    command = engines.command("ansible-navigator")
    common = ["--execution-environment", "false", "--mode", "stdout"]
    # The most verbose level, for the search for secrets.
    common += ["--log-level", "debug", "--log-file", str(tmp_path / "navigator.log")]
    environment = ansible_environment(simulator, ANSIBLE_NAVIGATOR_CONFIG=str(tmp_path / "navigator.yml"))
    (tmp_path / "navigator.yml").write_text("ansible-navigator: {}\n", encoding="utf-8")

    def run(subcommand: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return run_command([command, subcommand, *arguments, *common], environment)

    return run


def test_a_playbook_runs_and_its_artifact_contains_no_secret(
    navigate: Navigate, simulator: Simulator, tmp_path: Path
) -> None:
    artifact = tmp_path / "artifact.json"
    answers = {"connector_id": simulator.connector_ids[0], "if_older_than": 0, "wait": False}
    flags = ["--playbook-artifact-save-as", str(artifact), "-e", json.dumps(answers), "-vvvv"]
    run = navigate("run", str(PROJECT / "sync_exchange_connectors.yml"), *flags)
    assert run.returncode == 0, run.stdout + run.stderr
    assert simulator.journal()[-1]["path"].endswith("/sync")
    artifact_text = artifact.read_text(encoding="utf-8")
    assert json.loads(artifact_text)["status"] == "successful"
    assert "Microsoft Graph accepted a deltaSync" in artifact_text
    for text in (artifact_text, run.stdout, (tmp_path / "navigator.log").read_text(encoding="utf-8")):
        assert simulator.client_secret not in text


def test_the_documentation_of_a_module_is_shown(navigate: Navigate) -> None:
    run = navigate("doc", SYNC)
    assert run.returncode == 0, run.stdout + run.stderr
    text = " ".join(run.stdout.split())
    assert "Asks Microsoft Graph to sync one or more on-premises Exchange connectors" in text
