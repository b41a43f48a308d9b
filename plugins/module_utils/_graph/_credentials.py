# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The choice among the ways to sign in."""

from __future__ import annotations

import typing as t

from ._application_credentials import Certificate, ClientSecret, FederatedToken, ManagedIdentity
from ._credential import AccessToken, Credential
from ._delegated_credentials import CachedUser, Password, RefreshToken
from ._errors import OptionsError
from ._options import OPTIONS, RANK_OPTION

if t.TYPE_CHECKING:
    from ._options import Given
    from ._settings import Settings
    from ._token_cache import TokenCache

# In the order in which ``auto`` looks for them.
STRATEGIES: t.Final[tuple[type[Credential], ...]] = (
    AccessToken,
    FederatedToken,
    Certificate,
    ClientSecret,
    Password,
    RefreshToken,
    CachedUser,
    ManagedIdentity,
)
METHODS: t.Final = {strategy.method: strategy for strategy in STRATEGIES}


def choose_credential(settings: Settings, cache: TokenCache | None) -> Credential:
    """Return the credential that the settings ask for, validated.

    Under ``auto`` a credential given as an option comes before one stored in the environment, and that before what the
    platform offers.

    :raises OptionsError: there is none, or it is incomplete or malformed.
    """
    given = settings.given
    by_name = settings.auth_method != "auto" and not _overruled(given)
    strategy = _named(settings.auth_method) if by_name else _present(settings, cache)
    credential = strategy.read(given, asked_for=by_name)
    credential.validate()
    return credential


def _overruled(given: Given) -> bool:
    """Whether the method comes from the environment while the task gives a credential of its own."""
    if given["auth_method"].variable is None:
        return False
    # A place to keep tokens is no such credential.
    return any(strategy.rank(given) == RANK_OPTION for strategy in STRATEGIES if strategy is not CachedUser)


def _named(auth_method: str) -> type[Credential]:
    if auth_method not in METHODS:
        raise OptionsError(
            f"The auth_method {auth_method!r} is unknown", hint=f"Set it to one of auto, {', '.join(METHODS)}."
        )
    return METHODS[auth_method]


def _present(settings: Settings, cache: TokenCache | None) -> type[Credential]:
    ranks = [(rank, strategy) for strategy in STRATEGIES if (rank := strategy.rank(settings.given)) is not None]
    # Sorting keeps the order of the strategies within a rank.
    by_rank = [strategy for _rank, strategy in sorted(ranks, key=lambda ranked: ranked[0])]
    # A user's own credential looks into the cache first, and is there when that is of no use any more. For an
    # application the cache is a place to keep tokens, until a user has signed in to it.
    if (
        by_rank[1:]
        and by_rank[0] is CachedUser
        and (by_rank[1] in (Password, RefreshToken) or not _somebody_signed_in(settings, cache))
    ):
        return by_rank[1]
    if by_rank:
        return by_rank[0]
    ways = ", ".join(str(OPTIONS[name]) for strategy in STRATEGIES for name in strategy.own)
    raise OptionsError("No credential was given", hint=f"Give one of {ways}, or set auth_method.")


def _somebody_signed_in(settings: Settings, cache: TokenCache | None) -> bool:
    client_id = CachedUser.read(settings.given, asked_for=False).client
    return cache is not None and bool(cache.accounts(settings.cloud.login_host, client_id, None))
