# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measure the costs of one run of a command."""

from __future__ import annotations

import json
import os
import subprocess
import time
import typing as t

if t.TYPE_CHECKING:
    from pathlib import Path

    from ..graph_simulator.handle import Simulator


class Cost(t.NamedTuple):
    """CPU and wall time in seconds, peak memory of the largest process in MB, and the requests to the services.

    ``cpu`` is the time of the command and of all its children, in user and system mode.
    """

    cpu: float
    wall: float
    memory: float
    requests: float
    connections: float

    def subtract(self, other: Cost) -> Cost:
        """Subtract the cost of another run; the memory peak does not change."""
        return self._replace(
            cpu=self.cpu - other.cpu,
            wall=self.wall - other.wall,
            requests=self.requests - other.requests,
            connections=self.connections - other.connections,
        )


def cost_of(command: t.Sequence[str], environment: t.Mapping[str, str], simulator: Simulator, folder: Path) -> Cost:
    """Run a command and return its cost. The command must succeed."""
    simulator.clear_journal()
    output = folder / "output.txt"
    start = time.monotonic()
    with (
        output.open("wb") as stream,
        subprocess.Popen(
            command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=stream, stderr=subprocess.STDOUT
        ) as process,
    ):
        # wait4 measures this child and its children. getrusage would include earlier children.
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - start
    if process.returncode:
        raise SystemExit(f"{command} failed:\n{output.read_text(encoding='utf-8', errors='replace')}")
    # An item of a batch is not an HTTP request.
    sent = [entry for entry in simulator.journal() if entry["batch"] is None]
    return Cost(
        cpu=usage.ru_utime + usage.ru_stime,
        wall=wall,
        memory=usage.ru_maxrss / 1024,
        requests=len(sent),
        connections=len({(entry["service"], entry["connection"]) for entry in sent}),
    )


def lowest(costs: t.Sequence[Cost]) -> Cost:
    """Return the lowest value of each cost, because other processes of the machine can only add costs."""
    return Cost(*(min(values) for values in zip(*costs)))


def peaks(path: Path) -> list[float]:
    """Return the memory peaks that :mod:`measured_python` wrote, in MB."""
    return [json.loads(line) / 1024 for line in path.read_text(encoding="utf-8").splitlines()]
