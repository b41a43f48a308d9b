# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operations of each Intune resource: list, get and sync.

Source: https://learn.microsoft.com/graph/api/resources/intune-graph-overview. The messages of the statuses 409 and 429
are invented.
"""

from __future__ import annotations

import typing as t

from ..http_messages import HttpRequest, HttpResponse
from .bodies import read_object
from .errors import IntuneError, bad_request
from .paging import page

if t.TYPE_CHECKING:
    from ..intune.objects import IntuneObject, IntuneObjects
    from ..intune.resource import IntuneResource
    from ..service_state import ServiceState

_CONTENT_TYPE = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"


class IntuneOperations:
    """The operations of one resource. The API version is the first segment of the request."""

    def __init__(self, resource: IntuneResource) -> None:
        self._resource = resource

    def list(self, request: HttpRequest, state: ServiceState) -> HttpResponse:
        """Return one page of the collection."""
        version, path = request.segments[0], self._resource.path
        url = f"{state.graph_url}/{version}/{path}"
        items, link = page(request, self._objects(state).all(), state.page_size, url)
        body: dict[str, object] = {"@odata.context": f"{state.graph_url}/{version}/$metadata#{path}"}
        if link is not None:
            body["@odata.nextLink"] = link
        body["value"] = [item.in_version(version) for item in items]
        return HttpResponse.json(200, body, content_type=_CONTENT_TYPE)

    def get(self, request: HttpRequest, state: ServiceState) -> HttpResponse:
        """Return one object."""
        return self._object_response(request, state, self._find(request, state))

    def sync(self, request: HttpRequest, state: ServiceState) -> HttpResponse:
        """Accept a sync, and return 204, or 200 with the object."""
        _check_parameters(request, self._resource.action.name, self._resource.action.parameters)
        objects, item = self._objects(state), self._find(request, state)
        self._check_ready(request, objects, item)
        started = objects.sync(item)
        if not self._resource.action.returns_object:
            return HttpResponse(204)
        return self._object_response(request, state, started)

    def _objects(self, state: ServiceState) -> IntuneObjects:
        return state.objects[self._resource.name]

    def _find(self, request: HttpRequest, state: ServiceState) -> IntuneObject:
        objects = self._objects(state)
        if self._resource.singleton:
            return objects.all()[0]
        object_id = request.segments[1 + len(self._resource.segments)]
        item = objects.find(object_id)
        if item is None:
            text = f"{self._resource.noun} '{object_id}' was not found."
            raise IntuneError(404, "ResourceNotFound", text, request)
        return item

    def _object_response(self, request: HttpRequest, state: ServiceState, item: IntuneObject) -> HttpResponse:
        version = request.segments[0]
        context = f"{state.graph_url}/{version}/$metadata#{self._resource.path}/$entity"
        body = {"@odata.context": context, **item.in_version(version)}
        return HttpResponse.json(200, body, content_type=_CONTENT_TYPE)

    def _check_ready(self, request: HttpRequest, objects: IntuneObjects, item: IntuneObject) -> None:
        """Check that no sync runs, and that the minimum interval is over; raise IntuneError."""
        action = self._resource.action
        if action.running and item.has(action.running):
            raise IntuneError(409, "Conflict", "A sync is in progress.", request)
        if objects.remaining_interval(item) > 0:
            text = f"A sync can start {action.minimum_interval:g} seconds after the previous sync."
            raise IntuneError(429, "TooManyRequests", text, request)


def _check_parameters(request: HttpRequest, action: str, parameters: t.Mapping[str, tuple[str, ...]]) -> None:
    """Check that the body is a JSON object with exactly these parameters; raise ODataError.

    An action without parameters needs no body.
    """
    body = read_object(request) if request.body or parameters else {}
    for name in body:
        if name not in parameters:
            raise bad_request(
                f"The parameter '{name}' in the request payload is not a valid parameter for the operation '{action}'."
            )
    for name, values in parameters.items():
        if name not in body:
            raise bad_request(
                f"One or more parameters of the operation '{action}' are missing from the request payload. "
                f"The missing parameters are: {name}."
            )
        if body[name] not in values:
            raise bad_request(f"Requested value '{body[name]}' was not found.")
