# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make the example change of CONTRIBUTING.md: its test fails before the change and succeeds after it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import clean_environment
from ansible_collections.msgraph.intune.tests.system.guides import code_blocks

STAGED = Path(os.environ["ANSIBLE_COLLECTIONS_PATH"]) / "ansible_collections/msgraph/intune"
GUIDE = STAGED / "CONTRIBUTING.md"
TEST = "tests/unit/plugins/module_utils/_graph/auth/test_entra_errors.py"
TABLE = "plugins/module_utils/_graph/auth/aadsts.py"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "ansible_collections/msgraph/intune"
    for part in ("plugins", "tests/unit"):
        shutil.copytree(STAGED / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def run_test(checkout: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, str(checkout / TEST)]
    environment = {**clean_environment(), "PYTHONPATH": str(checkout.parents[2])}
    return subprocess.run(
        command, cwd=checkout, env=environment, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def test_the_test_of_the_guide_fails_without_the_new_line_and_succeeds_with_it(checkout: Path) -> None:
    test, line = code_blocks(GUIDE, "python")
    command = next(block for block in code_blocks(GUIDE, "shell") if block.startswith("make units"))
    assert command == f"make units TESTS={TEST}\n"
    with (checkout / TEST).open("a", encoding="utf-8") as stream:
        stream.write(f"\n\n{test}")
    (name,) = re.findall(r"def (\w+)", test)

    run = run_test(checkout)
    assert run.returncode == 1, run.stdout
    assert re.findall(r"^FAILED .*::(\w+)", run.stdout, re.MULTILINE) == [name]

    table = (checkout / TABLE).read_text(encoding="utf-8")
    codes = re.findall(r"^    (\d+): ", table, re.MULTILINE)
    next_code = next(code for code in codes if int(code) > code_of(line))
    (checkout / TABLE).write_text(
        table.replace(f"    {next_code}: ", f"    {line}    {next_code}: ", 1), encoding="utf-8"
    )
    run = run_test(checkout)
    assert run.returncode == 0, run.stdout


def code_of(line: str) -> int:
    return int(line.partition(":")[0])


def test_the_changelog_fragment_of_the_guide_is_valid() -> None:
    (fragment,) = (t.cast("dict[str, t.Any]", yaml.safe_load(block)) for block in code_blocks(GUIDE, "yaml"))
    settings = yaml.safe_load((STAGED / "changelogs/config.yaml").read_text(encoding="utf-8"))
    assert set(fragment) <= {name for name, _title in settings["sections"]}
    assert all(isinstance(entry, str) for entries in fragment.values() for entry in entries)
