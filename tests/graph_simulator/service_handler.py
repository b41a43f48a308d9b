# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Handle requests to one service without a network: journal, faults and request ids."""

from __future__ import annotations

import functools
import logging
import typing as t

from .clock import odata_time
from .http_messages import BatchResponse, HttpRequest, HttpResponse
from .service_state import ServiceState

if t.TYPE_CHECKING:
    from .faults.rules import FaultRule
    from .journal import JournalEntry

_LOG = logging.getLogger(__name__)

Service = t.Callable[[HttpRequest, ServiceState], t.Union[HttpResponse, BatchResponse]]


class InFlightRequest(t.NamedTuple):
    """A request that has arrived, its journal entry, and the fault rule that hits it (or None)."""

    request: HttpRequest
    entry: JournalEntry
    rule: FaultRule | None

    def record_status(self, response: HttpResponse) -> None:
        """Write the status to the journal entry: None when the client does not get the whole response."""
        self.entry.status = response.status if self.rule is None or self.rule.delivery.complete else None


class HandledRequest(t.NamedTuple):
    """The result of a request. The caller must apply the delivery of ``rule`` itself."""

    response: HttpResponse
    rule: FaultRule | None
    entry: JournalEntry


class ServiceHandler:
    """Handle the requests to one service.

    ``id_header`` names the response header that carries the request id; None: the service sends no id. A handler needs
    no network and no event loop, and its only clock is the one of ``state``. Unit tests can use it directly::

        handler = ServiceHandler("graph", graph.service.respond, "request-id", state)
        request = HttpRequest.new("GET", "/v1.0/deviceManagement/exchangeConnectors", headers)
        response, rule, entry = handler.handle(request)
    """

    def __init__(self, name: str, service: Service, id_header: str | None, state: ServiceState) -> None:
        self._name = name
        self._service = service
        self._id_header = id_header
        self._state = state

    def handle(self, request: HttpRequest, connection: int = 0) -> HandledRequest:
        """Answer one request immediately. The delay of a fault rule is skipped.

        A fault rule may cut the connection (``not rule.delivery.complete``). Then the status of the entry is None.
        """
        return self._complete(self.receive(request, connection))

    def receive(self, request: HttpRequest, connection: int, batch: int | None = None) -> InFlightRequest:
        """Record a request and find the fault that hits it.

        ``batch`` is the journal number of the batch that contains the request.
        """
        entry = self._state.journal.add(self._name, request, connection, odata_time(self._state.clock()), batch)
        rule = self._state.faults.match(self._name, request, in_batch=batch is not None)
        entry.fault = None if rule is None else rule.name
        return InFlightRequest(request, entry, rule)

    def execute(self, in_flight: InFlightRequest) -> HttpResponse:
        """Run the service unless the fault prevents it, and return the response to send."""
        request, entry, rule = in_flight
        response = self._run(request, entry) if rule is None or rule.service_runs else HttpResponse(200)
        if rule is not None and rule.replacement is not None:
            response = rule.replacement
        if self._id_header is None:
            return response
        client_request_id = request.client_request_id or request.request_id
        return response.with_default_headers(
            {self._id_header: request.request_id, "client-request-id": client_request_id}
        )

    def _run(self, request: HttpRequest, entry: JournalEntry) -> HttpResponse:
        try:
            result = self._service(request, self._state)
            if isinstance(result, HttpResponse):
                return result
            return result.respond(functools.partial(self._forward, entry))
        except Exception:  # noqa: BLE001  a bug of the simulator must not end the server
            # Microsoft's services never send a traceback. The traceback goes to the simulator's own output.
            _LOG.exception("%s could not answer %s %s", self._name, request.method, request.path)
            body = {"error": {"code": "InternalServerError", "message": "The simulator has a bug."}}
            return HttpResponse.json(500, body)

    def _forward(
        self, batch_entry: JournalEntry, request: HttpRequest, response: HttpResponse | None = None
    ) -> HttpResponse:
        """Handle one request of a batch. If a response is given, record it without running the service."""
        if response is None:
            return self._complete(self.receive(request, batch_entry.connection, batch_entry.number)).response
        time = odata_time(self._state.clock())
        self._state.journal.add(
            self._name, request, batch_entry.connection, time, batch_entry.number
        ).status = response.status
        return response

    def _complete(self, in_flight: InFlightRequest) -> HandledRequest:
        response = self.execute(in_flight)
        in_flight.record_status(response)
        return HandledRequest(response, in_flight.rule, in_flight.entry)
