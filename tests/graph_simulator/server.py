# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Start the listeners, write the ready file, and stop."""

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
from .entra.service import respond as entra_respond
from .federation import ISSUER, SUBJECT
from .graph.service import respond as graph_respond
from .graph.throttling import Limits
from .http_adapter import HttpAdapter
from .identity.service import PATH as IDENTITY_PATH
from .identity.service import respond as identity_respond
from .intune.catalog import COLLECTIONS
from .private_file import write_private_file
from .process import has_exited
from .proxy.listener import Proxy
from .proxy.service import respond as proxy_respond
from .secrets_record import SecretsRecord
from .seed import read_seed
from .service_handler import ServiceHandler
from .service_state import ServiceState
from .tenant import PUBLIC_CLIENT_ID, TENANT_DOMAIN, TENANT_ID

if t.TYPE_CHECKING:
    from .settings import SimulatorSettings

_HOST = "127.0.0.1"
_POLL_SECONDS = 0.5
# Responses that a fault delays must not delay the shutdown.
_SHUTDOWN_SECONDS = 0.2

Handler = t.Callable[[web.BaseRequest], t.Awaitable[web.StreamResponse]]


async def serve(settings: SimulatorSettings) -> None:
    """Run until a signal arrives or the watched process exits; raise InputError (seed) or OSError (paths)."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    authority = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", _HOST).configure_cert(tls)

    # Responses contain the addresses of the services, so the sockets are created first.
    login_socket, graph_socket, identity_socket, control_socket, proxy_socket = (
        socket.create_server((_HOST, 0)) for _listener in range(5)
    )
    state = ServiceState(
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
        **_tenant_values(state),
        "control_url": f"http://{_HOST}:{control_socket.getsockname()[1]}",
        # The endpoint of App Service uses HTTP without TLS, too: it is on the machine of the app.
        "identity_endpoint": f"http://{_HOST}:{identity_socket.getsockname()[1]}{IDENTITY_PATH}",
        "proxy_url": f"http://{_HOST}:{proxy_socket.getsockname()[1]}",
        "ca_path": str(ca_path),
        "pid": os.getpid(),
    }
    login = HttpAdapter(ServiceHandler("login", entra_respond, "x-ms-request-id", state), settings.latency)
    graph = HttpAdapter(ServiceHandler("graph", graph_respond, "request-id", state), settings.latency)
    identity = HttpAdapter(ServiceHandler("identity", identity_respond, "x-ms-request-id", state), settings.latency)

    async with contextlib.AsyncExitStack() as stack:
        await _listen(stack, login.handle, login_socket, tls)
        await _listen(stack, graph.handle, graph_socket, tls)
        await _listen(stack, identity.handle, identity_socket, None)
        await _listen(stack, Control(state).handle, control_socket, None)
        proxy = Proxy(ServiceHandler("proxy", proxy_respond, None, state))
        stack.callback((await asyncio.start_server(proxy.handle, sock=proxy_socket)).close)
        stack.callback(ca_path.unlink, missing_ok=True)
        stack.callback(settings.ready_file.unlink, missing_ok=True)
        write_private_file(ca_path, authority.cert_pem.bytes())
        write_private_file(settings.ready_file, json.dumps(ready, indent=2).encode())
        await _until_stopped(stop, settings)


def _tenant_values(state: ServiceState) -> dict[str, t.Any]:
    """Return the values of the ready file that describe the tenant and its credentials."""
    client_id, client_secret = state.seed.credential
    return {
        "graph_url": state.graph_url,
        "authority_url": state.authority_url,
        "tenant_id": TENANT_ID,
        "tenant_domain": TENANT_DOMAIN,
        "client_id": client_id,
        "client_secret": client_secret,
        "public_client_id": PUBLIC_CLIENT_ID,
        "federated_issuer": ISSUER,
        "federated_subject": SUBJECT,
        "username": state.seed.user.username,
        "password": state.seed.user.password,
        "proxy_username": state.proxy_username,
        "proxy_password": state.proxy_password,
        "identity_header": state.identity_header,
        "identity_client_id": state.seed.user_assigned_identity.client_id,
        **{name: [item.id for item in state.objects[name].all()] for name in COLLECTIONS},
    }


async def _listen(
    stack: contextlib.AsyncExitStack, handler: Handler, listener: socket.socket, tls: ssl.SSLContext | None
) -> None:
    runner = web.ServerRunner(web.Server(handler, access_log=None), shutdown_timeout=_SHUTDOWN_SECONDS)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.SockSite(runner, listener, ssl_context=tls).start()


async def _until_stopped(stop: asyncio.Event, settings: SimulatorSettings) -> None:
    loop = asyncio.get_running_loop()
    end = float("inf") if settings.simulator_lifetime is None else loop.time() + settings.simulator_lifetime
    while loop.time() < end and (settings.watched_pid is None or not has_exited(settings.watched_pid)):
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(stop.wait(), _POLL_SECONDS)
            return
