# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sys
import typing as t

import pytest
from ansible_collections.msgraph.intune.tests.tools.when_changed import main

if t.TYPE_CHECKING:
    from pathlib import Path

COUNT = "import pathlib, sys; path = pathlib.Path(sys.argv[1]); path.write_text(path.read_text() + 'x'); sys.exit({})"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("CI", raising=False)
    (tmp_path / "source").mkdir()
    (tmp_path / "source/a.py").write_text("1", encoding="utf-8")
    (tmp_path / "runs").write_text("", encoding="utf-8")
    return tmp_path


def run(folder: Path, status: int = 0) -> int:
    """Run the tool, and return how often its command has run so far."""
    command = [sys.executable, "-c", COUNT.format(status), str(folder / "runs")]
    assert main([str(folder / "digest"), str(folder / "source"), "--", *command]) in (0, status)
    return len((folder / "runs").read_text(encoding="utf-8"))


def test_the_command_runs_again_after_a_change(folder: Path) -> None:
    assert [run(folder), run(folder)] == [1, 1]
    (folder / "source/a.py").write_text("2", encoding="utf-8")
    assert [run(folder), run(folder)] == [2, 2]
    (folder / "source/b.yml").write_text("2", encoding="utf-8")
    assert run(folder) == 3


def test_the_command_runs_again_after_a_failure(folder: Path) -> None:
    assert [run(folder, status=3), run(folder), run(folder)] == [1, 2, 2]


def test_the_command_always_runs_in_continuous_integration(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    assert [run(folder), run(folder)] == [1, 2]
