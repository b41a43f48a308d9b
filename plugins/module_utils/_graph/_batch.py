# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Sends many requests, twenty at a time, and sends again what the service did not take for the moment.

https://learn.microsoft.com/graph/json-batching: the status of the whole says nothing of its items, each of which has a
status, headers and a body of its own; their order is not the one asked for.
"""

from __future__ import annotations

import copy
import dataclasses
import json
import typing as t

from ._client import Answer, Call
from ._dependencies import load
from ._errors import STRANGER_ADVICE, GraphError, ProtocolError
from ._transport import Response

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ._client import GraphClient, Outcome

MOST_ITEMS: t.Final = 20

_UNKNOWN: t.Final = "Whether it was carried out is not known: look at its target before you run the task again."

# When a whole batch fails so, the next one would not fare better.
_HOPELESS: t.Final = ("authentication", "authorization", "dependency", "network", "options", "throttled", "timeout")


@dataclasses.dataclass
class _Item:
    """A request on its way. ``tries`` counts its failures since anything succeeded, ``due`` is when to send it."""

    call: Call
    due: float = 0.0
    tries: int = 0
    attempts: int = 0
    setback: GraphError | None = None
    outcome: Outcome | None = None

    def fail(self, error: GraphError, shared_action: str) -> None:
        """Fail with the error of the whole batch, told as this request's own."""
        own = copy.copy(error)
        own.attempts = self.attempts
        if own.action == shared_action:
            own.action = self.call.action
        self.outcome = own


def send_all(client: GraphClient, calls: Sequence[Call]) -> list[Outcome]:
    """Send all the requests and return what became of each, in their order."""
    items = [_Item(call) for call in calls]
    while waiting := [item for item in items if item.outcome is None]:
        soonest = min(waiting, key=lambda item: item.due)
        if soonest.setback is not None:
            client.retry.again(soonest.setback, max(0.0, soonest.due - client.clock.now()))
        _send_round(client, [item for item in waiting if item.due <= max(soonest.due, client.clock.now())], waiting)
    return [t.cast("Outcome", item.outcome) for item in items]


def _send_round(client: GraphClient, ready: list[_Item], waiting: list[_Item]) -> None:
    """Send what is ready."""
    for start in range(0, len(ready), MOST_ITEMS):
        batch = ready[start : start + MOST_ITEMS]
        whole = Call(
            "POST",
            "$batch",
            f"send a batch of {len(batch)} requests",
            batch[0].call.permission,
            body={"requests": [_request(number, item.call) for number, item in enumerate(batch, 1)]},
            parse=_responses,
        )
        try:
            answer = client.send(whole, client.url(whole.path), writes=sum(item.call.writes for item in batch))
        except GraphError as exc:
            for item in batch:
                item.attempts += exc.attempts
            for item in waiting if exc.kind in _HOPELESS else batch:
                if item.outcome is None:
                    item.fail(exc, whole.action)
            if exc.kind in _HOPELESS:
                break
        else:
            used = client.sign_in(whole.permission)
            refused = _hand_out(client, answer, batch)
            if len(refused) < len(batch):
                # The service takes something: those that wait have reason to be patient again.
                client.retry.progress()
                for item in waiting:
                    item.tries = 0
            for item, error in refused:
                _set_back(client, item, error, renewed=client.sign_in(whole.permission) is not used)


def _request(number: int, call: Call) -> dict[str, t.Any]:
    request: dict[str, t.Any] = {"id": str(number), "method": call.method, "url": f"/{call.path}"}
    if call.body is not None:
        request |= {"headers": {"Content-Type": "application/json"}, "body": call.body}
    return request


def _responses(body: t.Any) -> dict[str, dict[str, t.Any]]:
    """The items of an answer, by their ids; what is no item is passed over, and found missing later."""
    responses = body.get("responses") if isinstance(body, dict) else None
    if not isinstance(responses, list):
        raise ProtocolError(
            "the answer is not that of a batch",
            hint=STRANGER_ADVICE,
        )
    return {str(one.get("id")): one for one in responses if isinstance(one, dict)}


def _hand_out(client: GraphClient, answer: Answer, batch: list[_Item]) -> list[tuple[_Item, GraphError]]:
    """Give each item its part of the answer; returns those that failed, and why."""
    refused = []
    for number, item in enumerate(batch, 1):
        item.attempts += answer.attempts
        try:
            response = _response(answer.content.get(str(number)), answer.headers)
            item.outcome = client.read(item.call, response, answer.client_request_id, item.attempts)
        except GraphError as exc:
            exc.during(item.call.action)
            exc.attempts = item.attempts
            exc.client_request_id = answer.client_request_id
            exc.request_id = exc.request_id or answer.request_id
            refused.append((item, exc))
    return refused


def _set_back(client: GraphClient, item: _Item, error: GraphError, *, renewed: bool) -> None:
    """Have the item sent again, if that may help; else the error is its outcome."""
    item.setback = error
    try:
        if (renewed and error.status in (401, 403)) or client.renew(error, item.call.permission):
            item.due = client.clock.now()
        else:
            item.tries += 1
            item.due = client.clock.now() + client.retry.delay(error, item.tries)
    except GraphError as final:
        item.outcome = final


def _response(entry: Mapping[str, t.Any] | None, headers: Mapping[str, str]) -> Response:
    """An item's part of the answer in the form of an answer of its own."""
    if entry is None:
        raise ProtocolError("the answer to the batch leaves this request out", hint=_UNKNOWN)
    status = entry.get("status")
    if not isinstance(status, int) or not (200 <= status < 300 or 400 <= status < 600):
        raise ProtocolError(
            f"the answer to the batch gives this request the status {status!r}, which means nothing", hint=_UNKNOWN
        )
    # What is told for the whole: when it was answered, and under which id.
    own = load("requests.structures").CaseInsensitiveDict(
        {name: headers[name] for name in ("Date", "request-id") if name in headers}
    )
    given = entry.get("headers")
    for name, value in given.items() if isinstance(given, dict) else ():
        if isinstance(value, (str, int)):
            own[name] = str(value)
    body = entry.get("body")
    text = body if isinstance(body, str) else "" if body is None else json.dumps(body)
    return Response(status, own, text.encode())
