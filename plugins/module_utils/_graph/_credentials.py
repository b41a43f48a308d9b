# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The ways to sign in, one strategy each, and the choice among them.

A strategy finds everything wrong with its arguments in ``validate``, before any request is made.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ._errors import OptionsError
from ._options import OPTIONS, Settings, Value, describe
from ._token import Token, read_token

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ._login import Login


class Credential(t.Protocol):
    """One way to sign in."""

    method: t.ClassVar[str]
    """Its name as a value of auth_method; also the option that holds its own credential."""

    @classmethod
    def read(cls, given: Mapping[str, Value]) -> Credential:
        """Take what it needs from the values given."""

    @property
    def action(self) -> str:
        """What signing in with it is, to complete "Could not …"."""

    def validate(self) -> None:
        """Refuse what cannot work.

        :raises OptionsError: naming the option at fault and the environment variables that may stand in for it.
        """

    def acquire(self, login: Login) -> Token:
        """Get a token, asking the login service where that is needed."""


@dataclasses.dataclass(frozen=True)
class AccessToken:
    """A token that somebody else fetched: no sign-in at all."""

    method: t.ClassVar[str] = "access_token"
    token: Value | None

    @classmethod
    def read(cls, given: Mapping[str, Value]) -> AccessToken:
        return cls(given.get("access_token"))

    @property
    def action(self) -> str:
        return "use the access token"

    def validate(self) -> None:
        _require(self.method, access_token=self.token)
        if not _HEADER_SAFE.fullmatch(_text(self.token)):
            raise OptionsError(
                f"{describe('access_token', t.cast('Value', self.token))} is not a token",
                hint="Give the token alone: no 'Bearer' before it, no quotes, spaces or line breaks.",
            )

    def acquire(self, login: Login) -> Token:
        return read_token(_text(self.token))


@dataclasses.dataclass(frozen=True)
class ClientSecret:
    """An application with a secret (RFC 6749, section 4.4)."""

    method: t.ClassVar[str] = "client_secret"
    tenant_id: Value | None
    client_id: Value | None
    client_secret: Value | None

    @classmethod
    def read(cls, given: Mapping[str, Value]) -> ClientSecret:
        return cls(given.get("tenant_id"), given.get("client_id"), given.get("client_secret"))

    @property
    def action(self) -> str:
        return f"sign in to tenant {_text(self.tenant_id)} as application {_text(self.client_id)} with a client secret"

    def validate(self) -> None:
        _require(self.method, tenant_id=self.tenant_id, client_id=self.client_id, client_secret=self.client_secret)
        _check_name("tenant_id", self.tenant_id)
        _check_name("client_id", self.client_id)

    def acquire(self, login: Login) -> Token:
        return login.client_credentials(
            tenant_id=_text(self.tenant_id), client_id=_text(self.client_id), credential=_text(self.client_secret)
        )


# In the order in which ``auto`` looks for them.
STRATEGIES: t.Final[tuple[type[Credential], ...]] = (AccessToken, ClientSecret)

# A GUID or a domain; anything else could change the path of the login service's address.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
# What may stand behind "Bearer" (RFC 6750, section 2.1), and what JWTs are made of.
_HEADER_SAFE = re.compile(r"[A-Za-z0-9._~+/=-]+")


def choose_credential(settings: Settings) -> Credential:
    """Return the credential that the settings ask for, validated.

    Under ``auto`` a credential given as an option comes before one from the environment.

    :raises OptionsError: there is none, or it is incomplete or malformed.
    """
    credential = _strategy(settings.auth_method, settings.credentials).read(settings.credentials)
    credential.validate()
    return credential


def _strategy(auth_method: str, given: Mapping[str, Value]) -> type[Credential]:
    by_name = {strategy.method: strategy for strategy in STRATEGIES}
    if auth_method in by_name:
        return by_name[auth_method]
    if auth_method != "auto":
        raise OptionsError(
            f"The auth_method {auth_method!r} is unknown", hint=f"Set it to one of auto, {', '.join(by_name)}."
        )
    present = [strategy for strategy in STRATEGIES if strategy.method in given]
    as_options = [strategy for strategy in present if given[strategy.method].variable is None]
    for strategy in (*as_options, *present):
        return strategy
    ways = " or ".join(str(OPTIONS[name]) for name in by_name)
    raise OptionsError("No credential was given", hint=f"Give one of {ways}.")


def _require(method: str, **needed: Value | None) -> None:
    missing = [str(OPTIONS[name]) for name, value in needed.items() if value is None]
    if missing:
        raise OptionsError(
            f"auth_method {method} needs {' and '.join(missing)}",
            hint="Set the option, or one of its environment variables.",
        )


def _check_name(name: str, value: Value | None) -> None:
    if value is not None and not _NAME.fullmatch(_text(value)):
        raise OptionsError(
            f"{describe(name, value)} is neither a GUID nor a domain name",
            hint="Copy it from the app registration's overview page.",
        )


def _text(value: Value | None) -> str:
    return "" if value is None else str(value.content)
