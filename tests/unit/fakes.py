# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fakes of the network, the clock and the credential, for unit tests without a server."""

from __future__ import annotations

import base64
import dataclasses
import io
import json
import typing as t

import requests
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.token import Token, read_token
from ansible_collections.msgraph.intune.plugins.module_utils._graph.client import GraphClient
from ansible_collections.msgraph.intune.plugins.module_utils._graph.clock import Clock
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.rate_limit import RateLimit, RateLimiter
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.retry import Retry, RetryPolicy
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.transport import Transport

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import GraphError

Scripted = t.Union["Reply", Exception]


@dataclasses.dataclass
class Reply:
    """A scripted response.

    :param body: bytes, a text, or a value to convert to JSON.
    """

    status: int = 200
    body: t.Any = b""
    headers: dict[str, str] = dataclasses.field(default_factory=dict)

    def as_response(self) -> requests.Response:
        response = requests.Response()
        response.status_code = self.status
        response.headers.update(self.headers)
        body = self.body
        if isinstance(body, str):
            body = body.encode()
        elif not isinstance(body, bytes):
            body = json.dumps(body).encode()
        response.raw = io.BytesIO(body)
        return response


def batch_reply(*items: Reply | None, headers: dict[str, str] | None = None, **whole: t.Any) -> Reply:
    """Return the response to a batch, with the items in reverse order.

    :param items: the responses to the requests of the batch, in their order; ``None`` for a missing response.
    """
    responses = []
    for number, item in enumerate(items, 1):
        if item is not None:
            part = {"id": str(number), "status": item.status, "headers": item.headers}
            responses.append({**part, "body": item.body} if item.body else part)
    return Reply(200, {"responses": responses[::-1], **whole}, headers or {})


@dataclasses.dataclass
class Sent:
    """A request as requests would send it, with the headers of its auth object."""

    method: str
    url: str
    headers: t.Mapping[str, str]
    body: bytes | None
    verify: bool | str
    timeout: tuple[float, float]
    follows_redirects: bool
    is_read_at_once: bool
    proxies: t.Mapping[str, str | None] | None

    def json(self) -> t.Any:
        return json.loads(self.body or b"null")


class FakeSession(requests.Session):
    """Returns the scripted responses in order, raises scripted exceptions, and records the requests."""

    def __init__(self, *script: Scripted) -> None:
        super().__init__()
        self.script = list(script)
        self.sent: list[Sent] = []
        self.closed = False

    def close(self) -> None:
        self.closed = True
        super().close()

    def request(self, *args: t.Any, **kwargs: t.Any) -> requests.Response:
        method, url = args
        prepared = requests.Request(method, url, headers=kwargs["headers"], data=kwargs["data"], auth=kwargs["auth"])
        outgoing = prepared.prepare()
        self.sent.append(
            Sent(
                method,
                url,
                t.cast("t.Mapping[str, str]", outgoing.headers),
                kwargs["data"],
                kwargs["verify"],
                kwargs["timeout"],
                kwargs["allow_redirects"],
                not kwargs.get("stream"),
                kwargs["proxies"],
            )
        )
        answer = self.script.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer.as_response()

    @property
    def wire(self) -> list[str]:
        """Return the requests, as "METHOD url"."""
        return [f"{sent.method} {sent.url}" for sent in self.sent]


def jwt(claims: t.Mapping[str, t.Any]) -> str:
    """Return an unsigned token with these claims."""

    def part(value: t.Mapping[str, t.Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none'})}.{part(claims)}.signature"


FAKE_TOKEN = jwt({"roles": ["Things.Read.All"]})


@dataclasses.dataclass
class FakeCredential:
    """A credential that returns the given tokens in order, and then the last one again, or raises the given error."""

    method: t.ClassVar[str] = "fake"
    action: str = "sign in as a fake"
    error: GraphError | None = None
    tokens: list[str] = dataclasses.field(default_factory=lambda: [FAKE_TOKEN])
    calls: int = 0
    from_cache: bool = False
    rejected_tokens: list[str | None] = dataclasses.field(default_factory=list)

    @classmethod
    def read(cls, provided: t.Any, *, explicit: bool) -> FakeCredential:
        raise NotImplementedError

    def validate(self) -> None:
        raise NotImplementedError

    def acquire(self, login: t.Any) -> Token:
        """Return the next token, or the last one again."""
        self.calls += 1
        self.rejected_tokens.append(login()._rejected_token)
        if self.error is not None:
            raise self.error
        token = self.tokens.pop(0) if len(self.tokens) > 1 else self.tokens[0]
        return read_token(token, from_cache=self.from_cache)


class FakeClock(Clock):
    """A clock whose time passes only during sleep."""

    def __init__(self) -> None:
        self.moment = 1000.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += seconds


def retry_policy(retries: int = 4, budget: float = 120.0) -> RetryPolicy:
    """Return a retry policy; by default the documented one."""
    return RetryPolicy(retries=retries, budget=budget)


def make_client(
    session: requests.Session,
    cloud: t.Any,
    credential: t.Any,
    *,
    policy: RetryPolicy | None = None,
    clock: FakeClock | None = None,
    jitter: float = 1.0,
    retry_log: list[str] | None = None,
    **options: t.Any,
) -> GraphClient:
    """Return a client with a fake session and a fake clock.

    :param policy: the retry policy; by default no retries.
    :param retry_log: a list that receives the sentences about retries.
    """
    clock = clock or FakeClock()
    retry = Retry(
        policy or retry_policy(retries=0),
        clock=clock,
        jitter=lambda: jitter,
        on_retry=(retry_log if retry_log is not None else []).append,
    )
    return GraphClient(
        Transport(timeout=1.0, verify=True, session=session),
        cloud,
        credential,
        **{"cache": None, **options},
        retry=retry,
        rate_limiter=RateLimiter(clock, RateLimit(writes=100, seconds=20.0)),
        clock=clock,
    )
