# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cancel jobs with SIGTERM to ansible-runner, and check the token cache and its lock in later jobs.

ansible-runner kills the processes that it started. Since ansible-core 2.19 each task has its own session and
continues to run for some time.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import ansible_environment
from ansible_collections.msgraph.intune.tests.system.jobs import Job
from ansible_collections.msgraph.intune.tests.system.long_run import LongRun
from ansible_collections.msgraph.intune.tests.system.playbooks import SYNC

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
    from ansible_collections.msgraph.intune.tests.system.engines import Engines

PLAYBOOK = "sync_exchange_connectors.yml"
LOGIN = {"service": "login", "path": "/token$", "moment": "before"}


class CancelledJobs:
    """A job that is cancelled, and a later job with the same token cache."""

    def __init__(self, simulator: Simulator, runner: str, folder: Path, *, in_process: bool) -> None:
        self.simulator = simulator
        self.in_process = in_process
        self.cache = folder / "state/cache.json"
        environment = ansible_environment(
            simulator,
            MSGRAPH_TOKEN_CACHE=str(self.cache),
            # The longest time that a request of a cancelled job holds the lock of the cache.
            MSGRAPH_TIMEOUT="2",
            # This path identifies the processes of these jobs.
            ANSIBLE_REMOTE_TEMP=str(folder / "remote"),
        )
        self.cancelled, self.later = (Job(folder / name, runner, environment) for name in ("cancelled", "later"))
        self._folder = folder

    def cancel(self, condition: t.Callable[[], object], playbook: str = PLAYBOOK, **answers: t.Any) -> None:
        """Run a job, and cancel it as soon as the condition holds."""
        defaults = {
            "connector_id": self.simulator.connector_ids[0],
            "wait": False,
            "msgraph_in_process": self.in_process,
        }
        self.cancelled.answer(**{**defaults, **answers})
        command = [self.cancelled.runner, "run", str(self.cancelled.folder), "--playbook", playbook, "--ident", "job"]
        with LongRun(command, self.cancelled.environment, self._folder) as run:
            run.wait_for("reached the condition", condition)
            run.stop(signal.SIGTERM)
        status = self.cancelled.folder / "artifacts/job/status"
        assert status.read_text(encoding="utf-8") == "canceled"

    def run_later(self) -> dict[str, t.Any]:
        """Run the later job, which must succeed, and return the result of its sync."""
        self.simulator.faults([])
        self.later.answer(connector_id=self.simulator.connector_ids[0], wait=False)
        run = self.later.play(PLAYBOOK)
        assert run.returncode == 0, run.stdout
        return self.later.result()

    def sent(self, path: str) -> list[dict[str, t.Any]]:
        return [entry for entry in self.simulator.journal() if entry["path"].endswith(path)]

    def cache_files(self) -> list[str]:
        """Return the names of the files in the folder of the cache."""
        return sorted(path.name for path in self.cache.parent.iterdir())


@pytest.fixture(params=[True, False], ids=["in process", "as a module"])
def jobs(
    simulator: Simulator, engines: Engines, tmp_path: Path, request: pytest.FixtureRequest
) -> t.Iterator[CancelledJobs]:
    yield CancelledJobs(simulator, engines.command("ansible-runner"), tmp_path, in_process=request.param)
    # A process that outlives its job must not send requests during later tests.
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if str(tmp_path).encode() in (process / "cmdline").read_bytes():
                os.kill(int(process.name), signal.SIGKILL)


def check_cache(path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(json.loads(path.read_bytes())["AccessToken"])


def test_a_later_job_gets_the_lock_when_the_request_of_a_cancelled_sign_in_times_out(jobs: CancelledJobs) -> None:
    jobs.simulator.faults([{**LOGIN, "delay": 600}])
    jobs.cancel(lambda: jobs.sent("/token"))
    jobs.run_later()
    assert jobs.sent("/token")[-1]["status"] == 200
    check_cache(jobs.cache)
    assert jobs.cache_files() == ["cache.json", "cache.json.lock"]


def test_a_later_job_gets_the_lock_after_several_tasks_of_a_cancelled_job(jobs: CancelledJobs) -> None:
    hosts = {name: {"ansible_connection": "local", "ansible_python_interpreter": sys.executable} for name in "ab"}
    (jobs.cancelled.folder / "inventory/hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": hosts}}))
    play = {"hosts": "all", "gather_facts": False, "tasks": [{SYNC: {"connector_id": "{{ connector_id }}"}}]}
    (jobs.cancelled.folder / "project/two.yml").write_text(yaml.safe_dump([play]))
    jobs.simulator.faults([{**LOGIN, "delay": 600, "times": None}])
    jobs.cancel(lambda: jobs.sent("/token"), "two.yml")
    jobs.run_later()
    assert jobs.sent("/token")[-1]["status"] == 200
    check_cache(jobs.cache)


def test_a_cancelled_job_that_waits_before_a_retry_holds_no_lock(jobs: CancelledJobs) -> None:
    jobs.simulator.faults([{**LOGIN, "status": 503, "headers": {"Retry-After": "100"}}])
    jobs.cancel(lambda: jobs.sent("/token"))
    jobs.run_later()
    check_cache(jobs.cache)


@pytest.mark.parametrize(
    "fault", [{"status": 503, "headers": {"Retry-After": "100"}}, {"delay": 600, "moment": "before"}]
)
def test_a_job_cancelled_during_a_request_to_graph_keeps_its_token_in_the_cache(
    jobs: CancelledJobs, fault: dict[str, t.Any]
) -> None:
    jobs.simulator.faults([{"service": "graph", **fault}])
    jobs.cancel(lambda: [entry for entry in jobs.simulator.journal() if entry["service"] == "graph"])
    check_cache(jobs.cache)
    before = len(jobs.sent("/token"))
    jobs.run_later()
    assert len(jobs.sent("/token")) == before


def test_a_job_cancelled_during_a_wait_keeps_its_token_in_the_cache(jobs: CancelledJobs) -> None:
    stuck = jobs.simulator.connector_ids[2]
    polls = f"/exchangeConnectors/{stuck}"
    jobs.cancel(lambda: len(jobs.sent(polls)) > 2, connector_id=stuck, wait=True, wait_sleep=0.2)
    jobs.run_later()
    check_cache(jobs.cache)


@pytest.mark.parametrize("attempt", range(4))
def test_a_job_cancelled_while_it_writes_the_cache_leaves_no_partial_file(jobs: CancelledJobs, attempt: int) -> None:
    # The job writes the token at about the time of the signal: before, during or after it.
    jobs.simulator.faults([{**LOGIN, "delay": 0.01 * (attempt + 1), "moment": "after"}])
    jobs.cancel(lambda: jobs.sent("/token"))
    if jobs.cache.exists():
        check_cache(jobs.cache)
    jobs.run_later()
    check_cache(jobs.cache)
    assert jobs.cache_files() == ["cache.json", "cache.json.lock"]
