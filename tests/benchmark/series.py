# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the contestants in turns, so that other processes of the machine affect all of them."""

from __future__ import annotations

import sys
import typing as t
import uuid
from pathlib import Path

from ..graph_simulator.ansible_environment import ansible_environment, clean_environment
from ..graph_simulator.handle import Simulator
from . import plays
from .azure_peer import azure_loop
from .costs import Cost, cost_of, lowest, peaks

OURS = "msgraph.intune"
PERMISSION = "DeviceManagementServiceConfig.ReadWrite.All"
# With this number of connectors, a task waits for the rate limit.
RATE_LIMITED_FROM = 101


class Contestant(t.NamedTuple):
    """A name, the command to measure, and its environment."""

    name: str
    command: list[str]
    environment: t.Mapping[str, str]


class BenchmarkRunner:
    """Create contestants and run them against a simulator.

    :param latency_ms: the latency of each response, in milliseconds.
    """

    def __init__(self, folder: Path, latency_ms: float, sdk_python: str | None) -> None:
        self.latency_ms = latency_ms
        self._folder = folder
        self._sdk_python = sdk_python
        self.simulator = Simulator(latency_ms=latency_ms, throttling=False, sync_seconds=0)

    def __enter__(self) -> BenchmarkRunner:
        self.simulator.start()
        template = self.simulator.connectors()[0]
        self.ids = [str(uuid.UUID(int=number)) for number in range(1, 1001)]
        self.simulator.set_connectors([{**template, "id": connector_id} for connector_id in self.ids])
        token = self.simulator.token(roles=[PERMISSION])
        self.cold = ansible_environment(self.simulator)
        self.cached = {**self.cold, "MSGRAPH_TOKEN_CACHE": str(self._folder / "cache.json")}
        self.with_token = clean_environment(
            MSGRAPH_ACCESS_TOKEN=token,
            MSGRAPH_URL=self.simulator.graph_url,
            MSGRAPH_CA_PATH=self.simulator.ca_path,
            ANSIBLE_LIBRARY=str(Path(__file__).with_name("library")),
        )
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.simulator.stop()

    def playbook(self, play: plays.Play, suffix: str = "") -> Contestant:
        """Return a contestant that runs ansible-playbook."""
        path = self._folder / f"{play.name}{suffix}.yml"
        path.write_text(play.as_playbook(), encoding="utf-8")
        return Contestant(play.name, [sys.executable, "-m", "ansible", "playbook", str(path)], play.environment)

    def sdk(self, ids: t.Sequence[str]) -> Contestant | None:
        """Return a contestant that runs the script with Microsoft's SDK, or None if the SDK is not installed."""
        if self._sdk_python is None:
            return None
        script = str(Path(__file__).with_name("sdk_script.py"))
        ca_path = self.simulator.ca_path
        environment = {**self.cold, "REQUESTS_CA_BUNDLE": ca_path, "SSL_CERT_FILE": ca_path}
        return Contestant("msgraph-sdk", [self._sdk_python, script, *ids], environment)

    def race(self, contestants: t.Sequence[Contestant], rounds: int) -> dict[str, Cost]:
        """Run all contestants in turns, and return the lowest costs of each. The first of several rounds warms up."""
        costs_by_name: dict[str, list[Cost]] = {}
        for number in range(rounds + (rounds > 1)):
            for contestant in contestants:
                cost = cost_of(contestant.command, contestant.environment, self.simulator, self._folder)
                if number or rounds == 1:
                    costs_by_name.setdefault(contestant.name, []).append(cost)
        return {name: lowest(costs) for name, costs in costs_by_name.items()}

    def memory(self, play: plays.Play) -> float:
        """Return the memory of the largest task in MB: the peak of its module, or the growth of Ansible's process."""
        peak_file = self._folder / f"{play.name}.peaks"
        peak_file.unlink(missing_ok=True)
        measured = play._replace(environment={**play.environment, "BENCHMARK_PEAKS": str(peak_file)})
        if play.in_process:
            contestant = self.playbook(measured)
            script = str(Path(__file__).with_name("measured_ansible.py"))
            command = [sys.executable, script, contestant.command[-1]]
        else:
            wrapper = self._folder / "measured-python"
            script = str(Path(__file__).with_name("measured_python.py"))
            wrapper.write_text(f"#!/bin/sh\nexec '{play.python}' '{script}' \"$@\"\n", encoding="utf-8")
            wrapper.chmod(0o755)
            contestant = self.playbook(measured._replace(python=str(wrapper)), "-memory")
            command = contestant.command
        cost_of(command, contestant.environment, self.simulator, self._folder)
        return max(peaks(peak_file))


class TaskRow(t.NamedTuple):
    """The cost of one task, which is one item of the loop, and the memory that it adds in MB."""

    name: str
    cost: Cost
    memory: float


def per_task(runner: BenchmarkRunner, rounds: int, peer_python: str | None) -> list[TaskRow]:
    """Measure one task for one connector. The first row is ping; the next rows are steps from ping to our module.

    :param peer_python: the Python with the Azure collection, or None to leave that collection out.
    """
    options = {"connector_id": runner.ids[0]}
    loops = [
        plays.Play("ansible.builtin.ping", plays.loop("ansible.builtin.ping", {}), runner.cold),
        plays.Play("ping, importing requests", plays.loop("requests_ping", {}), runner.with_token),
        plays.Play("one request, nothing else", plays.loop("least_sync", options), runner.with_token),
        plays.Play("our module, nothing to do", plays.loop(plays.SYNC, {"connector_id": []}), runner.with_token),
    ]
    sync = plays.loop(plays.SYNC, options)
    ours = {"access token": runner.with_token, "cached token": runner.cached, "client secret": runner.cold}
    loops += [plays.Play(f"our module, {name}", sync, environment) for name, environment in ours.items()]
    loops += [plays.Play(f"ours, {name}", sync, environment, in_process=True) for name, environment in ours.items()]
    if peer_python is not None:
        loops.append(azure_loop(peer_python, runner.cold))
    empty_play = plays.Play("empty", plays.empty(), runner.cold)
    costs = runner.race([runner.playbook(play) for play in (empty_play, *loops)], rounds)
    rows = []
    for play in loops:
        net = costs[play.name].subtract(costs[empty_play.name])
        if play.python != sys.executable and not net.requests:
            raise SystemExit(f"{play.name}: it failed before its first request.")
        items = len(play.tasks[0]["loop"])
        each = Cost(net.cpu / items, net.wall / items, 0.0, net.requests / items, net.connections / items)
        rows.append(TaskRow(play.name, each, runner.memory(play)))
    return rows


class PlayRow(t.NamedTuple):
    """A contestant that syncs a number of connectors.

    The cost of an empty play is subtracted from the cost of plays, not from that of the script. The first row is an
    empty play, with 0 connectors.
    """

    name: str
    number: int
    cost: Cost
    memory: float


def whole_runs(runner: BenchmarkRunner, rounds: int, numbers: t.Sequence[int], max_for_modules: int) -> list[PlayRow]:
    """Measure each contestant that signs in with a client secret and syncs many connectors."""
    empty_play = plays.Play("empty", plays.empty(), runner.cold)
    rows: list[PlayRow] = []
    for number in numbers:
        ids = runner.ids[:number]
        contestant_plays = [plays.Play(OURS, plays.sync(ids), runner.cold, in_process=True)]
        if number <= max_for_modules:
            contestant_plays.append(plays.Play("msgraph.intune module", plays.sync(ids), runner.cold))
            contestant_plays.append(plays.Play("ansible.builtin.uri", plays.recipe(ids), runner.cold))
        contestants = [runner.playbook(play) for play in (empty_play, *contestant_plays)]
        script = runner.sdk(ids)
        costs = runner.race([*contestants, *([script] if script else [])], 1 if number >= RATE_LIMITED_FROM else rounds)
        if not rows:
            rows.append(PlayRow("an empty play", 0, costs[empty_play.name], 0.0))
        for play in contestant_plays:
            # All tasks of a play use the same module, so the memory of the first task is enough.
            memory = runner.memory(play._replace(tasks=play.tasks[:1]))
            rows.append(PlayRow(play.name, number, costs[play.name].subtract(costs[empty_play.name]), memory))
        if script:
            rows.append(PlayRow(script.name, number, costs[script.name], costs[script.name].memory))
    return rows
