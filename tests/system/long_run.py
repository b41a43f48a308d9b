# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a program in the background, and read its output while it runs."""

from __future__ import annotations

import signal
import subprocess
import time
import typing as t

from ansible_collections.msgraph.intune.tests.system.commands import keep_output

if t.TYPE_CHECKING:
    from pathlib import Path

# Long enough for a slow machine: a test fails after this time, but no test waits for it.
_TIMEOUT_SECONDS = 120.0


class LongRun:
    """A running command. The context manager kills it at the end."""

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
                # A new session keeps signals of the terminal away from the command.
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
        """Wait until a condition holds. Fail if the program exits before that."""
        deadline = time.monotonic() + _TIMEOUT_SECONDS
        while not condition():
            assert self.process.poll() is None, f"ended before {what}:\n{self.output}"
            assert time.monotonic() < deadline, f"never {what}:\n{self.output}"
            time.sleep(0.05)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, wait until the program exits, and return the exit status."""
        self.process.send_signal(number)
        return self.process.wait(_TIMEOUT_SECONDS)

    def end(self) -> int:
        """Wait until the program exits, and return the exit status."""
        return self.process.wait(_TIMEOUT_SECONDS)
