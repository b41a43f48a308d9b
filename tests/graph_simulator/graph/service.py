# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Graph as a function from a request to a response."""

from __future__ import annotations

import dataclasses
import typing as t

from ..intune.catalog import RESOURCES
from ..intune.resource import VERSIONS
from .authorization import authenticate, authorize
from .batch import BATCH, read_batch
from .errors import ODataError, bad_request, error_response
from .intune_objects import IntuneOperations

if t.TYPE_CHECKING:
    from ..http_messages import BatchResponse, HttpRequest, HttpResponse
    from ..intune.resource import IntuneResource
    from ..service_state import ServiceState

ANY_SEGMENT = "{key}"
"""Placeholder for one path segment in a route."""


@dataclasses.dataclass(frozen=True)
class Operation:
    """A verb of a route. The token needs one of ``permissions``; an empty tuple allows every valid token.

    ``options`` are the supported OData query options. A batch (``is_batch``) does not count for throttling, but its
    requests do.
    """

    run: t.Callable[[HttpRequest, ServiceState], HttpResponse | BatchResponse]
    permissions: tuple[str, ...]
    options: tuple[str, ...] = ()
    is_batch: bool = False


Routes = dict[tuple[str, ...], dict[str, Operation]]


def _routes_of(resource: IntuneResource, version: str) -> Routes:
    """Return the routes of a resource in one API version."""
    operations = IntuneOperations(resource)
    root = (version, *resource.segments)
    routes: Routes = {}
    if not resource.singleton:
        routes[root] = {"GET": Operation(operations.list, resource.permissions, options=("$skiptoken",))}
    item = root if resource.singleton else (*root, ANY_SEGMENT)
    sync = {"POST": Operation(operations.sync, resource.action.permissions)}
    return {
        **routes,
        item: {"GET": Operation(operations.get, resource.permissions)},
        (*item, resource.action.name): sync,
        (*item, f"microsoft.graph.{resource.action.name}"): sync,
    }


def _routes() -> Routes:
    batch = {"POST": Operation(read_batch, permissions=(), is_batch=True)}
    routes: Routes = {(version, *BATCH): batch for version in VERSIONS}
    for resource in RESOURCES.values():
        for version in resource.versions:
            routes.update(_routes_of(resource, version))
    return routes


ROUTES = _routes()
"""The operations by route and verb. The first segment of a route is the API version."""

_INTUNE_ROOTS = {resource.segments[0] for resource in RESOURCES.values()}


def respond(request: HttpRequest, state: ServiceState) -> HttpResponse | BatchResponse:
    """Answer one request, or return its batch."""
    try:
        claims = authenticate(request, state)
        operation = _find_operation(request)
        if not operation.is_batch:
            state.throttling.admit(request, claims)
        authorize(request, claims, operation.permissions)
        _check_query_options(request, operation)
        return operation.run(request, state)
    except ODataError as error:
        return error_response(error, request, state.clock())


def _find_operation(request: HttpRequest) -> Operation:
    if request.segments[0] not in VERSIONS:
        raise bad_request(f"Invalid version: {request.segments[0]}.")
    operations = next((verbs for route, verbs in ROUTES.items() if _matches(route, request.segments)), None)
    if operations is None:
        raise _unknown_path(request, request.segments[1:])
    if request.method not in operations:
        raise ODataError(
            405,
            "Request_BadRequest",
            "Specified HTTP method is not allowed for the request target.",
            {"Allow": ", ".join(operations)},
        )
    return operations[request.method]


def _matches(route: tuple[str, ...], segments: tuple[str, ...]) -> bool:
    return len(route) == len(segments) and all(
        pattern in (ANY_SEGMENT, segment) for pattern, segment in zip(route, segments, strict=True)
    )


def _unknown_path(request: HttpRequest, segments: tuple[str, ...]) -> ODataError:
    """Return the error for an unknown path. Paths of Intune get the error of its own router."""
    if len(segments) < 2 or segments[0] not in _INTUNE_ROOTS:
        return bad_request(f"Resource not found for the segment '{segments[0] if segments else ''}'.")
    template = "/".join(["~", "singleton", *["navigation"] * (len(segments) - 1)])
    return ODataError(
        400,
        "No method match route template",
        f"No OData route exists that match template {template} with http verb {request.method} for request "
        f"/DeviceService/{'/'.join(segments)}.",
    )


def _check_query_options(request: HttpRequest, operation: Operation) -> None:
    """Reject unsupported query options, so that a test does not rely on an option without effect."""
    for name in request.query:
        if name.startswith("$") and name not in operation.options:
            raise bad_request(f"Query option '{name}' is not allowed.")
