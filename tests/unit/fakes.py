# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A session that answers from a script: the wire, as the unit tests see it."""

from __future__ import annotations

import dataclasses
import io
import json
import typing as t

import requests
from ansible_collections.msgraph.intune.plugins.module_utils._graph.client import GraphClient
from ansible_collections.msgraph.intune.plugins.module_utils._graph.clock import Clock
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.rate_limit import RateLimit, RateLimiter
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.retry import Retry, RetryPolicy
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.transport import Transport

Scripted = t.Union["Reply", Exception]


@dataclasses.dataclass
class Reply:
    """An answer to give: ``body`` as bytes, as text, or as anything that becomes JSON."""

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
    """The answer to a batch, one part for each item in turn (``None`` to leave it out), given in reverse."""
    responses = []
    for number, item in enumerate(items, 1):
        if item is not None:
            part = {"id": str(number), "status": item.status, "headers": item.headers}
            responses.append({**part, "body": item.body} if item.body else part)
    return Reply(200, {"responses": responses[::-1], **whole}, headers or {})


@dataclasses.dataclass
class Sent:
    """A request as it would have gone out, its auth object applied."""

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
    """Gives the scripted answers in order, raises those that are exceptions, and keeps what was sent."""

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
        """The requests sent, as "METHOD url"."""
        return [f"{sent.method} {sent.url}" for sent in self.sent]


class FakeClock(Clock):
    """Time that passes when somebody sleeps, and not otherwise."""

    def __init__(self) -> None:
        self.moment = 1000.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += seconds


def retry_policy(retries: int = 4, budget: float = 120.0) -> RetryPolicy:
    """Return a retry policy, by default the documented one."""
    return RetryPolicy(retries=retries, budget=budget)


def make_client(
    session: requests.Session,
    cloud: t.Any,
    credential: t.Any,
    *,
    policy: RetryPolicy | None = None,
    clock: FakeClock | None = None,
    jitter: float = 1.0,
    told: list[str] | None = None,
    **options: t.Any,
) -> GraphClient:
    """A client on a scripted wire, whose time is a fake; it sends each request once unless a policy says otherwise."""
    clock = clock or FakeClock()
    retry = Retry(
        policy or retry_policy(retries=0),
        clock=clock,
        jitter=lambda: jitter,
        on_retry=(told if told is not None else []).append,
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


def jwt(claims: t.Mapping[str, t.Any]) -> str:
    """An unsigned token with these claims: enough for what describes itself."""
    import base64

    def part(value: t.Mapping[str, t.Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none'})}.{part(claims)}.signature"
