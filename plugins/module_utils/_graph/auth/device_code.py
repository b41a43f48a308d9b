# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Sign a user in by device code (RFC 8628): the user approves in a browser while this host polls."""

from __future__ import annotations

import dataclasses
import time
import typing as t

from ..dependencies import load_msal
from ..errors import AuthenticationError, GraphError, ThrottledError
from ..masking import clip
from .aadsts import DEVICE_LOGIN
from .msal_client import build_application, wrap_msal_errors
from .msal_http import MsalHttp
from .token_cache import MAX_NAME

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ..clouds import Cloud
    from ..http.retry import Retry
    from ..http.transport import Transport
    from .token_cache import TokenCache

# Errors of these kinds do not end the sign-in, even if they are not transient: the next poll is the retry.
_RETRIED_KINDS = ("network", "timeout", "throttled", "service")
# Seconds to add to the polling interval after the response slow_down (RFC 8628, section 3.5).
_SLOW_DOWN_SECONDS = 5
# A terminal shows the URL, so longer URLs are truncated.
_MAX_URL_LENGTH = 500


@dataclasses.dataclass(frozen=True)
class DeviceCode:
    """The URL and the code to show to the user. The code is not a secret. It expires after ``expires_in`` seconds."""

    verification_url: str
    user_code: str
    expires_in: float


@dataclasses.dataclass(frozen=True)
class SignedInUser:
    """The user who signed in, and the tenant."""

    username: str
    tenant_id: str


class DeviceLogin:
    """A sign-in by device code that saves its tokens in the cache.

    :param scopes: full names of the permissions to request.
    :param username: the user who must sign in; ``None`` to accept all users.
    :param retry: retries the request for a code after transient errors.
    """

    def __init__(
        self,
        transport: Transport,
        cloud: Cloud,
        cache: TokenCache,
        *,
        tenant_id: str,
        client_id: str,
        scopes: tuple[str, ...],
        retry: Retry,
        username: str | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._http = MsalHttp(transport, cloud.authority_url)
        self._http.auth_method = DEVICE_LOGIN
        self._retry = retry
        self._cloud = cloud
        self._cache = cache
        self._tenant_id = tenant_id
        self._client_id = client_id
        self._scopes = scopes
        self._username = username
        self._clock = clock
        self._sleep = sleep
        self._msal_cache: t.Any = None
        self._application: t.Any = None
        self._flow: dict[str, t.Any] = {}
        self._deadline = 0.0
        self._interval = 0.0
        self._retry_after = 0.0

    def start(self) -> DeviceCode:
        """Request a device code.

        :raises GraphError: the request was refused or failed, or the cache cannot be used.
        """
        # Check the cache before the user gets a code.
        with self._cache.locked():
            self._cache.load()
        self._flow = self._retry.run(
            lambda _attempt: wrap_msal_errors(
                self._http, lambda: self._get_application().initiate_device_flow(scopes=list(self._scopes))
            )
        )
        if not all(_is_text(self._flow.get(name)) for name in ("device_code", "user_code", "verification_uri")):
            raise self._http.failure("no device code")
        self._interval = float(self._flow["interval"])
        expires_in = float(self._flow["expires_in"])
        self._deadline = self._clock() + expires_in
        return DeviceCode(
            clip(self._flow["verification_uri"], _MAX_URL_LENGTH), clip(self._flow["user_code"], MAX_NAME), expires_in
        )

    def wait(self, on_wait: Callable[[float], None]) -> SignedInUser:
        """Poll until the user has signed in, and save the tokens.

        :param on_wait: called before each wait with the number of seconds until the code expires.
        :raises GraphError: the user declined, the code expired, or the sign-in is not allowed.
        :raises ThrottledError: ``Retry-After`` is longer than the remaining lifetime of the code.
        """
        while True:
            user = self._poll()
            if user is not None:
                return user
            remaining = self._deadline - self._clock()
            if remaining <= 0:
                raise AuthenticationError(
                    "nobody signed in before the code expired", hint="Run the task again to get a new code."
                )
            if self._retry_after > remaining:
                raise ThrottledError(
                    f"the login service asks to wait {self._retry_after:g} s, but the code expires in {remaining:g} s",
                    hint="Run the task again later.",
                    retry_after=self._retry_after,
                )
            on_wait(remaining)
            # Wait the full time even if the code expires earlier: the service forbids earlier polls.
            self._sleep(max(self._interval, self._retry_after))

    def _poll(self) -> SignedInUser | None:
        self._retry_after = 0.0
        # The lock is held for one request only, so that other tasks can use the cache between polls.
        with self._cache.locked():
            try:
                result = wrap_msal_errors(self._http, self._request_token)
            except GraphError as exc:
                if not exc.transient and exc.kind not in _RETRIED_KINDS:
                    raise
                self._retry_after = exc.retry_after or 0.0
                # The msal application caches the failed response, so the next poll needs a new application.
                self._application = None
                return None
            if "access_token" in result:
                return self._save(result)
            self._retry_after = self._http.retry_after
            if self._retry_after:
                # msal would return the same cached response until this time is over.
                self._application = None
        error = result.get("error")
        if error == "slow_down":
            self._interval += _SLOW_DOWN_SECONDS
        elif error != "authorization_pending":
            raise self._http.failure()
        return None

    def _request_token(self) -> t.Any:
        application = self._get_application()
        self._msal_cache.deserialize(self._cache.load())
        # Make msal send one request and return: this class polls. msal checks exit_condition only while it waits, so
        # the interval must not be 0.
        flow = {**self._flow, "interval": 1}
        return application.acquire_token_by_device_flow(flow, exit_condition=lambda _flow: True)

    def _save(self, result: dict[str, t.Any]) -> SignedInUser:
        claims = result.get("id_token_claims")
        claims = claims if isinstance(claims, dict) else {}
        username = clip(str(claims.get("preferred_username") or ""), MAX_NAME)
        if self._username is not None and username.lower() != self._username.lower():
            raise AuthenticationError(
                f"{username or 'somebody without a name'} signed in, not {self._username}; no tokens were saved",
                hint="Run the task again and have the right person sign in, or leave username out.",
            )
        self._cache.save(
            self._msal_cache.serialize(),
            host=self._cloud.login_host,
            tenant_option=self._tenant_id,
            tenant_id=self._application.authority.tenant,
            required=True,
        )
        return SignedInUser(username, clip(str(claims.get("tid") or self._tenant_id), MAX_NAME))

    def _get_application(self) -> t.Any:
        if self._application is None:
            self._msal_cache = load_msal().SerializableTokenCache()
            self._application = build_application(
                "PublicClientApplication",
                self._http,
                self._cloud,
                self._tenant_id,
                self._client_id,
                token_cache=self._msal_cache,
            )
        return self._application


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
