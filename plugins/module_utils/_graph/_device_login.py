# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Sign-in by device code (RFC 8628): a person approves in a browser, on any device, what this host waits for."""

from __future__ import annotations

import dataclasses
import time
import typing as t

from ._dependencies import load_msal
from ._errors import AuthenticationError, GraphError
from ._login import build_application, guarded
from ._msal_http import MsalHttp
from ._secrets import clip
from ._wanted import MAX_NAME

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ._clouds import Cloud
    from ._retry import Retry
    from ._token_cache import TokenCache
    from ._transport import Transport

# While a person types, the next poll is the retry: these failures of a poll do not end the sign-in.
_PASSING = ("network", "timeout", "throttled", "service")
# What the interval grows by when the service finds polls too frequent (RFC 8628, section 3.5).
_SLOW_DOWN_SECONDS = 5
# What is shown on a terminal is short.
_MAX_URL = 500


@dataclasses.dataclass(frozen=True)
class Invitation:
    """What to show to the person: the code is meant to be seen, and void after ``expires_in`` seconds."""

    verification_url: str
    user_code: str
    expires_in: float


@dataclasses.dataclass(frozen=True)
class Person:
    """Who signed in, and to which tenant."""

    username: str
    tenant_id: str


class DeviceLogin:
    """One sign-in, whose tokens end in the cache.

    :param scopes: full names of the permissions to ask for.
    :param username: who is to sign in; anybody may when it is None.
    :param retry: sends the request for a code again when it failed for the moment.
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
        self._retry = retry
        self._cloud = cloud
        self._cache = cache
        self._tenant_id = tenant_id
        self._client_id = client_id
        self._scopes = scopes
        self._username = username
        self._clock = clock
        self._sleep = sleep
        self._state: t.Any = None
        self._application: t.Any = None
        self._flow: dict[str, t.Any] = {}
        self._deadline = 0.0
        self._interval = 0.0
        self._retry_after = 0.0

    def begin(self) -> Invitation:
        """Ask for a code.

        :raises GraphError: it was refused, or the service could not be asked.
        """
        # Before anybody is asked for anything: what cannot be kept need not begin.
        with self._cache.locked():
            self._cache.load()
        self._flow = self._retry.run(
            lambda _attempt: guarded(
                self._http, lambda: self._connected().initiate_device_flow(scopes=list(self._scopes))
            )
        )
        if not all(_is_text(self._flow.get(name)) for name in ("device_code", "user_code", "verification_uri")):
            raise self._http.failure("no device code")
        self._interval = float(self._flow["interval"])
        expires_in = float(self._flow["expires_in"])
        self._deadline = self._clock() + expires_in
        return Invitation(
            clip(self._flow["verification_uri"], _MAX_URL), clip(self._flow["user_code"], MAX_NAME), expires_in
        )

    def wait(self, on_wait: Callable[[float], None]) -> Person:
        """Wait until the person has signed in, and keep the tokens.

        :param on_wait: is told, before each wait, how many seconds the code is still good for.
        :raises GraphError: declined, expired, or not allowed.
        """
        while True:
            person = self._poll()
            if person is not None:
                return person
            remaining = self._deadline - self._clock()
            if remaining <= 0:
                raise AuthenticationError(
                    "nobody signed in before the code expired", hint="Run the task again to get a new code."
                )
            on_wait(remaining)
            self._sleep(min(max(self._interval, self._retry_after), remaining))

    def _poll(self) -> Person | None:
        self._retry_after = 0.0
        # Read and written under one lock, which is held for this one request: others use the cache meanwhile.
        with self._cache.locked():
            try:
                result = guarded(self._http, self._ask)
            except GraphError as exc:
                if not exc.transient and exc.kind not in _PASSING:
                    raise
                self._retry_after = exc.retry_after or 0.0
                # msal keeps a failed answer inside its application and would go on giving it.
                self._application = None
                return None
            if "access_token" in result:
                return self._keep(result)
        error = result.get("error")
        if error == "slow_down":
            self._interval += _SLOW_DOWN_SECONDS
        elif error != "authorization_pending":
            raise self._http.failure()
        return None

    def _ask(self) -> t.Any:
        application = self._connected()
        self._state.deserialize(self._cache.load())
        # msal waits by itself unless its condition to stop is true, and never stops at an interval of zero.
        flow = {**self._flow, "interval": 1}
        return application.acquire_token_by_device_flow(flow, exit_condition=lambda _flow: True)

    def _keep(self, result: dict[str, t.Any]) -> Person:
        claims = result.get("id_token_claims")
        claims = claims if isinstance(claims, dict) else {}
        username = clip(str(claims.get("preferred_username") or ""), MAX_NAME)
        if self._username is not None and username.lower() != self._username.lower():
            raise AuthenticationError(
                f"{username or 'somebody without a name'} signed in, not {self._username}; nothing was kept",
                hint="Run the task again and have the right person sign in, or leave username out.",
            )
        self._cache.save(
            self._state.serialize(),
            host=self._cloud.login_host,
            tenant=self._tenant_id,
            tenant_id=self._application.authority.tenant,
            required=True,
        )
        return Person(username, clip(str(claims.get("tid") or self._tenant_id), MAX_NAME))

    def _connected(self) -> t.Any:
        if self._application is None:
            self._state = load_msal().SerializableTokenCache()
            self._application = build_application(
                "PublicClientApplication",
                self._http,
                self._cloud,
                self._tenant_id,
                self._client_id,
                token_cache=self._state,
            )
        return self._application


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
