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

from .client import Answer, Call, warn_of_unknown_outcome
from .dependencies import load
from .errors import STRANGER_ADVICE, GraphError, ProtocolError
from .masking import clip
from .http.transport import Response

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .client import GraphClient, Outcome

MOST_ITEMS: t.Final = 20

_WHOLE: t.Final = "send a batch of"

# When a whole batch fails so, the next one would not fare better.
_HOPELESS: t.Final = ("authentication", "authorization", "dependency", "network", "options", "throttled", "timeout")


@dataclasses.dataclass
class _Item:
    """A request on its way.

    :param due: when to send it.
    :param tries: how often it failed since anything succeeded.
    :param renewed: whether it was sent again for the sake of a new token.
    :param setback: why it is to be sent again.
    """

    call: Call
    due: float = 0.0
    tries: int = 0
    attempts: int = 0
    renewed: bool = False
    setback: GraphError | None = None
    outcome: Outcome | None = None

    def fail(self, error: GraphError) -> None:
        """Fail with the error of the batch that it was in."""
        self.outcome = self._own(error)

    def give_up(self, error: GraphError) -> None:
        """End for the failure of a batch that it was not in: with its own setback, or as one that was never sent."""
        self.outcome = self.setback or self._unsent(error)

    def _own(self, error: GraphError) -> GraphError:
        own = copy.copy(error)
        own.attempts = self.attempts
        # A sign-in that failed is told as such.
        if own.action is not None and own.action.startswith(_WHOLE):
            own.action = self.call.action
        return own

    def _unsent(self, error: GraphError) -> GraphError:
        own = self._own(error)
        if own.action == self.call.action:
            cause = copy.copy(error)
            cause.action, cause.request_id, cause.attempts = None, None, 0
            own.message = f"it was not sent, for an earlier request failed: {cause.sentence}"
            own.service, own.status, own.code, own.request_id, own.client_request_id = (None,) * 5
        return own


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
            f"{_WHOLE} {len(batch)} requests",
            batch[0].call.permission,
            body={"requests": [_request(number, item.call) for number, item in enumerate(batch, 1)]},
            parse=_responses,
            has_results=_has_responses,
        )
        try:
            answer = client.send(whole, client.url(whole.path), writes=sum(item.call.writes for item in batch))
        except GraphError as exc:
            for item in batch:
                item.attempts += exc.attempts
                item.fail(exc)
            # One that failed for the moment has been tried as often as there is patience for.
            if exc.transient or exc.kind in _HOPELESS:
                for item in waiting:
                    if item.outcome is None:
                        item.give_up(exc)
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


def _has_responses(body: t.Any) -> bool:
    """Return whether a body has answers to single requests: Graph gives them with status 424, too."""
    responses = body.get("responses") if isinstance(body, dict) else None
    return isinstance(responses, list) and any(isinstance(one, dict) for one in responses)


def _responses(body: t.Any) -> dict[str, dict[str, t.Any]]:
    """The items of an answer, by their ids; what is no item is passed over, and found missing later."""
    responses = body.get("responses") if isinstance(body, dict) else None
    if not isinstance(responses, list):
        raise ProtocolError("the answer is not that of a batch", hint=STRANGER_ADVICE, unanswered=True)
    # Of two with one id the first counts: nothing is sent again for the sake of the second.
    return {str(one.get("id")): one for one in reversed(responses) if isinstance(one, dict)}


def _hand_out(client: GraphClient, answer: Answer, batch: list[_Item]) -> list[tuple[_Item, GraphError]]:
    """Give each item its part of the answer; returns those that failed, and why."""
    refused = []
    for number, item in enumerate(batch, 1):
        item.attempts += answer.attempts
        try:
            response = _response(item.call, answer.content.get(str(number)), answer.headers)
            item.outcome = client.read(
                item.call,
                response,
                answer.client_request_id,
                item.attempts,
                writes=item.call.writes,
                vouched=True,
            )
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
        if not item.renewed and ((renewed and error.status in (401, 403)) or client.renew(error, item.call.permission)):
            item.renewed = True
            wait = client.retry.asked_wait(error)
        else:
            item.tries += 1
            wait = client.retry.delay(error, item.tries)
        item.due = client.clock.now() + wait
    except GraphError as final:
        item.outcome = final


def _response(call: Call, entry: Mapping[str, t.Any] | None, headers: Mapping[str, str]) -> Response:
    """Return an item's part of the answer in the form of an answer of its own.

    :raises ProtocolError: the part is missing, or its status is not one.
    """
    if entry is None:
        raise _unknown_outcome(call, "the answer to the batch leaves this request out")
    status = entry.get("status")
    if not isinstance(status, int) or not (200 <= status < 300 or 400 <= status < 600):
        raise _unknown_outcome(
            call, f"the answer to the batch gives this request the invalid status {clip(repr(status), 40)}"
        )
    # Names of headers are compared without case, so one can occur twice; requests joins repeated headers by commas.
    own: dict[str, list[str]] = {}
    given = entry.get("headers")
    for name, value in given.items() if isinstance(given, dict) else ():
        own.setdefault(name.lower(), []).extend(_header_values(value))
    # Items without these headers have those of the batch. A wait that the batch asks for holds for each item.
    for name in ("date", "request-id", "retry-after"):
        if name in headers and (name == "retry-after" or not own.get(name)):
            own.setdefault(name, []).append(headers[name])
    joined = load("requests.structures").CaseInsensitiveDict(
        {name: ", ".join(values) for name, values in own.items() if values}
    )
    body = entry.get("body")
    text = body if isinstance(body, str) else "" if body is None else json.dumps(body)
    return Response(status, joined, text.encode())


def _header_values(value: t.Any) -> Iterator[str]:
    """Yield the values of an item's header as HTTP writes them; values of another type are left out."""
    if isinstance(value, list):
        for item in value:
            yield from _header_values(item)
    elif isinstance(value, float):
        yield f"{value:f}"
    elif isinstance(value, (str, int)) and not isinstance(value, bool):
        yield str(value)


def _unknown_outcome(call: Call, why: str) -> ProtocolError:
    error = ProtocolError(why, hint=STRANGER_ADVICE, unanswered=True)
    warn_of_unknown_outcome(error, call.writes)
    return error
