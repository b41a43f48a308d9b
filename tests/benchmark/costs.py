# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one run of a command costs."""

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
    """CPU and wall in seconds, peak memory of the largest process in MB, and what reached the services.

    ``cpu`` is that of the command and all its children, in user and system mode.
    """

    cpu: float
    wall: float
    memory: float
    requests: float
    connections: float

    def less(self, other: Cost) -> Cost:
        """What is left when the cost of something else in it is taken away; peaks stay."""
        return self._replace(
            cpu=self.cpu - other.cpu,
            wall=self.wall - other.wall,
            requests=self.requests - other.requests,
            connections=self.connections - other.connections,
        )


def cost_of(command: t.Sequence[str], environment: t.Mapping[str, str], simulator: Simulator, folder: Path) -> Cost:
    """Run a command, which must succeed."""
    simulator.clear_journal()
    output = folder / "output.txt"
    began = time.monotonic()
    with (
        output.open("wb") as stream,
        subprocess.Popen(
            command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=stream, stderr=subprocess.STDOUT
        ) as process,
    ):
        # Unlike getrusage, it tells of this child and what it waited for, and of none before it.
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - began
    if process.returncode:
        raise SystemExit(f"{command} failed:\n{output.read_text(encoding='utf-8', errors='replace')}")
    # A request inside of a batch is no HTTP request.
    sent = [entry for entry in simulator.journal() if entry["batch"] is None]
    return Cost(
        cpu=usage.ru_utime + usage.ru_stime,
        wall=wall,
        memory=usage.ru_maxrss / 1024,
        requests=len(sent),
        connections=len({(entry["service"], entry["connection"]) for entry in sent}),
    )


def lowest(costs: t.Sequence[Cost]) -> Cost:
    """The lowest of each: what others do on the machine can only add."""
    return Cost(*(min(values) for values in zip(*costs)))


def peaks(path: Path) -> list[float]:
    """What :mod:`measured_python` wrote down, in MB."""
    return [json.loads(line) / 1024 for line in path.read_text(encoding="utf-8").splitlines()]
