# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import multiprocessing
import os
import shlex
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth import orphan
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.orphan import describe_self, is_abandoned

linux_only = pytest.mark.skipif(not Path("/proc/self/ns/pid").exists(), reason="there is no /proc")

# A shell that starts a process and waits, as whoever starts a module does. The process tells its description.
FAMILY = f"""
{shlex.quote(sys.executable)} -c '
import sys, time
from {orphan.__name__} import describe_self
print(describe_self(), flush=True)
sys.stdin.read()
'
exit
"""


class Family:
    """A process, and a parent of it that can be killed while it goes on."""

    def __enter__(self) -> Family:
        self.parent = subprocess.Popen(
            ["sh", "-c", FAMILY],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        self.description = self._output.readline()
        assert self.description
        return self

    @property
    def _output(self) -> t.IO[str]:
        return t.cast("t.IO[str]", self.parent.stdout)

    def kill_parent(self) -> None:
        self.parent.kill()
        self.parent.wait()

    def __exit__(self, *exc_info: object) -> None:
        # The process ends when it has nothing more to read.
        t.cast("t.IO[str]", self.parent.stdin).close()
        self._output.read()
        self._output.close()
        self.parent.wait()


@linux_only
def test_a_process_whose_parent_lives_is_not_abandoned() -> None:
    assert not is_abandoned(describe_self())
    with Family() as family:
        assert not is_abandoned(family.description)


@linux_only
def test_one_whose_parent_was_killed_is() -> None:
    with Family() as family:
        family.kill_parent()
        assert is_abandoned(family.description)


@linux_only
@pytest.mark.parametrize("where", [None, "another boot", 1])
def test_of_processes_elsewhere_nothing_is_known(where: object) -> None:
    with Family() as family:
        family.kill_parent()
        assert not is_abandoned(json.dumps({**json.loads(family.description), "where": where}))


@linux_only
@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 4096, "null", '{"where": 1}', '{"where": null, "pids": []}'])
def test_what_describes_nobody_abandons_nobody(text: str) -> None:
    assert not is_abandoned(text)


@linux_only
@pytest.mark.parametrize("pids", [[], None, ["../../etc"], [{}]])
def test_pids_that_are_none_abandon_nobody_or_do_no_harm(pids: object) -> None:
    description = json.dumps({**json.loads(describe_self()), "pids": pids})
    assert is_abandoned(description) in (False, True)


def test_without_proc_nobody_is_abandoned(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(orphan, "_PROC", str(tmp_path))
    assert not is_abandoned(describe_self())
    assert json.loads(describe_self()) == {"where": None, "pids": [os.getpid()]}


def test_a_name_may_hold_anything(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(orphan, "_PROC", str(tmp_path))
    for pid, parent in ((os.getpid(), 17), (17, 1)):
        (tmp_path / str(pid)).mkdir()
        (tmp_path / str(pid) / "stat").write_bytes(b"%d (a) S 99 (\xff\n) S %d 2 3\n" % (pid, parent))
    assert json.loads(describe_self())["pids"] == [os.getpid(), 17, 1]


@linux_only
def test_one_that_has_ended_is_not_abandoned() -> None:
    with Family() as family:
        pass
    assert not is_abandoned(family.description)


@linux_only
def test_above_a_worker_of_ansible_only_the_process_that_forked_it_counts() -> None:
    context = multiprocessing.get_context("fork")
    told: multiprocessing.Queue[str] = context.Queue()
    worker = context.Process(target=lambda: told.put(describe_self()))
    worker.start()
    pids = json.loads(told.get(timeout=60))["pids"]
    worker.join()
    assert pids == [worker.pid, os.getpid()]


def test_who_is_far_above_may_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(orphan, "_PROC", str(tmp_path))
    pids = [os.getpid(), *range(20, 30), 1]
    for pid, parent in zip(pids, pids[1:]):
        (tmp_path / str(pid)).mkdir()
        (tmp_path / str(pid) / "stat").write_text(f"{pid} (a) S {parent} 2 3\n")
    assert json.loads(describe_self())["pids"] == pids[:5]
