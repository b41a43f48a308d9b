# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run jobs with ansible-runner, which AWX uses, too."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import yaml
from ansible_collections.msgraph.intune.tests.graph_simulator.private_file import write_private_file
from ansible_collections.msgraph.intune.tests.system.commands import run_command

if t.TYPE_CHECKING:
    import subprocess

PROJECT = Path(__file__).parents[2] / "roles/awx_setup/files/project"


class Job:
    """Prepare a private data folder like AWX does, run jobs in it, and read their artifacts.

    :param environment: the environment of the job, with its secrets. ansible-runner reads it from a private file.
    """

    def __init__(self, folder: Path, runner: str, environment: t.Mapping[str, str]) -> None:
        self.folder = folder
        self.runner = runner
        for name in ("env", "inventory", "project"):
            (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "inventory/hosts.yml").write_text("all:\n", encoding="utf-8")
        for playbook in PROJECT.glob("*.yml"):
            (folder / "project" / playbook.name).write_bytes(playbook.read_bytes())
        # The job gets the variables that sign in. The other variables are the environment of ansible-runner.
        self.environment = {name: value for name, value in environment.items() if not name.startswith(_JOB_VARIABLES)}
        self.variables = {name: value for name, value in environment.items() if name.startswith(_JOB_VARIABLES)}
        self.give(**self.variables)

    def give(self, **variables: str) -> None:
        """Set the environment variables of the job; replace the previous ones."""
        write_private_file(self.folder / "env/envvars", json.dumps(variables).encode())

    def answer(self, **answers: t.Any) -> None:
        """Set extra variables, like the answers of a survey."""
        (self.folder / "env/extravars").write_text(yaml.safe_dump(answers), encoding="utf-8")

    def run(self, *arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command of ansible-runner in this folder."""
        return run_command([self.runner, *arguments], self.environment, text=text)

    def play(self, playbook: str, *flags: str, ident: str = "job") -> subprocess.CompletedProcess[str]:
        """Run a playbook of the project."""
        return self.run("run", str(self.folder), "--playbook", playbook, "--ident", ident, *flags)

    def events(self, kind: str, ident: str = "job") -> list[dict[str, t.Any]]:
        """Return the events of this kind from a run, in their order."""
        folder = self.folder / "artifacts" / ident / "job_events"
        files = [path for path in folder.glob("*.json") if "partial" not in path.name]
        all_events = [json.loads(path.read_bytes()) for path in files]
        all_events.sort(key=lambda event: event["counter"])
        return [event for event in all_events if event["event"] == kind]

    def result(self, ident: str = "job") -> dict[str, t.Any]:
        """Return the result of the sync module, also that of a failed task."""
        ends = [*self.events("runner_on_ok", ident), *self.events("runner_on_failed", ident)]
        module = "msgraph.intune.intune_exchange_connector_sync"
        (result,) = (end["event_data"]["res"] for end in ends if end["event_data"]["task_action"] == module)
        return t.cast("dict[str, t.Any]", result)


_JOB_VARIABLES = ("AZURE_", "MSGRAPH_", "ANSIBLE_")
