# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The Graph client: authorized JSON requests to one Graph root, and errors that name what was being done."""

from __future__ import annotations

import functools
import json
import typing as t
import uuid

from .clouds import is_below
from .http.error_body import holds_error
from .errors import STRANGER_ADVICE, UNKNOWN_ADVICE, AuthorizationError, GraphError, ProtocolError, naming
from .http.headers import request_id
from .masking import SECRETS
from .auth.token import is_sendable

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .clock import Clock
    from .clouds import Cloud
    from .auth.credential import Credential
    from .auth.msal_client import Login
    from .http.rate_limit import Pace
    from .permission import Permission
    from .http.retry import Retry
    from .auth.token import Token
    from .auth.token_cache import TokenCache
    from .http.transport import Response, Transport

API_VERSION = "v1.0"

# A token that was refused is replaced by a new one; a new one that is refused as well, within this time, is not.
_RENEWAL_SECONDS: t.Final = 300.0

# The facts of a task whose options were refused, so that there never was a client.
NO_FACTS: t.Final[dict[str, t.Any]] = {
    "cloud": None,
    "graph_url": None,
    "auth_method": None,
    "token_type": "unknown",
    "requests": 0,
    "retries": 0,
}


class Call(t.NamedTuple):
    """One request to Graph.

    :param path: below the API version, its segments already quoted.
    :param action: what it does, to complete "Could not …".
    :param permission: the least permission for the task that it is a part of.
    :param parse: from the answer's JSON, ``None`` when empty, to what is wanted of it; it may raise a GraphError.
    :param has_results: whether the JSON holds results although the status, or an ``error`` beside them, reports a
        failure.
    """

    method: str
    path: str
    action: str
    permission: Permission
    body: dict[str, t.Any] | None = None
    parse: Callable[[t.Any], t.Any] = lambda body: body
    has_results: Callable[[t.Any], bool] = lambda body: False

    @property
    def writes(self) -> int:
        """What it counts for, against the service's limit of writes."""
        return 0 if self.method == "GET" else 1


class Answer(t.NamedTuple):
    """A success: the status, what was parsed of the body, and the ids that Microsoft's support asks for.

    :param size: bytes of the body.
    """

    status: int
    content: t.Any
    request_id: str | None
    client_request_id: str
    attempts: int
    headers: Mapping[str, str]
    size: int = 0


Outcome = t.Union[Answer, GraphError]
"""What became of a call."""


class GraphClient:
    """Talks to one Graph root with one credential; signs in at the first call.

    :param cache: keeps tokens between tasks; ``None`` to keep none.
    """

    def __init__(
        self,
        transport: Transport,
        cloud: Cloud,
        credential: Credential,
        *,
        cache: TokenCache | None,
        retry: Retry,
        pace: Pace,
        clock: Clock,
        new_id: Callable[[], object] = uuid.uuid4,
    ) -> None:
        self.retry = retry
        self.clock = clock
        self._transport = transport
        self._cloud = cloud
        self._credential = credential
        self._cache = cache
        self._pace = pace
        self._new_id = new_id
        self._token: Token | None = None
        self._renewed_at: float | None = None

    def close(self) -> None:
        """Close the connections, which else are open until the process ends."""
        self._transport.close()

    def call(self, call: Call) -> Answer:
        """Send a request, again where that may help, and return its successful answer.

        :raises GraphError: anything else, the call's action named.
        """
        answer = self.send(call, self.url(call.path), writes=call.writes)
        self.retry.progress()
        return answer

    def outcome(self, call: Call) -> Outcome:
        """Send a request as :meth:`call` does, and return an error instead of raising it."""
        try:
            return self.call(call)
        except GraphError as exc:
            return exc

    def url(self, path: str) -> str:
        """The address of a path below the API version."""
        return f"{self._cloud.graph_url}/{API_VERSION}/{path}"

    def may_send_to(self, url: object) -> bool:
        """Return whether the token may go to a URL: only to the Graph root, and only below its path."""
        return is_below(url, self._cloud.graph_url)

    def send(self, call: Call, url: str, *, writes: int) -> Answer:
        """Send a call to an address of this Graph root.

        :param writes: what it counts for, against the service's limit of writes.
        :raises GraphError: as :meth:`call` does.
        """
        try:
            self.sign_in(call.permission)
        except GraphError as exc:
            # Of the call, which was never sent.
            exc.attempts = 0
            raise

        def attempt(number: int) -> Answer:
            with naming(call.action):
                return self._once(call, url, writes, number)

        return self.retry.run(attempt, lambda error: self.renew(error, call.permission))

    def sign_in(self, permission: Permission) -> Token:
        """Get the token, once; to call it early is to learn early that the sign-in fails.

        :param permission: what a user's token is asked for, by name.
        :raises GraphError: it fails.
        """
        if self._token is None:
            self._token = self._acquire(permission, refused=None)
        return self._token

    def renew(self, error: GraphError, permission: Permission) -> bool:
        """Replace a token that Graph refused, unless that was done a moment ago; say whether there is another one now.

        A cached token may be older than a permission that was granted since, so there a 403 is a reason, too.

        :raises GraphError: the sign-in failed.
        """
        old = self._token
        if old is None or not (error.status == 401 or (error.status == 403 and old.from_cache)):
            return False
        now = self.clock.now()
        if self._renewed_at is not None and now - self._renewed_at < _RENEWAL_SECONDS:
            return False
        try:
            self._token = self._acquire(permission, refused=old.secret)
        except GraphError:
            if error.status == 401:
                raise
            # The old token is good, and its refusal tells more.
            return False
        finally:
            # From its end on: a sign-in may take long.
            self._renewed_at = self.clock.now()
        return self._token.secret != old.secret

    def facts(self) -> dict[str, t.Any]:
        """What was talked to, as whom, and how much: the result's ``graph``."""
        return {
            **NO_FACTS,
            "cloud": self._cloud.name,
            "graph_url": self._cloud.graph_url,
            "auth_method": self._credential.method,
            "token_type": NO_FACTS["token_type"] if self._token is None else self._token.kind,
            "requests": self._transport.sent,
            "retries": self.retry.count,
        }

    def read(
        self,
        call: Call,
        response: Response,
        client_request_id: str,
        attempts: int,
        *,
        writes: int,
        vouched: bool = False,
    ) -> Answer:
        """Make an answer of a response, or raise the error that it stands for.

        :param writes: how many writes the request counts for. The outcome of a write whose answer cannot be read is
            unknown, and the error says so.
        :param vouched: whether it is known to be Graph's, as a part of an answer of Graph's is.
        """
        try:
            content = call.parse(self._content(call, response, client_request_id, vouched=vouched))
        except GraphError as exc:
            exc.client_request_id = client_request_id
            if exc.status is None:
                from .graph_errors import SERVICE

                exc.service, exc.status, exc.request_id = SERVICE, response.status, request_id(response.headers)
            warn_of_unknown_outcome(exc, writes)
            raise
        return Answer(
            response.status,
            content,
            request_id(response.headers),
            client_request_id,
            attempts,
            response.headers,
            len(response.body),
        )

    def _once(self, call: Call, url: str, writes: int, attempt: int) -> Answer:
        if not self.may_send_to(url):
            raise ProtocolError(
                "its address is outside of graph_url: no token goes there",
                hint="Check graph_url and the ids that were given.",
            )
        client_request_id = str(self._new_id())
        headers = {"Accept": "application/json", "client-request-id": client_request_id}
        body = None
        if call.body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(call.body).encode()
        self._pace.wait_for(writes)
        try:
            response = self._transport.send(
                call.method, url, headers=headers, body=body, token=self.sign_in(call.permission).secret
            )
        except GraphError as exc:
            exc.client_request_id = client_request_id
            warn_of_unknown_outcome(exc, writes)
            raise
        finally:
            self._pace.note(writes)
        return self.read(call, response, client_request_id, attempt, writes=writes)

    def _acquire(self, permission: Permission, *, refused: str | None) -> Token:
        # One for all attempts, as it remembers what the service said of itself.
        @functools.cache
        def login() -> Login:
            from .auth.msal_client import Login

            return Login(self._transport, self._cloud, permission.names, self._cache, refused=refused)

        def attempt(_number: int) -> Token:
            with naming(self._credential.action):
                return self._credential.acquire(login)

        # Around the whole of it: the cache's lock is not held while this waits.
        token = self.retry.run(attempt)
        SECRETS.add_long(token.secret)
        with naming(self._credential.action):
            if not is_sendable(token.secret):
                raise ProtocolError(
                    "what was given as an access token does not have the form of one",
                    hint="Check authority_url and the proxies on the way.",
                )
        return token

    def _content(self, call: Call, response: Response, client_request_id: str, *, vouched: bool) -> t.Any:
        """Return the JSON of a successful answer, ``None`` when the body is empty.

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
        from .graph_errors import read_error

        error = read_error(response, client_request_id, vouched=vouched)
        # Not after 401 and transient statuses: the whole request is sent again, with a new token or after a wait.
        if error.status != 401 and not error.transient and call.has_results(body):
            return body
        if isinstance(error, AuthorizationError) and error.hint is None:
            error.hint = call.permission.advice(self.sign_in(call.permission))
        raise error


def warn_of_unknown_outcome(error: GraphError, writes: int) -> None:
    """Add to the hint of an error that a write may have been carried out, if that is so.

    :param writes: how many writes the request counts for.
    """
    if writes and error.unanswered:
        error.hint = f"{UNKNOWN_ADVICE} {error.hint}" if error.hint else UNKNOWN_ADVICE


def _not_json(response: Response) -> ProtocolError:
    from .http.html_page import is_page, page_text

    # Only the text of a web page is shown: another body may be a part of an object that holds a secret.
    text = page_text(response.text, untitled=False) if is_page(response.text) else ""
    return ProtocolError(
        f"the answer is not JSON: {text}" if text else "the answer is not JSON", hint=STRANGER_ADVICE, unanswered=True
    )
