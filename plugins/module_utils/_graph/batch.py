# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Send many requests in batches of 20, and retry the throttled items on their own.

https://learn.microsoft.com/graph/json-batching: the status of the batch does not describe its items. Each item has its
own status, headers and body. The order of the responses can differ from the order of the requests.
"""

from __future__ import annotations

import dataclasses
import json
import typing as t

from .client import GraphRequest, GraphResponse, with_outcome_unknown_hint
from .dependencies import load
from .errors import INTERCEPTED_HINT, GraphError, ProtocolError
from .http.transport import Response
from .masking import clip

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .client import GraphClient, Result

MAX_BATCH_SIZE: t.Final = 20

_BATCH_ACTION: t.Final = "send a batch of"

# After an error of these kinds the next batch would fail, too.
_FATAL_KINDS: t.Final = ("authentication", "authorization", "dependency", "network", "options", "throttled", "timeout")


@dataclasses.dataclass
class _Item:
    """A request and its state.

    :param not_before: the earliest time to send it.
    :param tries: the number of failed attempts since the last success of any item.
    :param token_renewed: whether it was retried with a new token.
    :param last_error: the reason of the retry that is scheduled.
    """

    request: GraphRequest
    not_before: float = 0.0
    tries: int = 0
    attempts: int = 0
    token_renewed: bool = False
    last_error: GraphError | None = None
    result: Result | None = None

    def fail(self, error: GraphError) -> None:
        """Fail with the error of its batch."""
        self.result = self._error_of_batch(error)

    def give_up(self, error: GraphError) -> None:
        """Fail because another batch failed: with its own last error, or as a request that was not sent."""
        self.result = self.last_error or self._error_of_unsent(error)

    def _error_of_batch(self, error: GraphError) -> GraphError:
        item_error = error.copy_with(attempts=self.attempts)
        # The error of a failed sign-in keeps its action.
        if item_error.action is not None and item_error.action.startswith(_BATCH_ACTION):
            return item_error.copy_with(action=self.request.action)
        return item_error

    def _error_of_unsent(self, error: GraphError) -> GraphError:
        item_error = self._error_of_batch(error)
        if item_error.action != self.request.action:
            return item_error
        cause = error.copy_with(action=None, request_id=None, attempts=0)
        return item_error.copy_with(
            message=f"it was not sent, for an earlier request failed: {cause.sentence}",
            service=None,
            status=None,
            code=None,
            request_id=None,
            client_request_id=None,
        )


def send_all(client: GraphClient, requests: Sequence[GraphRequest]) -> list[Result]:
    """Send all requests, and return their results in the same order."""
    items = [_Item(request) for request in requests]
    while waiting := [item for item in items if item.result is None]:
        soonest = min(waiting, key=lambda item: item.not_before)
        if soonest.last_error is not None:
            client.retry.backoff(soonest.last_error, max(0.0, soonest.not_before - client.clock.now()))
        _send_round(
            client,
            [item for item in waiting if item.not_before <= max(soonest.not_before, client.clock.now())],
            waiting,
        )
    return [t.cast("Result", item.result) for item in items]


def _send_round(client: GraphClient, ready: list[_Item], waiting: list[_Item]) -> None:
    """Send the items that are ready. A fatal error ends all items that wait."""
    for batch in _batches(ready):
        whole = GraphRequest(
            "POST",
            "$batch",
            f"{_BATCH_ACTION} {len(batch)} requests",
            batch[0].request.permission,
            body={"requests": [_request(number, item.request) for number, item in enumerate(batch, 1)]},
            parse=_responses,
            has_results=_has_responses,
            version=batch[0].request.version,
        )
        try:
            answer = client.send(whole, client.url(whole), writes=sum(item.request.writes for item in batch))
        except GraphError as exc:
            for item in batch:
                item.attempts += exc.attempts
                item.fail(exc)
            # Transient error: the retry budget is spent, so the remaining items fail too.
            if exc.transient or exc.kind in _FATAL_KINDS:
                for item in waiting:
                    if item.result is None:
                        item.give_up(exc)
                break
        else:
            token = client.sign_in(whole.permission)
            rejected = _match_responses(client, answer, batch)
            if len(rejected) < len(batch):
                # The service accepts requests again.
                client.retry.reset_budget()
                for item in waiting:
                    item.tries = 0
            for item, error in rejected:
                _schedule_retry(client, item, error, token_renewed=client.sign_in(whole.permission) is not token)


def _batches(items: list[_Item]) -> Iterator[list[_Item]]:
    """Yield the items in batches. A batch is sent to one API version, so its items must have the same one."""
    by_version: dict[str, list[_Item]] = {}
    for item in items:
        by_version.setdefault(item.request.version, []).append(item)
    for group in by_version.values():
        for start in range(0, len(group), MAX_BATCH_SIZE):
            yield group[start : start + MAX_BATCH_SIZE]


def _request(number: int, request: GraphRequest) -> dict[str, t.Any]:
    item: dict[str, t.Any] = {"id": str(number), "method": request.method, "url": f"/{request.path}"}
    # Graph refuses a POST without a body inside a batch.
    body = {} if request.body is None and request.method == "POST" else request.body
    if body is not None:
        item |= {"headers": {"Content-Type": "application/json"}, "body": body}
    return item


def _has_responses(body: t.Any) -> bool:
    """Return whether a body has responses to single requests. Graph returns them with status 424, too."""
    responses = body.get("responses") if isinstance(body, dict) else None
    return isinstance(responses, list) and any(isinstance(item, dict) for item in responses)


def _responses(body: t.Any) -> dict[str, dict[str, t.Any]]:
    """Return the items of a response by their ids. Invalid items are dropped; their requests count as unanswered."""
    responses = body.get("responses") if isinstance(body, dict) else None
    if not isinstance(responses, list):
        raise ProtocolError("the answer is not that of a batch", hint=INTERCEPTED_HINT, outcome_unknown=True)
    # If two items have the same id, the first one counts.
    return {str(item.get("id")): item for item in reversed(responses) if isinstance(item, dict)}


def _match_responses(client: GraphClient, answer: GraphResponse, batch: list[_Item]) -> list[tuple[_Item, GraphError]]:
    """Assign each item its part of the response, and return the items that failed with their errors."""
    rejected = []
    for number, item in enumerate(batch, 1):
        item.attempts += answer.attempts
        try:
            response = _response(item.request, answer.content.get(str(number)), answer.headers)
            item.result = client.read(
                item.request,
                response,
                answer.client_request_id,
                item.attempts,
                writes=item.request.writes,
                from_graph=True,
            )
        except GraphError as exc:
            error = exc.copy_with(
                action=exc.action or item.request.action,
                attempts=item.attempts,
                client_request_id=answer.client_request_id,
                request_id=exc.request_id or answer.request_id,
            )
            rejected.append((item, error))
    return rejected


def _schedule_retry(client: GraphClient, item: _Item, error: GraphError, *, token_renewed: bool) -> None:
    """Schedule a retry of the item; if a retry cannot help, the error is its result."""
    item.last_error = error
    try:
        if not item.token_renewed and (
            (token_renewed and error.status in (401, 403)) or client.renew(error, item.request.permission)
        ):
            item.token_renewed = True
            wait = client.retry.requested_wait(error)
        else:
            item.tries += 1
            wait = client.retry.delay(error, item.tries)
        item.not_before = client.clock.now() + wait
    except GraphError as exc:
        item.result = exc


def _response(request: GraphRequest, entry: Mapping[str, t.Any] | None, headers: Mapping[str, str]) -> Response:
    """Return the part of an item as a response.

    :raises ProtocolError: the part is missing, or its status is invalid.
    """
    if entry is None:
        raise _unknown_outcome(request, "the answer to the batch leaves this request out")
    status = entry.get("status")
    if not isinstance(status, int) or not (200 <= status < 300 or 400 <= status < 600):
        raise _unknown_outcome(
            request, f"the answer to the batch gives this request the invalid status {clip(repr(status), 40)}"
        )
    # Header names ignore case, so a name can occur twice. requests joins repeated headers with commas.
    headers_by_name: dict[str, list[str]] = {}
    provided = entry.get("headers")
    for name, value in provided.items() if isinstance(provided, dict) else ():
        headers_by_name.setdefault(name.lower(), []).extend(_header_values(value))
    # An item without these headers takes them from the batch. A Retry-After of the batch holds for each item.
    for name in ("date", "request-id", "retry-after"):
        if name in headers and (name == "retry-after" or not headers_by_name.get(name)):
            headers_by_name.setdefault(name, []).append(headers[name])
    joined = load("requests.structures").CaseInsensitiveDict(
        {name: ", ".join(values) for name, values in headers_by_name.items() if values}
    )
    body = entry.get("body")
    text = body if isinstance(body, str) else "" if body is None else json.dumps(body)
    return Response(status, joined, text.encode())


def _header_values(value: t.Any) -> Iterator[str]:
    """Yield the values of a header as text. Values of other types are dropped."""
    if isinstance(value, list):
        for item in value:
            yield from _header_values(item)
    elif isinstance(value, float):
        yield f"{value:f}"
    elif isinstance(value, (str, int)) and not isinstance(value, bool):
        yield str(value)


def _unknown_outcome(request: GraphRequest, why: str) -> ProtocolError:
    error = ProtocolError(why, hint=INTERCEPTED_HINT, outcome_unknown=True)
    return with_outcome_unknown_hint(error, request.writes)
