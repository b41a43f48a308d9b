# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""What a way to sign in is, the checks that several share, and the simplest of them.

A strategy finds everything wrong with its arguments in ``validate``, before any request is made.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ..config.options import OPTIONS, describe
from ..errors import OptionsError
from ..masking import SECRETS
from .token import Token, is_sendable, read_token

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ..config.options import ProvidedOptions, Value
    from .msal_client import MsalTokenClient


class Credential(t.Protocol):
    """One way to sign in."""

    method: t.ClassVar[str]
    """Its name as a value of auth_method."""

    @classmethod
    def read(cls, provided: ProvidedOptions, *, explicit: bool) -> Credential:
        """Take what it needs from the values given.

        :param asked_for: by auth_method, that is, not merely found.
        """

    @property
    def action(self) -> str:
        """What signing in with it is, to complete "Could not …"."""

    def validate(self) -> None:
        """Refuse what cannot work.

        :raises OptionsError: naming the option at fault and the environment variables that may stand in for it.
        """

    def acquire(self, login: Callable[[], MsalTokenClient]) -> Token:
        """Get a token, asking the login service where that is needed.

        :param login: makes the way to it, whose code a token at hand has no need of.
        :raises GraphError: it was refused, or could not be asked.
        """


@dataclasses.dataclass(frozen=True)
class AccessToken:
    """A token that somebody else fetched: no sign-in at all."""

    method: t.ClassVar[str] = "access_token"
    token: Value | None

    @classmethod
    def read(cls, provided: ProvidedOptions, *, explicit: bool) -> AccessToken:
        return cls(provided.get("access_token"))

    @property
    def action(self) -> str:
        return "use the access token"

    def validate(self) -> None:
        require(self.method, access_token=self.token)
        check_token("access_token", self.token)

    def acquire(self, login: Callable[[], MsalTokenClient]) -> Token:
        return read_token(text(self.token))


# A GUID or a domain; anything else could change the path of the login service's address.
_NAME = r"[A-Za-z0-9][A-Za-z0-9.-]*"
_MAX_SHOWN: t.Final = 80


def require(method: str, **needed: Value | None) -> None:
    """Refuse when any of these is not given."""
    missing = [str(OPTIONS[name]) for name, value in needed.items() if value is None]
    if missing:
        raise OptionsError(
            f"auth_method {method} needs {' and '.join(missing)}",
            hint="Set the option, or one of its environment variables.",
        )


def check_name(name: str, value: Value | None) -> None:
    """Refuse what is neither a GUID nor a domain name."""
    if value is not None and not re.fullmatch(_NAME, text(value)):
        raise OptionsError(
            f"{describe(name, value)} is neither a GUID nor a domain name{_shown(text(value))}",
            hint="Copy it from the app registration's overview page.",
        )


def _shown(content: str) -> str:
    """Return a refused id for a message, its invisible characters as escape sequences; "" for a likely secret.

    Entra's client secrets hold a tilde, JSON web tokens begin with eyJ, and keys are longer than ids and domain names.
    """
    if "~" in content or content.startswith("eyJ") or len(content) > _MAX_SHOWN:
        return ""
    return f": {SECRETS.mask(content)!a}"


def check_token(name: str, value: Value | None) -> None:
    """Refuse what no token looks like, without showing it."""
    if value is not None and not is_sendable(text(value)):
        raise OptionsError(
            f"{describe(name, value)} is not a token",
            hint="Give the token alone: no 'Bearer' before it, no quotes, spaces or line breaks.",
        )


def text(value: Value | None) -> str:
    """The content as text; empty when it was not given."""
    return "" if value is None else str(value.content)
