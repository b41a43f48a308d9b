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

from ._ancestry import is_abandoned
from ._errors import DeadlineError
from ._wanted import unusable

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# A sign-in takes seconds; with the longest timeouts two requests of it could take longer than this.
_LOCK_SECONDS = 300
_LOCK_POLL_SECONDS = 0.05


@contextlib.contextmanager
def lock(cache: str, holder: str, *, monotonic: Callable[[], float], sleep: Callable[[float], None]) -> Iterator[None]:
    """Hold the lock of the cache at this path.

    The kernel drops it when its holder dies. A holder that goes on though its job was cancelled is not waited for,
    where that can be known: then the block runs without the lock.

    :param holder: what tells others who holds it, see :mod:`_ancestry`.
    :raises DeadlineError: another task holds it for too long.
    :raises OptionsError: there can be no lock.
    """
    path = f"{cache}.lock"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as exc:
        raise unusable(cache, f"{path} cannot be opened ({exc.strerror})") from exc
    held = False
    try:
        deadline = monotonic() + _LOCK_SECONDS
        while not (held := _try(descriptor, cache)) and not is_abandoned(_described(descriptor)):
            if monotonic() > deadline:
                raise DeadlineError(
                    f"another task has held the token cache {cache} for {_LOCK_SECONDS} s",
                    hint="Look for a task that hangs on this host, or use another token_cache_path.",
                )
            sleep(_LOCK_POLL_SECONDS)
        if held:
            _describe(descriptor, holder)
        yield
    finally:
        if held:
            _describe(descriptor, "")
        os.close(descriptor)


def _try(descriptor: int, cache: str) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as exc:
        raise unusable(cache, f"it cannot be locked there ({exc.strerror})") from exc
    return True


def _describe(descriptor: int, holder: str) -> None:
    # Without it the others wait, as for a holder of whom nothing is known.
    with contextlib.suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, holder.encode(), 0)


def _described(descriptor: int) -> str:
    try:
        return os.pread(descriptor, 4096, 0).decode("ascii", "replace")
    except OSError:
        return ""
