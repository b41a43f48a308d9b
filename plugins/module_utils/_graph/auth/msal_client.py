# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Request tokens with msal, and store them in the token cache."""

from __future__ import annotations

import typing as t

from ..dependencies import load_msal
from ..errors import AuthenticationError, GraphError, OptionsError
from ..masking import clip
from ..version import DEVICE_LOGIN_PLAYBOOK
from .msal_http import MsalHttp
from .token import Token, read_token
from .token_cache import MAX_NAME, Account, TokenQuery, only_account

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..clouds import Cloud
    from ..http.transport import Transport
    from .token_cache import TokenCache

    # Arguments: an msal application and the scopes to request. Returns the result of msal.
    RequestToken = Callable[[t.Any, list[str]], t.Any]


class MsalTokenClient:
    """Requests tokens for the Graph of one cloud.

    :param permissions: the permissions to request for users. The scope ``.default`` would contain only permissions with
        an earlier consent.
    :param cache: stores tokens between tasks; ``None`` to store no tokens.
    :param rejected_token: a token that Graph rejected. The cache must return another token.
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
        self._http = MsalHttp(transport, cloud.authority_url)

    def application(
        self, *, tenant_id: str, client_id: str, credential: Callable[[], t.Any], method: str | None = None
    ) -> Token:
        """Return a token of an application (RFC 6749, section 4.4) with all its permissions for Graph.

        :param credential: returns the ``client_credential`` of msal: a secret, or a dict with a certificate or an
            assertion. It is called only if the cache has no valid token.
        :param method: the auth_method, which selects the hint of an error.
        :raises GraphError: the sign-in was refused, or the request failed.
        """
        self._method = method
        scopes = (f"{self._cloud.graph_url}/.default",)
        query = TokenQuery(self._host, tenant_id, client_id, scopes, rejected_token=self._rejected_token)

        def sign_in() -> Token:
            return self._request_token(
                "ConfidentialClientApplication",
                query,
                lambda application, scopes: application.acquire_token_for_client(scopes=scopes),
                client_credential=credential(),
                # Otherwise the environment variable MSAL_FORCE_REGION could send the credential to another host.
                azure_region=load_msal().ConfidentialClientApplication.DISABLE_MSAL_FORCE_REGION,
            )

        if self._cache is None:
            return sign_in()
        cached = self._cache.find(query)
        if cached is None:
            with self._cache.locked():
                # The previous holder of the lock may have signed in.
                cached = self._cache.find(query)
                if cached is None:
                    return sign_in()
        return read_token(cached, from_cache=True)

    def user(
        self,
        *,
        tenant_id: str,
        client_id: str,
        username: str | None,
        request_token: RequestToken | None,
        refresh_token: str | None = None,
        method: str | None = None,
    ) -> Token:
        """Return a token of a user: from the cache, with a refresh token of the cache, or from ``request_token``.

        :param username: selects a user of the cache.
        :param request_token: ``None`` if the cache is the only source of tokens.
        :param refresh_token: the refresh token that the task provides. It belongs to one user, so the sign-ins of other
            users in the cache are ignored.
        :param method: the auth_method, which selects the hint of an error.
        :raises GraphError: no source returned a token.
        """
        self._method = method
        if self._cache is None:
            return self._request_token_as_user(
                self._user_query(tenant_id, client_id, None), _require_credential(request_token)
            )
        if refresh_token is not None and username is None:
            username = self._cache.user_of(refresh_token)
            if username is None:
                with self._cache.locked():
                    return self._request_user_token(tenant_id, client_id, None, request_token, refresh_token)
        cached = self._find_cached_user_token(tenant_id, client_id, username)
        if cached is None and request_token is None and self._find_account(client_id, username) is None:
            raise AuthenticationError(
                f"the token cache holds no sign-in of {username or 'a user'} to the application {client_id}",
                hint=f"Run the playbook {DEVICE_LOGIN_PLAYBOOK} first, with the same token_cache_path.",
            )
        if cached is None:
            with self._cache.locked():
                cached = self._find_cached_user_token(tenant_id, client_id, username)
                if cached is None:
                    return self._request_user_token(tenant_id, client_id, username, request_token, refresh_token)
        return read_token(cached, from_cache=True)

    def managed_identity(self, *, client_id: str | None) -> Token:
        """Return a token from the managed identity endpoint of this host.

        :param client_id: the client ID of a user-assigned identity; ``None`` for the system-assigned identity.
        :raises GraphError: this host has no managed identity, the sign-in was refused, or the request failed.
        """
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
                # The transport never raises OSError. msal raises it for the key file of the Azure Arc agent.
                if exc.filename is None:
                    raise
                raise AuthenticationError(
                    f"the key file {exc.filename!r} of the Azure Arc agent cannot be read: {exc.strerror}",
                    hint="Run the task as a user who can read it: on Linux, a member of the group himds.",
                ) from exc

        return _read_result(http, wrap_msal_errors(http, request_token))

    def _user_query(self, tenant_id: str, client_id: str, account: Account | None) -> TokenQuery:
        return TokenQuery(
            self._host, tenant_id, client_id, self._scopes, account.id if account else None, self._rejected_token
        )

    def _find_cached_user_token(self, tenant_id: str, client_id: str, username: str | None) -> str | None:
        account = self._find_account(client_id, username)
        if self._cache is None or account is None:
            return None
        return self._cache.find(self._user_query(tenant_id, client_id, account))

    def _find_account(self, client_id: str, username: str | None) -> Account | None:
        accounts = [] if self._cache is None else self._cache.accounts(self._host, client_id, username)
        return only_account(accounts)

    def _request_user_token(
        self,
        tenant_id: str,
        client_id: str,
        username: str | None,
        request_token: RequestToken | None,
        refresh_token: str | None,
    ) -> Token:
        account = None if refresh_token is not None and username is None else self._find_account(client_id, username)

        def refresh_or_request_token(application: t.Any, scopes: list[str]) -> t.Any:
            result = None
            for msal_account in application.get_accounts():
                if account is not None and msal_account["home_account_id"] == account.id:
                    result = application.acquire_token_silent_with_error(scopes, account=msal_account)
            if request_token is not None and "access_token" not in (result or {}):
                result = request_token(application, scopes)
            if result is None:
                raise AuthenticationError(
                    f"the token cache holds no refresh token of {username or 'the user'}",
                    hint=f"Sign in again with the playbook {DEVICE_LOGIN_PLAYBOOK}.",
                )
            return result

        query = self._user_query(tenant_id, client_id, account)
        return self._request_token_as_user(query, refresh_or_request_token, refresh_token=refresh_token)

    def _request_token_as_user(
        self, query: TokenQuery, request_token: RequestToken, *, refresh_token: str | None = None
    ) -> Token:
        self._http.permissions = self._permissions
        return self._request_token("PublicClientApplication", query, request_token, refresh_token=refresh_token)

    def _request_token(
        self,
        application_class: str,
        query: TokenQuery,
        request_token: RequestToken,
        *,
        refresh_token: str | None = None,
        **options: t.Any,
    ) -> Token:
        """Request a token with msal, and save it in the cache. The lock of the cache must be held."""
        self._http.auth_method = self._method
        cache = self._cache
        msal_cache = None
        if cache is not None:
            msal_cache = load_msal().SerializableTokenCache()
            msal_cache.deserialize(cache.load(rejected_token=query.rejected_token))
        tenant_id = query.tenant

        def run() -> t.Any:
            nonlocal tenant_id
            application = build_application(
                application_class,
                self._http,
                self._cloud,
                query.tenant,
                query.client_id,
                token_cache=msal_cache,
                **options,
            )
            tenant_id = application.authority.tenant
            return request_token(application, list(query.scopes))

        result = wrap_msal_errors(self._http, run)
        token = _read_result(self._http, result)
        if cache is not None and msal_cache is not None and msal_cache.has_state_changed:
            claims = result.get("id_token_claims")
            name = claims.get("preferred_username") if isinstance(claims, dict) else None
            cache.save(
                msal_cache.serialize(),
                host=query.host,
                tenant_option=query.tenant,
                tenant_id=tenant_id,
                refresh_token_user=(refresh_token, clip(str(name), MAX_NAME)) if refresh_token and name else None,
            )
        return token


def full_scopes(cloud: Cloud, permissions: Iterable[str]) -> tuple[str, ...]:
    """Return permissions as scopes of the login service: a bare name becomes a scope of this cloud's Graph."""
    return tuple(name if "://" in name else f"{cloud.graph_url}/{name}" for name in permissions)


def build_application(
    application_class: str, http: MsalHttp, cloud: Cloud, tenant_id: str, client_id: str, **options: t.Any
) -> t.Any:
    """Create an application of msal. It requests the metadata of the authority.

    :param application_class: ``ConfidentialClientApplication`` or ``PublicClientApplication``.
    """
    return getattr(load_msal(), application_class)(
        client_id,
        authority=f"{cloud.authority_url}/{tenant_id}",
        # Otherwise msal asks a public host whether it knows the authority.
        instance_discovery=False,
        http_client=http,
        **options,
    )


def wrap_msal_errors(http: MsalHttp, run: Callable[[], t.Any]) -> dict[str, t.Any]:
    """Call msal and return its result, which may be an error response. Convert each exception to a GraphError."""
    try:
        result = run()
    except GraphError:
        raise
    # msal does not document what it raises for an invalid response, for example ValueError or AttributeError.
    except Exception as exc:
        raise http.failure(type(exc).__name__) from exc
    if not isinstance(result, dict):
        raise http.failure()
    return result


def _read_result(http: MsalHttp, result: dict[str, t.Any]) -> Token:
    secret = result.get("access_token")
    if not isinstance(secret, str) or not secret:
        raise http.failure()
    return read_token(secret)


def _require_credential(request_token: RequestToken | None) -> RequestToken:
    if request_token is None:
        raise OptionsError("There is neither a token cache nor a credential", hint="Set token_cache_path.")
    return request_token
