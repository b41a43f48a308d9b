# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Graph as a function from a request to an answer."""

from __future__ import annotations

import dataclasses
import typing as t

from .authorization import authenticate, authorize
from .batch import BATCH, read_batch
from .errors import GraphError, bad_request, refusal_answer
from .exchange_connectors import COLLECTION, get_connector, list_connectors, sync_connector

if t.TYPE_CHECKING:
    from ..http_messages import Answer, BatchResponse, Call
    from ..world import World

KEY = "{key}"
"""Stands for any one segment in a route."""


@dataclasses.dataclass(frozen=True)
class Operation:
    """What a verb does: any of ``permissions`` (none: a valid token) allows it.

    ``options`` are the OData query options that it knows; a ``bundle`` of requests does not count as one itself.
    """

    run: t.Callable[[Call, World], Answer | BatchResponse]
    permissions: tuple[str, ...]
    options: tuple[str, ...] = ()
    bundle: bool = False


_READ = ("DeviceManagementServiceConfig.Read.All", "DeviceManagementServiceConfig.ReadWrite.All")
_WRITE = ("DeviceManagementServiceConfig.ReadWrite.All",)
_SYNC = {"POST": Operation(sync_connector, _WRITE)}

ROUTES: dict[tuple[str, ...], dict[str, Operation]] = {
    COLLECTION: {"GET": Operation(list_connectors, _READ, options=("$skiptoken",))},
    (*COLLECTION, KEY): {"GET": Operation(get_connector, _READ)},
    (*COLLECTION, KEY, "sync"): _SYNC,
    (*COLLECTION, KEY, "microsoft.graph.sync"): _SYNC,
    BATCH: {"POST": Operation(read_batch, permissions=(), bundle=True)},
}


def answer(call: Call, world: World) -> Answer | BatchResponse:
    """Answer one request, or return those inside of it."""
    try:
        claims = authenticate(call, world)
        operation = _operation(call)
        if not operation.bundle:
            world.throttling.admit(call, claims)
        authorize(call, claims, operation.permissions)
        _check_options(call, operation)
        return operation.run(call, world)
    except GraphError as refused:
        return refusal_answer(refused, call, world.clock())


def _operation(call: Call) -> Operation:
    version, segments = call.segments[0], call.segments[1:]
    if version != "v1.0":
        raise bad_request(f"Invalid version: {version}.")
    operations = next((found for route, found in ROUTES.items() if _matches(route, segments)), None)
    if operations is None:
        raise _no_route(call, segments)
    if call.method not in operations:
        raise GraphError(
            405,
            "Request_BadRequest",
            "Specified HTTP method is not allowed for the request target.",
            {"Allow": ", ".join(operations)},
        )
    return operations[call.method]


def _matches(route: tuple[str, ...], segments: tuple[str, ...]) -> bool:
    return len(route) == len(segments) and all(own in (KEY, asked) for own, asked in zip(route, segments, strict=True))


def _no_route(call: Call, segments: tuple[str, ...]) -> GraphError:
    """Refuse an unknown path: Graph by its model, but below deviceManagement by Intune's own router."""
    if len(segments) < 2 or segments[0] != COLLECTION[0]:
        return bad_request(f"Resource not found for the segment '{segments[0] if segments else ''}'.")
    template = "/".join(["~", "singleton", *["navigation"] * (len(segments) - 1)])
    return GraphError(
        400,
        "No method match route template",
        f"No OData route exists that match template {template} with http verb {call.method} for request "
        f"/DeviceService/{'/'.join(segments)}.",
    )


def _check_options(call: Call, operation: Operation) -> None:
    """Refuse what would be ignored in silence: whoever sends a query option expects an effect."""
    for name in call.query:
        if name.startswith("$") and name not in operation.options:
            raise bad_request(f"Query option '{name}' is not allowed.")
