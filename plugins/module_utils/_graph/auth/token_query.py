# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The query for a token in the cache, the users of a cache, and the error of a cache that cannot be used."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ..errors import OptionsError

# Longer names of users are cut: a user principal name has 113 characters at most.
MAX_NAME: t.Final = 200
_MAX_SHOWN: t.Final = 10


@dataclasses.dataclass(frozen=True)
class Wanted:
    """The properties of the token that a task needs.

    :param host: the login service's host name, which msal calls the environment.
    :param tenant: as asked, by ID or name.
    :param scopes: those that the token must hold, as asked of the login service.
    :param account: msal's home account id of a user; ``None`` for an application's own token.
    :param refused: a token that the service refused, so the cache must return another one.
    """

    host: str
    tenant: str
    client_id: str
    scopes: tuple[str, ...]
    account: str | None = None
    refused: str | None = dataclasses.field(default=None, repr=False)


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
        shown = ", ".join(names[:_MAX_SHOWN])
        if len(names) > _MAX_SHOWN:
            shown += f" and {len(names) - _MAX_SHOWN} more"
        raise OptionsError(
            f"The token cache holds sign-ins of several users: {shown}", hint="Set username to one of them."
        )
    return accounts[0] if accounts else None


def unusable(path: str, reason: str, hint: str | None = None) -> OptionsError:
    """Return the error of a cache that cannot be used, or not safely.

    :param hint: what to do, where it is not about the cache's file itself.
    """
    return OptionsError(
        f"The token cache {path} cannot be used: {reason}",
        hint=hint or "Give token_cache_path a file of this user's own with mode 0600, or one that does not exist yet.",
    )
