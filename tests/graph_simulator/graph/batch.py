# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several requests in one.

Sources: https://learn.microsoft.com/graph/json-batching and, for what that page leaves open, section 19 of
https://docs.oasis-open.org/odata/odata-json-format/v4.01/odata-json-format-v4.01.html. Of the messages, those on the
payload's format, on ids and on missing bodies are quoted in public issues; the service's other words are not known.
"""

from __future__ import annotations

import dataclasses
import json
import typing as t

from ..http_messages import Answer, Call
from .batch_items import BATCH, BatchItem, read_items
from .errors import GraphError, refusal_answer

if t.TYPE_CHECKING:
    from ..clock import Clock
    from ..http_messages import Forward
    from ..world import World

__all__ = ["BATCH", "Batch", "read_batch"]


@dataclasses.dataclass(frozen=True)
class Batch:
    """Requests that are carried out in their order, each whatever becomes of those that it does not depend on."""

    items: t.Sequence[BatchItem]
    clock: Clock

    def answer(self, forward: Forward) -> Answer:
        """Answer with 200, whatever the items end in."""
        statuses: dict[str, int] = {}
        responses = []
        for item in self.items:
            failed = any(statuses[key] >= 400 for key in item.depends_on)
            answer = forward(item.call, self._failed_dependency(item) if failed else None)
            statuses[item.key] = answer.status
            responses.append(_response(item, answer))
        # The order is the service's affair. This one leaves no answer in the place of its request.
        return Answer.json(200, {"responses": responses[1:] + responses[:1]}, content_type="application/json")

    def _failed_dependency(self, item: BatchItem) -> Answer:
        refused = GraphError(424, "FailedDependency", "A request that this one depends on has failed.")
        return refusal_answer(refused, item.call, self.clock())


def read_batch(call: Call, world: World) -> Batch:
    """Read the requests inside; raises GraphError when any of them cannot be read, and then none is carried out."""
    return Batch(read_items(call), world.clock)


def _response(item: BatchItem, answer: Answer) -> dict[str, t.Any]:
    response: dict[str, t.Any] = {"id": item.id, "status": answer.status, "headers": dict(answer.headers)}
    if answer.body:
        response["body"] = _json_or_text(answer.body)
    return response


def _json_or_text(body: bytes) -> t.Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")
