# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The memory of a task, whatever a service answers: the real module against a server that sends what it likes."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import socket
import ssl
import sys
import threading
import typing as t
import zlib

import pytest
import trustme
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import clean_environment
from ansible_collections.msgraph.intune.tests.system.commands import run_command
from ansible_collections.msgraph.intune.tests.system.modules import MODULE

if t.TYPE_CHECKING:
    from pathlib import Path

MAX_MEGABYTES = 100
# Linux counts the memory of a program from its start, which rusage does not: there, the parent's counts as well.
RUN_AND_MEASURE = f"""
import re, runpy, sys
try:
    runpy.run_module({MODULE!r}, run_name="__main__", alter_sys=True)
finally:
    peak = re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())
    print("peak", peak.group(1), file=sys.stderr)
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process's memory is read from /proc")


def bomb() -> bytes:
    """Return 300 MB in a few hundred kilobytes."""
    compress = zlib.compressobj(wbits=31)
    megabyte = b" " * 1024 * 1024
    return b"".join([*(compress.compress(megabyte) for _ in range(300)), compress.flush()])


def sized(body: bytes, *headers: str) -> list[bytes]:
    return [head(f"Content-Length: {len(body)}", *headers), body]


def head(*headers: str) -> bytes:
    return "\r\n".join([*headers, "Location: /other", "", ""]).encode()


BODIES: dict[str, t.Callable[[], t.Iterable[bytes]]] = {
    "compressed": lambda: sized(bomb(), "Content-Encoding: gzip"),
    "endless": lambda: itertools.chain([head()], itertools.repeat(b"x" * 65_536)),
    "endless and compressed": lambda: itertools.chain([head("Content-Encoding: gzip")], itertools.repeat(bomb())),
    "many values": lambda: sized(b"[" + b",".join([b'{"a":0}'] * 124_000) + b"]"),
    "wide text": lambda: sized(json.dumps({"error": "x" * 4_100_000 + "\U0001f600"}, ensure_ascii=False).encode()),
}


@contextlib.contextmanager
def server(status: int, body: t.Iterable[bytes], folder: Path) -> t.Iterator[tuple[str, str]]:
    """Answer each request in the same way; the block gets the server's URL and the file of its CA."""
    ca = trustme.CA()
    ca_path = folder / "ca.pem"
    ca.cert_pem.write_to_path(str(ca_path))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("localhost").configure_cert(context)

    def serve() -> None:
        while True:
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            # The client leaves as soon as it has seen enough.
            with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as stream:
                stream.recv(65_536)
                stream.sendall(f"HTTP/1.1 {status} Any\r\nContent-Type: application/json\r\n".encode())
                for piece in body:
                    stream.sendall(piece)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield f"https://localhost:{listener.getsockname()[1]}", str(ca_path)


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("status", [200, 302, 401, 503])
def test_a_task_stays_below_its_limit_of_memory(status: int, body: str, tmp_path: Path) -> None:
    with server(status, BODIES[body](), tmp_path) as (url, ca_path):
        options = {
            "connector_id": ["7ce3b1f5-9b53-4b0c-8a8e-3c5f3a0f1d11"],
            "access_token": "a-token-that-is-long-enough",
            "graph_url": url,
            "ca_path": ca_path,
            "retries": 0,
        }
        done = run_command(
            [sys.executable, "-c", RUN_AND_MEASURE],
            {**clean_environment(), "PYTHONPATH": os.environ["ANSIBLE_COLLECTIONS_PATH"]},
            text=json.dumps({"ANSIBLE_MODULE_ARGS": options}),
        )
    result = json.loads(done.stdout)
    assert result["failed"]
    assert result["error"]["kind"] in ("protocol", "service", "authentication"), result
    peak = re.search(r"^peak (\d+)$", done.stderr, re.MULTILINE)
    assert peak, done.stderr
    assert int(peak.group(1)) < MAX_MEGABYTES * 1024
