# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""HTTP: one session, one way to send, and every way in which that can fail turned into our errors.

Both services go through here, the login service by way of msal, so that TLS options, timeouts, limits and the count of
requests hold for all of them.
"""

from __future__ import annotations

import dataclasses
import json
import time
import typing as t

from ._dependencies import load
from ._errors import DeadlineError, GraphError, NetworkError, ProtocolError
from ._version import COLLECTION, VERSION

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import requests

USER_AGENT = f"{COLLECTION}/{VERSION}"

# The largest honest answer is a page of connectors, some ten kilobytes.
MAX_ANSWER_BYTES = 16 * 1024 * 1024
# A whole answer may take this many times the time allowed between two reads.
WHOLE_ANSWER = 4


@dataclasses.dataclass(frozen=True)
class Response:
    """An answer, read to its end. ``headers`` ignores case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text; what is not UTF-8 is replaced."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> t.Any:
        """The body as JSON.

        :raises ValueError: it is none, or is nested beyond reason.
        """
        try:
            return json.loads(self.body)
        except RecursionError as exc:
            raise ValueError("nested too deeply") from exc


class Transport:
    """Sends requests, one at a time, over one pool of connections.

    :param timeout: seconds to connect, and between two reads.
    :param verify: as for requests: True, False, or the path of a CA file or folder.
    :param session: anything that answers ``request`` as :class:`requests.Session` does.
    :param clock: monotonic seconds.
    """

    def __init__(
        self,
        *,
        timeout: float,
        verify: bool | str,
        session: requests.Session | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._requests = load("requests")
        self._session = self._requests.Session() if session is None else session
        self._timeout = timeout
        self._verify = verify
        self._clock = clock
        self.sent = 0
        """Requests sent so far, whatever became of them."""

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None = None,
        token: str | None = None,
    ) -> Response:
        """Send one request and read the whole answer, whatever its status.

        :param token: sent as ``Authorization: Bearer`` (RFC 6750).
        :raises GraphError: no answer, or one that cannot be used: kind network, timeout or protocol.
        """
        self.sent += 1
        try:
            return self._send(method, url, headers, body, token)
        except self._requests.exceptions.RequestException as exc:
            raise self._explain(exc, url) from exc
        except OSError as exc:
            # A CA file that cannot be read or holds no certificate comes out of requests as it is.
            raise NetworkError(
                f"{_host(url)} could not be asked: {exc}", hint="Check ca_path and the network of this host."
            ) from exc

    def close(self) -> None:
        """Close the connections that are still open."""
        self._session.close()

    def _send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, token: str | None
    ) -> Response:
        deadline = self._clock() + WHOLE_ANSWER * self._timeout

        def authorize(request: requests.PreparedRequest) -> requests.PreparedRequest:
            # Needed even without a token: to requests, no auth object means the credentials of a .netrc.
            if token is not None:
                request.headers["Authorization"] = f"Bearer {token}"
            return request

        answer = self._session.request(
            method,
            url,
            headers={"User-Agent": USER_AGENT, **headers},
            data=body,
            auth=authorize,
            timeout=(self._timeout, self._timeout),
            # Per request, for on the session REQUESTS_CA_BUNDLE would beat it.
            verify=self._verify,
            allow_redirects=False,
            stream=True,
        )
        with answer:
            if 300 <= answer.status_code < 400:
                raise ProtocolError(
                    f"{_host(url)} answered {answer.status_code}, a redirect, which this API never gives",
                    hint="Check graph_url and authority_url, and whether a proxy or portal answers instead.",
                )
            content = bytearray()
            for chunk in answer.iter_content(64 * 1024):
                content += chunk
                if len(content) > MAX_ANSWER_BYTES:
                    raise ProtocolError(f"{_host(url)} sent an answer of more than {MAX_ANSWER_BYTES} bytes")
                if self._clock() > deadline:
                    raise DeadlineError(
                        f"{_host(url)} did not complete its answer in {WHOLE_ANSWER * self._timeout:g} s"
                    )
        return Response(answer.status_code, answer.headers, bytes(content))

    def _explain(self, exc: Exception, url: str) -> GraphError:
        """Turn an exception of requests into ours: the first class that fits, from the special to the general."""
        errors = self._requests.exceptions
        host = _host(url)
        if isinstance(exc, errors.SSLError):
            return NetworkError(
                f"the TLS connection to {host} failed: {_innermost(exc)}",
                hint="If a proxy inspects TLS here, or the service has a private CA, name its PEM file in ca_path.",
            )
        if isinstance(exc, errors.ProxyError):
            return NetworkError(f"the proxy on the way to {host} failed", hint="Check HTTPS_PROXY and NO_PROXY.")
        if isinstance(exc, errors.Timeout):
            return DeadlineError(
                f"{host} did not answer in {self._timeout:g} s",
                hint="Check the network of this host, or raise timeout.",
            )
        if isinstance(exc, (errors.ChunkedEncodingError, errors.ContentDecodingError)):
            return ProtocolError(f"{host} broke off its answer, or sent it damaged")
        if isinstance(exc, errors.ConnectionError):
            return NetworkError(
                f"{host} could not be reached: {_innermost(exc)}",
                hint="Check name resolution, routes, firewall and proxy of the host that runs the module.",
            )
        return ProtocolError(f"the request to {host} could not be made: {type(exc).__name__}")


def _host(url: str) -> str:
    return url.split("/", 3)[2]


def _innermost(exc: BaseException) -> str:
    """The first cause in a chain of wrapped exceptions: the only one whose text is for people."""
    seen = {id(exc)}
    while True:
        reason = getattr(exc, "reason", None)
        inner = reason if isinstance(reason, BaseException) else exc.__cause__ or exc.__context__
        inner = inner or next((arg for arg in exc.args if isinstance(arg, BaseException)), None)
        if inner is None or id(inner) in seen:
            return str(exc) or type(exc).__name__
        seen.add(id(inner))
        exc = inner
