# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a failed task shows first, with the callback of the installed ansible-core and in an AWX job."""

from __future__ import annotations

import json
import subprocess
import typing as t

import pytest
import yaml
from ansible.release import __version__
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import ansible_environment
from ansible_collections.msgraph.intune.tests.system.commands import keep_output
from ansible_collections.msgraph.intune.tests.system.jobs import Job
from ansible_collections.msgraph.intune.tests.system.playbooks import SYNC, playbook_command

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
    from ansible_collections.msgraph.intune.tests.system.engines import Engines

# AWX stores no more characters of the output of one event.
STORED = 1024
IN_VAIN = {"all_connectors": True, "if_older_than": 0, "wait": True, "wait_timeout": 0.4, "wait_sleep": 0.2}
MESSAGE = "Could not see the deltaSync of 100 Exchange connectors finish"


@pytest.fixture
def tenant(simulator: Simulator) -> Simulator:
    """A tenant of 100 connectors that never complete a sync."""
    names = [f"EX{number:03}.contoso.example" for number in range(100)]
    simulator.set_connectors([{"id": f"id-{name}", "serverName": name, "stuck": True} for name in names])
    return simulator


def play(tenant: Simulator, folder: Path, **keywords: t.Any) -> str:
    """Run a task that fails, and return what a terminal shows."""
    task = {SYNC: IN_VAIN, **keywords}
    start = {"hosts": "localhost", "connection": "local", "gather_facts": False}
    playbook = folder / "playbook.yml"
    variables = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    playbook.write_text(yaml.safe_dump([{**start, "vars": variables, "tasks": [task]}]), encoding="utf-8")
    run = subprocess.run(
        playbook_command(playbook),
        env=ansible_environment(tenant),
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    keep_output(run.stdout)
    assert run.returncode == 2, run.stdout
    return run.stdout


@pytest.mark.parametrize("in_process", [True, False])
def test_its_message_is_shown_once_before_its_result(tenant: Simulator, tmp_path: Path, in_process: bool) -> None:
    before, fatal, _result = play(tenant, tmp_path, vars={"msgraph_in_process": in_process}).partition("fatal: ")
    assert fatal
    assert before.count(MESSAGE) == 1


@pytest.mark.skipif(__version__ >= "2.19", reason="ansible-core itself shows the message of a task in spite of no_log")
def test_its_message_is_hidden_with_no_log(tenant: Simulator, tmp_path: Path) -> None:
    assert MESSAGE not in play(tenant, tmp_path, no_log=True)


def test_awx_stores_its_message(tenant: Simulator, engines: Engines, tmp_path: Path) -> None:
    job = Job(tmp_path / "job", engines.command("ansible-runner"), ansible_environment(tenant))
    job.answer(**IN_VAIN)
    run = job.play("sync_exchange_connectors.yml")
    assert run.returncode != 0
    files = (job.folder / "artifacts/job/job_events").glob("*.json")
    events = [json.loads(path.read_bytes()) for path in files if "partial" not in path.name]
    assert any(MESSAGE in event["stdout"][:STORED] for event in events)
    (failed,) = job.events("runner_on_failed")
    assert len(failed["stdout"]) < 150_000
