# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The token cache: a file in the format of msal that stores tokens between tasks. Tasks and forks can share it.

To read a valid token, a task needs neither msal nor a request. msal-extensions is not used, because it imports msal to
read, and its lock file remains after its process is killed. The kernel releases the lock that this file uses.
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

# A new task does not use a token that expires within this number of seconds. msal has the same limit.
_MIN_LIFETIME = 300
# The sign-in of a user needs about 10 KB.
_MAX_BYTES = 4 * 1024 * 1024
_MAX_MEGABYTES = _MAX_BYTES // (1024 * 1024)
# This collection adds two sections to the file, which msal does not change. The first maps "login host/tenant" to the
# tenant ID. The second maps the SHA-256 hash of a refresh token that a task provided to the name of its user.
_TENANTS = "MsgraphIntuneTenants"
_USERS = "MsgraphIntuneGiven"
_SECTIONS_WITH_SECRETS = ("AccessToken", "RefreshToken", "IdToken")
# Longer user names are truncated. A user principal name has at most 113 characters.
MAX_NAME: t.Final = 200
_MAX_SHOWN_NAMES: t.Final = 10


@dataclasses.dataclass(frozen=True)
class TokenQuery:
    """The properties of the token that a task needs.

    :param host: the host name of the login service, which msal calls the environment.
    :param tenant: the ID or the name of the tenant, as in the options.
    :param scopes: the scopes that the token must have.
    :param account: the home account ID of a user in msal; ``None`` for a token of an application.
    :param rejected_token: a token that the service rejected. The cache must return another token.
    """

    host: str
    tenant: str
    client_id: str
    scopes: tuple[str, ...]
    account: str | None = None
    rejected_token: str | None = dataclasses.field(default=None, repr=False)


@dataclasses.dataclass(frozen=True)
class Account:
    """A user whose sign-in is in the cache."""

    id: str
    username: str

    @property
    def home_tenant(self) -> str | None:
        """The tenant ID from an account ID of Entra ("object.tenant", two GUIDs); ``None`` for other providers."""
        match = re.fullmatch(r"[0-9a-fA-F-]{36}\.([0-9a-fA-F-]{36})", self.id)
        return match.group(1) if match else None


def only_account(accounts: list[Account]) -> Account | None:
    """Return the only account, or ``None`` for an empty list.

    :raises OptionsError: the list has several accounts.
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

    :param on_warning: called with each warning for the user.
    :param clock: returns the seconds since the epoch.
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
        self._damage_warned = False
        self._loaded: dict[str, t.Any] = {}

    def find(self, query: TokenQuery) -> str | None:
        """Return the access token for a query, or ``None`` if the cache has no token that is valid for 5 more minutes.

        :raises OptionsError: the file is not safe to use.
        """
        content = self._read()
        tenant = content.get(_TENANTS, {}).get(f"{query.host}/{query.tenant}", query.tenant)
        for entry in _entries(content, "AccessToken"):
            if (
                (entry.get("environment"), entry.get("client_id")) == (query.host, query.client_id)
                and entry.get("realm") == tenant
                and (entry.get("home_account_id") or None) == query.account
                and set(query.scopes) <= set(entry["target"].split())
                and float(str(entry["expires_on"])) > self._clock() + _MIN_LIFETIME
                and entry["secret"] != query.rejected_token
            ):
                _register([entry])
                return t.cast("str", entry["secret"])
        return None

    def accounts(self, host: str, client_id: str, username: str | None) -> list[Account]:
        """Return the users that signed in to this client, or only the users with this ``username``.

        :raises OptionsError: the file is not safe to use.
        """
        content = self._read()
        account_ids = {
            entry.get("home_account_id")
            for section in ("AccessToken", "RefreshToken")
            for entry in _entries(content, section)
            if (entry.get("environment"), entry.get("client_id")) == (host, client_id)
            # A token of an application has no account.
            and isinstance(entry.get("home_account_id"), str)
        }
        names = {
            entry["home_account_id"]: clip(str(entry.get("username") or ""), MAX_NAME)
            for entry in _entries(content, "Account")
            if entry.get("environment") == host and str(entry.get("home_account_id")) in account_ids
        }
        accounts = [Account(account_id, name) for account_id, name in names.items()]
        name = None if username is None else clip(username, MAX_NAME).lower()
        return [account for account in accounts if name is None or account.username.lower() == name]

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock of the cache.

        :raises GraphTimeoutError: another task holds the lock for too long.
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
        """Return the name of the user who signed in with this refresh token in an earlier task, or ``None``.

        :raises OptionsError: the file is not safe to use.
        """
        username = self._read().get(_USERS, {}).get(_digest(refresh_token))
        return clip(username, MAX_NAME) if isinstance(username, str) else None

    def load(self, *, rejected_token: str | None = None) -> str:
        """Return the whole content for msal, or an empty text for a missing or empty file. The lock must be held.

        :param rejected_token: an access token to leave out, because msal would return it.
        """
        content = self._loaded = self._read()
        for section in _SECTIONS_WITH_SECRETS:
            _register(_entries(content, section))
        if rejected_token is not None and "AccessToken" in content:
            tokens = content["AccessToken"].items()
            content = {
                **content,
                "AccessToken": {key: token for key, token in tokens if token["secret"] != rejected_token},
            }
        return json.dumps(content) if content else ""

    def save(
        self,
        state: str,
        *,
        host: str,
        tenant_option: str,
        tenant_id: str,
        refresh_token_user: tuple[str, str] | None = None,
        required: bool = False,
    ) -> None:
        """Replace the content by the content of msal, and store the ID of the tenant. The lock must be held.

        :param state: the serialized content of msal.
        :param tenant_option: the option ``tenant_id`` of the task, which may be a domain name.
        :param tenant_id: the ID of this tenant, which msal reads from the metadata of the login service.
        :param refresh_token_user: a refresh token that the task provided, and the name of its user.
        :param required: whether a failure is an error. Otherwise it is a warning.
        :raises OptionsError: the content cannot be written, and ``required`` is true.
        """
        try:
            content = self._keep_valid_part(parse_json(state))
            content.setdefault(_TENANTS, {})[f"{host}/{tenant_option}"] = tenant_id
            if refresh_token_user is not None:
                refresh_token, username = refresh_token_user
                content.setdefault(_USERS, {})[_digest(refresh_token)] = username
            # Other programs may have written to the file without the lock.
            on_disk = self._read()
            if on_disk != self._loaded:
                content = _merge(on_disk, content)
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

    def _keep_valid_part(self, state: object) -> dict[str, t.Any]:
        """Return the part of the content of msal that the next task can read. Warn about other parts.

        :raises ValueError: the content is not a JSON object.
        """
        if not isinstance(state, dict):
            raise ValueError("it is not a JSON object")
        valid = _valid_part(state)
        if valid != state:
            self._on_warning(f"A part of the sign-in could not be kept in {self.path}: it has an unknown form.")
        return valid

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
        valid = _valid_part(content)
        if valid != content and not self._damage_warned:
            self._damage_warned = True
            self._on_warning(f"The token cache {self.path} was damaged: it is rebuilt, and the damaged part is lost.")
        return valid


def _valid_part(content: object) -> dict[str, t.Any]:
    """Return the sections and entries that msal and this file can read."""
    sections = content if isinstance(content, dict) else {}
    return {
        name: {key: entry for key, entry in section.items() if _is_valid(name, entry)}
        for name, section in sections.items()
        if isinstance(section, dict)
    }


def _is_valid(section: str, entry: object) -> bool:
    if section in (_TENANTS, _USERS):
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


def _merge(on_disk: dict[str, t.Any], new: dict[str, t.Any]) -> dict[str, t.Any]:
    """Merge the content of the file with the new content. For equal keys, use the new entry."""
    return {section: {**on_disk.get(section, {}), **new.get(section, {})} for section in {**on_disk, **new}}
