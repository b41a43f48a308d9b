# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The limits of answers, against a server that sends whatever it likes over a real socket."""

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

BOMB = gzip.compress(b"x" * 50_000_000)
ENDLESS = itertools.repeat(b"x" * 65_536)
LONGEST_TEST_SECONDS = 30


class Server:
    """Answers each connection with the same pieces, until they end or the client is gone."""

    def __init__(self, pieces: t.Iterable[bytes], *, pause: float = 0.0) -> None:
        self.requests: list[bytes] = []
        self.sent_bytes = 0
        self.client_is_gone = threading.Event()
        self._pieces = pieces
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
                    for piece in self._pieces:
                        connection.sendall(piece)
                        self.sent_bytes += len(piece)
                        time.sleep(self._pause)
                except OSError:
                    self.client_is_gone.set()


@contextlib.contextmanager
def no_thread_left() -> t.Iterator[None]:
    """Check that each thread which the block has started ends soon after it."""
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        thread.join(LONGEST_TEST_SECONDS)
        assert not thread.is_alive()


def head(status: int, *headers: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status} Any", *headers, "", ""]).encode("latin-1")


def ask(url: str, *, timeout: float = LONGEST_TEST_SECONDS, bypass_proxy: bool = False) -> GraphError:
    transport = Transport(timeout=timeout, verify=True)
    with pytest.raises(GraphError) as caught:
        transport.send("GET", url, headers={}, bypass_proxy=bypass_proxy)
    transport.close()
    return caught.value


@pytest.mark.parametrize("encoding", ["identity", "gzip", "deflate", "br", "zstd"])
@pytest.mark.parametrize(
    "status", [200, 201, 206, 300, 301, 302, 303, 307, 308, 400, 401, 403, 404, 429, 500, 502, 503]
)
def test_an_endless_answer_ends_with_an_error_whatever_its_status_and_encoding(status: int, encoding: str) -> None:
    answer = head(status, "Location: /other", f"Content-Encoding: {encoding}", "Transfer-Encoding: chunked")
    chunks = (b"10000\r\n" + piece + b"\r\n" for piece in ENDLESS)
    with Server(itertools.chain([answer], chunks)) as server, no_thread_left():
        error = ask(server.url)
        assert server.client_is_gone.wait(LONGEST_TEST_SECONDS)
    assert (error.kind, len(server.requests)) == ("protocol", 1)
    # What the client has read, and what the buffers of two sockets hold.
    assert server.sent_bytes < MAX_RESPONSE_BYTES + 16 * 1024 * 1024


@pytest.mark.parametrize("status", [200, 302, 307, 400, 503])
def test_a_compressed_body_is_never_decompressed(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    import zlib

    def refuse(*_args: object) -> t.NoReturn:
        raise AssertionError("decompressed")

    monkeypatch.setattr(zlib, "decompressobj", refuse)
    answer = head(status, "Location: /other", "Content-Encoding: gzip", f"Content-Length: {len(BOMB)}")
    with Server([answer, BOMB]) as server:
        assert ask(server.url).kind == "protocol"


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([head(200, "Transfer-Encoding: chunked"), ENDLESS], id="the size of a chunk"),
        pytest.param([head(200, "Transfer-Encoding: chunked"), b"1;", ENDLESS], id="the extension of a chunk"),
        pytest.param([head(200, "Transfer-Encoding: chunked"), b"-1\r\n", ENDLESS], id="a chunk of negative size"),
        pytest.param([head(200, "Transfer-Encoding: chunked"), b"0\r\n", ENDLESS], id="a trailer"),
        pytest.param(
            [head(200, "Transfer-Encoding: chunked"), b"0\r\n", itertools.repeat(b"A: b\r\n" * 5000)], id="trailers"
        ),
        pytest.param([ENDLESS], id="the status line"),
        pytest.param([b"HTTP/1.1 200 OK\r\nA: ", ENDLESS], id="a header"),
        pytest.param([b"HTTP/1.1 200 OK\r\n", itertools.repeat(b"A: b\r\n" * 5000)], id="headers"),
        pytest.param([itertools.repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 3000)], id="interim answers"),
        pytest.param([head(200), ENDLESS], id="a body of unknown length"),
        pytest.param([head(200, "Content-Length: 99999999999999999999999"), ENDLESS], id="a body of absurd length"),
    ],
)
def test_no_part_of_an_answer_can_be_endless(pieces: list[t.Any]) -> None:
    flat = itertools.chain.from_iterable([piece] if isinstance(piece, bytes) else piece for piece in pieces)
    with Server(flat) as server, no_thread_left():
        error = ask(server.url)
        assert server.client_is_gone.wait(LONGEST_TEST_SECONDS)
    assert error.kind == "protocol"
    assert server.sent_bytes < MAX_RESPONSE_BYTES + 16 * 1024 * 1024


def test_the_largest_answer_that_is_accepted() -> None:
    answer = head(200, f"Content-Length: {MAX_RESPONSE_BYTES - 1000}")
    with Server([answer, b"x" * (MAX_RESPONSE_BYTES - 1000)]) as server:
        transport = Transport(timeout=LONGEST_TEST_SECONDS, verify=True)
        assert len(transport.send("GET", server.url, headers={}).body) == MAX_RESPONSE_BYTES - 1000
        transport.close()


def test_a_larger_answer_is_refused_with_its_size() -> None:
    answer = head(200, f"Content-Length: {MAX_RESPONSE_BYTES + 1}")
    with Server([answer, b"x" * (MAX_RESPONSE_BYTES + 1)]) as server:
        error = ask(server.url)
    assert (error.kind, error.transient) == ("protocol", False)
    assert f"sent an answer of more than {MAX_RESPONSE_BYTES} bytes. Check graph_url" in str(error)


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(b"", id="the status line"),
        pytest.param(b"HTTP/1.1 200 OK\r\nA: ", id="a header"),
        pytest.param(head(200, "Content-Length: 9999"), id="a body of known length"),
        pytest.param(head(200), id="a body of unknown length"),
        pytest.param(head(200, "Transfer-Encoding: chunked") + b"ffff\r\n", id="a chunk"),
    ],
)
def test_at_the_deadline_the_connection_is_closed(start: bytes) -> None:
    drops = itertools.repeat(b"x")
    with Server(itertools.chain([start], drops), pause=0.01) as server, no_thread_left():
        error = ask(server.url, timeout=0.1)
        assert server.client_is_gone.wait(LONGEST_TEST_SECONDS)
    assert (error.kind, error.outcome_unknown) == ("timeout", True)


def test_what_is_looked_up_too_late_is_not_sent_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, answer_now = threading.Event(), threading.Event()
    look_up = socket.getaddrinfo

    def slowly(*args: t.Any, **kwargs: t.Any) -> t.Any:
        asked.set()
        answer_now.wait(LONGEST_TEST_SECONDS)
        return look_up(*args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", slowly)
    with Server([head(204)]) as server, no_thread_left():
        assert ask(server.url, timeout=0.05).kind == "timeout"
        assert asked.is_set()
        answer_now.set()
    assert [request for request in server.requests if request] == []


def test_a_request_that_must_not_be_proxied_reads_no_environment(
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
    with Server([head(204)]) as server:
        transport = Transport(timeout=LONGEST_TEST_SECONDS, verify=True, proxy="http://127.0.0.1:1")
        assert transport.send("GET", server.url, headers={}, bypass_proxy=True).status == 204
        transport.close()
        assert ask(server.url).kind == "network"
    (request,) = server.requests
    assert b"Authorization" not in request


def test_headers_are_printable() -> None:
    with Server([head(200, "request-id: a\x1b[31mb\x9bc", "Content-Length: 0")]) as server:
        transport = Transport(timeout=LONGEST_TEST_SECONDS, verify=True)
        assert transport.send("GET", server.url, headers={}).headers["request-id"] == "a [31mb c"
        transport.close()
