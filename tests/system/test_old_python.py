# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module prints a message when a Python older than 3.9 runs it, with each release of ansible-core."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import clean_environment
from ansible_collections.msgraph.intune.tests.system.playbooks import SYNC, ad_hoc, result_of

MODULES = Path(__file__).parents[2] / "plugins/modules"
MODULE_NAMES = sorted(file.stem for file in MODULES.glob("intune_*.py"))
REQUIREMENT = (
    "and this module needs Python 3.9 or later: set ansible_python_interpreter to such a Python, for a task on the"
    ' controller to "{{ ansible_playbook_python }}".'
)


@pytest.fixture(params=["2.7", "3.6", "3.7", "3.8"])
def old_python(request: pytest.FixtureRequest) -> Path:
    """Find a Python that is too old, on PATH or in the folder where version managers install Pythons."""
    version = request.param
    siblings = Path(sys.base_prefix).parent.glob(f"*{version}.*/bin/python{version}")
    for candidate in (shutil.which(f"python{version}"), *siblings):
        if candidate and subprocess.run([candidate, "-c", ""], check=False, capture_output=True).returncode == 0:
            return Path(candidate)
    pytest.skip(f"this machine has no Python {version}")


def version_of(python: Path) -> str:
    script = "import sys; print('%s %d.%d.%d' % ((sys.executable,) + sys.version_info[:3]))"
    run = subprocess.run([python, "-c", script], check=True, capture_output=True, text=True)
    return " is Python ".join(run.stdout.rsplit(maxsplit=1))


@pytest.mark.parametrize("name", MODULE_NAMES)
def test_the_module_file_prints_a_failed_result(old_python: Path, name: str) -> None:
    run = subprocess.run([old_python, MODULES / f"{name}.py"], check=False, capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (1, "")
    message = f"The Python interpreter {version_of(old_python)}, {REQUIREMENT}"
    assert json.loads(run.stdout) == {"failed": True, "msg": message}


def test_a_task_fails_with_the_interpreter_its_version_and_the_solution(old_python: Path) -> None:
    flags = ("-e", json.dumps({"ansible_python_interpreter": str(old_python)}))
    run = ad_hoc(clean_environment(), SYNC, *flags, connector_id="a", access_token="a-token-that-is-not-used")
    assert run.returncode == 2
    assert result_of(run)["msg"] == f"The Python interpreter {version_of(old_python)}, {REQUIREMENT}"
    assert "json char" not in run.stdout + run.stderr
