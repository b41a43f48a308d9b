# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The Graph client: authorized JSON requests to one Graph root, and errors that name what was being done."""

from __future__ import annotations

import dataclasses
import json
import typing as t
import uuid

from ._errors import AuthorizationError, GraphError, ProtocolError, naming
from ._graph_errors import SERVICE, read_error
from ._headers import request_id
from ._login import Login
from ._token import is_sendable

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ._clouds import Cloud
    from ._credential import Credential
    from ._permission import Permission
    from ._token import Token
    from ._token_cache import TokenCache
    from ._transport import Response, Transport

API_VERSION = "v1.0"

# The facts of a task whose options were refused, so that there never was a client.
NO_FACTS: t.Final[dict[str, t.Any]] = {
    "cloud": None,
    "graph_url": None,
    "auth_method": None,
    "token_type": "unknown",
    "requests": 0,
    "retries": 0,
}


@dataclasses.dataclass(frozen=True)
class Call:
    """One request to Graph.

    :param path: below the API version, its segments already quoted.
    :param action: what it does, to complete "Could not …".
    :param permission: the least permission that allows it.
    :param parse: from the answer's JSON, ``None`` when empty, to what is wanted of it; it may raise a GraphError.
    """

    method: str
    path: str
    action: str
    permission: Permission
    body: dict[str, t.Any] | None = None
    parse: Callable[[t.Any], t.Any] = lambda body: body


@dataclasses.dataclass(frozen=True)
class Answer:
    """A success: the status, what was parsed of the body, and the ids that Microsoft's support asks for."""

    status: int
    content: t.Any
    request_id: str | None
    client_request_id: str
    attempts: int


class GraphClient:
    """Talks to one Graph root with one credential; signs in at the first call.

    :param cache: keeps tokens between tasks; ``None`` to keep none.
    :param on_secret: is told each token that was fetched, before it is used, so that it can be masked.
    """

    def __init__(
        self,
        transport: Transport,
        cloud: Cloud,
        credential: Credential,
        *,
        cache: TokenCache | None,
        on_secret: Callable[[str], None],
        new_id: Callable[[], object] = uuid.uuid4,
    ) -> None:
        self._transport = transport
        self._cloud = cloud
        self._credential = credential
        self._cache = cache
        self._on_secret = on_secret
        self._new_id = new_id
        self._token: Token | None = None

    def call(self, call: Call) -> Answer:
        """Send a request and return its successful answer.

        :raises GraphError: anything else, the call's action named.
        """
        token = self.sign_in(call.permission)
        client_request_id = str(self._new_id())
        headers = {"Accept": "application/json", "client-request-id": client_request_id}
        body = None
        if call.body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(call.body).encode()
        response = None
        try:
            with naming(call.action):
                response = self._transport.send(
                    call.method,
                    f"{self._cloud.graph_url}/{API_VERSION}/{call.path}",
                    headers=headers,
                    body=body,
                    token=token.secret,
                )
                content = self._read(call, token, response, client_request_id)
        except GraphError as exc:
            exc.client_request_id = client_request_id
            if response is not None and exc.status is None:
                exc.service, exc.status, exc.request_id = SERVICE, response.status, request_id(response.headers)
            raise
        return Answer(response.status, content, request_id(response.headers), client_request_id, attempts=1)

    def sign_in(self, permission: Permission) -> Token:
        """Get the token, once; to call it early is to learn early that the sign-in fails.

        :param permission: what a user's token is asked for, by name.
        :raises GraphError: it fails.
        """
        if self._token is None:
            login = Login(self._transport, self._cloud, [permission.name], self._cache)
            with naming(self._credential.action):
                token = self._credential.acquire(login)
                self._on_secret(token.secret)
                if not is_sendable(token.secret):
                    raise ProtocolError(
                        "what was given as an access token does not have the form of one",
                        hint="Check authority_url and the proxies on the way.",
                    )
            self._token = token
        return self._token

    def facts(self) -> dict[str, t.Any]:
        """What was talked to, as whom, and how much: the result's ``graph``."""
        return {
            **NO_FACTS,
            "cloud": self._cloud.name,
            "graph_url": self._cloud.graph_url,
            "auth_method": self._credential.method,
            "token_type": NO_FACTS["token_type"] if self._token is None else self._token.kind,
            "requests": self._transport.sent,
        }

    def _read(self, call: Call, token: Token, response: Response, client_request_id: str) -> t.Any:
        if response.status >= 400:
            error = read_error(response, client_request_id)
            if isinstance(error, AuthorizationError):
                error.hint = call.permission.advice(token)
            raise error
        try:
            body = response.json() if response.body.strip() else None
        except ValueError as exc:
            raise ProtocolError(
                "the answer is not JSON",
                hint="Something on the way may answer in the service's place: check graph_url and the proxies.",
            ) from exc
        return call.parse(body)
