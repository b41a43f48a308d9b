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
import dataclasses
import hashlib
import json
import os
import re
import time
import typing as t

from ..errors import OptionsError
from ..files import FileReadError
from ..http.json_reader import parse_json
from ..masking import SECRETS, clip
from .cache_lock import cache_error, lock
from .private_file import make_private_folders, read_private_file, remove_leftovers, replace_private_file
from .token import MAX_TOKEN_LENGTH, find_problem

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# A token that expires within this many seconds is not used for a new task. msal has the same limit.
_SPARE_SECONDS = 300
# A user's sign-in takes about 10 KB.
_MAX_BYTES = 4 * 1024 * 1024
_MAX_MEGABYTES = _MAX_BYTES // (1024 * 1024)
# Sections beside msal's own, which keeps them: the tenant's ID by "login host/tenant as asked", and the user's name by
# the SHA-256 of a refresh token that was given for that user.
_TENANTS = "MsgraphIntuneTenants"
_GIVEN = "MsgraphIntuneGiven"
_SECTIONS_WITH_SECRETS = ("AccessToken", "RefreshToken", "IdToken")
# Longer names of users are cut: a user principal name has 113 characters at most.
MAX_NAME: t.Final = 200
_MAX_SHOWN_NAMES: t.Final = 10


@dataclasses.dataclass(frozen=True)
class TokenQuery:
    """The properties of the token that a task needs.

    :param host: the login service's host name, which msal calls the environment.
    :param tenant: as asked, by ID or name.
    :param scopes: those that the token must hold, as asked of the login service.
    :param account: msal's home account id of a user; ``None`` for an application's own token.
    :param rejected_token: a token that the service refused, so the cache must return another one.
    """

    host: str
    tenant: str
    client_id: str
    scopes: tuple[str, ...]
    account: str | None = None
    rejected_token: str | None = dataclasses.field(default=None, repr=False)


@dataclasses.dataclass(frozen=True)
class Account:
    """A user whose sign-in the cache holds."""

    id: str
    username: str

    @property
    def home_tenant(self) -> str | None:
        """The tenant in Entra's form of the id, "object.tenant" in GUIDs; other providers have other forms."""
        found = re.fullmatch(r"[0-9a-fA-F-]{36}\.([0-9a-fA-F-]{36})", self.id)
        return found.group(1) if found else None


def only_account(accounts: list[Account]) -> Account | None:
    """Return the only account, or ``None`` when there are no accounts.

    :raises OptionsError: there are several.
    """
    if len(accounts) > 1:
        names = sorted(account.username for account in accounts)
        shown = ", ".join(names[:_MAX_SHOWN_NAMES])
        if len(names) > _MAX_SHOWN_NAMES:
            shown += f" and {len(names) - _MAX_SHOWN_NAMES} more"
        raise OptionsError(
            f"The token cache holds sign-ins of several users: {shown}", hint="Set username to one of them."
        )
    return accounts[0] if accounts else None


class TokenCache:
    """The cache file at ``path``, which may not exist yet.

    :param on_warning: receives warnings for the user.
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
        self._loaded: dict[str, t.Any] = {}

    def find(self, wanted: TokenQuery) -> str | None:
        """Return the wanted access token, or ``None`` when the cache has none that stays valid for some minutes.

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
                and entry["secret"] != wanted.rejected_token
            ):
                _register([entry])
                return t.cast("str", entry["secret"])
        return None

    def accounts(self, host: str, client_id: str, username: str | None) -> list[Account]:
        """Return the users that signed in to this client; with ``username``, only those of that name.

        :raises OptionsError: the file is not safe to use.
        """
        content = self._read()
        ours = {
            entry.get("home_account_id")
            for section in ("AccessToken", "RefreshToken")
            for entry in _entries(content, section)
            if (entry.get("environment"), entry.get("client_id")) == (host, client_id)
            # A token of the application itself has no account.
            and isinstance(entry.get("home_account_id"), str)
        }
        found = {
            entry["home_account_id"]: clip(str(entry.get("username") or ""), MAX_NAME)
            for entry in _entries(content, "Account")
            if entry.get("environment") == host and str(entry.get("home_account_id")) in ours
        }
        accounts = [Account(account, name) for account, name in found.items()]
        name = None if username is None else clip(username, MAX_NAME).lower()
        return [one for one in accounts if name is None or one.username.lower() == name]

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock of the cache.

        :raises GraphTimeoutError: another task holds it for too long.
        :raises OptionsError: the lock file cannot be used.
        """
        folder = os.path.dirname(os.path.abspath(self.path))
        try:
            make_private_folders(folder)
        except OSError as exc:
            raise cache_error(self.path, f"its folder cannot be made ({exc.strerror})") from exc
        with lock(self.path, monotonic=self._monotonic, sleep=self._sleep):
            yield

    def user_of(self, refresh_token: str) -> str | None:
        """Return the name of the user who signed in with this refresh token before.

        :raises OptionsError: the file is not safe to use.
        """
        found = self._read().get(_GIVEN, {}).get(_digest(refresh_token))
        return clip(found, MAX_NAME) if isinstance(found, str) else None

    def load(self, *, rejected_token: str | None = None) -> str:
        """Return the whole content for msal; empty when the file is missing or empty. The lock must be held.

        :param refused: an access token to leave out, because msal would return it.
        """
        content = self._loaded = self._read()
        for section in _SECTIONS_WITH_SECRETS:
            _register(_entries(content, section))
        if rejected_token is not None and "AccessToken" in content:
            kept = {key: one for key, one in content["AccessToken"].items() if one.get("secret") != rejected_token}
            content = {**content, "AccessToken": kept}
        return json.dumps(content) if content else ""

    def save(
        self,
        state: str,
        *,
        host: str,
        tenant: str,
        tenant_id: str,
        provided: tuple[str, str] | None = None,
        required: bool = False,
    ) -> None:
        """Replace the content by msal's, and store the tenant's ID under its name. The lock must be held.

        :param given: a refresh token and the name of the user it signed in.
        :param required: whether a failure to write is an error instead of a warning.
        :raises OptionsError: the content cannot be written, and it is required.
        """
        try:
            content = self._readable(parse_json(state))
            content.setdefault(_TENANTS, {})[f"{host}/{tenant}"] = tenant_id
            if provided is not None:
                content.setdefault(_GIVEN, {})[_digest(provided[0])] = provided[1]
            # A task of a cancelled job may write at any time.
            present = self._read()
            if present != self._loaded:
                content = _merged(present, content)
            text = json.dumps(content)
            if len(text) > _MAX_BYTES:
                raise ValueError(f"it would be larger than {_MAX_MEGABYTES} MB")
            remove_leftovers(self.path, self._clock())
            replace_private_file(self.path, text)
        except (OSError, ValueError) as exc:
            reason = exc.strerror if isinstance(exc, OSError) else str(exc)
            if required:
                raise cache_error(self.path, f"it cannot be written ({reason})") from exc
            self._on_warning(f"The token could not be kept in {self.path}: {reason}.")

    def _readable(self, state: object) -> dict[str, t.Any]:
        """Return the part of msal's content that the next task can read.

        :raises ValueError: it has no such part.
        """
        if not isinstance(state, dict):
            raise ValueError("it is not a JSON object")
        sound = _sound_part(state)
        if sound != state:
            self._on_warning(f"A part of the sign-in could not be kept in {self.path}: it has an unknown form.")
        return sound

    def _read(self) -> dict[str, t.Any]:
        try:
            text = read_private_file(self.path, _MAX_BYTES)
        except FileReadError as exc:
            raise cache_error(self.path, exc.reason) from exc
        if not text.strip():
            return {}
        try:
            content = parse_json(text)
        except ValueError:
            content = None
        sound = _sound_part(content)
        if sound != content and not self._told_of_damage:
            self._told_of_damage = True
            self._on_warning(f"The token cache {self.path} was damaged: it is rebuilt, and the damaged part is lost.")
        return sound


def _sound_part(content: object) -> dict[str, t.Any]:
    """Return the sections and entries that msal and the code above can read."""
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
    secret = entry.get("secret")
    if section in _SECTIONS_WITH_SECRETS and isinstance(secret, str) and len(secret) > MAX_TOKEN_LENGTH:
        return False
    if section != "AccessToken":
        return True
    return (
        isinstance(secret, str)
        and find_problem(secret) is None
        and isinstance(entry.get("target"), str)
        and str(entry.get("expires_on")).isdecimal()
    )


def _register(entries: list[dict[str, t.Any]]) -> None:
    secrets = (entry.get("secret") for entry in entries)
    SECRETS.add_long(*(secret for secret in secrets if isinstance(secret, str)))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _entries(content: dict[str, t.Any], section: str) -> list[dict[str, t.Any]]:
    return list(content.get(section, {}).values())


def _merged(theirs: dict[str, t.Any], ours: dict[str, t.Any]) -> dict[str, t.Any]:
    """Merge two contents with a common origin. Of entries with the same key, ours wins."""
    return {section: {**theirs.get(section, {}), **ours.get(section, {})} for section in {**theirs, **ours}}
