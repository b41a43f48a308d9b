# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The choice among the ways to sign in."""

from __future__ import annotations

import typing as t

from ..config.options import OPTIONS, Precedence
from ..errors import OptionsError
from .credential import AccessToken

if t.TYPE_CHECKING:
    from ..config.options import ProvidedOptions, Value
    from ..config.settings import Settings
    from .credential import Credential
    from .token_cache import TokenCache


class AuthMethod(t.NamedTuple):
    """What is to be known of a way to sign in before its code is loaded.

    :param own: the options that hold its own credential; any of them is enough.
    :param ambient: variables that a platform sets in every workload, whether the workload wants to sign in or not.
    """

    method: str
    options: tuple[str, ...]
    platform_variables: tuple[str, ...] = ()


# In the order in which ``auto`` looks for them.
AUTH_METHODS: t.Final = (
    AuthMethod("access_token", ("access_token",)),
    AuthMethod("federated_token", ("federated_token", "federated_token_file"), ("AZURE_FEDERATED_TOKEN_FILE",)),
    AuthMethod("certificate", ("certificate_path",)),
    AuthMethod("client_secret", ("client_secret",)),
    AuthMethod("password", ("password",)),
    AuthMethod("refresh_token", ("refresh_token",)),
    AuthMethod("token_cache", ("token_cache_path",)),
    AuthMethod("managed_identity", ()),
)
METHOD_NAMES: t.Final = tuple(way.method for way in AUTH_METHODS)
_OF_USERS: t.Final = ("password", "refresh_token", "token_cache")


def choose_credential(settings: Settings, cache: TokenCache | None) -> Credential:
    """Return the credential that the settings ask for, validated.

    Under ``auto`` a credential given as an option comes before one stored in the environment, and that before what the
    platform offers.

    :raises OptionsError: there is none, or it is incomplete or malformed.
    """
    provided = settings.provided
    by_name = settings.auth_method != "auto" and not _explicit_option_wins(provided)
    method = settings.auth_method if by_name else _detect_method(settings, cache)
    credential = credential_class(method).read(provided, explicit=by_name)
    credential.validate()
    return credential


def credential_class(method: str) -> type[Credential]:
    """The code of a way to sign in.

    :raises OptionsError: there is no such method.
    """
    if method not in METHOD_NAMES:
        raise OptionsError(
            f"The auth_method {method!r} is unknown", hint=f"Set it to one of auto, {', '.join(METHOD_NAMES)}."
        )
    # One that is not asked for costs the task nothing.
    if method == AccessToken.method:
        return AccessToken
    if method in _OF_USERS:
        from .delegated import USERS

        return USERS[method]
    from .application import APPLICATIONS

    return APPLICATIONS[method]


def _explicit_option_wins(provided: ProvidedOptions) -> bool:
    """Whether the method comes from the environment while the task gives a credential of its own."""
    if provided["auth_method"].env_var is None:
        return False
    # A place to keep tokens is no such credential.
    return any(_precedence(way, provided) == Precedence.OPTION for way in AUTH_METHODS if way.method != "token_cache")


def _precedence(way: AuthMethod, provided: ProvidedOptions) -> int | None:
    """How strongly a way was asked for, by where its own credential was given; ``None`` when it was not."""
    if way.method == "managed_identity":
        # Never probed for: the platform's variables announce it, or auth_method asks for it.
        return Precedence.PLATFORM if provided.announces_identity else None
    ranks = [_value_precedence(provided[name], way.platform_variables) for name in way.options if name in provided]
    return min(ranks) if ranks else None


def _value_precedence(value: Value, platform_variables: tuple[str, ...]) -> int:
    if value.env_var is None:
        return Precedence.OPTION
    return Precedence.PLATFORM if value.env_var in platform_variables else Precedence.ENVIRONMENT


def _detect_method(settings: Settings, cache: TokenCache | None) -> str:
    ranks = [(rank, way.method) for way in AUTH_METHODS if (rank := _precedence(way, settings.provided)) is not None]
    # Sorting keeps the order of the ways within a rank.
    by_rank = [method for _precedence, method in sorted(ranks, key=lambda ranked: ranked[0])]
    # A user's own credential looks into the cache first, and is there when that is of no use any more. For an
    # application the cache is a place to keep tokens, until a user has signed in to it.
    if (
        by_rank[1:]
        and by_rank[0] == "token_cache"
        and (by_rank[1] in _OF_USERS or not _cache_has_user(settings, cache))
    ):
        return by_rank[1]
    if by_rank:
        return by_rank[0]
    raise _no_credential(settings.provided)


def _no_credential(provided: ProvidedOptions) -> OptionsError:
    others = ", ".join(str(OPTIONS[name]) for way in AUTH_METHODS for name in way.options if name != "client_secret")
    if "tenant_id" in provided and "client_id" in provided:
        # With both, an application is meant, and most applications have a secret.
        return OptionsError(
            f"tenant_id and client_id are set, but {OPTIONS['client_secret']} is missing",
            hint=f"Set it, or use another credential: {others}, or set auth_method to managed_identity.",
        )
    usual = [OPTIONS[name] for name in ("tenant_id", "client_id", "client_secret")]
    options = f"{usual[0].name}, {usual[1].name} and {usual[2].name}"
    variables = ", ".join(option.environment[0] for option in usual)
    return OptionsError(
        "No credential was given",
        hint=f"The usual way: set {options} ({variables}). Other ways: {others}, or set auth_method to"
        " managed_identity.",
    )


def _cache_has_user(settings: Settings, cache: TokenCache | None) -> bool:
    from .delegated import CachedUser

    user = CachedUser.read(settings.provided, explicit=False)
    return cache is not None and bool(cache.accounts(settings.cloud.login_host, user.client, None))
