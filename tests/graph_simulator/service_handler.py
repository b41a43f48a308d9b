# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What happens to a request apart from the network: journal, faults and request ids around a service's function."""

from __future__ import annotations

import functools
import logging
import typing as t

from .clock import odata_time
from .http_messages import Answer, BatchResponse, Call
from .world import World

if t.TYPE_CHECKING:
    from .faults.rules import Rule
    from .journal import Entry

_LOG = logging.getLogger(__name__)

Service = t.Callable[[Call, World], t.Union[Answer, BatchResponse]]


class InFlightRequest(t.NamedTuple):
    """A request that has arrived: its entry in the journal, and the rule of the fault plan that hits it, if any."""

    call: Call
    entry: Entry
    rule: Rule | None

    def leave(self, answer: Answer) -> None:
        """Note in the journal how the request ends."""
        self.entry.status = answer.status if self.rule is None or self.rule.delivery.complete else None


class Answered(t.NamedTuple):
    """What became of a request; whoever plays the network does what the ``rule`` wants of it."""

    answer: Answer
    rule: Rule | None
    entry: Entry


class ServiceHandler:
    """Receives the requests to one service; ``id_header``, if any, is the one in which it tells its request id.

    It needs no network, no event loop and no clock but the world's, so a test can have a simulated service at hand::

        handler = ServiceHandler("graph", graph.service.answer, "request-id", world)
        answer, rule, entry = handler.answer(Call.to("GET", "/v1.0/deviceManagement/exchangeConnectors", headers))
    """

    def __init__(self, name: str, service: Service, id_header: str | None, world: World) -> None:
        self._name = name
        self._service = service
        self._id_header = id_header
        self._world = world

    def answer(self, call: Call, connection: int = 0) -> Answered:
        """Answer one request at once, without any delay that a fault asks for.

        When the rule that hit it cuts the connection (``not rule.delivery.complete``), the client gets no answer or
        not all of it, and the entry's status is None.
        """
        return self._answered(self.receive(call, connection))

    def receive(self, call: Call, connection: int, batch: int | None = None) -> InFlightRequest:
        """Take a request in; ``batch`` is the number of the one inside of which it came."""
        entry = self._world.journal.open(self._name, call, connection, odata_time(self._world.clock()), batch)
        rule = self._world.faults.next_for(self._name, call, inside=batch is not None)
        entry.fault = None if rule is None else rule.name
        return InFlightRequest(call, entry, rule)

    def carry_out(self, visit: InFlightRequest) -> Answer:
        """Let the service act, unless a fault comes before that; returns what is to be sent."""
        call, entry, rule = visit
        answer = self._act(call, entry) if rule is None or rule.acts else Answer(200)
        if rule is not None and rule.replacement is not None:
            answer = rule.replacement
        if self._id_header is None:
            return answer
        client_request_id = call.client_request_id or call.request_id
        return answer.with_default_headers({self._id_header: call.request_id, "client-request-id": client_request_id})

    def _act(self, call: Call, entry: Entry) -> Answer:
        try:
            outcome = self._service(call, self._world)
            if isinstance(outcome, Answer):
                return outcome
            return outcome.answer(functools.partial(self._forward, entry))
        except Exception:  # noqa: BLE001  a bug is told, not shown
            # The services never answer with a traceback; ours goes to the simulator's own output.
            _LOG.exception("%s could not answer %s %s", self._name, call.method, call.path)
            return Answer.json(500, {"error": {"code": "InternalServerError", "message": "The simulator has a bug."}})

    def _forward(self, outer: Entry, call: Call, settled: Answer | None = None) -> Answer:
        if settled is None:
            return self._answered(self.receive(call, outer.connection, outer.number)).answer
        time = odata_time(self._world.clock())
        self._world.journal.open(self._name, call, outer.connection, time, outer.number).status = settled.status
        return settled

    def _answered(self, visit: InFlightRequest) -> Answered:
        answer = self.carry_out(visit)
        visit.leave(answer)
        return Answered(answer, visit.rule, visit.entry)
