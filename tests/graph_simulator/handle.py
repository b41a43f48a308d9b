# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the simulator in a separate process. It needs only the standard library."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import typing as t
import weakref
from pathlib import Path

from .control_client import ControlClient, SimulatorError
from .intune.catalog import COLLECTIONS

__all__ = ["Simulator", "SimulatorError"]

_START_SECONDS = 60.0
_STOP_SECONDS = 10.0


class Simulator(ControlClient):
    """A simulator in a separate process, as a context manager.

    ``seed`` has the content of a seed file: Intune objects, applications, users and identities, each optional.
    ``object_ids`` are the ids of the seed's objects by collection. ::

        with Simulator(sync_seconds=0.2) as simulator:
            simulator.faults([{"service": "graph", "status": 503}])
    """

    connector_ids: list[str]
    object_ids: dict[str, list[str]]
    pid: int

    def __init__(
        self,
        *,
        sync_seconds: float = 2.0,
        latency_ms: float = 0.0,
        page_size: int = 100,
        device_code_seconds: float = 900.0,
        device_code_interval: int = 5,
        throttling: bool = True,
        seed: t.Mapping[str, t.Any] | None = None,
    ) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(prefix="graph-simulator-")
        folder = Path(self._folder.name)
        self.ready_file = folder / "ready.json"
        self._output = folder / "output.txt"
        self._arguments = [
            f"--ready-file={self.ready_file}",
            f"--sync-seconds={sync_seconds}",
            f"--latency-ms={latency_ms}",
            f"--page-size={page_size}",
            f"--device-code-seconds={device_code_seconds}",
            f"--device-code-interval={device_code_interval}",
            f"--exit-with={os.getpid()}",
        ]
        if not throttling:
            self._arguments.append("--no-throttling")
        if seed is not None:
            seed_file = folder / "seed.json"
            seed_file.write_text(json.dumps(seed), encoding="utf-8")
            self._arguments.append(f"--seed={seed_file}")
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Simulator:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the process and wait until it is ready; raise SimulatorError with its output."""
        package = Path(__file__).resolve().parent
        # The name is relative to the parent folder. Another package ansible_collections in sys.path could hide the full
        # name.
        path = os.pathsep.join(filter(None, (str(package.parent), os.environ.get("PYTHONPATH"))))
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", package.name, *self._arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONPATH": path},
                # Ctrl-C in a terminal must not reach the simulator: the parent process stops it.
                start_new_session=True,
            )
        # The finalizer also runs when the interpreter exits inside the context.
        self._stop = weakref.finalize(self, _terminate, self.process)
        ready = self._wait_until_ready(self.process)
        self.object_ids = {name: ready.pop(name) for name in COLLECTIONS}
        self.connector_ids = self.object_ids["connectors"]
        for name, value in ready.items():
            setattr(self, name, value)

    def stop(self) -> int | None:
        """Stop the process and delete its files. Return its exit status, or None when it never started."""
        if self.process is None:
            return None
        self._stop()
        self._folder.cleanup()
        return self.process.returncode

    def output(self) -> str:
        """Return the output of the process."""
        return self._output.read_text(encoding="utf-8", errors="replace")

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> dict[str, t.Any]:
        deadline = time.monotonic() + _START_SECONDS
        while not self.ready_file.exists():
            if process.poll() is not None:
                raise SimulatorError(f"The simulator ended with status {process.returncode}:\n{self.output()}")
            if time.monotonic() > deadline:
                self._stop()
                raise SimulatorError(f"The simulator was not ready in {_START_SECONDS:g} seconds:\n{self.output()}")
            time.sleep(0.02)
        return t.cast("dict[str, t.Any]", json.loads(self.ready_file.read_bytes()))


def _terminate(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
