# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write all secrets of a test run to a file, so that a scan can search its output for them."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

ENV_VARIABLE = "GRAPH_SIMULATOR_SECRETS"
"""The environment variable with the path of the file."""


class SecretsRecord:
    """Append secrets to a file, one in each line. Several processes can use the same file."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known: set[str] = set()

    @classmethod
    def from_environment(cls, environment: t.Mapping[str, str]) -> SecretsRecord:
        """Return the record whose file the environment names; without the variable, nothing is written."""
        path = environment.get(ENV_VARIABLE)
        return cls(Path(path) if path else None)

    def add(self, secret: str) -> str:
        """Record a secret and return it; raise OSError."""
        if self._path is not None and secret and secret not in self._known:
            self._known.add(secret)
            _append(self._path, f"{secret}\n".encode())
        return secret


def _append(path: Path, line: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        # An existing file could have another mode.
        os.fchmod(handle, 0o600)
        # With O_APPEND, a single write does not mix with the lines of other processes (open(2)).
        os.write(handle, line)
    finally:
        os.close(handle)
