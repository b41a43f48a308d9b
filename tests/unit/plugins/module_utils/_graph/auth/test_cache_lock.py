# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Existing lock files: which are used, and which are refused and not changed."""

from __future__ import annotations

import os
import socket
import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.cache_lock import lock
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import OptionsError

if t.TYPE_CHECKING:
    import contextlib
    from pathlib import Path

# Version 1.0.0 described the holder of the lock in the file, and a killed task left that behind.
CONTENT = b'{"where": null, "pids": [1, 2, 3]}'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache.json.lock"


def hold(path: Path) -> contextlib.AbstractContextManager[None]:
    def sleep(_seconds: float) -> None:
        pytest.fail("it waits for a lock that is not held")

    return lock(str(path).removesuffix(".lock"), monotonic=lambda: 0.0, sleep=sleep)


def write(path: Path, content: bytes, mode: int = 0o600) -> None:
    path.write_bytes(content)
    path.chmod(mode)


def check_refused(path: Path, reason: str) -> None:
    with (
        pytest.raises(OptionsError, match=f"cache.json cannot be used: {path} {reason}. Move the lock file away"),
        hold(path),
    ):
        pytest.fail("the lock is held")


@pytest.mark.parametrize("content", [b"", CONTENT])
def test_the_content_of_a_lock_file_is_ignored_and_not_changed(path: Path, content: bytes) -> None:
    write(path, content)
    with hold(path):
        pass
    assert path.read_bytes() == content


@pytest.mark.parametrize("mode", [0o601, 0o610, 0o640, 0o644, 0o666])
def test_a_lock_file_that_others_may_use_is_refused_and_not_changed(path: Path, mode: int) -> None:
    write(path, CONTENT, mode)
    check_refused(path, f"is not its lock file: others may use it .its mode is {mode:04o}.")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (CONTENT, mode)


def test_a_lock_file_of_another_user_is_refused_and_not_changed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(path, CONTENT)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    check_refused(path, "is not its lock file: it belongs to another user")
    assert path.read_bytes() == CONTENT


def test_a_hard_link_is_refused_and_its_target_is_not_changed(path: Path) -> None:
    target = path.with_name("of-others")
    write(target, CONTENT)
    path.hardlink_to(target)
    check_refused(path, "is not its lock file: it is a hard link")
    assert target.read_bytes() == CONTENT


def test_a_symbolic_link_is_refused_and_its_target_is_not_changed(path: Path) -> None:
    target = path.with_name("of-others")
    write(target, CONTENT)
    path.symlink_to(target)
    check_refused(path, "cannot be opened .it is a symbolic link.")
    assert target.read_bytes() == CONTENT
    target.unlink()
    check_refused(path, "cannot be opened .it is a symbolic link.")
    assert not target.exists()


def test_a_pipe_is_refused_and_does_not_block_the_task(path: Path) -> None:
    os.mkfifo(path, mode=0o600)
    check_refused(path, "is not its lock file: it is not a regular file but a pipe")
    assert path.is_fifo()


def test_a_folder_and_a_socket_are_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.mkdir(mode=0o700)
    check_refused(path, "cannot be opened .Is a directory.")
    path.rmdir()
    # The path of a socket must be short.
    monkeypatch.chdir(path.parent)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path.name)
        check_refused(path, "cannot be opened .*")
