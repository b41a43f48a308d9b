# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""A file that keeps tokens between tasks: msal's own format, shared by tasks and forks, safe against each other.

Reading a valid token needs neither msal nor a request. msal-extensions would bring the file and the lock, but imports
msal to read, and its lock file stays behind when its holder is killed: the kernel drops the lock used here by itself.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import stat
import time
import typing as t

from ._wanted import Account, unusable

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ._wanted import Wanted

# As msal does: a token that ends within this many seconds is not worth beginning a task with.
_SPARE_SECONDS = 300
_LEFTOVER_SECONDS = 300
# Sections beside msal's own, which keeps them: the tenant's ID by "login host/tenant as asked", and the user's name by
# the SHA-256 of a refresh token that was given for that user.
_TENANTS = "MsgraphIntuneTenants"
_GIVEN = "MsgraphIntuneGiven"


class TokenCache:
    """The cache file at ``path``; it need not exist yet.

    :param on_warning: is told what a person should know and need not act on.
    :param clock: seconds since the epoch.
    """

    def __init__(
        self,
        path: str,
        *,
        on_warning: Callable[[str], None],
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.path = path
        self._on_warning = on_warning
        self._clock = clock
        self._monotonic = monotonic
        self._sleep = sleep
        self._told_of_damage = False
        self._holder = ""
        self._loaded: dict[str, t.Any] = {}

    def find(self, wanted: Wanted) -> str | None:
        """The access token wanted, when there is one that stays valid for some minutes.

        :raises OptionsError: the file is not safe to use.
        """
        content = self._read()
        tenant = content.get(_TENANTS, {}).get(f"{wanted.host}/{wanted.tenant}", wanted.tenant)
        for entry in _entries(content, "AccessToken"):
            if (
                (entry.get("environment"), entry.get("client_id")) == (wanted.host, wanted.client_id)
                and entry.get("realm") == tenant
                and (entry.get("home_account_id") or None) == wanted.account
                and set(wanted.scopes) <= set(entry["target"].split())
                and float(str(entry["expires_on"])) > self._clock() + _SPARE_SECONDS
                and entry["secret"] != wanted.refused
            ):
                return t.cast("str", entry["secret"])
        return None

    def accounts(self, host: str, client_id: str, username: str | None) -> list[Account]:
        """The users that signed in to this client; only those of that name, if there is one.

        :raises OptionsError: the file is not safe to use.
        """
        content = self._read()
        ours = {
            entry.get("home_account_id")
            for section in ("AccessToken", "RefreshToken")
            for entry in _entries(content, section)
            if (entry.get("environment"), entry.get("client_id")) == (host, client_id)
            # An application's own tokens belong to nobody.
            and isinstance(entry.get("home_account_id"), str)
        }
        found = {
            entry["home_account_id"]: str(entry.get("username") or "")
            for entry in _entries(content, "Account")
            if entry.get("environment") == host and str(entry.get("home_account_id")) in ours
        }
        accounts = [Account(account, name) for account, name in found.items()]
        return [one for one in accounts if username is None or one.username.lower() == username.lower()]

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the cache alone, but for tasks whose job was cancelled; a holder that dies lets go.

        :raises DeadlineError: another task holds it for too long.
        :raises OptionsError: there can be no lock.
        """
        from ._ancestry import describe_self
        from ._cache_lock import lock

        folder = os.path.dirname(os.path.abspath(self.path))
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
        except OSError as exc:
            raise unusable(self.path, f"its folder cannot be made ({exc.strerror})") from exc
        # As it was at first: one that waits for the lock may lose its job meanwhile.
        self._holder = self._holder or describe_self()
        with lock(self.path, self._holder, monotonic=self._monotonic, sleep=self._sleep):
            yield

    def user_of(self, refresh_token: str) -> str | None:
        """The name of the user who was signed in with this refresh token before.

        :raises OptionsError: the file is not safe to use.
        """
        found = self._read().get(_GIVEN, {}).get(_digest(refresh_token))
        return found if isinstance(found, str) else None

    def load(self, *, refused: str | None = None) -> str:
        """The whole content for msal; empty when there is none. To be called while the lock is held.

        :param refused: an access token to leave out, for msal would return it.
        """
        content = self._loaded = self._read()
        if refused is not None and "AccessToken" in content:
            kept = {key: one for key, one in content["AccessToken"].items() if one.get("secret") != refused}
            content = {**content, "AccessToken": kept}
        return json.dumps(content) if content else ""

    def save(
        self,
        state: str,
        *,
        host: str,
        tenant: str,
        tenant_id: str,
        given: tuple[str, str] | None = None,
        required: bool = False,
    ) -> None:
        """Replace the content by msal's, and remember the tenant's ID under its name. The lock must be held.

        :param given: a refresh token and the name of the user it signed in.
        :param required: whether a content that cannot be kept is an error, and not merely a warning.
        :raises OptionsError: it could not be kept, and had to be.
        """
        content = json.loads(state)
        content.setdefault(_TENANTS, {})[f"{host}/{tenant}"] = tenant_id
        if given is not None:
            content.setdefault(_GIVEN, {})[_digest(given[0])] = given[1]
        # A task of a cancelled job may write at any time.
        present = self._read()
        if present != self._loaded:
            content = _merged(present, content)
        self._remove_leftovers()
        new = f"{self.path}.{os.getpid()}.new"
        try:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(new)
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                json.dump(content, stream)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(new, self.path)
        except OSError as exc:
            if required:
                raise unusable(self.path, f"it cannot be written ({exc.strerror})") from exc
            self._on_warning(f"The token could not be kept in {self.path}: {exc.strerror}.")

    def _remove_leftovers(self) -> None:
        """Remove what writers that were killed left behind; any other is done in a moment."""
        folder, name = os.path.split(os.path.abspath(self.path))
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith(f"{name}.") and entry.name.endswith(".new"):
                    age = self._clock() - entry.stat(follow_symlinks=False).st_mtime
                    if age > _LEFTOVER_SECONDS:
                        os.unlink(entry.path)

    def _read(self) -> dict[str, t.Any]:
        text = self._read_safely()
        if not text.strip():
            return {}
        try:
            content = json.loads(text)
        except (ValueError, RecursionError):
            content = None
        sound = _sound_part(content)
        if sound != content and not self._told_of_damage:
            self._told_of_damage = True
            self._on_warning(f"The token cache {self.path} was damaged: it is rebuilt, and the damaged part is lost.")
        return sound

    def _read_safely(self) -> bytes:
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            return b""
        except OSError as exc:
            reason = "it is a symbolic link" if exc.errno == errno.ELOOP else str(exc.strerror)
            raise unusable(self.path, reason) from exc
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise unusable(self.path, "it is not a regular file")
            if found.st_uid != os.geteuid():
                raise unusable(self.path, "it belongs to another user")
            if stat.S_IMODE(found.st_mode) & 0o077:
                raise unusable(self.path, f"others may use it (its mode is {stat.S_IMODE(found.st_mode):04o})")
            with os.fdopen(descriptor, "rb", closefd=False) as stream:
                return stream.read()
        finally:
            os.close(descriptor)


def _sound_part(content: object) -> dict[str, t.Any]:
    """What msal, and the code above, can read without stumbling."""
    sections = content if isinstance(content, dict) else {}
    return {
        name: {key: entry for key, entry in section.items() if _is_sound(name, entry)}
        for name, section in sections.items()
        if isinstance(section, dict)
    }


def _is_sound(section: str, entry: object) -> bool:
    if section in (_TENANTS, _GIVEN):
        return isinstance(entry, str)
    if not isinstance(entry, dict):
        return False
    if section != "AccessToken":
        return True
    return (
        isinstance(entry.get("secret"), str)
        and isinstance(entry.get("target"), str)
        and str(entry.get("expires_on")).isdecimal()
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _entries(content: dict[str, t.Any], section: str) -> list[dict[str, t.Any]]:
    return list(content.get(section, {}).values())


def _merged(theirs: dict[str, t.Any], ours: dict[str, t.Any]) -> dict[str, t.Any]:
    """Two contents that have grown from one; of the same entry ours is kept."""
    return {section: {**theirs.get(section, {}), **ours.get(section, {})} for section in {**theirs, **ours}}
