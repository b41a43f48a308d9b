# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starts the listeners, tells where they are, and stops them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import ssl
import typing as t

import trustme
from aiohttp import web

from .clock import utc_now
from .control.interface import Control
from .entra.service import answer as entra_answer
from .federation import ISSUER, SUBJECT
from .graph.service import answer as graph_answer
from .graph.throttling import Limits
from .http_adapter import HttpAdapter
from .identity.service import PATH as IDENTITY_PATH
from .identity.service import answer as identity_answer
from .private_file import write_private_file
from .process import is_gone
from .proxy.listener import Proxy
from .proxy.service import answer as proxy_answer
from .secrets_record import SecretsRecord
from .seed import read_seed
from .service_handler import ServiceHandler
from .tenant import PUBLIC_CLIENT_ID, TENANT_DOMAIN, TENANT_ID
from .world import World

if t.TYPE_CHECKING:
    from .settings import Settings

_HOST = "127.0.0.1"
_POLL_SECONDS = 0.5
# Answers that a fault holds back must not hold back the end.
_SHUTDOWN_SECONDS = 0.2

Handler = t.Callable[[web.BaseRequest], t.Awaitable[web.StreamResponse]]


async def serve(settings: Settings) -> None:
    """Run until a signal or the end of the watched process; raises InputError (seed) and OSError (paths)."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    authority = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", _HOST).configure_cert(tls)

    # The addresses are part of what the services answer, so the sockets come first.
    login_socket, graph_socket, identity_socket, control_socket, proxy_socket = (
        socket.create_server((_HOST, 0)) for _listener in range(5)
    )
    world = World(
        authority_url=f"https://localhost:{login_socket.getsockname()[1]}",
        graph_url=f"https://localhost:{graph_socket.getsockname()[1]}",
        clock=utc_now,
        seed=read_seed(settings.seed, utc_now()),
        page_size=settings.page_size,
        sync_seconds=settings.sync_seconds,
        device_code_settings=settings.device_codes,
        limits=Limits() if settings.throttling else None,
        record=SecretsRecord.from_environment(os.environ),
    )
    ca_path = settings.ready_file.absolute().with_name(f"{settings.ready_file.name}.ca.pem")
    ready = {
        **_introduction(world),
        "control_url": f"http://{_HOST}:{control_socket.getsockname()[1]}",
        # App Service's own endpoint is plain HTTP as well: it is on the same machine as the app.
        "identity_endpoint": f"http://{_HOST}:{identity_socket.getsockname()[1]}{IDENTITY_PATH}",
        "proxy_url": f"http://{_HOST}:{proxy_socket.getsockname()[1]}",
        "ca_path": str(ca_path),
        "pid": os.getpid(),
    }
    login = HttpAdapter(ServiceHandler("login", entra_answer, "x-ms-request-id", world), settings.latency)
    graph = HttpAdapter(ServiceHandler("graph", graph_answer, "request-id", world), settings.latency)
    identity = HttpAdapter(ServiceHandler("identity", identity_answer, "x-ms-request-id", world), settings.latency)

    async with contextlib.AsyncExitStack() as stack:
        await _listen(stack, login.handle, login_socket, tls)
        await _listen(stack, graph.handle, graph_socket, tls)
        await _listen(stack, identity.handle, identity_socket, None)
        await _listen(stack, Control(world).handle, control_socket, None)
        proxy = Proxy(ServiceHandler("proxy", proxy_answer, None, world))
        stack.callback((await asyncio.start_server(proxy.handle, sock=proxy_socket)).close)
        stack.callback(ca_path.unlink, missing_ok=True)
        stack.callback(settings.ready_file.unlink, missing_ok=True)
        write_private_file(ca_path, authority.cert_pem.bytes())
        write_private_file(settings.ready_file, json.dumps(ready, indent=2).encode())
        await _until_stopped(stop, settings)


def _introduction(world: World) -> dict[str, t.Any]:
    """Tell what a client has to know of the tenant: where it is, and how to sign in to it."""
    client_id, client_secret = world.seed.credential
    return {
        "graph_url": world.graph_url,
        "authority_url": world.authority_url,
        "tenant_id": TENANT_ID,
        "tenant_domain": TENANT_DOMAIN,
        "client_id": client_id,
        "client_secret": client_secret,
        "public_client_id": PUBLIC_CLIENT_ID,
        "federated_issuer": ISSUER,
        "federated_subject": SUBJECT,
        "username": world.seed.user.username,
        "password": world.seed.user.password,
        "proxy_username": world.proxy_username,
        "proxy_password": world.proxy_password,
        "identity_header": world.identity_header,
        "identity_client_id": world.seed.user_assigned_identity.client_id,
        "connectors": [connector.id for connector in world.connectors.all()],
    }


async def _listen(
    stack: contextlib.AsyncExitStack, handler: Handler, listener: socket.socket, tls: ssl.SSLContext | None
) -> None:
    runner = web.ServerRunner(web.Server(handler, access_log=None), shutdown_timeout=_SHUTDOWN_SECONDS)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.SockSite(runner, listener, ssl_context=tls).start()


async def _until_stopped(stop: asyncio.Event, settings: Settings) -> None:
    loop = asyncio.get_running_loop()
    end = float("inf") if settings.lifetime is None else loop.time() + settings.lifetime
    while loop.time() < end and (settings.exit_with is None or not is_gone(settings.exit_with)):
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(stop.wait(), _POLL_SECONDS)
            return
