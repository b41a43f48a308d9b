# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a test suite, then searches all that it printed and left behind for secrets.

``secret_scan.py HOME FOLDER … -- COMMAND …``: each simulator of the suite records the secrets that it holds or issues.
They are searched for in all that the suite and the commands under test print, in temporary files, in the suite's home
and in the folders.
"""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
import tempfile
import typing as t
from pathlib import Path
from urllib.parse import quote, quote_plus

# In shorter ones, which tests make up themselves, innocent words would be found.
SHORTEST_SECRET = 16
RECORD = ".graph-simulator-secrets"
# What is meant to hold secrets, and private: token caches, the simulator's files, and what tests hand to Ansible. Of
# ansible-runner's files envvars is what it is given, and command its own record of that.
MEANT_FOR_SECRETS = re.compile(
    rf"{re.escape(RECORD)}|cache(\.json)?(\.[0-9a-f]{{16}}\.msgraph-new)?|ready\.json|seed\.json|variables\.json|envvars|command|(federated|graph)-token"
)


def main() -> int:
    """Run the suite; the exit status is its own, or 1 when it succeeded and a secret was found."""
    separator = sys.argv.index("--")
    folders, command = [Path(folder) for folder in sys.argv[1:separator]], sys.argv[separator + 1 :]
    # In the home, for of the environment ansible-test hands on little more than that.
    secrets = folders[0].absolute() / RECORD
    secrets.write_bytes(b"")
    secrets.chmod(0o600)
    try:
        return search(folders, command, secrets)
    finally:
        secrets.unlink(missing_ok=True)


def search(folders: list[Path], command: list[str], secrets: Path) -> int:
    """Run the suite and search for what it has recorded."""
    with tempfile.TemporaryDirectory(prefix="msgraph-intune-") as name:
        temporary, output, commands = (Path(name, part) for part in ("tmp", "output", "commands"))
        temporary.mkdir(mode=0o700)
        began = temporary.stat().st_mtime
        places = {"TMPDIR": temporary, "SECRET_SCAN_OUTPUT": commands, "GRAPH_SIMULATOR_SECRETS": secrets}
        status = run(command, output, {variable: str(path) for variable, path in places.items()})
        recorded = {secret for secret in read(secrets).split(b"\n") if len(secret) >= SHORTEST_SECRET}
        wanted = {form for secret in recorded for form in forms(secret)}
        left = (path for folder in (temporary, *folders) for path in files(folder) if path.stat().st_mtime >= began)
        searched = [output, commands, *left]
        leaks = [f"{path} holds {found} of them" for path in searched if (found := count(wanted, path))]
    print(f"Secret scan: {len(recorded)} secrets, {len(searched)} places", *leaks or ["none found"], sep="\n  ")
    # Without a secret to look for, nothing was shown.
    return status or (1 if leaks or not wanted else 0)


def forms(secret: bytes) -> set[bytes]:
    """Return the secret as given, percent-encoded, and as a part of anything in Base64, whatever is around it."""
    found = {secret}
    quoted = (quote(secret, safe=""), quote(secret), quote_plus(secret))
    # Python never encodes a tilde, other libraries do.
    for encoded in (*quoted, *(text.replace("~", "%7E") for text in quoted)):
        found |= {encoded.encode(), re.sub("%..", lambda byte: byte[0].lower(), encoded).encode()}
    # Three bytes make four characters: there are three alignments. Only characters of the secret's own bits count.
    for before, first in enumerate((0, 2, 3)):
        last = (before + len(secret)) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            found.add(encode(b"x" * before + secret)[first:last])
    return found


def run(command: list[str], output: Path, environment: dict[str, str]) -> int:
    """Run the command, copying all that it prints to a file."""
    with (
        output.open("wb") as copy,
        subprocess.Popen(
            command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as suite,
    ):
        assert suite.stdout is not None
        while chunk := os.read(suite.stdout.fileno(), 65536):
            copy.write(chunk)
            sys.stdout.buffer.write(chunk)
            sys.stdout.buffer.flush()
    return suite.returncode


def files(folder: Path) -> t.Iterator[Path]:
    """All files below the folder but those that are meant for secrets and that nobody else can read."""
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        private = path.stat().st_mode & 0o077 == 0
        if not (private and MEANT_FOR_SECRETS.fullmatch(path.name)):
            yield path


def count(secrets: set[bytes], path: Path) -> int:
    """How many of the secrets the file holds."""
    content = read(path)
    return sum(secret in content for secret in secrets)


def read(path: Path) -> bytes:
    """The file's content; empty when there is none."""
    return path.read_bytes() if path.exists() else b""


if __name__ == "__main__":
    sys.exit(main())
