# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Credentials of users: password, refresh token, and an earlier sign-in from the token cache."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ..config.options import describe, same_scheme_value
from ..errors import OptionsError
from .credential import check_id, check_token, require, text
from .token_cache import only_account

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
# The tenant name with which users of all organizations can sign in.
ANY_ORGANIZATION: t.Final = "organizations"

# msal inserts the name into a URL path without encoding it.
_USERNAME = re.compile(r"[^\s/?#\\%]+")


@dataclasses.dataclass(frozen=True)
class _User:
    """A user, the application that acts for the user, and the tenant to sign in to."""

    method: t.ClassVar[str]
    tenant_id: Value | None
    client_id: Value | None
    username: Value | None

    @property
    def action(self) -> str:
        user = self.name or "a user"
        credential = self.method.replace("_", " ")
        return f"sign {user} in to tenant {self.tenant} through application {self.client} with a {credential}"

    @property
    def tenant(self) -> str:
        """The tenant to sign in to."""
        return text(self.tenant_id) or ANY_ORGANIZATION

    @property
    def client(self) -> str:
        """The client ID of the application that acts for the user."""
        return text(self.client_id) or PUBLIC_CLIENT_ID

    @property
    def name(self) -> str | None:
        """The user principal name, or ``None`` if the option is not set."""
        return text(self.username) or None

    def _check_user(self) -> None:
        check_id("tenant_id", self.tenant_id)
        check_id("client_id", self.client_id)

    def _acquire(
        self,
        get_token_client: Callable[[], MsalTokenClient],
        request_token: t.Callable[[t.Any, list[str]], t.Any] | None,
        refresh_token: str | None = None,
    ) -> Token:
        return get_token_client().user(
            tenant_id=self.tenant,
            client_id=self.client,
            username=self.name,
            request_token=request_token,
            refresh_token=refresh_token,
            method=self.method,
        )


@dataclasses.dataclass(frozen=True)
class Password(_User):
    """A user name and a password.

    Microsoft deprecated this method, and it does not work for accounts that need a second factor.
    """

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

    def acquire(self, get_token_client: Callable[[], MsalTokenClient]) -> Token:
        return self._acquire(
            get_token_client,
            lambda application, scopes: application.acquire_token_by_username_password(
                text(self.username), text(self.password), scopes=scopes
            ),
        )


@dataclasses.dataclass(frozen=True)
class RefreshToken(_User):
    """A refresh token of an earlier sign-in (RFC 6749, section 6). A newer one in the token cache is used first."""

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

    def acquire(self, get_token_client: Callable[[], MsalTokenClient]) -> Token:
        return self._acquire(
            get_token_client,
            lambda application, scopes: application.acquire_token_by_refresh_token(
                text(self.refresh_token), scopes=scopes
            ),
            refresh_token=text(self.refresh_token),
        )


@dataclasses.dataclass(frozen=True)
class CachedUser(_User):
    """A user whose earlier sign-in, for example by device code, is in the token cache."""

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
        """Return the user whose sign-in is in the cache, or ``None`` if the cache has no sign-in.

        :raises OptionsError: the cache has sign-ins of several users, and the option username does not select one.
        """
        return only_account(cache.accounts(cloud.login_host, self.client, self.name))

    def validate(self) -> None:
        require(self.method, token_cache_path=self.token_cache_path)
        self._check_user()

    def acquire(self, get_token_client: Callable[[], MsalTokenClient]) -> Token:
        return self._acquire(get_token_client, None)


_CREDENTIALS: t.Final = (Password, RefreshToken, CachedUser)
USERS: t.Final[dict[str, type[Credential]]] = {credential.method: credential for credential in _CREDENTIALS}
