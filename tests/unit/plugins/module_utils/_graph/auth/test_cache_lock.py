# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which existing lock files are used, and which are refused and left unchanged."""

from __future__ import annotations

import json
import os
import socket
import typing as t
from pathlib import Path

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.orphan import describe_self
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.cache_lock import lock
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import OptionsError

if t.TYPE_CHECKING:
    import contextlib

DESCRIPTION = describe_self().encode()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache.json.lock"


def hold(path: Path) -> contextlib.AbstractContextManager[None]:
    def sleep(_seconds: float) -> None:
        pytest.fail("it waits for a lock that nobody holds")

    return lock(str(path).removesuffix(".lock"), describe_self(), monotonic=lambda: 0.0, sleep=sleep)


def put(path: Path, content: bytes, mode: int = 0o600) -> None:
    path.write_bytes(content)
    path.chmod(mode)


def refuse(path: Path, reason: str) -> None:
    with (
        pytest.raises(OptionsError, match=f"cache.json cannot be used: {path} {reason}. Move the lock file away"),
        hold(path),
    ):
        pytest.fail("the lock is held")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        DESCRIPTION,
        b'{"where": null, "pids": [1, 2, 3]}',
        b'{"where": "of another boot", "pids": [5, 1]}\n',
    ],
    ids=["nothing", "this process", "unknown host", "another boot"],
)
def test_what_a_holder_can_leave_behind_is_taken_over(path: Path, content: bytes) -> None:
    put(path, content)
    with hold(path):
        assert json.loads(path.read_bytes())["pids"][0] == os.getpid()
    assert path.read_bytes() == b""


def test_what_a_full_disk_leaves_of_a_description_is_taken_over(path: Path) -> None:
    # Not as parameters, for the reason given below.
    for length in range(12, len(DESCRIPTION)):
        put(path, DESCRIPTION[:length])
        with hold(path):
            assert json.loads(path.read_bytes())["pids"][0] == os.getpid()
        assert path.read_bytes() == b""


@pytest.mark.parametrize(
    "content",
    [
        b"\n",
        b"{",
        DESCRIPTION[:10],
        DESCRIPTION + b"}",
        DESCRIPTION[:-1] + b" and more",
        DESCRIPTION[:20] + b"\0" * 20,
        b"\0" * len(DESCRIPTION),
        b"\0" * 4096,
        b'{"where": rubbish of a stranger',
        b'{"where": "rubbish of a stranger',
        b'{"where": 5, "pids": [1]}',
        b'{"where": null, "pids": []}',
        b'{"where": null, "pids": ["1"]}',
        b'{"where": null, "pids": [true]}',
        b'{"where": null, "pids": 1}',
        b"12345\n",
        b"{}",
        b"[]",
        b'{"pids": [1]}',
        b'{"where": "here", "pids": [1], "more": 1}',
        b'{"where": "here"}',
        b"0123456789",
        b"[" * 4000,
        b"text of another program",
        b'{"where": "' + b"x" * 5000,
        b"\0" * 5000,
        b"\xff\xfe\x00",
    ],
    # The content differs from process to process, but workers that share the tests must collect the same.
    ids=lambda _content: "content",
)
def test_other_content_is_refused_and_kept(path: Path, content: bytes) -> None:
    put(path, content)
    before = path.stat()
    refuse(path, "is not its lock file: it has other content")
    assert path.read_bytes() == content
    assert (path.stat().st_mtime_ns, path.stat().st_mode) == (before.st_mtime_ns, before.st_mode)


@pytest.mark.parametrize("mode", [0o601, 0o610, 0o640, 0o644, 0o666])
def test_a_mode_that_lets_others_use_it_is_refused_and_kept(path: Path, mode: int) -> None:
    put(path, DESCRIPTION, mode)
    refuse(path, f"is not its lock file: others may use it .its mode is {mode:04o}.")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (DESCRIPTION, mode)


def test_a_file_of_another_user_is_refused_and_kept(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(path, DESCRIPTION)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    refuse(path, "is not its lock file: it belongs to another user")
    assert path.read_bytes() == DESCRIPTION


def test_a_hard_link_is_refused_and_the_file_behind_it_kept(path: Path) -> None:
    target = path.with_name("of-others")
    put(target, DESCRIPTION)
    path.hardlink_to(target)
    refuse(path, "is not its lock file: it is a hard link")
    assert target.read_bytes() == DESCRIPTION


def test_a_symbolic_link_is_refused_and_its_target_kept(path: Path) -> None:
    target = path.with_name("of-others")
    put(target, DESCRIPTION)
    path.symlink_to(target)
    refuse(path, "cannot be opened .it is a symbolic link.")
    assert target.read_bytes() == DESCRIPTION
    target.unlink()
    refuse(path, "cannot be opened .it is a symbolic link.")
    assert not target.exists()


def test_a_pipe_is_refused_and_does_not_hold_the_task(path: Path) -> None:
    os.mkfifo(path, mode=0o600)
    refuse(path, "is not its lock file: it is not a regular file but a pipe")
    assert path.is_fifo()


def test_a_folder_and_a_socket_are_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.mkdir(mode=0o700)
    refuse(path, "cannot be opened .Is a directory.")
    path.rmdir()
    # The path of a socket must be short.
    monkeypatch.chdir(path.parent)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path.name)
        refuse(path, "cannot be opened .*")


def test_a_lock_file_whose_read_fails_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "pread", fail)
    refuse(path, "cannot be read .Input/output error.")


def test_a_holder_whose_description_cannot_be_read_is_waited_for(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    naps: list[float] = []
    with hold(path), monkeypatch.context() as patched:
        held = hold_again(path, naps)

        def fail(*_args: object) -> bytes:
            raise OSError(5, "Input/output error")

        patched.setattr(os, "pread", fail)
        with pytest.raises(KeyboardInterrupt), held:
            pass
    assert len(naps) == 3


def hold_again(path: Path, naps: list[float]) -> contextlib.AbstractContextManager[None]:
    """Wait for a lock that is held, until somebody interrupts the third nap."""

    def sleep(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 3:
            raise KeyboardInterrupt

    return lock(str(path).removesuffix(".lock"), "", monotonic=lambda: 0.0, sleep=sleep)


def test_no_file_stays_open(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(Path("/dev/fd").iterdir())
    put(path, b"other content")
    refuse(path, "is not its lock file: it has other content")
    path.chmod(0o644)
    refuse(path, "is not its lock file: others may use it .*")
    assert set(Path("/dev/fd").iterdir()) <= before
