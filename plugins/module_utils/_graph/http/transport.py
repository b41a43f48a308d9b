# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Send HTTP requests with requests, within limits of time and size.

Microsoft Graph and the login service (through msal) use this module, so the TLS options, timeouts, limits and the count
of requests are the same for both.
"""

from __future__ import annotations

import queue
import threading
import typing as t

from ..dependencies import load_requests
from ..errors import GraphTimeoutError, ProtocolError
from ..text import printable
from ..version import COLLECTION, VERSION
from .headers import request_id
from .json_reader import parse_json
from .session import Connections, make_session
from .transport_errors import CertificateCheck, convert_exception, find_ca_variable, incomplete_response

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import requests

    from .proxy_label import ProxyLabel

USER_AGENT = f"{COLLECTION}/{VERSION}"

# A whole response may take this many times the timeout between two reads.
TOTAL_TIMEOUT_FACTOR = 4
_CHUNK_BYTES: t.Final = 64 * 1024
_MAX_LENGTH_DIGITS: t.Final = 15
_WRONG_ADDRESS_HINT: t.Final = "Check graph_url and authority_url, and the proxies on the way."


class Response(t.NamedTuple):
    """A complete response. ``headers`` ignores case, and its values are printable."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text. Bytes that are not UTF-8 are replaced."""
        return self.body.decode("utf-8-sig", "replace")

    def json(self) -> t.Any:
        """Return the JSON of the body.

        :raises ValueError: the body is not JSON, or exceeds a limit.
        """
        return parse_json(self.text)


class Transport:
    """Sends requests, one at a time, and reads their responses.

    :param timeout: seconds to connect, and between two reads. A whole response may take :data:`TOTAL_TIMEOUT_FACTOR`
        times that.
    :param verify: True, False, or the path of a CA file or folder, as for requests.
    :param ca_source: the option or variable that holds this path, for messages.
    :param proxy: the URL of the proxy; ``None`` to use the environment variables.
    :param proxy_label: how messages name the proxy.
    :param session: a session to use for all requests instead of new ones.
    """

    def __init__(
        self,
        *,
        timeout: float,
        verify: bool | str,
        ca_source: str | None = None,
        proxy: str | None = None,
        proxy_label: ProxyLabel | None = None,
        session: requests.Session | None = None,
    ) -> None:
        self._requests = load_requests()
        self._session = session
        self._sessions: dict[bool, requests.Session] = {}
        self._connections = Connections()
        self._timeout = timeout
        self._verify = verify
        self._ca_source = ca_source
        self._proxy_label = proxy_label
        self._proxies = None if proxy is None else {"http": proxy, "https": proxy}
        self.sent = 0
        """The number of requests that were sent, failed ones included."""

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None = None,
        token: str | None = None,
        bypass_proxy: bool = False,
    ) -> Response:
        """Send one request, and return its response with a status of 200 to 299, or of 400 and above.

        :param token: sent as ``Authorization: Bearer`` (RFC 6750).
        :param bypass_proxy: for a service on this host or its network: use no proxy and no environment variables.
        :raises GraphError: the response is missing or unusable: kind network, timeout or protocol.
        """

        def authorize(request: requests.PreparedRequest) -> requests.PreparedRequest:
            # Without an auth object requests would send the credentials of a .netrc file.
            if token is not None:
                request.headers["Authorization"] = f"Bearer {token}"
            return request

        session = self._session_for(bypass_proxy)

        def exchange() -> Response:
            answer = session.request(
                method,
                url,
                # No compression: the size of a decompressed body is known only when it is in memory.
                headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **headers},
                data=body,
                auth=authorize,
                timeout=(self._timeout, self._timeout),
                # Per request, because REQUESTS_CA_BUNDLE takes precedence over the value of a session.
                verify=self._verify,
                proxies=None if bypass_proxy else self._proxies,
                allow_redirects=False,
                stream=True,
            )
            with answer:
                return self._read(answer, _host(url))

        self.sent += 1
        try:
            response = self._in_time(exchange, _host(url))
        # A RuntimeError means that no thread can be started.
        except (self._requests.exceptions.RequestException, OSError, ValueError, RuntimeError) as exc:
            # The settings that requests used. Environment variables can name a CA file and a proxy.
            proxies = None if bypass_proxy else self._proxies
            used = session.merge_environment_settings(url, proxies or {}, True, self._verify, None)
            through_proxy = self._requests.utils.select_proxy(url, used["proxies"]) is not None
            raise convert_exception(
                exc,
                self._requests.exceptions,
                _host(url),
                self._timeout,
                CertificateCheck(used["verify"], self._ca_source or find_ca_variable()),
                proxy=self._proxy_label if through_proxy else None,
            ) from exc
        if response.status == 503:
            # One of several machines can be unavailable. A new connection can reach another one.
            self.close()
        return response

    def close(self) -> None:
        """Close the connections. The next request opens a new one."""
        for session in self._sessions.values():
            session.close()

    def _session_for(self, bypass_proxy: bool) -> requests.Session:
        if bypass_proxy not in self._sessions:
            self._sessions[bypass_proxy] = self._session or make_session(
                self._requests, self._connections, reads_environment=not bypass_proxy
            )
        return self._sessions[bypass_proxy]

    def _in_time(self, exchange: Callable[[], Response], host: str) -> Response:
        """Run the exchange with a time limit. The timeouts of a session start anew with each received byte."""
        outcome: queue.SimpleQueue[Response | BaseException] = queue.SimpleQueue()

        def run() -> None:
            try:
                outcome.put(exchange())
            except BaseException as exc:  # noqa: BLE001  the waiting thread raises it
                outcome.put(exc)

        # A daemon thread does not keep the process alive while it waits for a name server.
        threading.Thread(target=run, daemon=True).start()
        limit = TOTAL_TIMEOUT_FACTOR * self._timeout
        try:
            result = outcome.get(timeout=limit)
        except queue.Empty:
            self._connections.abort()
            self.close()
            raise GraphTimeoutError(
                f"{host} did not complete its answer in {limit:g} s",
                hint="Check the network of this host and its proxy, or raise timeout.",
                outcome_unknown=True,
            ) from None
        if isinstance(result, BaseException):
            raise result
        return result

    def _read(self, answer: requests.Response, host: str) -> Response:
        """Read the body. The body is skipped if the status or the encoding is refused."""
        status = answer.status_code
        headers = self._requests.structures.CaseInsensitiveDict(
            {name: printable(value) for name, value in answer.headers.items()}
        )

        def refusal(problem: str, hint: str = _WRONG_ADDRESS_HINT) -> ProtocolError:
            return ProtocolError(
                f"{host} {problem}", hint=hint, status=status, request_id=request_id(headers), outcome_unknown=True
            )

        if status < 200 or 300 <= status < 400:
            raise refusal(
                f"answered {status}, which neither Graph nor the login service ever does",
                "Check graph_url and authority_url, and whether a proxy or portal answers in their place.",
            )
        if headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
            raise refusal("sent a compressed answer, which it was asked not to")
        # The session limits the size.
        body = b"".join(answer.iter_content(_CHUNK_BYTES))
        length = headers.get("Content-Length", "")
        # The oldest supported urllib3 accepts a body that is shorter than Content-Length.
        if length.isdecimal() and len(body) < int(length[:_MAX_LENGTH_DIGITS]):
            raise incomplete_response(host)
        return Response(status, headers, body)


def _host(url: str) -> str:
    return url.split("/", 3)[2]
