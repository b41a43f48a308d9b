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
from .azure_peer import azure_loop
from .costs import Cost, cost_of, lowest, peaks

OURS = "msgraph.intune"
WRITE = "DeviceManagementServiceConfig.ReadWrite.All"
# From so many on, the documented rate of writes makes a task wait, however little it computes.
PACED_FROM = 101


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
            MSGRAPH_ACCESS_TOKEN=token,
            MSGRAPH_URL=self.simulator.graph_url,
            MSGRAPH_CA_PATH=self.simulator.ca_path,
            ANSIBLE_LIBRARY=str(Path(__file__).with_name("library")),
        )
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.simulator.stop()

    def playbook(self, play: plays.Play, suffix: str = "") -> Contestant:
        """A run of ansible-playbook."""
        path = self._folder / f"{play.name}{suffix}.yml"
        path.write_text(play.as_playbook(), encoding="utf-8")
        return Contestant(play.name, [sys.executable, "-m", "ansible", "playbook", str(path)], play.environment)

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

    def memory(self, play: plays.Play) -> float:
        """What the hungriest task of a play adds, in MB: the peak of its module, or what Ansible's process grew by."""
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
    """One task, per item of the loop, and the memory that it adds in MB."""

    name: str
    cost: Cost
    memory: float


def per_task(track: Track, rounds: int, peer_python: str | None) -> list[TaskRow]:
    """What one task for one connector costs, beside ping; the first row is ping's.

    Those before our modules are what the way from ping to a sync consists of.

    :param peer_python: of the environment with the Azure collection, where that is to be measured, too.
    """
    one = {"connector_id": track.ids[0]}
    loops = [
        plays.Play("ansible.builtin.ping", plays.loop("ansible.builtin.ping", {}), track.cold),
        plays.Play("ping, importing requests", plays.loop("requests_ping", {}), track.at_hand),
        plays.Play("one request, nothing else", plays.loop("least_sync", one), track.at_hand),
        plays.Play("our module, nothing to do", plays.loop(plays.SYNC, {"connector_id": []}), track.at_hand),
    ]
    sync = plays.loop(plays.SYNC, one)
    ours = {"token at hand": track.at_hand, "token cached": track.cached, "client secret": track.cold}
    loops += [plays.Play(f"our module, {name}", sync, environment) for name, environment in ours.items()]
    loops += [plays.Play(f"ours, {name}", sync, environment, in_process=True) for name, environment in ours.items()]
    if peer_python is not None:
        loops.append(azure_loop(peer_python, track.cold))
    nothing = plays.Play("empty", plays.empty(), track.cold)
    found = track.race([track.playbook(play) for play in (nothing, *loops)], rounds)
    rows = []
    for play in loops:
        net = found[play.name].less(found[nothing.name])
        if play.python != sys.executable and not net.requests:
            raise SystemExit(f"{play.name}: it failed before it asked for anything, so its cost tells nothing.")
        items = len(play.tasks[0]["loop"])
        each = Cost(net.cpu / items, net.wall / items, 0.0, net.requests / items, net.connections / items)
        rows.append(TaskRow(play.name, each, track.memory(play)))
    return rows


class PlayRow(t.NamedTuple):
    """A way to sync so many connectors; the cost of plays is net of an empty one, that of a script whole.

    The first row of all, for no connectors, is that empty play.
    """

    name: str
    number: int
    cost: Cost
    memory: float


def whole_runs(track: Track, rounds: int, numbers: t.Sequence[int], most_by_modules: int) -> list[PlayRow]:
    """What it costs to sync many connectors from a client secret on, each way."""
    nothing = plays.Play("empty", plays.empty(), track.cold)
    rows: list[PlayRow] = []
    for number in numbers:
        ids = track.ids[:number]
        ways = [plays.Play(OURS, plays.sync(ids), track.cold, in_process=True)]
        if number <= most_by_modules:
            ways.append(plays.Play("msgraph.intune module", plays.sync(ids), track.cold))
            ways.append(plays.Play("ansible.builtin.uri", plays.recipe(ids), track.cold))
        contestants = [track.playbook(play) for play in (nothing, *ways)]
        script = track.sdk(ids)
        found = track.race([*contestants, *([script] if script else [])], 1 if number >= PACED_FROM else rounds)
        if not rows:
            rows.append(PlayRow("an empty play", 0, found[nothing.name], 0.0))
        for play in ways:
            # The recipe's modules are all alike: the first tells, and need not wait for the others.
            memory = track.memory(play._replace(tasks=play.tasks[:1]))
            rows.append(PlayRow(play.name, number, found[play.name].less(found[nothing.name]), memory))
        if script:
            rows.append(PlayRow(script.name, number, found[script.name], found[script.name].memory))
    return rows
