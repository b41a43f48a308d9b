# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run jobs in ansible-runner like AWX does, and search their artifacts for secrets."""

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


class TestJobs:
    def test_a_playbook_of_the_project_triggers_a_sync(self, job: Job, simulator: Simulator) -> None:
        run = job.play(SYNC)
        assert (run.returncode, triggers(simulator)) == (0, 1), run.stdout
        result = job.result()
        assert (result["changed"], result["connectors"][0]["action"]) == (True, "triggered")
        (stats,) = job.events("playbook_on_stats")
        assert stats["event_data"]["changed"] == {"localhost": 1}

    def test_check_mode_triggers_no_sync(self, job: Job, simulator: Simulator) -> None:
        # AWX passes check mode on the command line.
        run = job.play(SYNC, "--cmdline=--check")
        assert (run.returncode, triggers(simulator)) == (0, 0), run.stdout
        assert job.result()["connectors"][0]["action"] == "would_trigger"

    def test_the_report_playbook_writes_a_page(self, job: Job, tmp_path: Path) -> None:
        (tmp_path / "pages").mkdir()
        job.answer(folder=str(tmp_path / "pages"))
        run = job.play(REPORT)
        assert run.returncode == 0, run.stdout
        assert (tmp_path / "pages/exchange_connector_report.html").exists()

    def test_an_ad_hoc_command_reads_connectors(self, job: Job) -> None:
        (job.folder / "env/extravars").unlink()
        python = "ansible_python_interpreter={{ ansible_playbook_python }}"
        flags = ["--module", INFO, "--hosts", "localhost", "--ident", "job", "--cmdline", f"-e '{python}'"]
        run = job.run("run", str(job.folder), *flags)
        assert run.returncode == 0, run.stdout
        (end,) = job.events("runner_on_ok")
        assert end["event_data"]["res"]["counts"]["total"] == 3

    def test_a_failed_job_returns_the_kind_and_the_message(self, job: Job, simulator: Simulator) -> None:
        job.answer(connector_id="gone", wait=False)
        run = job.play(SYNC)
        assert run.returncode != 0
        result = job.result()
        assert result["error"]["kind"] == "not_found"
        assert "'gone'" in result["msg"]
        assert result["msg"] in run.stdout.replace("\n", "")
        assert triggers(simulator) == 0

    def test_a_job_runs_with_transmit_worker_and_process(self, job: Job, simulator: Simulator, tmp_path: Path) -> None:
        """Pack a job, run it in another folder, and unpack its artifacts, like AWX does."""
        # Without this setting, Ansible would print into the data between the three commands.
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
    """Artifacts contain no secret. The exception is ``command``, where ansible-runner records the environment."""

    FAULTS: t.ClassVar[dict[str, dict[str, t.Any]]] = {
        "without a fault": {},
        "with a refused token": {
            "service": "graph",
            "status": 401,
            "body": {"error": {"code": "InvalidAuthenticationToken"}},
        },
        "without a permission": {"service": "graph", "status": 403, "body": {"error": {"code": "Forbidden"}}},
        "with an unavailable service": {"service": "graph", "status": 503},
        "with a captive portal": {"service": "graph", "status": 200, "body": "<html>Sign in</html>"},
        "with an invalid response of the login service": {
            "service": "login",
            "path": "token",
            "status": 200,
            "body": "odd",
        },
    }

    @pytest.fixture
    def secrets(self, simulator: Simulator) -> t.Callable[[], list[bytes]]:
        """Return a function that lists the secrets of this tenant and each issued token."""

        def known() -> list[bytes]:
            record = os.environ.get("GRAPH_SIMULATOR_SECRETS")
            recorded = [] if record is None else Path(record).read_bytes().split(b"\n")
            configured = [simulator.client_secret.encode(), simulator.password.encode()]
            return [secret for secret in [*configured, *recorded] if len(secret) >= 16]

        return known

    @pytest.mark.parametrize("verbosity", [[], ["-vvvv"]], ids=["quiet", "verbose"])
    @pytest.mark.parametrize("fault", FAULTS)
    def test_artifacts_contain_no_secret_and_no_token(
        self, job: Job, simulator: Simulator, secrets: t.Callable[[], list[bytes]], fault: str, verbosity: list[str]
    ) -> None:
        simulator.faults([{**self.FAULTS[fault], "times": None}] if self.FAULTS[fault] else [])
        job.give(**job.variables, MSGRAPH_RETRIES="0")
        run = job.play(SYNC, *verbosity)
        assert (run.returncode == 0) == (fault == "without a fault"), run.stdout
        known = secrets()
        assert leaks(job.folder, known) == []
        assert not [secret for secret in known if secret in (run.stdout + run.stderr).encode()]

    def test_artifacts_do_not_contain_a_wrong_secret(self, job: Job) -> None:
        wrong = "an-invented-secret-that-is-not-registered"
        job.give(**{**job.variables, "AZURE_CLIENT_SECRET": wrong})
        assert job.play(SYNC, "-vvvv").returncode != 0
        assert job.result()["error"]["kind"] == "authentication"
        assert leaks(job.folder, [wrong.encode()]) == []

    @pytest.mark.parametrize("kind", ["access_token", "federated_token", "password"])
    def test_artifacts_do_not_contain_other_credentials(
        self, job: Job, simulator: Simulator, writer: str, kind: str
    ) -> None:
        federated = simulator.federated_token()
        credential = {
            "access_token": {"MSGRAPH_ACCESS_TOKEN": writer},
            "federated_token": {"AZURE_FEDERATED_TOKEN": federated},
            "password": {"AZURE_USERNAME": simulator.username, "AZURE_PASSWORD": simulator.password},
        }[kind]
        variables = {name: value for name, value in job.variables.items() if name != "AZURE_CLIENT_SECRET"}
        if kind == "password":
            del variables["AZURE_CLIENT_ID"]
        job.give(**variables, **credential)
        run = job.play(SYNC, "-vvvv")
        assert run.returncode == 0, run.stdout
        assert job.result()["graph"]["auth_method"] == kind
        known = [secret.encode() for secret in (writer, federated, simulator.password)]
        assert leaks(job.folder, known) == []

    def test_the_search_finds_a_secret_in_an_artifact(self, job: Job, simulator: Simulator) -> None:
        job.play(SYNC)
        (job.folder / "artifacts/job/stdout").write_bytes(simulator.client_secret.encode())
        assert leaks(job.folder, [simulator.client_secret.encode()]) == ["artifacts/job/stdout"]
        (job.folder / "artifacts/job/stdout").unlink()


def leaks(folder: Path, secrets: t.Sequence[bytes]) -> list[str]:
    """Return the files that contain a secret in any encoding, except the two files that ansible-runner needs."""
    encodings = {form for secret in secrets for form in forms(secret)}
    files = [path for path in folder.rglob("*") if path.is_file()]
    matches = [path for path in files if any(form in path.read_bytes() for form in encodings)]
    expected = {folder / "env/envvars", *folder.glob("artifacts/*/command")}
    return [str(path.relative_to(folder)) for path in matches if path not in expected]
