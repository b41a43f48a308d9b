# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Read and write files that only this user may use. A write replaces the whole file."""

from __future__ import annotations

import contextlib
import os
import re
import stat

from ..files import FileReadError, check_regular, read_file

# A new file that is older than this is left over from a killed process. A write takes much less time.
_LEFTOVER_SECONDS = 300
_NEW_SUFFIX = "msgraph-new"


def check_private(status: os.stat_result) -> None:
    """Check that only this user could write the file and can use it.

    :raises FileReadError: it has another owner, or its mode allows other users to use it.
    """
    if status.st_uid != os.geteuid():
        raise FileReadError("it belongs to another user")
    mode = stat.S_IMODE(status.st_mode)
    if mode & 0o077:
        raise FileReadError(f"others may use it (its mode is {mode:04o})")


def read_private_file(path: str, max_bytes: int) -> bytes:
    """Return the content of the file, or empty bytes if it does not exist.

    :raises FileReadError: the file cannot be read, or it is not safe to use.
    """
    try:
        return read_file(path, max_bytes, follow_links=False, check=check_private)
    except FileReadError as exc:
        if exc.missing:
            return b""
        raise


def replace_private_file(path: str, text: str) -> None:
    """Write a new file, and move it to the path after it is complete and on the disk.

    :raises OSError: the file cannot be written. The old file is unchanged.
    """
    new = f"{path}.{os.urandom(8).hex()}.{_NEW_SUFFIX}"
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(new, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(new)
        raise


def remove_leftovers(path: str, now: float) -> None:
    """Remove new files of processes that were killed before they moved the file to the path.

    :param now: seconds since the epoch.
    """
    folder, name = os.path.split(os.path.abspath(path))
    is_new = re.compile(rf"{re.escape(name)}\.[0-9a-f]{{16}}\.{_NEW_SUFFIX}").fullmatch
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                if is_new(entry.name) and _is_leftover(entry.stat(follow_symlinks=False), now):
                    os.unlink(entry.path)


def _is_leftover(status: os.stat_result, now: float) -> bool:
    try:
        check_regular(status)
        check_private(status)
    except FileReadError:
        return False
    return status.st_nlink == 1 and now - status.st_mtime > _LEFTOVER_SECONDS


def make_private_folders(folder: str) -> None:
    """Create the folder and its missing parents with mode 0700. The umask does not change the mode.

    :raises OSError: a folder is missing and cannot be created.
    """
    missing = []
    while not os.path.isdir(folder):
        missing.append(folder)
        folder = os.path.dirname(folder)
    for path in reversed(missing):
        try:
            _make_private_folder(path)
        except FileExistsError:
            # Another task may have created the folder at the same time.
            if not os.path.isdir(path):
                raise


def _make_private_folder(folder: str) -> None:
    # The umask of the process may remove permissions of the owner. Without them the folder cannot be opened.
    umask = os.umask(0o077)
    try:
        os.mkdir(folder, 0o700)
    finally:
        os.umask(umask)
    # Do not set the mode by path: in a shared folder, another user may replace the new folder by a link.
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        # A folder can inherit the set-group-ID bit.
        os.fchmod(descriptor, 0o700)
    finally:
        os.close(descriptor)
