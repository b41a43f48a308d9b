# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Signs in with msal: through our transport, with our errors, and with the token cache."""

from __future__ import annotations

import functools
import typing as t

from ..dependencies import load_msal
from ..errors import AuthenticationError, GraphError, OptionsError
from ..masking import clip
from ..version import DEVICE_LOGIN_PLAYBOOK
from .token import Token, read_token
from .token_cache import MAX_NAME, Account, TokenQuery, only_account

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..clouds import Cloud
    from ..http.transport import Transport
    from .msal_http import MsalHttp
    from .token_cache import TokenCache

    # From an msal application and the scopes to ask for, to msal's answer.
    RequestToken = Callable[[t.Any, list[str]], t.Any]


class MsalTokenClient:
    """The login service of one cloud, for tokens of that cloud's Graph.

    :param permissions: what a user's token is asked for by name: ``.default`` would yield only what was consented to
        before.
    :param cache: stores tokens between tasks; ``None`` to store none.
    :param refused: a token that Graph refused: the cache must return another one.
    """

    def __init__(
        self,
        transport: Transport,
        cloud: Cloud,
        permissions: Iterable[str],
        cache: TokenCache | None = None,
        *,
        rejected_token: str | None = None,
    ) -> None:
        self._transport = transport
        self._rejected_token = rejected_token
        self._method: str | None = None
        self._cloud = cloud
        self._cache = cache
        self._host = cloud.login_host
        self._permissions = tuple(permissions)
        self._scopes = full_scopes(cloud, self._permissions)

    @functools.cached_property
    def _http(self) -> MsalHttp:
        from .msal_http import MsalHttp

        return MsalHttp(self._transport, self._cloud.authority_url)

    def application(
        self, *, tenant_id: str, client_id: str, credential: Callable[[], t.Any], method: str | None = None
    ) -> Token:
        """Sign an application in (RFC 6749, section 4.4) for all permissions it was granted on Graph.

        :param credential: makes msal's ``client_credential`` (a secret, or a dict with a certificate or assertion); it
            is called only when no cached token serves.
        :param method: the auth_method, on which the advice in an error depends.
        :raises GraphError: refused, unreachable or not understood.
        """
        self._method = method
        scopes = (f"{self._cloud.graph_url}/.default",)
        wanted = TokenQuery(self._host, tenant_id, client_id, scopes, rejected_token=self._rejected_token)

        def sign_in() -> Token:
            return self._request_token(
                "ConfidentialClientApplication",
                wanted,
                lambda application, scopes: application.acquire_token_for_client(scopes=scopes),
                client_credential=credential(),
                # Else a variable of msal's own could send the credential to another host.
                azure_region=load_msal().ConfidentialClientApplication.DISABLE_MSAL_FORCE_REGION,
            )

        if self._cache is None:
            return sign_in()
        found = self._cache.find(wanted)
        if found is None:
            with self._cache.locked():
                # The previous holder of the lock may have signed in.
                found = self._cache.find(wanted)
                if found is None:
                    return sign_in()
        return read_token(found, from_cache=True)

    def user(
        self,
        *,
        tenant_id: str,
        client_id: str,
        username: str | None,
        request_token: RequestToken | None,
        provided: str | None = None,
        method: str | None = None,
    ) -> Token:
        """Get a token of a user: from the cache, else by its refresh token, else by ``ask``.

        :param username: chooses among the cache's users.
        :param ask: ``None`` when the cache is the only source of tokens.
        :param given: a refresh token, which belongs to one user: the sign-ins of other users in the cache are ignored.
        :param method: the auth_method, on which the advice in an error depends.
        :raises GraphError: no source returned a token.
        """
        self._method = method
        if self._cache is None:
            return self._request_token_as_user(self._wanted(tenant_id, client_id, None), _needed(request_token))
        if provided is not None and username is None:
            username = self._cache.user_of(provided)
            if username is None:
                with self._cache.locked():
                    return self._request_user_token(tenant_id, client_id, None, request_token, provided)
        found = self._find_user(tenant_id, client_id, username)
        if found is None and request_token is None and self._account(client_id, username) is None:
            raise AuthenticationError(
                f"the token cache holds no sign-in of {username or 'a user'} to the application {client_id}",
                hint=f"Run the playbook {DEVICE_LOGIN_PLAYBOOK} first, with the same token_cache_path.",
            )
        if found is None:
            with self._cache.locked():
                found = self._find_user(tenant_id, client_id, username)
                if found is None:
                    return self._request_user_token(tenant_id, client_id, username, request_token, provided)
        return read_token(found, from_cache=True)

    def managed_identity(self, *, client_id: str | None) -> Token:
        """Get a token from the platform that this host belongs to.

        :param client_id: a user-assigned identity's; ``None`` for the system-assigned one.
        :raises GraphError: there is none, or it was refused.
        """
        from .msal_http import MsalHttp

        msal = load_msal()
        identity = (
            msal.SystemAssignedManagedIdentity()
            if client_id is None
            else msal.UserAssignedManagedIdentity(client_id=client_id)
        )
        http = MsalHttp(self._transport, None)
        client = msal.ManagedIdentityClient(identity, http_client=http)

        def request_token() -> t.Any:
            try:
                return client.acquire_token_for_client(resource=self._cloud.graph_url)
            except OSError as exc:
                # Our transport raises other exceptions, so this is the file in which Azure Arc's agent leaves a key.
                if exc.filename is None:
                    raise
                raise AuthenticationError(
                    f"the key file {exc.filename!r} of the Azure Arc agent cannot be read: {exc.strerror}",
                    hint="Run the task as a user who can read it: on Linux, a member of the group himds.",
                ) from exc

        return _token(http, wrap_msal_errors(http, request_token))

    def _wanted(self, tenant_id: str, client_id: str, account: Account | None) -> TokenQuery:
        return TokenQuery(
            self._host, tenant_id, client_id, self._scopes, account.id if account else None, self._rejected_token
        )

    def _find_user(self, tenant_id: str, client_id: str, username: str | None) -> str | None:
        account = self._account(client_id, username)
        if self._cache is None or account is None:
            return None
        return self._cache.find(self._wanted(tenant_id, client_id, account))

    def _account(self, client_id: str, username: str | None) -> Account | None:
        accounts = [] if self._cache is None else self._cache.accounts(self._host, client_id, username)
        return only_account(accounts)

    def _request_user_token(
        self,
        tenant_id: str,
        client_id: str,
        username: str | None,
        request_token: RequestToken | None,
        provided: str | None,
    ) -> Token:
        account = None if provided is not None and username is None else self._account(client_id, username)

        def silently_or_ask(application: t.Any, scopes: list[str]) -> t.Any:
            result = None
            for known in application.get_accounts():
                if account is not None and known["home_account_id"] == account.id:
                    result = application.acquire_token_silent_with_error(scopes, account=known)
            if request_token is not None and "access_token" not in (result or {}):
                result = request_token(application, scopes)
            if result is None:
                raise AuthenticationError(
                    f"the token cache holds no refresh token of {username or 'the user'}",
                    hint=f"Sign in again with the playbook {DEVICE_LOGIN_PLAYBOOK}.",
                )
            return result

        wanted = self._wanted(tenant_id, client_id, account)
        return self._request_token_as_user(wanted, silently_or_ask, provided=provided)

    def _request_token_as_user(
        self, wanted: TokenQuery, request_token: RequestToken, *, provided: str | None = None
    ) -> Token:
        self._http.permissions = self._permissions
        return self._request_token("PublicClientApplication", wanted, request_token, provided=provided)

    def _request_token(
        self,
        kind: str,
        wanted: TokenQuery,
        request_token: RequestToken,
        *,
        provided: str | None = None,
        **options: t.Any,
    ) -> Token:
        """Request a token with msal, and save it in the cache. The lock of the cache must be held."""
        self._http.method = self._method
        cache = self._cache
        state = None
        if cache is not None:
            state = load_msal().SerializableTokenCache()
            state.deserialize(cache.load(rejected_token=wanted.rejected_token))
        tenant_id = wanted.tenant

        def run() -> t.Any:
            nonlocal tenant_id
            application = build_application(
                kind, self._http, self._cloud, wanted.tenant, wanted.client_id, token_cache=state, **options
            )
            tenant_id = application.authority.tenant
            return request_token(application, list(wanted.scopes))

        result = wrap_msal_errors(self._http, run)
        token = _token(self._http, result)
        if cache is not None and state is not None and state.has_state_changed:
            claims = result.get("id_token_claims")
            name = claims.get("preferred_username") if isinstance(claims, dict) else None
            cache.save(
                state.serialize(),
                host=wanted.host,
                tenant=wanted.tenant,
                tenant_id=tenant_id,
                provided=(provided, clip(str(name), MAX_NAME)) if provided and name else None,
            )
        return token


def full_scopes(cloud: Cloud, permissions: Iterable[str]) -> tuple[str, ...]:
    """Return permissions as scopes of the login service: a bare name becomes a scope of this cloud's Graph."""
    return tuple(name if "://" in name else f"{cloud.graph_url}/{name}" for name in permissions)


def build_application(
    kind: str, http: MsalHttp, cloud: Cloud, tenant_id: str, client_id: str, **options: t.Any
) -> t.Any:
    """Make one of msal's applications, which asks for the authority's metadata.

    :param kind: ``ConfidentialClientApplication`` or ``PublicClientApplication``.
    """
    return getattr(load_msal(), kind)(
        client_id,
        authority=f"{cloud.authority_url}/{tenant_id}",
        # The authority is configured, so msal must not ask a public host whether it is valid.
        instance_discovery=False,
        http_client=http,
        **options,
    )


def wrap_msal_errors(http: MsalHttp, run: Callable[[], t.Any]) -> dict[str, t.Any]:
    """Run msal and return its answer, a refusal included; whatever it raises becomes one of our errors."""
    try:
        result = run()
    except GraphError:
        raise
    # What msal raises for an answer it cannot use is not specified, and ranges from ValueError to AttributeError.
    except Exception as exc:
        raise http.failure(type(exc).__name__) from exc
    if not isinstance(result, dict):
        raise http.failure()
    return result


def _token(http: MsalHttp, result: dict[str, t.Any]) -> Token:
    secret = result.get("access_token")
    if not isinstance(secret, str) or not secret:
        raise http.failure()
    return read_token(secret)


def _needed(request_token: RequestToken | None) -> RequestToken:
    if request_token is None:
        raise OptionsError("There is neither a token cache nor a credential", hint="Set token_cache_path.")
    return request_token
