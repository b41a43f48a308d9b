# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the contestants side by side, in turns, so that what else the machine does hits all of them."""

from __future__ import annotations

import sys
import typing as t
import uuid
from pathlib import Path

from ..graph_simulator.ansible_environment import ansible_environment, clean_environment
from ..graph_simulator.handle import Simulator
from . import plays
from .costs import Cost, cost_of, lowest, peaks

WRITE = "DeviceManagementServiceConfig.ReadWrite.All"
# So many, the documented rate of writes makes a task wait, however little it computes.
PACED_FROM = 101

Tasks = t.Sequence[t.Mapping[str, t.Any]]


class Contestant(t.NamedTuple):
    """A way to do it: what a run of it is, and the environment of that."""

    name: str
    command: list[str]
    environment: t.Mapping[str, str]


class Track:
    """A simulator with its tenant, a folder for what runs need, and the ways to run against it.

    :param latency_ms: what each answer of the services takes, in milliseconds.
    """

    def __init__(self, folder: Path, latency_ms: float, sdk_python: str | None) -> None:
        self.latency_ms = latency_ms
        self._folder = folder
        self._sdk_python = sdk_python
        self.simulator = Simulator(latency_ms=latency_ms, throttling=False, sync_seconds=0)

    def __enter__(self) -> Track:
        self.simulator.start()
        template = self.simulator.connectors()[0]
        self.ids = [str(uuid.UUID(int=number)) for number in range(1, 1001)]
        self.simulator.set_connectors([{**template, "id": one} for one in self.ids])
        token = self.simulator.token(roles=[WRITE])
        self.cold = ansible_environment(self.simulator)
        self.cached = {**self.cold, "MSGRAPH_TOKEN_CACHE": str(self._folder / "cache.json")}
        self.at_hand = clean_environment(
            MSGRAPH_ACCESS_TOKEN=token, MSGRAPH_URL=self.simulator.graph_url, MSGRAPH_CA_PATH=self.simulator.ca_path
        )
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.simulator.stop()

    def playbook(self, name: str, tasks: Tasks, environment: t.Mapping[str, str]) -> Contestant:
        """A run of ansible-playbook."""
        path = self._folder / f"{name}.yml"
        path.write_text(plays.play(*map(dict, tasks)), encoding="utf-8")
        return Contestant(name, [sys.executable, "-m", "ansible", "playbook", str(path)], environment)

    def sdk(self, ids: t.Sequence[str]) -> Contestant | None:
        """A run of the script on Microsoft's SDK, where that is installed."""
        if self._sdk_python is None:
            return None
        script = str(Path(__file__).with_name("sdk_script.py"))
        ca_path = self.simulator.ca_path
        environment = {**self.cold, "REQUESTS_CA_BUNDLE": ca_path, "SSL_CERT_FILE": ca_path}
        return Contestant("msgraph-sdk", [self._sdk_python, script, *ids], environment)

    def race(self, contestants: t.Sequence[Contestant], rounds: int) -> dict[str, Cost]:
        """Run all of them in turns, once to warm up unless there is but one round; the lowest of each counts."""
        found: dict[str, list[Cost]] = {}
        for number in range(rounds + (rounds > 1)):
            for one in contestants:
                cost = cost_of(one.command, one.environment, self.simulator, self._folder)
                if number or rounds == 1:
                    found.setdefault(one.name, []).append(cost)
        return {name: lowest(costs) for name, costs in found.items()}

    def module_memory(self, name: str, tasks: Tasks, environment: t.Mapping[str, str]) -> float:
        """The peak memory of the hungriest module process of a play, in MB."""
        peak_file = self._folder / f"{name}.peaks"
        peak_file.unlink(missing_ok=True)
        wrapper = self._folder / "measured-python"
        script = Path(__file__).with_name("measured_python.py")
        wrapper.write_text(f"#!/bin/sh\nexec '{sys.executable}' '{script}' \"$@\"\n", encoding="utf-8")
        wrapper.chmod(0o755)
        path = self._folder / f"{name}-memory.yml"
        path.write_text(plays.play(*map(dict, tasks), interpreter=str(wrapper)), encoding="utf-8")
        command = [sys.executable, "-m", "ansible", "playbook", str(path)]
        cost_of(command, {**environment, "BENCHMARK_PEAKS": str(peak_file)}, self.simulator, self._folder)
        return max(peaks(peak_file))


class TaskRow(t.NamedTuple):
    """One task, per item of the loop, and the peak memory of its module in MB."""

    name: str
    cost: Cost
    memory: float


def per_task(track: Track, rounds: int) -> list[TaskRow]:
    """What one task for one connector costs, beside ping; the first row is ping's."""
    loops: dict[str, tuple[Tasks, t.Mapping[str, str]]] = {
        "ansible.builtin.ping": (plays.ping_loop(), track.cold),
        "token at hand": (plays.sync_loop(track.ids), track.at_hand),
        "cached token": (plays.sync_loop(track.ids), track.cached),
        "client secret, no cache": (plays.sync_loop(track.ids), track.cold),
    }
    nothing = track.playbook("empty", plays.empty(), track.cold)
    contestants = [track.playbook(name, *loop) for name, loop in loops.items()]
    found = track.race([nothing, *contestants], rounds)
    rows = []
    for one in contestants:
        net = found[one.name].less(found[nothing.name])
        each = Cost(
            net.cpu / plays.ITEMS,
            net.wall / plays.ITEMS,
            0.0,
            net.requests // plays.ITEMS,
            net.connections // plays.ITEMS,
        )
        rows.append(TaskRow(one.name, each, track.module_memory(one.name, *loops[one.name])))
    return rows


class PlayRow(t.NamedTuple):
    """A way to sync so many connectors; the cost of plays is net of an empty one, that of a script whole."""

    name: str
    number: int
    cost: Cost
    memory: float


def whole_runs(track: Track, rounds: int, numbers: t.Sequence[int], most_by_recipe: int) -> list[PlayRow]:
    """What it costs to sync many connectors from a client secret on, each way."""
    nothing = track.playbook("empty", plays.empty(), track.cold)
    rows = []
    for number in numbers:
        ids = track.ids[:number]
        ways: dict[str, Tasks] = {"msgraph.intune": plays.sync(ids)}
        if number <= most_by_recipe:
            ways["ansible.builtin.uri"] = plays.recipe(ids)
        contestants = [track.playbook(name, tasks, track.cold) for name, tasks in ways.items()]
        script = track.sdk(ids)
        found = track.race(
            [nothing, *contestants, *([script] if script else [])], 1 if number >= PACED_FROM else rounds
        )
        for name, tasks in ways.items():
            memory = track.module_memory(name, tasks[:1] if len(tasks) > 1 else tasks, track.cold)
            rows.append(PlayRow(name, number, found[name].less(found[nothing.name]), memory))
        if script:
            rows.append(PlayRow(script.name, number, found[script.name], found[script.name].memory))
    return rows
