# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The secret scan finds a secret in each place where a suite can leave it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from ansible_collections.msgraph.intune.tests.system.long_run import LongRun

SCAN = Path(__file__).parents[1] / "tools/secret_scan.py"
# In Base64 it contains a plus sign or a slash in each alignment, and its percent-encoding contains letters.
SECRET = "an~~~invented>>>secret???of<<</the+suite"
RECORD = f"""
import base64, os, pathlib, re, sys
from urllib.parse import quote
pathlib.Path(os.environ["GRAPH_SIMULATOR_SECRETS"]).write_text("{SECRET}\\nshort\\n")
tmp, home, secret = pathlib.Path(os.environ["TMPDIR"]), pathlib.Path(sys.argv[1]), "{SECRET}"
"""


def scan(folder: Path, suite: str) -> tuple[int, str]:
    environment = {name: value for name, value in os.environ.items() if name != "SECRET_SCAN_OUTPUT"}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    run = subprocess.run(
        [sys.executable, SCAN, folder, "--", sys.executable, "-c", suite, folder],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    return run.returncode, run.stdout


@pytest.mark.parametrize(
    "leak",
    [
        "print('see', secret)",
        "print(secret, file=sys.stderr)",
        "(tmp / 'left-behind').write_text(secret)",
        "(tmp / 'deep').mkdir(); (tmp / 'deep/cache').write_text(secret); (tmp / 'deep/cache').chmod(0o644)",
        "(home / 'log').write_text(f'x{secret}y')",
        "print(base64.b64encode(f'user:{secret}@'.encode()).decode())",
        "print(base64.urlsafe_b64encode(f'{secret}@'.encode()).decode())",
        "print(base64.urlsafe_b64encode(f'r:{secret}@'.encode()).decode())",
        "print(base64.urlsafe_b64encode(f'm:{secret}@'.encode()).decode())",
        "print('https://graph.example/?x=' + quote(secret, safe=''))",
        "print('https://graph.example/?x=' + quote(secret))",
        "print(re.sub('%..', lambda byte: byte[0].lower(), quote(secret, safe='')))",
        "(tmp / 'cache-debug.log').write_text(secret); (tmp / 'cache-debug.log').chmod(0o600)",
        "pathlib.Path(os.environ['SECRET_SCAN_OUTPUT']).write_text(secret)",
    ],
)
def test_a_leak_is_found(tmp_path: Path, leak: str) -> None:
    status, output = scan(tmp_path, RECORD + leak)
    assert status == 1
    assert "holds 1 of them" in output


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_leak_in_the_events_or_the_log_of_a_rulebook_is_found(tmp_path: Path, stream: str) -> None:
    # LongRun runs ansible-rulebook. Without its output file, the scan finds the secret in the recorded output only.
    suite = f"""
from {LongRun.__module__} import LongRun
code = f"import sys; print({{quote(secret)!r}}, file=sys.{stream})"
with LongRun([sys.executable, "-c", code], os.environ, tmp) as run:
    run.end()
(tmp / "output.txt").unlink()
"""
    status, output = scan(tmp_path, RECORD + suite)
    assert (status, "holds 1 of them" in output) == (1, True)


@pytest.mark.parametrize(
    "harmless", ["print('short')", "(tmp / 'cache.json').write_text(secret); (tmp / 'cache.json').chmod(0o600)"]
)
def test_short_texts_and_private_cache_files_are_not_leaks(tmp_path: Path, harmless: str) -> None:
    status, output = scan(tmp_path, RECORD + harmless)
    assert (status, "none found" in output) == (0, True)


def test_a_failed_suite_is_searched_and_keeps_its_exit_status(tmp_path: Path) -> None:
    status, output = scan(tmp_path, RECORD + "print(secret); sys.exit(7)")
    assert (status, "holds 1 of them" in output) == (7, True)


def test_a_scan_without_a_recorded_secret_fails(tmp_path: Path) -> None:
    assert scan(tmp_path, "print('all is well')")[0] == 1
