# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.
"""The lock beside a token cache's file: one task at a time signs in, and the others find its token."""

from __future__ import annotations

import contextlib
import fcntl
import os
import typing as t

from ._ancestry import describe_self, is_abandoned
from ._errors import DeadlineError
from ._wanted import unusable

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Longer than any sign-in that others may be busy with.
_LOCK_SECONDS = 300
_LOCK_POLL_SECONDS = 0.05


class CacheLock:
    """The lock of the cache at ``path``, for one use.

    The kernel drops it when its holder dies. A holder that goes on though its job was cancelled is not waited for: its
    lock is replaced by another one, which it can notice.
    """

    def __init__(self, path: str, *, monotonic: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._cache = path
        self._path = f"{path}.lock"
        self._monotonic = monotonic
        self._sleep = sleep
        self._descriptor = -1

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Wait for the lock, and hold it.

        :raises DeadlineError: another task holds it for too long.
        :raises OptionsError: there can be no lock.
        """
        self._open()
        try:
            self._wait()
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, describe_self().encode(), 0)
            yield
        finally:
            os.close(self._descriptor)
            self._descriptor = -1

    @property
    def is_held(self) -> bool:
        """Whether it is held, and still the one that others wait for."""
        return self._descriptor >= 0 and self._is_in_place()

    def _wait(self) -> None:
        deadline = self._monotonic() + _LOCK_SECONDS
        while not (self._try() and self._is_in_place()):
            if not self._is_in_place():
                # Another task has replaced it.
                self._open()
            elif is_abandoned(os.pread(self._descriptor, 4096, 0).decode("ascii", "replace")):
                self._replace()
            elif self._monotonic() > deadline:
                raise DeadlineError(
                    f"another task has held the token cache {self._cache} for {_LOCK_SECONDS} s",
                    hint="Look for a task that hangs on this host, or use another token_cache_path.",
                )
            else:
                self._sleep(_LOCK_POLL_SECONDS)

    def _open(self, suffix: str = "") -> None:
        path = self._path + suffix
        try:
            opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError as exc:
            raise unusable(self._cache, f"{path} cannot be opened ({exc.strerror})") from exc
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = opened

    def _try(self) -> bool:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as exc:
            raise unusable(self._cache, f"it cannot be locked there ({exc.strerror})") from exc
        return True

    def _is_in_place(self) -> bool:
        try:
            return os.path.samestat(os.fstat(self._descriptor), os.lstat(self._path))
        except FileNotFoundError:
            return False

    def _replace(self) -> None:
        """Put another lock, a held one, in the place of the one that somebody else holds."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(f"{self._path}.new")
        self._open(".new")
        # Where several do so at once, one of them succeeds, and the others find its lock.
        if self._try():
            with contextlib.suppress(FileNotFoundError):
                os.replace(f"{self._path}.new", self._path)
