# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A program that runs until it is told to stop, and what it printed so far."""

from __future__ import annotations

import signal
import subprocess
import time
import typing as t

from ansible_collections.msgraph.intune.tests.system.commands import keep_output

if t.TYPE_CHECKING:
    from pathlib import Path

# Generous: nothing is decided by it but that something will not happen any more.
_PATIENCE_SECONDS = 120.0


class LongRun:
    """A running command, as a context manager that ends it."""

    def __init__(self, command: t.Sequence[str], environment: t.Mapping[str, str], folder: Path) -> None:
        self._output = folder / "output.txt"
        with self._output.open("wb") as stream:
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                # A group of its own, so that what it started can be ended with it.
                start_new_session=True,
            )

    def __enter__(self) -> LongRun:
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        keep_output(self.output)

    @property
    def output(self) -> str:
        return self._output.read_text(encoding="utf-8", errors="replace")

    def wait_for(self, what: str, condition: t.Callable[[], t.Any]) -> None:
        """Wait until a condition holds; it fails when the program ends before."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not condition():
            assert self.process.poll() is None, f"ended before {what}:\n{self.output}"
            assert time.monotonic() < deadline, f"never {what}:\n{self.output}"
            time.sleep(0.05)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, and return the exit status."""
        self.process.send_signal(number)
        return self.process.wait(_PATIENCE_SECONDS)

    def end(self) -> int:
        """Wait until it ends by itself, and return the exit status."""
        return self.process.wait(_PATIENCE_SECONDS)
