# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.
"""The lock beside a token cache's file: one task at a time signs in, and the others find its token."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import typing as t

from .orphan import is_abandoned, is_description
from ..errors import DeadlineError
from ..files import FileReadError, check_regular
from .private_file import check_private
from .token_query import unusable

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..errors import OptionsError

# A sign-in takes seconds; with the longest timeouts two requests of it could take longer than this.
_LOCK_SECONDS = 300
_LOCK_POLL_SECONDS = 0.05
# A description of a holder is much shorter.
_MAX_DESCRIPTION_BYTES = 4096


@contextlib.contextmanager
def lock(cache: str, holder: str, *, monotonic: Callable[[], float], sleep: Callable[[float], None]) -> Iterator[None]:
    """Hold the lock of the cache at this path.

    The kernel drops it when its holder dies. A holder that goes on though its job was cancelled is not waited for,
    where that can be known: then the block runs without the lock. A lock file that is not ours is left unchanged.

    :param holder: what tells others who holds it, see :mod:`_ancestry`.
    :raises DeadlineError: another task holds it for too long.
    :raises OptionsError: there can be no lock, or the lock file is not ours.
    """
    path = f"{cache}.lock"
    descriptor = _open(path, cache)
    try:
        deadline = monotonic() + _LOCK_SECONDS
        while not (held := _try(descriptor, cache)) and not is_abandoned(_holder(descriptor)):
            if monotonic() > deadline:
                raise DeadlineError(
                    f"another task has held the token cache {cache} for {_LOCK_SECONDS} s",
                    hint="Look for a task that hangs on this host, or use another token_cache_path.",
                )
            sleep(_LOCK_POLL_SECONDS)
        if not held:
            yield
            return
        # Only now: a live holder may be writing its description.
        _check_content(descriptor, path, cache)
        _describe(descriptor, holder)
        try:
            yield
        finally:
            _describe(descriptor, "")
    finally:
        os.close(descriptor)


def _open(path: str, cache: str) -> int:
    """Open the lock file, create it where it is missing, and refuse one that is not ours."""
    # O_NONBLOCK: a pipe in its place must not hold the task.
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags, 0o600)
    except OSError as exc:
        reason = "it is a symbolic link" if exc.errno == errno.ELOOP else str(exc.strerror)
        raise _refused(cache, f"{path} cannot be opened ({reason})") from exc
    try:
        found = os.fstat(descriptor)
        check_regular(found)
        check_private(found)
        if found.st_nlink > 1:
            raise FileReadError("it is a hard link")
    except FileReadError as exc:
        os.close(descriptor)
        raise _refused(cache, f"{path} is not its lock file: {exc.reason}") from exc
    return descriptor


def _refused(cache: str, reason: str) -> OptionsError:
    hint = "Move the lock file away if nothing else needs it, or use another token_cache_path."
    return unusable(cache, reason, hint=hint)


def _try(descriptor: int, cache: str) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as exc:
        raise unusable(cache, f"it cannot be locked there ({exc.strerror})") from exc
    return True


def _check_content(descriptor: int, path: str, cache: str) -> None:
    try:
        content = os.pread(descriptor, _MAX_DESCRIPTION_BYTES + 1, 0)
    except OSError as exc:
        raise _refused(cache, f"{path} cannot be read ({exc.strerror})") from exc
    if len(content) > _MAX_DESCRIPTION_BYTES or not is_description(content):
        raise _refused(cache, f"{path} is not its lock file: it has other content")


def _describe(descriptor: int, holder: str) -> None:
    # Without it the others wait, as for a holder of whom nothing is known.
    with contextlib.suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, holder.encode(), 0)


def _holder(descriptor: int) -> str:
    """Return the description of the task that holds the lock; empty when it cannot be read."""
    try:
        return os.pread(descriptor, _MAX_DESCRIPTION_BYTES, 0).decode("ascii", "replace")
    except OSError:
        return ""
