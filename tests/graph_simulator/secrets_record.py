# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The record of every secret there is, for those who search what a test run leaves behind for any of them."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

VARIABLE = "GRAPH_SIMULATOR_SECRETS"
"""The environment variable that names the file; without it there is no record."""


class SecretsRecord:
    """Appends to a file, one secret a line and each of this process once. Several processes may share the file."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known: set[str] = set()

    @classmethod
    def from_environment(cls, environment: t.Mapping[str, str]) -> SecretsRecord:
        """Make the record that the environment asks for, if any."""
        path = environment.get(VARIABLE)
        return cls(Path(path) if path else None)

    def add(self, secret: str) -> str:
        """Record a secret and return it; raises OSError."""
        if self._path is not None and secret and secret not in self._known:
            self._known.add(secret)
            _append(self._path, f"{secret}\n".encode())
        return secret


def _append(path: Path, line: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        # The file may be older than this process and open to others.
        os.fchmod(handle, 0o600)
        # One write: O_APPEND keeps the lines of several processes apart (open(2)).
        os.write(handle, line)
    finally:
        os.close(handle)
