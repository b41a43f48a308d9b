# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The ways in which a person signs in, or once did."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ..config.options import describe, same_scheme_value
from ..errors import OptionsError
from .credential import check_name, check_token, require, text

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ..clouds import Cloud
    from ..config.options import ProvidedOptions, Value
    from .credential import Credential
    from .msal_client import MsalTokenClient
    from .token import Token
    from .token_cache import Account, TokenCache

# "Microsoft Graph Command Line Tools": a public client that every tenant has.
PUBLIC_CLIENT_ID: t.Final = "14d82eec-204b-4c2f-b7e8-296a70dab67e"
# Whichever organization the person belongs to.
ANY_ORGANIZATION: t.Final = "organizations"

# msal puts the name into a path as it is.
_USERNAME = re.compile(r"[^\s/?#\\%]+")


@dataclasses.dataclass(frozen=True)
class _User:
    """A person, a client that acts for them, and the tenant to sign in to."""

    method: t.ClassVar[str]
    tenant_id: Value | None
    client_id: Value | None
    username: Value | None

    @property
    def action(self) -> str:
        who = text(self.username) or "a user"
        way = self.method.replace("_", " ")
        return f"sign {who} in to tenant {self.tenant} through application {self.client} with a {way}"

    @property
    def tenant(self) -> str:
        """The tenant to sign in to."""
        return text(self.tenant_id) or ANY_ORGANIZATION

    @property
    def client(self) -> str:
        """The application that acts for the person."""
        return text(self.client_id) or PUBLIC_CLIENT_ID

    @property
    def name(self) -> str | None:
        """The person's user principal name, if one is asked for."""
        return text(self.username) or None

    def _check_user(self) -> None:
        check_name("tenant_id", self.tenant_id)
        check_name("client_id", self.client_id)

    def _acquire(
        self,
        login: Callable[[], MsalTokenClient],
        request_token: t.Callable[[t.Any, list[str]], t.Any] | None,
        provided: str | None = None,
    ) -> Token:
        return login().user(
            tenant_id=self.tenant,
            client_id=self.client,
            username=self.name,
            request_token=request_token,
            provided=provided,
            method=self.method,
        )


@dataclasses.dataclass(frozen=True)
class Password(_User):
    """A person's name and password; deprecated by Microsoft, and useless where a second factor is demanded."""

    method: t.ClassVar[str] = "password"
    password: Value | None

    @classmethod
    def read(cls, provided: ProvidedOptions, *, explicit: bool) -> Password:
        username = provided.get("username")
        return cls(
            same_scheme_value(provided, "tenant_id", username),
            provided.get("client_id"),
            username,
            provided.get("password"),
        )

    def validate(self) -> None:
        require(self.method, username=self.username, password=self.password)
        self._check_user()
        if self.username is not None and not _USERNAME.fullmatch(text(self.username)):
            raise OptionsError(
                f"{describe('username', self.username)} is not a user principal name that can sign in with a password",
                hint="Give it as name@domain, without spaces.",
            )

    def acquire(self, login: Callable[[], MsalTokenClient]) -> Token:
        return self._acquire(
            login,
            lambda application, scopes: application.acquire_token_by_username_password(
                text(self.username), text(self.password), scopes=scopes
            ),
        )


@dataclasses.dataclass(frozen=True)
class RefreshToken(_User):
    """A refresh token that an earlier sign-in left (RFC 6749, section 6); a newer one in the cache comes first."""

    method: t.ClassVar[str] = "refresh_token"
    refresh_token: Value | None

    @classmethod
    def read(cls, provided: ProvidedOptions, *, explicit: bool) -> RefreshToken:
        return cls(
            provided.get("tenant_id"),
            provided.get("client_id"),
            provided.get("username"),
            provided.get("refresh_token"),
        )

    def validate(self) -> None:
        require(self.method, refresh_token=self.refresh_token)
        check_token("refresh_token", self.refresh_token)
        self._check_user()

    def acquire(self, login: Callable[[], MsalTokenClient]) -> Token:
        return self._acquire(
            login,
            lambda application, scopes: application.acquire_token_by_refresh_token(
                text(self.refresh_token), scopes=scopes
            ),
            provided=text(self.refresh_token),
        )


@dataclasses.dataclass(frozen=True)
class CachedUser(_User):
    """A person who signed in once, with a device code say, and whose sign-in the token cache holds."""

    method: t.ClassVar[str] = "token_cache"
    token_cache_path: Value | None

    @classmethod
    def read(cls, provided: ProvidedOptions, *, explicit: bool) -> CachedUser:
        return cls(
            provided.get("tenant_id"),
            provided.get("client_id"),
            provided.get("username"),
            provided.get("token_cache_path"),
        )

    def account_in(self, cache: TokenCache, cloud: Cloud) -> Account | None:
        """The person whose sign-in the cache holds.

        :raises OptionsError: it holds several, and no name chooses among them.
        """
        from .token_cache import only_account

        return only_account(cache.accounts(cloud.login_host, self.client, self.name))

    def validate(self) -> None:
        require(self.method, token_cache_path=self.token_cache_path)
        self._check_user()

    def acquire(self, login: Callable[[], MsalTokenClient]) -> Token:
        return self._acquire(login, None)


_CREDENTIALS: t.Final = (Password, RefreshToken, CachedUser)
USERS: t.Final[dict[str, type[Credential]]] = {one.method: one for one in _CREDENTIALS}
