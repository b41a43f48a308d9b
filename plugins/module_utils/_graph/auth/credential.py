# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Define the interface of credentials, the checks that they share, and the credential ``AccessToken``.

A credential checks its options in ``validate``, before the first request.
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
    """A credential: the options of one sign-in method."""

    method: t.ClassVar[str]
    """The value of the option auth_method."""

    @classmethod
    def read(cls, provided: ProvidedOptions, *, explicit: bool) -> Credential:
        """Create the credential from the provided options.

        :param explicit: whether auth_method selects this method. Otherwise the method was detected.
        """

    @property
    def action(self) -> str:
        """The action for error messages, to complete "Could not …"."""

    def validate(self) -> None:
        """Check the options.

        :raises OptionsError: an option is missing or invalid. The message names the option and its environment
            variables.
        """

    def acquire(self, get_token_client: Callable[[], MsalTokenClient]) -> Token:
        """Return a token, from the login service if necessary.

        :param get_token_client: returns the client of the login service. It is called only if the client is needed.
        :raises GraphError: the sign-in was refused, or the request failed.
        """


@dataclasses.dataclass(frozen=True)
class AccessToken:
    """The credential of ``auth_method`` ``access_token``: the user provides the token, so the task does not sign in."""

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

    def acquire(self, get_token_client: Callable[[], MsalTokenClient]) -> Token:
        return read_token(text(self.token))


# A GUID or a domain name. Other text could change the URL path at the login service.
_ID_PATTERN = r"[A-Za-z0-9][A-Za-z0-9.-]*"
_MAX_ID_LENGTH: t.Final = 80


def require(method: str, **options: Value | None) -> None:
    """Check that all of these options are set.

    :raises OptionsError: at least one is missing. The message names all missing options.
    """
    missing = [str(OPTIONS[name]) for name, value in options.items() if value is None]
    if missing:
        raise OptionsError(
            f"auth_method {method} needs {' and '.join(missing)}",
            hint="Set the option, or one of its environment variables.",
        )


def check_id(option: str, value: Value | None) -> None:
    """Check that a value is a GUID or a domain name.

    :raises OptionsError: the value is neither.
    """
    if value is not None and not re.fullmatch(_ID_PATTERN, text(value)):
        raise OptionsError(
            f"{describe(option, value)} is neither a GUID nor a domain name{_describe_invalid(text(value))}",
            hint="Copy it from the app registration's overview page.",
        )


def _describe_invalid(content: str) -> str:
    """Return an invalid ID for an error message, with escape sequences for control and non-ASCII characters.

    Return an empty text for a value that may be a secret. Client secrets of Entra contain a tilde, JSON web tokens
    begin with eyJ, and private keys are longer than IDs and domain names.
    """
    if "~" in content or content.startswith("eyJ") or len(content) > _MAX_ID_LENGTH:
        return ""
    return f": {SECRETS.mask(content)!a}"


def check_token(option: str, value: Value | None) -> None:
    """Check that a value has the format of a token.

    :raises OptionsError: the value has another format. The message does not contain it.
    """
    if value is not None and not is_sendable(text(value)):
        raise OptionsError(
            f"{describe(option, value)} is not a token",
            hint="Give the token alone: no 'Bearer' before it, no quotes, spaces or line breaks.",
        )


def text(value: Value | None) -> str:
    """Return the content of a value as text, or an empty text if the option is not set."""
    return "" if value is None else str(value.content)
