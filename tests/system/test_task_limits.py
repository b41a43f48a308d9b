# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Limit the memory of a task for hostile responses: run modules against a server that sends huge bodies."""

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
from ansible_collections.msgraph.intune.tests.system.modules import SYNC

if t.TYPE_CHECKING:
    from pathlib import Path

INFO = "intune_exchange_connector_info"
TOKEN = "a-token-that-is-long-enough"
MAX_MEGABYTES = 100
# VmHWM starts at zero for each program. The peak in rusage includes the memory of the parent process.
RUN_AND_MEASURE = """
import re, runpy, sys
try:
    runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
finally:
    peak = re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())
    print("peak", peak.group(1), file=sys.stderr)
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the memory peak of a process is read from /proc")


def bomb() -> bytes:
    """Return 300 MB in a few hundred kilobytes."""
    compress = zlib.compressobj(wbits=31)
    megabyte = b" " * 1024 * 1024
    return b"".join([*(compress.compress(megabyte) for _megabyte in range(300)), compress.flush()])


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
    """Send the same response to each request; yield the URL of the server and the path of its CA file."""
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
            # The client closes the connection when the body exceeds its limit.
            with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as stream:
                stream.recv(65_536)
                stream.sendall(f"HTTP/1.1 {status} Any\r\nContent-Type: application/json\r\n".encode())
                for piece in body:
                    stream.sendall(piece)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield f"https://localhost:{listener.getsockname()[1]}", str(ca_path)


def run_with_memory_limit(
    module: str, options: t.Mapping[str, t.Any], environ: t.Mapping[str, str] | None = None
) -> t.Any:
    """Run a module, check its memory peak, and return its result."""
    done = run_command(
        [sys.executable, "-c", RUN_AND_MEASURE, f"ansible_collections.msgraph.intune.plugins.modules.{module}"],
        {**clean_environment(), "PYTHONPATH": os.environ["ANSIBLE_COLLECTIONS_PATH"], **(environ or {})},
        text=json.dumps({"ANSIBLE_MODULE_ARGS": options}),
    )
    peak = re.search(r"^peak (\d+)$", done.stderr, re.MULTILINE)
    assert peak, done.stderr
    assert int(peak.group(1)) < MAX_MEGABYTES * 1024
    return json.loads(done.stdout)


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("status", [200, 302, 401, 503])
def test_a_huge_response_to_a_sync_does_not_exceed_the_memory_limit(status: int, body: str, tmp_path: Path) -> None:
    with server(status, BODIES[body](), tmp_path) as (url, ca_path):
        options = {"connector_id": ["7ce3b1f5-9b53-4b0c-8a8e-3c5f3a0f1d11"], "access_token": TOKEN, "retries": 0}
        result = run_with_memory_limit(SYNC, {**options, "graph_url": url, "ca_path": ca_path})
    assert result["failed"]
    assert result["error"]["kind"] in ("protocol", "service", "authentication"), result


@pytest.mark.parametrize(
    ("module", "options"),
    [
        (INFO, {}),
        (SYNC, {"all_connectors": True, "_ansible_check_mode": True}),
        (SYNC, {"all_connectors": True, "_ansible_check_mode": True, "_ansible_diff": True}),
    ],
)
def test_the_longest_list_does_not_exceed_the_memory_limit(
    module: str, options: dict[str, t.Any], tmp_path: Path
) -> None:
    rows = [{"id": f"id-{number}", "status": "x" * 300, "serverName": f"server-{number}"} for number in range(5_000)]
    body = json.dumps({"value": rows}, separators=(",", ":")).encode()
    with server(200, sized(body), tmp_path) as (url, ca_path):
        result = run_with_memory_limit(module, {**options, "access_token": TOKEN, "graph_url": url, "ca_path": ca_path})
    assert len(result["connectors"]) == 5_000


@pytest.mark.parametrize("field", ["access_token", "refresh_token", "id_token"])
def test_a_huge_response_to_a_sign_in_does_not_exceed_the_memory_limit(field: str, tmp_path: Path) -> None:
    body = {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600, field: "\u00e9" * 2_000_000}
    with server(200, sized(json.dumps(body, ensure_ascii=False).encode()), tmp_path) as (url, ca_path):
        environ = {"IDENTITY_ENDPOINT": f"{url}/msi/token", "IDENTITY_HEADER": "of-the-platform"}
        options = {"connector_id": ["7"], "auth_method": "managed_identity", "graph_url": url, "ca_path": ca_path}
        result = run_with_memory_limit(SYNC, options, environ)
    assert result["error"]["kind"] == "protocol", result
