# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Follow docs/adding_a_resource.md in a copy of the collection, and run the new modules."""

from __future__ import annotations

import json
import re
import shutil
import sys
import typing as t

import pytest
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import clean_environment
from ansible_collections.msgraph.intune.tests.system.commands import run_command
from ansible_collections.msgraph.intune.tests.system.guides import ROOT, all_code_blocks

if t.TYPE_CHECKING:
    import subprocess
    from pathlib import Path

PAGE = ROOT / "docs/adding_a_resource.md"
SYNC = "msgraph.intune.intune_label_printer_sync"
INFO = "msgraph.intune.intune_label_printer_info"
# Starts the simulator of the copy, and runs each task of this script's arguments against it. Prints the results.
SCRIPT = """
import json, subprocess, sys
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import ansible_environment
from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
with Simulator(sync_seconds=0.1) as simulator:
    for module, options, *flags in json.loads(sys.argv[1]):
        command = [sys.executable, "-m", "ansible", "adhoc", "localhost", "-m", module, "-a", json.dumps(options)]
        command += [*flags, "-e", json.dumps({"ansible_python_interpreter": sys.executable})]
        run = subprocess.run(command, env=ansible_environment(simulator), capture_output=True, text=True)
        assert run.returncode == 0, run.stdout + run.stderr
        print(json.dumps(json.JSONDecoder().raw_decode(run.stdout, run.stdout.index("=> ") + 3)[0]))
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Copy the collection, and change the files that the page names."""
    folder = tmp_path / "ansible_collections/msgraph/intune"
    shutil.copytree(ROOT, folder, symlinks=True, ignore=shutil.ignore_patterns(".git", "output", "__pycache__"))
    for block in all_code_blocks(PAGE):
        path = re.search(r" file=(\S+)$", block.marker)
        if path is not None:
            write(folder / path[1], block.language, block.text)
    # The page shows one of the two action files.
    action = folder / "plugins/action/intune_label_printer_sync.py"
    info_action = action.read_text(encoding="utf-8").replace("printer_sync", "printer_info")
    action.with_name("intune_label_printer_info.py").write_text(info_action, encoding="utf-8")
    return folder


def write(file: Path, language: str, text: str) -> None:
    """Write a file, or apply the block as a difference without line numbers."""
    if language != "diff":
        assert not file.exists(), f"{file} exists already"
        file.write_text(text, encoding="utf-8")
        return
    lines = text.splitlines()
    old = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("+"))
    new = "".join(f"{line[1:]}\n" for line in lines)
    content = file.read_text(encoding="utf-8")
    assert content.count(old) == 1, f"{file} does not have these lines once:\n{old}"
    file.write_text(content.replace(old, new), encoding="utf-8")


def run(copy: Path, *command: str) -> subprocess.CompletedProcess[str]:
    collections = str(copy.parents[2])
    environment = clean_environment(ANSIBLE_COLLECTIONS_PATH=collections, PYTHONPATH=collections)
    return run_command([sys.executable, *command], environment, folder=copy)


def test_the_modules_of_the_page_sync_and_read_the_new_resource(copy: Path) -> None:
    generated = run(copy, "tests/tools/module_parts.py", "plugins/modules")
    assert generated.returncode == 0, generated.stderr
    assert "intune_label_printer_sync.py written" in generated.stdout
    tasks = [
        (INFO, {"all_printers": True}),
        (SYNC, {"printer_name": "warehouse"}, "--check"),
        (SYNC, {"printer_name": "warehouse", "wait": True, "wait_sleep": 0.1}),
        (INFO, {"last_sync_younger_than": "1d"}),
    ]
    done = run(copy, "-c", SCRIPT, json.dumps(tasks))
    assert done.returncode == 0, done.stdout + done.stderr
    before, check, sync, after = (json.loads(line) for line in done.stdout.splitlines())
    assert [printer["health"] for printer in before["printers"]] == ["warning"]
    assert [printer["action"] for printer in check["printers"]] == ["would_trigger"]
    assert [(printer["action"], printer["completed"]) for printer in sync["printers"]] == [("triggered", True)]
    assert [printer["health"] for printer in after["printers"]] == ["healthy"]


def test_the_documentation_of_the_new_modules_is_complete(copy: Path) -> None:
    assert run(copy, "tests/tools/module_parts.py", "plugins/modules").returncode == 0
    for module in (SYNC, INFO):
        doc = run(copy, "-m", "ansible", "doc", "--json", module)
        assert doc.returncode == 0, doc.stderr
        documented = json.loads(doc.stdout)[module]
        assert {"printer_id", "printer_name", "all_printers", "client_secret"} <= set(documented["doc"]["options"])
        assert {"msg", "printers", "counts", "error", "graph"} <= set(documented["return"])
