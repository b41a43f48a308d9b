# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a test suite, then search its output and its files for secrets: ``secret_scan.py HOME FOLDER … -- COMMAND …``.

Each simulator of the suite records the secrets that it has or issues. The scan searches the output of the suite and of
the commands that it runs, temporary files, the home folder of the suite, and the folders.
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

# Shorter secrets, which tests invent, can be parts of other texts.
SHORTEST_SECRET = 16
RECORD = ".graph-simulator-secrets"
# Private files that must contain secrets: token caches, files of the simulator, and variables for Ansible.
# ansible-runner reads "envvars", and records its environment in "command".
SECRET_FILES = re.compile(
    rf"{re.escape(RECORD)}|cache(\.json)?(\.[0-9a-f]{{16}}\.msgraph-new)?|ready\.json|seed\.json|variables\.json|envvars|command|(federated|graph)-token"
)


def main() -> int:
    """Run the suite and return its exit status, or 1 if the suite succeeded and the scan found a secret."""
    separator = sys.argv.index("--")
    folders, command = [Path(folder) for folder in sys.argv[1:separator]], sys.argv[separator + 1 :]
    # The record is in the home folder, because ansible-test passes HOME to its child processes.
    secrets = folders[0].absolute() / RECORD
    secrets.write_bytes(b"")
    secrets.chmod(0o600)
    try:
        return search(folders, command, secrets)
    finally:
        secrets.unlink(missing_ok=True)


def search(folders: list[Path], command: list[str], secrets: Path) -> int:
    """Run the suite and search for the secrets that it recorded."""
    with tempfile.TemporaryDirectory(prefix="msgraph-intune-") as name:
        temporary, output, commands = (Path(name, part) for part in ("tmp", "output", "commands"))
        temporary.mkdir(mode=0o700)
        began = temporary.stat().st_mtime
        places = {"TMPDIR": temporary, "SECRET_SCAN_OUTPUT": commands, "GRAPH_SIMULATOR_SECRETS": secrets}
        status = run(command, output, {variable: str(path) for variable, path in places.items()})
        recorded = {secret for secret in read(secrets).split(b"\n") if len(secret) >= SHORTEST_SECRET}
        encodings = {form for secret in recorded for form in forms(secret)}
        left = (path for folder in (temporary, *folders) for path in files(folder) if path.stat().st_mtime >= began)
        searched = [output, commands, *left]
        leaks = [f"{path} holds {found} of them" for path in searched if (found := count(encodings, path))]
    print(f"Secret scan: {len(recorded)} secrets, {len(searched)} places", *leaks or ["none found"], sep="\n  ")
    # A scan without recorded secrets is a failure.
    return status or (1 if leaks or not encodings else 0)


def forms(secret: bytes) -> set[bytes]:
    """Return the encodings of a secret: plain, percent-encoded, and as a part of a text in Base64."""
    encodings = {secret}
    quoted = (quote(secret, safe=""), quote(secret), quote_plus(secret))
    # Python does not encode a tilde, but other libraries do.
    for encoded in (*quoted, *(text.replace("~", "%7E") for text in quoted)):
        encodings |= {encoded.encode(), re.sub("%..", lambda byte: byte[0].lower(), encoded).encode()}
    # Base64 encodes three bytes as four characters, so a secret has three alignments. Use only the characters that
    # contain no bits of the text around the secret.
    for before, first in enumerate((0, 2, 3)):
        last = (before + len(secret)) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            encodings.add(encode(b"x" * before + secret)[first:last])
    return encodings


def run(command: list[str], output: Path, environment: dict[str, str]) -> int:
    """Run the command, and copy its output to a file."""
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
    """Yield all files below the folder, except private files that must contain secrets."""
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        private = path.stat().st_mode & 0o077 == 0
        if not (private and SECRET_FILES.fullmatch(path.name)):
            yield path


def count(secrets: set[bytes], path: Path) -> int:
    """Count the secrets in the file."""
    content = read(path)
    return sum(secret in content for secret in secrets)


def read(path: Path) -> bytes:
    """Return the content of the file, or no bytes if the file does not exist."""
    return path.read_bytes() if path.exists() else b""


if __name__ == "__main__":
    sys.exit(main())
