# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The Graph client, which sends authorized JSON requests to one Graph root."""

from __future__ import annotations

import functools
import json
import typing as t
import uuid

from .auth.msal_client import MsalTokenClient
from .auth.token import is_sendable
from .clouds import is_below
from .errors import INTERCEPTED_HINT, OUTCOME_UNKNOWN_HINT, AuthorizationError, GraphError, ProtocolError, error_context
from .graph_errors import SERVICE, read_error
from .http.error_response import holds_error
from .http.headers import request_id
from .http.html_page import is_page, page_text
from .masking import SECRETS

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .auth.credential import Credential
    from .auth.token import Token
    from .auth.token_cache import TokenCache
    from .clock import Clock
    from .clouds import Cloud
    from .errors import AnyError
    from .http.rate_limit import RateLimiter
    from .http.retry import Retry
    from .http.transport import Response, Transport
    from .permission import Permission

# A rejected token is renewed. A new token that is rejected within this time is not renewed again.
_RENEWAL_SECONDS: t.Final = 300.0

# The stats of a task that failed before it had a client.
EMPTY_STATS: t.Final[dict[str, t.Any]] = {
    "cloud": None,
    "graph_url": None,
    "auth_method": None,
    "token_type": "unknown",
    "requests": 0,
    "retries": 0,
}


class GraphRequest(t.NamedTuple):
    """A request to Graph.

    :param path: the path below the API version. Its segments are quoted.
    :param action: what the request does, to complete "Could not …".
    :param permission: the least permission for the task that sends the request.
    :param parse: converts the JSON of the response (``None`` for an empty body) to the content of the
        :class:`GraphResponse`. It may raise a GraphError.
    :param has_results: whether the JSON holds results although the status or an ``error`` object reports a failure.
    :param version: the API version.
    :param final_statuses: error statuses that have a meaning of their own for this request, so it is not retried.
    """

    method: str
    path: str
    action: str
    permission: Permission
    body: dict[str, t.Any] | None = None
    parse: Callable[[t.Any], t.Any] = lambda body: body
    has_results: Callable[[t.Any], bool] = lambda body: False
    version: str = "v1.0"
    final_statuses: tuple[int, ...] = ()

    @property
    def writes(self) -> int:
        """The number of writes that count towards the rate limit."""
        return 0 if self.method == "GET" else 1


class GraphResponse(t.NamedTuple):
    """A successful response, with the ids that Microsoft's support asks for.

    :param content: the result of ``parse``.
    :param size: the bytes of the body.
    """

    status: int
    content: t.Any
    request_id: str | None
    client_request_id: str
    attempts: int
    headers: Mapping[str, str]
    size: int = 0


Result = t.Union[GraphResponse, GraphError]
"""The outcome of a request."""


class GraphClient:
    """Sends requests to one Graph root with one credential. It signs in at the first request.

    :param cache: stores tokens for later tasks; ``None`` for no cache.
    """

    def __init__(
        self,
        transport: Transport,
        cloud: Cloud,
        credential: Credential,
        *,
        cache: TokenCache | None,
        retry: Retry,
        rate_limiter: RateLimiter,
        clock: Clock,
        new_id: Callable[[], object] = uuid.uuid4,
    ) -> None:
        self.retry = retry
        self.clock = clock
        self._transport = transport
        self._cloud = cloud
        self._credential = credential
        self._cache = cache
        self._rate_limiter = rate_limiter
        self._new_id = new_id
        self._token: Token | None = None
        self._renewed_at: float | None = None

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def call(self, request: GraphRequest) -> GraphResponse:
        """Send a request, retry it if that can help, and return the successful response.

        :raises GraphError: the request failed; the error names the action of the request.
        """
        response = self.send(request, self.url(request), writes=request.writes)
        self.retry.reset_budget()
        return response

    def try_call(self, request: GraphRequest) -> Result:
        """Send a request as :meth:`call` does. Return an error instead of raising it."""
        try:
            return self.call(request)
        except GraphError as exc:
            return exc

    def url(self, request: GraphRequest) -> str:
        """Return the URL of a request."""
        return f"{self._cloud.graph_url}/{request.version}/{request.path}"

    def may_send_to(self, url: object) -> bool:
        """Return whether the token may be sent to a URL: only URLs below the Graph root are allowed."""
        return is_below(url, self._cloud.graph_url)

    def send(self, request: GraphRequest, url: str, *, writes: int) -> GraphResponse:
        """Send a request to a URL below the Graph root.

        :param writes: the number of writes that count towards the rate limit.
        :raises GraphError: as :meth:`call` does.
        """
        try:
            self.sign_in(request.permission)
        except GraphError as exc:
            # The attempts of the sign-in are not attempts of the request.
            raise exc.copy_with(attempts=0) from exc

        def attempt(number: int) -> GraphResponse:
            with error_context(request.action):
                return self._send_once(request, url, writes, number)

        return self.retry.run(attempt, lambda error: self.renew(error, request.permission))

    def sign_in(self, permission: Permission) -> Token:
        """Return the token. The first call signs in.

        :param permission: the permission that a delegated token is requested for.
        :raises GraphError: the sign-in failed.
        """
        if self._token is None:
            self._token = self._acquire(permission, rejected_token=None)
        return self._token

    def renew(self, error: GraphError, permission: Permission) -> bool:
        """Replace a token that Graph rejected, and return whether the token is another one now.

        A cached token can be older than a permission that was granted since, so a 403 renews a cached token as well. A
        token is not renewed twice within some minutes.

        :raises GraphError: the sign-in failed.
        """
        old = self._token
        if old is None or not (error.status == 401 or (error.status == 403 and old.from_cache)):
            return False
        now = self.clock.now()
        if self._renewed_at is not None and now - self._renewed_at < _RENEWAL_SECONDS:
            return False
        try:
            self._token = self._acquire(permission, rejected_token=old.secret)
        except GraphError:
            if error.status == 401:
                raise
            # The old token is valid, and its 403 explains more than the failed sign-in.
            return False
        finally:
            # Measured from the end of the sign-in, which can take long.
            self._renewed_at = self.clock.now()
        return self._token.secret != old.secret

    def stats(self) -> dict[str, t.Any]:
        """Return the value of ``graph`` in the result: the cloud, the sign-in method, and the number of requests."""
        return {
            **EMPTY_STATS,
            "cloud": self._cloud.name,
            "graph_url": self._cloud.graph_url,
            "auth_method": self._credential.method,
            "token_type": EMPTY_STATS["token_type"] if self._token is None else self._token.kind,
            "requests": self._transport.sent,
            "retries": self.retry.count,
        }

    def read(
        self,
        request: GraphRequest,
        response: Response,
        client_request_id: str,
        attempts: int,
        *,
        writes: int,
        from_graph: bool = False,
    ) -> GraphResponse:
        """Parse a response.

        :param writes: the number of writes in the request. If the response to a write is unreadable, the outcome is
            unknown, and the error reports that.
        :param from_graph: whether the response is known to come from Graph, as an item of a batch is.
        :raises GraphError: the response reports an error, or it is unreadable.
        """
        try:
            content = request.parse(self._content(request, response, client_request_id, from_graph=from_graph))
        except GraphError as exc:
            error = exc.copy_with(client_request_id=client_request_id)
            if exc.status is None:
                error = error.copy_with(
                    service=SERVICE, status=response.status, request_id=request_id(response.headers)
                )
            raise with_outcome_unknown_hint(error, writes) from exc
        return GraphResponse(
            response.status,
            content,
            request_id(response.headers),
            client_request_id,
            attempts,
            response.headers,
            len(response.body),
        )

    def _send_once(self, request: GraphRequest, url: str, writes: int, attempt: int) -> GraphResponse:
        if not self.may_send_to(url):
            raise ProtocolError(
                "its address is outside of graph_url: no token goes there",
                hint="Check graph_url and the ids that were given.",
            )
        client_request_id = str(self._new_id())
        headers = {"Accept": "application/json", "client-request-id": client_request_id}
        body = None
        if request.body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(request.body).encode()
        self._rate_limiter.acquire(writes)
        try:
            response = self._transport.send(
                request.method, url, headers=headers, body=body, token=self.sign_in(request.permission).secret
            )
        except GraphError as exc:
            error = exc.copy_with(client_request_id=client_request_id)
            raise with_outcome_unknown_hint(error, writes) from exc
        finally:
            self._rate_limiter.record(writes)
        return self.read(request, response, client_request_id, attempt, writes=writes)

    def _acquire(self, permission: Permission, *, rejected_token: str | None) -> Token:
        # Shared by all attempts: it caches the OpenID metadata.
        @functools.cache
        def login() -> MsalTokenClient:
            return MsalTokenClient(
                self._transport, self._cloud, permission.names, self._cache, rejected_token=rejected_token
            )

        def attempt(_number: int) -> Token:
            with error_context(self._credential.action):
                return self._credential.acquire(login)

        # The retry is outside of the lock of the token cache, so that no other task waits for it.
        token = self.retry.run(attempt)
        SECRETS.add_long(token.secret)
        with error_context(self._credential.action):
            if not is_sendable(token.secret):
                raise ProtocolError(
                    "what was given as an access token does not have the form of one",
                    hint="Check authority_url and the proxies on the way.",
                )
        return token

    def _content(self, request: GraphRequest, response: Response, client_request_id: str, *, from_graph: bool) -> t.Any:
        """Return the JSON of a successful response; ``None`` for an empty body.

        :raises GraphError: the status or the body reports an error, or the body is not JSON.
        """
        try:
            body = response.json() if response.body.strip() else None
        except ValueError as exc:
            if response.status < 400:
                raise _not_json(response) from exc
            body = None
        if response.status < 400 and not holds_error(body):
            return body
        error = read_error(response, client_request_id, from_graph=from_graph)
        if error.status in request.final_statuses:
            error = error.copy_with(retryable=False)
        # After 401 and transient statuses the whole request is retried instead.
        if error.status != 401 and not error.transient and request.has_results(body):
            return body
        if isinstance(error, AuthorizationError) and error.hint is None:
            error = error.copy_with(hint=request.permission.advice(self.sign_in(request.permission)))
        raise error


def with_outcome_unknown_hint(error: AnyError, writes: int) -> AnyError:
    """Return the error, with a hint if the service may have carried out a write.

    :param writes: the number of writes in the request.
    """
    if not (writes and error.outcome_unknown):
        return error
    return error.copy_with(hint=f"{OUTCOME_UNKNOWN_HINT} {error.hint}" if error.hint else OUTCOME_UNKNOWN_HINT)


def _not_json(response: Response) -> ProtocolError:
    # Only the text of a web page is shown. Another body can be a part of an object with a secret.
    text = page_text(response.text, untitled=False) if is_page(response.text) else ""
    return ProtocolError(
        f"the answer is not JSON: {text}" if text else "the answer is not JSON",
        hint=INTERCEPTED_HINT,
        outcome_unknown=True,
    )
