# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The search for leaks finds them, wherever a suite leaves them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from ansible_collections.msgraph.intune.tests.system.long_run import LongRun

HUNT = Path(__file__).parents[1] / "tools/secret_scan.py"
# In Base64 it contains a plus sign or a slash in each alignment, and its percent-encoding contains letters.
SECRET = "an~~~invented>>>secret???of<<</the+suite"
RECORD = f"""
import base64, os, pathlib, re, sys
from urllib.parse import quote
pathlib.Path(os.environ["GRAPH_SIMULATOR_SECRETS"]).write_text("{SECRET}\\nshort\\n")
tmp, home, secret = pathlib.Path(os.environ["TMPDIR"]), pathlib.Path(sys.argv[1]), "{SECRET}"
"""


def hunt(folder: Path, suite: str) -> tuple[int, str]:
    environment = {name: value for name, value in os.environ.items() if name != "SECRET_SCAN_OUTPUT"}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    run = subprocess.run(
        [sys.executable, HUNT, folder, "--", sys.executable, "-c", suite, folder],
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
    status, output = hunt(tmp_path, RECORD + leak)
    assert status == 1
    assert "holds 1 of them" in output


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_leak_in_the_events_or_the_log_of_a_rulebook_is_found(tmp_path: Path, stream: str) -> None:
    # LongRun runs ansible-rulebook. The file of its output is not searched a second time here.
    suite = f"""
from {LongRun.__module__} import LongRun
code = f"import sys; print({{quote(secret)!r}}, file=sys.{stream})"
with LongRun([sys.executable, "-c", code], os.environ, tmp) as run:
    run.end()
(tmp / "output.txt").unlink()
"""
    status, output = hunt(tmp_path, RECORD + suite)
    assert (status, "holds 1 of them" in output) == (1, True)


@pytest.mark.parametrize(
    "harmless", ["print('short')", "(tmp / 'cache.json').write_text(secret); (tmp / 'cache.json').chmod(0o600)"]
)
def test_what_is_none_is_passed_over(tmp_path: Path, harmless: str) -> None:
    status, output = hunt(tmp_path, RECORD + harmless)
    assert (status, "none found" in output) == (0, True)


def test_a_suite_that_fails_keeps_its_status_and_is_searched_all_the_same(tmp_path: Path) -> None:
    status, output = hunt(tmp_path, RECORD + "print(secret); sys.exit(7)")
    assert (status, "holds 1 of them" in output) == (7, True)


def test_a_hunt_without_a_secret_shows_nothing(tmp_path: Path) -> None:
    assert hunt(tmp_path, "print('all is well')")[0] == 1
