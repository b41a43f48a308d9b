# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs that are cancelled, by SIGTERM to the real ansible-runner, and what they leave to later ones.

Runner kills what it started. Since ansible-core 2.19 each task is in a session of its own, and goes on for a while.
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


class World:
    """Jobs that share a token cache."""

    def __init__(self, simulator: Simulator, runner: str, folder: Path, *, in_process: bool) -> None:
        self.simulator = simulator
        self.in_process = in_process
        self.cache = folder / "state/cache.json"
        environment = ansible_environment(
            simulator,
            MSGRAPH_TOKEN_CACHE=str(self.cache),
            # How long a request of a cancelled job holds the lock of the cache at most.
            MSGRAPH_TIMEOUT="2",
            # So that the processes of these jobs can be told from others.
            ANSIBLE_REMOTE_TEMP=str(folder / "remote"),
        )
        self.cancelled, self.later = (Job(folder / name, runner, environment) for name in ("cancelled", "later"))
        self._folder = folder

    def cancel(self, moment: t.Callable[[], object], playbook: str = PLAYBOOK, **answers: t.Any) -> None:
        """Run a job, and cancel it at this moment."""
        usual = {"connector_id": self.simulator.connector_ids[0], "wait": False, "msgraph_in_process": self.in_process}
        self.cancelled.answer(**{**usual, **answers})
        command = [self.cancelled.runner, "run", str(self.cancelled.folder), "--playbook", playbook, "--ident", "job"]
        with LongRun(command, self.cancelled.environment, self._folder) as run:
            run.wait_for("at the moment", moment)
            run.stop(signal.SIGTERM)
        status = self.cancelled.folder / "artifacts/job/status"
        assert status.read_text(encoding="utf-8") == "canceled"

    def run_later(self) -> dict[str, t.Any]:
        """Run another job, which must succeed; returns what its sync said."""
        self.simulator.faults([])
        self.later.answer(connector_id=self.simulator.connector_ids[0], wait=False)
        run = self.later.play(PLAYBOOK)
        assert run.returncode == 0, run.stdout
        return self.later.result()

    def sent(self, path: str) -> list[dict[str, t.Any]]:
        return [entry for entry in self.simulator.journal() if entry["path"].endswith(path)]

    def left(self) -> list[str]:
        return sorted(path.name for path in self.cache.parent.iterdir())


@pytest.fixture(params=[True, False], ids=["in process", "as a module"])
def world(simulator: Simulator, engines: Engines, tmp_path: Path, request: pytest.FixtureRequest) -> t.Iterator[World]:
    yield World(simulator, engines.command("ansible-runner"), tmp_path, in_process=request.param)
    # What outlived its job is not to send anything to later tests.
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if str(tmp_path).encode() in (process / "cmdline").read_bytes():
                os.kill(int(process.name), signal.SIGKILL)


def check_cache(path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(json.loads(path.read_bytes())["AccessToken"])


def test_a_later_job_gets_the_lock_when_the_request_of_a_cancelled_sign_in_times_out(world: World) -> None:
    world.simulator.faults([{**LOGIN, "delay": 600}])
    world.cancel(lambda: world.sent("/token"))
    world.run_later()
    assert world.sent("/token")[-1]["status"] == 200
    check_cache(world.cache)
    assert world.left() == ["cache.json", "cache.json.lock"]


def test_a_later_job_gets_the_lock_after_several_tasks_of_a_cancelled_job(world: World) -> None:
    hosts = {name: {"ansible_connection": "local", "ansible_python_interpreter": sys.executable} for name in "ab"}
    (world.cancelled.folder / "inventory/hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": hosts}}))
    play = {"hosts": "all", "gather_facts": False, "tasks": [{SYNC: {"connector_id": "{{ connector_id }}"}}]}
    (world.cancelled.folder / "project/two.yml").write_text(yaml.safe_dump([play]))
    world.simulator.faults([{**LOGIN, "delay": 600, "times": None}])
    world.cancel(lambda: world.sent("/token"), "two.yml")
    world.run_later()
    assert world.sent("/token")[-1]["status"] == 200
    check_cache(world.cache)


def test_a_cancelled_job_that_waits_before_a_retry_holds_no_lock(world: World) -> None:
    world.simulator.faults([{**LOGIN, "status": 503, "headers": {"Retry-After": "100"}}])
    world.cancel(lambda: world.sent("/token"))
    world.run_later()
    check_cache(world.cache)


@pytest.mark.parametrize(
    "fault", [{"status": 503, "headers": {"Retry-After": "100"}}, {"delay": 600, "moment": "before"}]
)
def test_one_that_was_waiting_for_graph_leaves_its_token(world: World, fault: dict[str, t.Any]) -> None:
    world.simulator.faults([{"service": "graph", **fault}])
    world.cancel(lambda: [entry for entry in world.simulator.journal() if entry["service"] == "graph"])
    check_cache(world.cache)
    before = len(world.sent("/token"))
    world.run_later()
    assert len(world.sent("/token")) == before


def test_one_that_was_waiting_for_a_sync_leaves_its_token(world: World) -> None:
    stuck = world.simulator.connector_ids[2]
    looks = f"/exchangeConnectors/{stuck}"
    world.cancel(lambda: len(world.sent(looks)) > 2, connector_id=stuck, wait=True, wait_sleep=0.2)
    world.run_later()
    check_cache(world.cache)


@pytest.mark.parametrize("time", range(4))
def test_one_that_was_writing_the_cache_leaves_a_whole_one_or_none(world: World, time: int) -> None:
    # The answer comes, and the token is written at about the moment of the signal: before, during or after it.
    world.simulator.faults([{**LOGIN, "delay": 0.01 * (time + 1), "moment": "after"}])
    world.cancel(lambda: world.sent("/token"))
    if world.cache.exists():
        check_cache(world.cache)
    world.run_later()
    check_cache(world.cache)
    assert world.left() == ["cache.json", "cache.json.lock"]
