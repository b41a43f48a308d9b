# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.
"""The lock of the token cache: one task signs in, and other tasks wait for its token."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import typing as t

from ..errors import GraphTimeoutError, OptionsError
from ..files import FileReadError, check_regular
from .private_file import check_private

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# In seconds. A sign-in sends a few requests, each with a timeout. The lock is released while a retry waits.
_LOCK_TIMEOUT = 300
_LOCK_POLL_INTERVAL = 0.05


@contextlib.contextmanager
def lock(cache: str, *, monotonic: Callable[[], float], sleep: Callable[[float], None]) -> Iterator[None]:
    """Hold the lock of the cache at this path. The kernel releases the lock when its process exits.

    :raises GraphTimeoutError: another task holds the lock for too long.
    :raises OptionsError: the lock file cannot be used, or this collection did not create it. It is not changed.
    """
    descriptor = _open_lock_file(f"{cache}.lock", cache)
    try:
        deadline = monotonic() + _LOCK_TIMEOUT
        while not _try_lock(descriptor, cache):
            if monotonic() > deadline:
                raise GraphTimeoutError(
                    f"another task has held the token cache {cache} for {_LOCK_TIMEOUT} s",
                    hint="Look for a task that hangs on this host, or use another token_cache_path.",
                )
            sleep(_LOCK_POLL_INTERVAL)
        yield
    finally:
        os.close(descriptor)


def _open_lock_file(path: str, cache: str) -> int:
    """Open the lock file, or create it. Refuse a file that this collection did not create."""
    # O_NONBLOCK: opening a pipe must not block the task.
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags, 0o600)
    except OSError as exc:
        reason = "it is a symbolic link" if exc.errno == errno.ELOOP else str(exc.strerror)
        raise _lock_error(cache, f"{path} cannot be opened ({reason})") from exc
    try:
        status = os.fstat(descriptor)
        check_regular(status)
        check_private(status)
        if status.st_nlink > 1:
            raise FileReadError("it is a hard link")
    except FileReadError as exc:
        os.close(descriptor)
        raise _lock_error(cache, f"{path} is not its lock file: {exc.reason}") from exc
    return descriptor


def _lock_error(cache: str, reason: str) -> OptionsError:
    hint = "Move the lock file away if nothing else needs it, or use another token_cache_path."
    return cache_error(cache, reason, hint=hint)


def _try_lock(descriptor: int, cache: str) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as exc:
        raise cache_error(cache, f"it cannot be locked there ({exc.strerror})") from exc
    return True


def cache_error(path: str, reason: str, hint: str | None = None) -> OptionsError:
    """Return the error for a cache that cannot be used, or that is not safe to use.

    :param hint: replaces the default hint, which is about the file of the cache.
    """
    return OptionsError(
        f"The token cache {path} cannot be used: {reason}",
        hint=hint or "Give token_cache_path a file of this user's own with mode 0600, or one that does not exist yet.",
    )
