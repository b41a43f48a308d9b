# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs jobs with ansible-runner, which is what AWX starts."""

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
    """A private data folder as AWX prepares it, and what a run leaves in it.

    :param given: the environment of the job, secrets and all; runner reads it from a private file.
    """

    def __init__(self, folder: Path, runner: str, given: t.Mapping[str, str]) -> None:
        self.folder = folder
        self.runner = runner
        for name in ("env", "inventory", "project"):
            (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "inventory/hosts.yml").write_text("all:\n", encoding="utf-8")
        for playbook in PROJECT.glob("*.yml"):
            (folder / "project" / playbook.name).write_bytes(playbook.read_bytes())
        # What signs in goes by the job's own environment, and the rest is the machine's.
        self.environment = {name: value for name, value in given.items() if not name.startswith(_OF_JOB)}
        self.variables = {name: value for name, value in given.items() if name.startswith(_OF_JOB)}
        self.give(**self.variables)

    def give(self, **variables: str) -> None:
        """Let the job have these variables in its environment, and no others of its own."""
        write_private_file(self.folder / "env/envvars", json.dumps(variables).encode())

    def answer(self, **answers: t.Any) -> None:
        """Give extra variables, as a survey does."""
        (self.folder / "env/extravars").write_text(yaml.safe_dump(answers), encoding="utf-8")

    def run(self, *arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command of runner in this folder."""
        return run_command([self.runner, *arguments], self.environment, text=text)

    def play(self, playbook: str, *flags: str, ident: str = "job") -> subprocess.CompletedProcess[str]:
        """Run a playbook of the project."""
        return self.run("run", str(self.folder), "--playbook", playbook, "--ident", ident, *flags)

    def events(self, kind: str, ident: str = "job") -> list[dict[str, t.Any]]:
        """The events of this kind that a run left, in their order."""
        folder = self.folder / "artifacts" / ident / "job_events"
        files = [path for path in folder.glob("*.json") if "partial" not in path.name]
        found = [json.loads(path.read_bytes()) for path in files]
        found.sort(key=lambda event: event["counter"])
        return [event for event in found if event["event"] == kind]

    def result(self, ident: str = "job") -> dict[str, t.Any]:
        """What the sync module returned, whether it failed or not."""
        ends = [*self.events("runner_on_ok", ident), *self.events("runner_on_failed", ident)]
        module = "msgraph.intune.intune_exchange_connector_sync"
        (found,) = (end["event_data"]["res"] for end in ends if end["event_data"]["task_action"] == module)
        return t.cast("dict[str, t.Any]", found)


_OF_JOB = ("AZURE_", "MSGRAPH_", "ANSIBLE_")
