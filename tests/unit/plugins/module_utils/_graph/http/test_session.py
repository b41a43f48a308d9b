# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Test the limits of responses with a server on a real socket."""

from __future__ import annotations

import contextlib
import gzip
import itertools
import socket
import threading
import time
import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import GraphError
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.session import MAX_RESPONSE_BYTES
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.transport import Transport

COMPRESSED_BOMB = gzip.compress(b"x" * 50_000_000)
ENDLESS = itertools.repeat(b"x" * 65_536)
LONGEST_TEST_SECONDS = 30


class Server:
    """Sends the same bytes to each connection until they end or the client disconnects."""

    def __init__(self, parts: t.Iterable[bytes], *, pause: float = 0.0) -> None:
        self.requests: list[bytes] = []
        self.sent_bytes = 0
        self.client_is_gone = threading.Event()
        self._pieces = parts
        self._pause = pause
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1.0/things"

    def __enter__(self) -> Server:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            with connection:
                self.requests.append(connection.recv(65_536))
                try:
                    for part in self._pieces:
                        connection.sendall(part)
                        self.sent_bytes += len(part)
                        time.sleep(self._pause)
                except OSError:
                    self.client_is_gone.set()


@contextlib.contextmanager
def all_threads_end() -> t.Iterator[None]:
    """Check that all threads that the block starts end soon after it."""
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        thread.join(LONGEST_TEST_SECONDS)
        assert not thread.is_alive()


def response_head(status: int, *headers: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status} Any", *headers, "", ""]).encode("latin-1")


def send_and_fail(url: str, *, timeout: float = LONGEST_TEST_SECONDS, bypass_proxy: bool = False) -> GraphError:
    transport = Transport(timeout=timeout, verify=True)
    with pytest.raises(GraphError) as caught:
        transport.send("GET", url, headers={}, bypass_proxy=bypass_proxy)
    transport.close()
    return caught.value


@pytest.mark.parametrize("encoding", ["identity", "gzip", "deflate", "br", "zstd"])
@pytest.mark.parametrize(
    "status", [200, 201, 206, 300, 301, 302, 303, 307, 308, 400, 401, 403, 404, 429, 500, 502, 503]
)
def test_an_endless_response_is_refused(status: int, encoding: str) -> None:
    answer = response_head(status, "Location: /other", f"Content-Encoding: {encoding}", "Transfer-Encoding: chunked")
    chunks = (b"10000\r\n" + part + b"\r\n" for part in ENDLESS)
    with Server(itertools.chain([answer], chunks)) as server, all_threads_end():
        error = send_and_fail(server.url)
        assert server.client_is_gone.wait(LONGEST_TEST_SECONDS)
    assert (error.kind, len(server.requests)) == ("protocol", 1)
    # The bytes that the client has read, and the buffers of two sockets.
    assert server.sent_bytes < MAX_RESPONSE_BYTES + 16 * 1024 * 1024


@pytest.mark.parametrize("status", [200, 302, 307, 400, 503])
def test_a_compressed_body_is_never_decompressed(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    import zlib

    def fail(*_args: object) -> t.NoReturn:
        raise AssertionError("decompressed")

    monkeypatch.setattr(zlib, "decompressobj", fail)
    answer = response_head(
        status, "Location: /other", "Content-Encoding: gzip", f"Content-Length: {len(COMPRESSED_BOMB)}"
    )
    with Server([answer, COMPRESSED_BOMB]) as server:
        assert send_and_fail(server.url).kind == "protocol"


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([response_head(200, "Transfer-Encoding: chunked"), ENDLESS], id="the size of a chunk"),
        pytest.param([response_head(200, "Transfer-Encoding: chunked"), b"1;", ENDLESS], id="the extension of a chunk"),
        pytest.param(
            [response_head(200, "Transfer-Encoding: chunked"), b"-1\r\n", ENDLESS], id="a chunk of negative size"
        ),
        pytest.param([response_head(200, "Transfer-Encoding: chunked"), b"0\r\n", ENDLESS], id="a trailer"),
        pytest.param(
            [response_head(200, "Transfer-Encoding: chunked"), b"0\r\n", itertools.repeat(b"A: b\r\n" * 5000)],
            id="trailers",
        ),
        pytest.param([ENDLESS], id="the status line"),
        pytest.param([b"HTTP/1.1 200 OK\r\nA: ", ENDLESS], id="a header"),
        pytest.param([b"HTTP/1.1 200 OK\r\n", itertools.repeat(b"A: b\r\n" * 5000)], id="headers"),
        pytest.param([itertools.repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 3000)], id="interim responses"),
        pytest.param([response_head(200), ENDLESS], id="a body of unknown length"),
        pytest.param(
            [response_head(200, "Content-Length: 99999999999999999999999"), ENDLESS], id="a body of absurd length"
        ),
    ],
)
def test_each_part_of_a_response_is_limited(parts: list[t.Any]) -> None:
    flat = itertools.chain.from_iterable([part] if isinstance(part, bytes) else part for part in parts)
    with Server(flat) as server, all_threads_end():
        error = send_and_fail(server.url)
        assert server.client_is_gone.wait(LONGEST_TEST_SECONDS)
    assert error.kind == "protocol"
    assert server.sent_bytes < MAX_RESPONSE_BYTES + 16 * 1024 * 1024


def test_a_response_below_the_size_limit_is_accepted() -> None:
    answer = response_head(200, f"Content-Length: {MAX_RESPONSE_BYTES - 1000}")
    with Server([answer, b"x" * (MAX_RESPONSE_BYTES - 1000)]) as server:
        transport = Transport(timeout=LONGEST_TEST_SECONDS, verify=True)
        assert len(transport.send("GET", server.url, headers={}).body) == MAX_RESPONSE_BYTES - 1000
        transport.close()


def test_a_response_above_the_size_limit_is_refused() -> None:
    answer = response_head(200, f"Content-Length: {MAX_RESPONSE_BYTES + 1}")
    with Server([answer, b"x" * (MAX_RESPONSE_BYTES + 1)]) as server:
        error = send_and_fail(server.url)
    assert (error.kind, error.transient) == ("protocol", False)
    assert f"sent an answer of more than {MAX_RESPONSE_BYTES} bytes. Check graph_url" in str(error)


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(b"", id="the status line"),
        pytest.param(b"HTTP/1.1 200 OK\r\nA: ", id="a header"),
        pytest.param(response_head(200, "Content-Length: 9999"), id="a body of known length"),
        pytest.param(response_head(200), id="a body of unknown length"),
        pytest.param(response_head(200, "Transfer-Encoding: chunked") + b"ffff\r\n", id="a chunk"),
    ],
)
def test_a_timeout_closes_the_connection(start: bytes) -> None:
    slow_bytes = itertools.repeat(b"x")
    with Server(itertools.chain([start], slow_bytes), pause=0.01) as server, all_threads_end():
        error = send_and_fail(server.url, timeout=0.1)
        assert server.client_is_gone.wait(LONGEST_TEST_SECONDS)
    assert (error.kind, error.outcome_unknown) == ("timeout", True)


def test_a_request_is_not_sent_when_the_name_lookup_ends_after_the_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    lookup_started, lookup_may_end = threading.Event(), threading.Event()
    getaddrinfo_of_socket = socket.getaddrinfo

    def slow_getaddrinfo(*args: t.Any, **kwargs: t.Any) -> t.Any:
        lookup_started.set()
        lookup_may_end.wait(LONGEST_TEST_SECONDS)
        return getaddrinfo_of_socket(*args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", slow_getaddrinfo)
    with Server([response_head(204)]) as server, all_threads_end():
        assert send_and_fail(server.url, timeout=0.05).kind == "timeout"
        assert lookup_started.is_set()
        lookup_may_end.set()
    assert [request for request in server.requests if request] == []


def test_a_request_that_bypasses_the_proxy_ignores_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: t.Any
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login eve password stolen\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with Server([response_head(204)]) as server:
        transport = Transport(timeout=LONGEST_TEST_SECONDS, verify=True, proxy="http://127.0.0.1:1")
        assert transport.send("GET", server.url, headers={}, bypass_proxy=True).status == 204
        transport.close()
        assert send_and_fail(server.url).kind == "network"
    (request,) = server.requests
    assert b"Authorization" not in request


def test_headers_are_printable() -> None:
    with Server([response_head(200, "request-id: a\x1b[31mb\x9bc", "Content-Length: 0")]) as server:
        transport = Transport(timeout=LONGEST_TEST_SECONDS, verify=True)
        assert transport.send("GET", server.url, headers={}).headers["request-id"] == "a [31mb c"
        transport.close()
