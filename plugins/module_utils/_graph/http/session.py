# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Create sessions of requests that ignore redirects, limit each response, and can be aborted by another thread.

requests does not offer these features. The classes of requests and urllib3 are extended inside functions, because
this file must be importable without them.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import threading
import typing as t
import weakref

if t.TYPE_CHECKING:
    import io

    import requests

# A page of 1,000 devices is about half a megabyte. Decoded text can need eight times the size of the response.
MAX_RESPONSE_BYTES: t.Final = 4 * 1024 * 1024


class ResponseTooLargeError(http.client.HTTPException):
    """A response is larger than :data:`MAX_RESPONSE_BYTES`."""


class _LimitedFile:
    """A file that wraps the stream of a response, and raises an error at the limit.

    All parts of the response count: status lines, headers, sizes and extensions of chunks, the body, trailers. Each can
    be endless, and http.client and urllib3 limit only some of them.
    """

    def __init__(self, file: io.BufferedReader) -> None:
        self._file = file
        self._left = MAX_RESPONSE_BYTES

    def read(self, size: int | None = -1) -> bytes:
        return self._counted(self._file.read(self._limited(size)))

    def read1(self, size: int = -1) -> bytes:
        return self._counted(self._file.read1(self._limited(size)))

    def readline(self, size: int | None = -1) -> bytes:
        return self._counted(self._file.readline(self._limited(size)))

    def readinto(self, buffer: t.Any) -> int:
        number = self._file.readinto(memoryview(buffer)[: self._left + 1])
        self._count(number)
        return number

    def __getattr__(self, name: str) -> t.Any:
        # The other methods read no data: close, closed, flush, fileno.
        return getattr(self._file, name)

    def _limited(self, size: int | None) -> int:
        # A negative size means "read to the end". A malicious server can also send it as the size of a chunk.
        return self._left + 1 if size is None or size < 0 else min(size, self._left + 1)

    def _counted(self, data: bytes) -> bytes:
        self._count(len(data))
        return data

    def _count(self, number: int) -> None:
        self._left -= number
        if self._left < 0:
            raise ResponseTooLargeError


class _LimitedResponse(http.client.HTTPResponse):
    def __init__(self, *args: t.Any, **kwargs: t.Any) -> None:
        super().__init__(*args, **kwargs)
        self.fp = t.cast("io.BufferedReader", _LimitedFile(self.fp))


class Connections:
    """The connections that a transport has opened."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._opened: weakref.WeakSet[t.Any] = weakref.WeakSet()
        self._aborts = 0

    def track(self, pool_class: t.Any) -> t.Any:
        """Return a subclass of a connection pool of urllib3 whose connections are limited and registered here."""
        base = pool_class.ConnectionCls

        def connect(connection: t.Any) -> None:
            with self._lock:
                self._opened.add(connection)
                aborts = self._aborts
            base.connect(connection)
            # http.client drops its reference to the socket before the body is read.
            connection.msgraph_socket = connection.sock
            with self._lock:
                is_over = aborts != self._aborts
            if is_over:
                # Aborted during the name lookup or the connect. Without this the request would still be sent.
                connection.close()
                raise ConnectionAbortedError("the time for this request is over")

        connection_class = type(base.__name__, (base,), {"connect": connect, "response_class": _LimitedResponse})
        return type(pool_class.__name__, (pool_class,), {"ConnectionCls": connection_class})

    def abort(self) -> None:
        """Shut all connections down. A thread that reads from one gets an end of file or an error immediately."""
        with self._lock:
            self._aborts += 1
            opened = list(self._opened)
        for connection in opened:
            for sock in (getattr(connection, "sock", None), getattr(connection, "msgraph_socket", None)):
                _shut_down(sock)


def make_session(library: t.Any, connections: Connections, *, reads_environment: bool) -> requests.Session:
    """Return a session of requests.

    :param library: the module ``requests``.
    :param reads_environment: whether proxies and CA files may come from environment variables.
    """
    session: requests.Session = library.Session()
    # Even when redirects are not followed, requests reads and decompresses the whole body of each one, without a limit.
    vars(session)["get_redirect_target"] = lambda _response: None
    session.trust_env = reads_environment
    adapter = _adapter_class(library, connections)()
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _adapter_class(library: t.Any, connections: Connections) -> t.Any:
    base = library.adapters.HTTPAdapter

    def init_poolmanager(adapter: t.Any, *args: t.Any, **kwargs: t.Any) -> None:
        base.init_poolmanager(adapter, *args, **kwargs)
        track_pools(adapter.poolmanager)

    def proxy_manager_for(adapter: t.Any, proxy: str, **kwargs: t.Any) -> t.Any:
        is_new = proxy not in adapter.proxy_manager
        manager = base.proxy_manager_for(adapter, proxy, **kwargs)
        if is_new:
            track_pools(manager)
        return manager

    def track_pools(manager: t.Any) -> None:
        manager.pool_classes_by_scheme = {
            scheme: connections.track(pool_class) for scheme, pool_class in manager.pool_classes_by_scheme.items()
        }

    return type("Adapter", (base,), {"init_poolmanager": init_poolmanager, "proxy_manager_for": proxy_manager_for})


def _shut_down(sock: t.Any) -> None:
    """Shut a socket down through its file descriptor, which TLS wrappers of all kinds share with it."""
    if sock is None:
        return
    # It may be closed already, or be closed right now by the thread that uses it.
    with contextlib.suppress(OSError, ValueError), socket.socket(fileno=os.dup(sock.fileno())) as duplicate:
        duplicate.shutdown(socket.SHUT_RDWR)
