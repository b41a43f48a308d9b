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

from ._errors import AuthorizationError, ProtocolError, naming
from ._graph_errors import SERVICE, read_error, request_id
from ._login import Login

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ._clouds import Cloud
    from ._credentials import Credential
    from ._permission import Permission
    from ._token import Token
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
    :param permission: the least permission that allows it, for the message when it is refused.
    """

    method: str
    path: str
    action: str
    permission: Permission
    body: dict[str, t.Any] | None = None


@dataclasses.dataclass(frozen=True)
class Answer:
    """A success: the status, the parsed body (``None`` when empty) and the ids that Microsoft's support asks for."""

    status: int
    body: t.Any
    request_id: str | None
    client_request_id: str
    attempts: int


class GraphClient:
    """Talks to one Graph root with one credential; signs in at the first call.

    :param on_secret: is told each token that was fetched, before it is used, so that it can be masked.
    """

    def __init__(
        self,
        transport: Transport,
        cloud: Cloud,
        credential: Credential,
        *,
        on_secret: Callable[[str], None],
        new_id: Callable[[], object] = uuid.uuid4,
    ) -> None:
        self._transport = transport
        self._cloud = cloud
        self._credential = credential
        self._on_secret = on_secret
        self._new_id = new_id
        self._token: Token | None = None

    def call(self, call: Call) -> Answer:
        """Send a request and return its successful answer.

        :raises GraphError: anything else, the call's action named.
        """
        token = self.sign_in()
        client_request_id = str(self._new_id())
        headers = {"Accept": "application/json", "client-request-id": client_request_id}
        body = None
        if call.body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(call.body).encode()
        with naming(call.action):
            response = self._transport.send(
                call.method,
                f"{self._cloud.graph_url}/{API_VERSION}/{call.path}",
                headers=headers,
                body=body,
                token=token.secret,
            )
            return self._read(call, token, response, client_request_id)

    def sign_in(self) -> Token:
        """Get the token, once; to call it early is to learn early that the sign-in fails.

        :raises GraphError: it fails.
        """
        if self._token is None:
            with naming(self._credential.action):
                self._token = self._credential.acquire(Login(self._transport, self._cloud))
            self._on_secret(self._token.secret)
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

    def _read(self, call: Call, token: Token, response: Response, client_request_id: str) -> Answer:
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
                service=SERVICE,
                status=response.status,
                request_id=request_id(response.headers),
                client_request_id=client_request_id,
                hint="Something on the way may answer in the service's place: check graph_url and the proxies.",
            ) from exc
        return Answer(response.status, body, request_id(response.headers), client_request_id, attempts=1)
