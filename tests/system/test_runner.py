# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs in the real ansible-runner, in each way in which AWX and its users start them, and what they leave behind."""

from __future__ import annotations

import json
import os
import subprocess
import typing as t
from pathlib import Path

import pytest
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import ansible_environment
from ansible_collections.msgraph.intune.tests.system.jobs import Job
from ansible_collections.msgraph.intune.tests.tools.secret_scan import forms

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
    from ansible_collections.msgraph.intune.tests.system.engines import Engines

SYNC, REPORT = "sync_exchange_connectors.yml", "exchange_connector_report.yml"
INFO = "msgraph.intune.intune_exchange_connector_info"


@pytest.fixture
def runner(engines: Engines) -> str:
    return engines.command("ansible-runner")


@pytest.fixture
def job(simulator: Simulator, runner: str, tmp_path: Path) -> Job:
    """A job that syncs one connector."""
    job = Job(tmp_path / "job", runner, ansible_environment(simulator))
    job.answer(connector_id=simulator.connector_ids[0], if_older_than=0, wait=False)
    return job


def triggers(simulator: Simulator) -> int:
    return sum(entry["path"].endswith("/sync") for entry in simulator.journal())


class TestWays:
    def test_a_playbook_of_the_project(self, job: Job, simulator: Simulator) -> None:
        run = job.play(SYNC)
        assert (run.returncode, triggers(simulator)) == (0, 1), run.stdout
        result = job.result()
        assert (result["changed"], result["connectors"][0]["action"]) == (True, "triggered")
        (stats,) = job.events("playbook_on_stats")
        assert stats["event_data"]["changed"] == {"localhost": 1}

    def test_a_dry_run(self, job: Job, simulator: Simulator) -> None:
        # AWX asks for it on the command line.
        run = job.play(SYNC, "--cmdline=--check")
        assert (run.returncode, triggers(simulator)) == (0, 0), run.stdout
        assert job.result()["connectors"][0]["action"] == "would_trigger"

    def test_a_report(self, job: Job, tmp_path: Path) -> None:
        (tmp_path / "pages").mkdir()
        job.answer(folder=str(tmp_path / "pages"))
        run = job.play(REPORT)
        assert run.returncode == 0, run.stdout
        assert (tmp_path / "pages/exchange_connector_report.html").exists()

    def test_an_ad_hoc_command(self, job: Job) -> None:
        (job.folder / "env/extravars").unlink()
        python = "ansible_python_interpreter={{ ansible_playbook_python }}"
        flags = ["--module", INFO, "--hosts", "localhost", "--ident", "job", "--cmdline", f"-e '{python}'"]
        run = job.run("run", str(job.folder), *flags)
        assert run.returncode == 0, run.stdout
        (end,) = job.events("runner_on_ok")
        assert end["event_data"]["res"]["counts"]["total"] == 3

    def test_a_failure_tells_what_and_why(self, job: Job, simulator: Simulator) -> None:
        job.answer(connector_id="gone", wait=False)
        run = job.play(SYNC)
        assert run.returncode != 0
        result = job.result()
        assert result["error"]["kind"] == "not_found"
        assert "'gone'" in result["msg"]
        assert result["msg"] in run.stdout.replace("\n", "")
        assert triggers(simulator) == 0

    def test_transmit_worker_and_process(self, job: Job, simulator: Simulator, tmp_path: Path) -> None:
        """As AWX does: one side packs the job, another runs it, and the first one unpacks what it left."""
        # Else what Ansible prints would stand among what the three say to one another.
        (job.folder / "env/settings").write_text(json.dumps({"suppress_ansible_output": True}), encoding="utf-8")
        worker, back = tmp_path / "worker", tmp_path / "back"
        for folder in (worker, back):
            folder.mkdir(mode=0o700)
        steps = [
            ["transmit", str(job.folder), "--playbook", SYNC, "--ident", "job"],
            ["worker", "--private-data-dir", str(worker)],
            ["process", str(back), "--ident", "job"],
        ]
        packed = b""
        for step in steps:
            done = subprocess.run(
                [job.runner, *step], input=packed, env=job.environment, check=False, stdout=subprocess.PIPE
            )
            assert done.returncode == 0, done.stdout[-2000:]
            packed = done.stdout
        assert triggers(simulator) == 1
        events = [json.loads(path.read_bytes()) for path in (back / "artifacts/job/job_events").glob("*.json")]
        (stats,) = (event for event in events if event["event"] == "playbook_on_stats")
        assert stats["event_data"]["changed"] == {"localhost": 1}
        secret = simulator.client_secret.encode()
        assert leaks(back, [secret]) == leaks(worker, [secret]) == []


class TestSecrets:
    """Nothing that a job leaves holds one, but ``command``, in which runner itself writes down the environment."""

    ANSWERS: t.ClassVar[dict[str, dict[str, t.Any]]] = {
        "well": {},
        "with a refused token": {
            "service": "graph",
            "status": 401,
            "body": {"error": {"code": "InvalidAuthenticationToken"}},
        },
        "without a permission": {"service": "graph", "status": 403, "body": {"error": {"code": "Forbidden"}}},
        "with a service that is down": {"service": "graph", "status": 503},
        "with a portal in between": {"service": "graph", "status": 200, "body": "<html>Sign in</html>"},
        "with a login service that answers oddly": {"service": "login", "path": "token", "status": 200, "body": "odd"},
    }

    @pytest.fixture
    def secrets(self, simulator: Simulator) -> t.Callable[[], list[bytes]]:
        """What is secret in this tenant, and every token that was handed out so far."""

        def known() -> list[bytes]:
            record = os.environ.get("GRAPH_SIMULATOR_SECRETS")
            recorded = [] if record is None else Path(record).read_bytes().split(b"\n")
            given = [simulator.client_secret, simulator.password]
            return [secret for secret in [*(one.encode() for one in given), *recorded] if len(secret) >= 16]

        return known

    @pytest.mark.parametrize("verbosity", [[], ["-vvvv"]], ids=["quiet", "verbose"])
    @pytest.mark.parametrize("way", ANSWERS)
    def test_a_secret_and_the_token_for_it(
        self, job: Job, simulator: Simulator, secrets: t.Callable[[], list[bytes]], way: str, verbosity: list[str]
    ) -> None:
        simulator.faults([{**self.ANSWERS[way], "times": None}] if self.ANSWERS[way] else [])
        job.give(**job.variables, MSGRAPH_RETRIES="0")
        run = job.play(SYNC, *verbosity)
        assert (run.returncode == 0) == (way == "well"), run.stdout
        known = secrets()
        assert leaks(job.folder, known) == []
        assert not [secret for secret in known if secret in (run.stdout + run.stderr).encode()]

    def test_a_secret_that_is_wrong(self, job: Job) -> None:
        wrong = "an-invented-secret-that-nobody-registered"
        job.give(**{**job.variables, "AZURE_CLIENT_SECRET": wrong})
        assert job.play(SYNC, "-vvvv").returncode != 0
        assert job.result()["error"]["kind"] == "authentication"
        assert leaks(job.folder, [wrong.encode()]) == []

    @pytest.mark.parametrize("kind", ["access_token", "federated_token", "password"])
    def test_other_credentials(self, job: Job, simulator: Simulator, writer: str, kind: str) -> None:
        federated = simulator.federated_token()
        given = {
            "access_token": {"MSGRAPH_ACCESS_TOKEN": writer},
            "federated_token": {"AZURE_FEDERATED_TOKEN": federated},
            "password": {"AZURE_USERNAME": simulator.username, "AZURE_PASSWORD": simulator.password},
        }[kind]
        kept = {name: value for name, value in job.variables.items() if name != "AZURE_CLIENT_SECRET"}
        if kind == "password":
            del kept["AZURE_CLIENT_ID"]
        job.give(**kept, **given)
        run = job.play(SYNC, "-vvvv")
        assert run.returncode == 0, run.stdout
        assert job.result()["graph"]["auth_method"] == kind
        known = [secret.encode() for secret in (writer, federated, simulator.password)]
        assert leaks(job.folder, known) == []

    def test_the_search_finds_what_there_is(self, job: Job, simulator: Simulator) -> None:
        job.play(SYNC)
        (job.folder / "artifacts/job/stdout").write_bytes(simulator.client_secret.encode())
        assert leaks(job.folder, [simulator.client_secret.encode()]) == ["artifacts/job/stdout"]
        (job.folder / "artifacts/job/stdout").unlink()


def leaks(folder: Path, secrets: t.Sequence[bytes]) -> list[str]:
    """The files that hold a secret in any form, but for what runner was given and its own record of that."""
    wanted = {form for secret in secrets for form in forms(secret)}
    files = [path for path in folder.rglob("*") if path.is_file()]
    found = [path for path in files if any(form in path.read_bytes() for form in wanted)]
    meant = {folder / "env/envvars", *folder.glob("artifacts/*/command")}
    return [str(path.relative_to(folder)) for path in found if path not in meant]
