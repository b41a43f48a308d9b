# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The choice among the ways to sign in."""

from __future__ import annotations

import typing as t

from .credential import AccessToken
from ..errors import OptionsError
from ..config.options import OPTIONS, RANK_AMBIENT, RANK_ENVIRONMENT, RANK_OPTION

if t.TYPE_CHECKING:
    from .credential import Credential
    from ..config.options import Given, Value
    from ..config.settings import Settings
    from .token_cache import TokenCache


class Way(t.NamedTuple):
    """What is to be known of a way to sign in before its code is loaded.

    :param own: the options that hold its own credential; any of them is enough.
    :param ambient: variables that a platform sets in every workload, whether the workload wants to sign in or not.
    """

    method: str
    own: tuple[str, ...]
    ambient: tuple[str, ...] = ()


# In the order in which ``auto`` looks for them.
WAYS: t.Final = (
    Way("access_token", ("access_token",)),
    Way("federated_token", ("federated_token", "federated_token_file"), ("AZURE_FEDERATED_TOKEN_FILE",)),
    Way("certificate", ("certificate_path",)),
    Way("client_secret", ("client_secret",)),
    Way("password", ("password",)),
    Way("refresh_token", ("refresh_token",)),
    Way("token_cache", ("token_cache_path",)),
    Way("managed_identity", ()),
)
METHODS: t.Final = tuple(way.method for way in WAYS)
_OF_USERS: t.Final = ("password", "refresh_token", "token_cache")


def choose_credential(settings: Settings, cache: TokenCache | None) -> Credential:
    """Return the credential that the settings ask for, validated.

    Under ``auto`` a credential given as an option comes before one stored in the environment, and that before what the
    platform offers.

    :raises OptionsError: there is none, or it is incomplete or malformed.
    """
    given = settings.given
    by_name = settings.auth_method != "auto" and not _overruled(given)
    method = settings.auth_method if by_name else _present(settings, cache)
    credential = strategy(method).read(given, asked_for=by_name)
    credential.validate()
    return credential


def strategy(method: str) -> type[Credential]:
    """The code of a way to sign in.

    :raises OptionsError: there is no such method.
    """
    if method not in METHODS:
        raise OptionsError(
            f"The auth_method {method!r} is unknown", hint=f"Set it to one of auto, {', '.join(METHODS)}."
        )
    # One that is not asked for costs the task nothing.
    if method == AccessToken.method:
        return AccessToken
    if method in _OF_USERS:
        from .delegated import USERS

        return USERS[method]
    from .application import APPLICATIONS

    return APPLICATIONS[method]


def _overruled(given: Given) -> bool:
    """Whether the method comes from the environment while the task gives a credential of its own."""
    if given["auth_method"].variable is None:
        return False
    # A place to keep tokens is no such credential.
    return any(_rank(way, given) == RANK_OPTION for way in WAYS if way.method != "token_cache")


def _rank(way: Way, given: Given) -> int | None:
    """How strongly a way was asked for, by where its own credential was given; ``None`` when it was not."""
    if way.method == "managed_identity":
        # Never probed for: the platform's variables announce it, or auth_method asks for it.
        return RANK_AMBIENT if given.announces_identity else None
    ranks = [_rank_of(given[name], way.ambient) for name in way.own if name in given]
    return min(ranks) if ranks else None


def _rank_of(value: Value, ambient: tuple[str, ...]) -> int:
    if value.variable is None:
        return RANK_OPTION
    return RANK_AMBIENT if value.variable in ambient else RANK_ENVIRONMENT


def _present(settings: Settings, cache: TokenCache | None) -> str:
    ranks = [(rank, way.method) for way in WAYS if (rank := _rank(way, settings.given)) is not None]
    # Sorting keeps the order of the ways within a rank.
    by_rank = [method for _rank, method in sorted(ranks, key=lambda ranked: ranked[0])]
    # A user's own credential looks into the cache first, and is there when that is of no use any more. For an
    # application the cache is a place to keep tokens, until a user has signed in to it.
    if (
        by_rank[1:]
        and by_rank[0] == "token_cache"
        and (by_rank[1] in _OF_USERS or not _somebody_signed_in(settings, cache))
    ):
        return by_rank[1]
    if by_rank:
        return by_rank[0]
    raise _no_credential(settings.given)


def _no_credential(given: Given) -> OptionsError:
    others = ", ".join(str(OPTIONS[name]) for way in WAYS for name in way.own if name != "client_secret")
    if "tenant_id" in given and "client_id" in given:
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


def _somebody_signed_in(settings: Settings, cache: TokenCache | None) -> bool:
    from .delegated import CachedUser

    user = CachedUser.read(settings.given, asked_for=False)
    return cache is not None and bool(cache.accounts(settings.cloud.login_host, user.client, None))
