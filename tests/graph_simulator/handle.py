# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the simulator in a process of its own and talks to its control interface, with the standard library alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import typing as t
import urllib.error
import urllib.request
import weakref
from pathlib import Path
from urllib.parse import quote

_START_SECONDS = 60.0
_STOP_SECONDS = 10.0


class SimulatorError(Exception):
    """The simulator did not start, or refused a control request; the message holds its own words."""


class Simulator:
    """A simulator in a process of its own, as a context manager.

    ``seed`` is what a seed file holds: connectors, applications or both. ::

        with Simulator(sync_seconds=0.2) as simulator:
            simulator.faults([{"service": "graph", "status": 503}])
    """

    graph_url: str
    authority_url: str
    control_url: str
    ca_path: str
    tenant_id: str
    tenant_domain: str
    client_id: str
    client_secret: str
    connector_ids: list[str]
    pid: int

    def __init__(
        self,
        *,
        sync_seconds: float = 2.0,
        latency_ms: float = 0.0,
        page_size: int = 100,
        seed: t.Mapping[str, t.Any] | None = None,
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="graph-simulator-")
        folder = Path(self._folder.name)
        self.ready_file = folder / "ready.json"
        self._output = folder / "output.txt"
        self._arguments = [
            f"--ready-file={self.ready_file}",
            f"--sync-seconds={sync_seconds}",
            f"--latency-ms={latency_ms}",
            f"--page-size={page_size}",
            f"--exit-with={os.getpid()}",
        ]
        if seed is not None:
            seed_file = folder / "seed.json"
            seed_file.write_text(json.dumps(seed), encoding="utf-8")
            self._arguments.append(f"--seed={seed_file}")
        # The control interface is on this machine, whatever the proxy variables say.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Simulator:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the process and wait until it accepts connections; else raises SimulatorError with its output."""
        package = Path(__file__).resolve().parent
        # By its short name: a regular package ansible_collections elsewhere on the path would hide the long one.
        path = os.pathsep.join(filter(None, (str(package.parent), os.environ.get("PYTHONPATH"))))
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", package.name, *self._arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONPATH": path},
            )
        # Also runs when the interpreter exits without leaving the context.
        self._stop = weakref.finalize(self, _end, self.process)
        ready = self._wait_until_ready(self.process)
        self.connector_ids = ready.pop("connectors")
        for name, value in ready.items():
            setattr(self, name, value)

    def stop(self) -> int | None:
        """End the process and remove its files; returns its exit status, None when it never started."""
        if self.process is None:
            return None
        self._stop()
        self._folder.cleanup()
        return self.process.returncode

    def output(self) -> str:
        """Return what the process has printed so far."""
        return self._output.read_text(encoding="utf-8", errors="replace")

    def journal(self) -> list[dict[str, t.Any]]:
        """List every request to Entra and Graph so far."""
        return t.cast("list[dict[str, t.Any]]", self.control("GET", "/journal"))

    def clear_journal(self) -> None:
        """Forget all requests."""
        self.control("DELETE", "/journal")

    def faults(self, rules: t.Sequence[t.Mapping[str, t.Any]]) -> None:
        """Put a fault plan in force in place of the present one."""
        self.control("PUT", "/faults", list(rules))

    def applied_faults(self) -> list[dict[str, t.Any]]:
        """Show the plan in force, each rule with its ``name`` and how often it was ``applied``."""
        return t.cast("list[dict[str, t.Any]]", self.control("GET", "/faults"))

    def token(
        self,
        *,
        roles: t.Sequence[str] | None = None,
        scp: str | None = None,
        expires_in: float | None = None,
        audience: str | None = None,
    ) -> str:
        """Issue a token of an application with ``roles``, or of a user with the scopes ``scp``, without any sign-in."""
        wanted = {"roles": roles, "scp": scp, "expires_in": expires_in, "audience": audience}
        return str(self.control("POST", "/tokens", wanted)["access_token"])

    def connectors(self) -> list[dict[str, t.Any]]:
        """List the connectors as they are now, in the resource's form with ``stuck``."""
        return t.cast("list[dict[str, t.Any]]", self.control("GET", "/connectors"))

    def set_connectors(self, connectors: t.Sequence[t.Mapping[str, t.Any]]) -> None:
        """Put other connectors in the tenant."""
        self.control("PUT", "/connectors", list(connectors))

    def change_connector(self, connector_id: str, **properties: t.Any) -> dict[str, t.Any]:
        """Change some properties of one connector; returns it."""
        path = f"/connectors/{quote(connector_id, safe='')}"
        return t.cast("dict[str, t.Any]", self.control("PATCH", path, properties))

    def applications(self) -> list[dict[str, t.Any]]:
        """List the registered applications, their secrets in clear."""
        return t.cast("list[dict[str, t.Any]]", self.control("GET", "/applications"))

    def set_applications(self, applications: t.Sequence[t.Mapping[str, t.Any]]) -> None:
        """Register other applications."""
        self.control("PUT", "/applications", list(applications))

    def reset(self) -> None:
        """Go back to the seed, with an empty journal and no faults."""
        self.control("POST", "/reset")

    def control(self, method: str, path: str, body: t.Any = None) -> t.Any:
        """Send a control request; raises SimulatorError with the simulator's sentence when it is refused."""
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.control_url + path, content, method=method)  # noqa: S310
        try:
            with self._opener.open(request, timeout=_STOP_SECONDS) as response:
                return json.load(response)
        except urllib.error.HTTPError as problem:
            with problem:
                raise SimulatorError(json.load(problem)["error"]) from None

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


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
