# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Read files that options name: only regular files, with a size limit, and without blocking."""

from __future__ import annotations

import codecs
import os
import stat
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Callable

_FILE_TYPES: t.Final = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a character device",
    stat.S_IFBLK: "a block device",
}
_BYTE_ORDER_MARKS: t.Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class FileReadError(Exception):
    """A file cannot be read.

    :param reason: the reason, as a text after "cannot be read: ".
    :param missing: whether the file does not exist.
    """

    def __init__(self, reason: str, *, missing: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.missing = missing


def read_file(
    path: str,
    max_bytes: int,
    *,
    follow_links: bool = True,
    check: Callable[[os.stat_result], None] | None = None,
) -> bytes:
    """Return the content of a regular file.

    :param check: called with the status of the open file. It raises FileReadError for a file that must not be read.
    :raises FileReadError: the file is missing, too large or not a regular file, or reading it fails.
    """
    # O_NONBLOCK: to open a pipe, or to read some files below /proc and /sys, could block.
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC | (0 if follow_links else os.O_NOFOLLOW)
    try:
        # To open a device can have side effects, so check the type before and after.
        check_regular(os.stat(path, follow_symlinks=follow_links))
        descriptor = os.open(path, flags)
        try:
            status = os.fstat(descriptor)
            check_regular(status)
            if check is not None:
                check(status)
            content = _read_descriptor(descriptor, max_bytes + 1)
        finally:
            os.close(descriptor)
    except OSError as exc:
        missing = isinstance(exc, FileNotFoundError)
        raise FileReadError(exc.strerror or type(exc).__name__, missing=missing) from exc
    if len(content) > max_bytes:
        raise FileReadError(f"it is larger than {max_bytes // 1024} KB")
    if status.st_size > 0 and not content:
        raise FileReadError(f"it has {status.st_size} bytes, but reading it returned nothing")
    return content


def check_regular(status: os.stat_result) -> None:
    """Check that a file is a regular file.

    :raises FileReadError: it is of another type, which is in the message.
    """
    if stat.S_ISLNK(status.st_mode):
        raise FileReadError("it is a symbolic link")
    if not stat.S_ISREG(status.st_mode):
        kind = _FILE_TYPES.get(stat.S_IFMT(status.st_mode), "something else")
        raise FileReadError(f"it is not a regular file but {kind}")


def _read_descriptor(descriptor: int, max_bytes: int) -> bytes:
    content = bytearray()
    while len(content) < max_bytes:
        chunk = os.read(descriptor, max_bytes - len(content))
        if not chunk:
            break
        content += chunk
    return bytes(content)


def as_utf8(content: bytes) -> bytes:
    """Return text in UTF-16, or with a byte order mark, as UTF-8 without the mark; return other content unchanged.

    Windows PowerShell writes UTF-16 with a mark by default. .NET encodes to UTF-16 without a mark.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "replace").encode()
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        high_bytes = content[first::2]
        # In Latin text these bytes are NUL. A PFX contains few NUL bytes.
        if 2 * high_bytes.count(0) > len(high_bytes):
            return content.decode(encoding, "replace").encode()
    return content
