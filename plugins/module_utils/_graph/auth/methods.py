# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Choose the authentication method."""

from __future__ import annotations

import typing as t

from ..config.options import OPTIONS, Precedence
from ..errors import OptionsError
from .application import APPLICATIONS
from .credential import AccessToken, Credential
from .delegated import USERS, CachedUser

if t.TYPE_CHECKING:
    from ..config.options import ProvidedOptions, Value
    from ..config.settings import Settings
    from .token_cache import TokenCache


class AuthMethod(t.NamedTuple):
    """An authentication method and the options that select it.

    :param method: the value of the option auth_method.
    :param options: the options that contain the credential. One of them is enough.
    :param platform_variables: variables that a platform sets in all workloads, also in workloads that do not sign in.
    """

    method: str
    options: tuple[str, ...]
    platform_variables: tuple[str, ...] = ()


# The order matters: under ``auto``, of methods with the same precedence the first is used.
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
METHOD_NAMES: t.Final = tuple(auth_method.method for auth_method in AUTH_METHODS)
_CREDENTIALS: t.Final[dict[str, type[Credential]]] = {AccessToken.method: AccessToken, **APPLICATIONS, **USERS}


def choose_credential(settings: Settings, cache: TokenCache | None) -> Credential:
    """Return the credential that the settings select, after its validation.

    Under ``auto``, options take precedence over environment variables, and these over credentials of the platform.

    :raises OptionsError: no credential was provided, or it is incomplete or invalid.
    """
    provided = settings.provided
    explicit = settings.auth_method != "auto" and not _explicit_option_wins(provided)
    method = settings.auth_method if explicit else _detect_method(settings, cache)
    credential = credential_class(method).read(provided, explicit=explicit)
    credential.validate()
    return credential


def credential_class(method: str) -> type[Credential]:
    """Return the credential class of an authentication method.

    :raises OptionsError: the method is unknown.
    """
    if method not in _CREDENTIALS:
        raise OptionsError(
            f"The auth_method {method!r} is unknown", hint=f"Set it to one of auto, {', '.join(METHOD_NAMES)}."
        )
    return _CREDENTIALS[method]


def _explicit_option_wins(provided: ProvidedOptions) -> bool:
    """Return whether an option of the task contains a credential while auth_method comes from the environment."""
    if provided["auth_method"].env_var is None:
        return False
    # token_cache_path does not count: the other methods use the cache, too.
    return any(
        _precedence(auth_method, provided) == Precedence.OPTION
        for auth_method in AUTH_METHODS
        if auth_method.method != CachedUser.method
    )


def _precedence(auth_method: AuthMethod, provided: ProvidedOptions) -> int | None:
    """Return the precedence of a method, by the source of its credential; ``None`` without a credential."""
    if auth_method.method == "managed_identity":
        # Do not probe the endpoint: the variables of the platform show that it exists.
        return Precedence.PLATFORM if provided.announces_identity else None
    precedences = [
        _value_precedence(provided[name], auth_method.platform_variables)
        for name in auth_method.options
        if name in provided
    ]
    return min(precedences, default=None)


def _value_precedence(value: Value, platform_variables: tuple[str, ...]) -> int:
    if value.env_var is None:
        return Precedence.OPTION
    return Precedence.PLATFORM if value.env_var in platform_variables else Precedence.ENVIRONMENT


def _detect_method(settings: Settings, cache: TokenCache | None) -> str:
    precedences = {auth_method.method: _precedence(auth_method, settings.provided) for auth_method in AUTH_METHODS}
    candidates = [(precedence, method) for method, precedence in precedences.items() if precedence is not None]
    # Sorting keeps the order of AUTH_METHODS for methods with the same precedence.
    methods = [method for _precedence, method in sorted(candidates, key=lambda candidate: candidate[0])]
    # password and refresh_token use the cache and fall back to the credential, so they win over token_cache. An
    # application uses the cache to store its tokens, so token_cache wins only if a user has signed in to the cache.
    if (
        methods[1:]
        and methods[0] == CachedUser.method
        and (methods[1] in USERS or not _cache_has_user(settings, cache))
    ):
        return methods[1]
    if methods:
        return methods[0]
    raise _no_credential_error(settings.provided)


def _no_credential_error(provided: ProvidedOptions) -> OptionsError:
    others = ", ".join(
        str(OPTIONS[name]) for auth_method in AUTH_METHODS for name in auth_method.options if name != "client_secret"
    )
    if "tenant_id" in provided and "client_id" in provided:
        # These options describe an application, and most applications use a client secret.
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
    user = CachedUser.read(settings.provided, explicit=False)
    return cache is not None and bool(cache.accounts(settings.cloud.login_host, user.client, None))
