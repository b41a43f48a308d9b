# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON batching: one request that contains several requests.

Sources: https://learn.microsoft.com/graph/json-batching and section 19 of
https://docs.oasis-open.org/odata/odata-json-format/v4.01/odata-json-format-v4.01.html. The messages about the payload
format, ids and missing bodies are known from public issues. The other messages are invented.
"""

from __future__ import annotations

import dataclasses
import json
import typing as t

from ..http_messages import HttpRequest, HttpResponse
from .batch_items import BATCH, BatchItem, read_items
from .errors import ODataError, error_response

if t.TYPE_CHECKING:
    from ..clock import UtcClock
    from ..http_messages import Forward
    from ..service_state import ServiceState

__all__ = ["BATCH", "Batch", "read_batch"]


@dataclasses.dataclass(frozen=True)
class Batch:
    """The requests of a batch. They run in order; a failed request stops only the requests that depend on it."""

    items: t.Sequence[BatchItem]
    clock: UtcClock

    def respond(self, forward: Forward) -> HttpResponse:
        """Run the requests and return 200 with their responses."""
        statuses: dict[str, int] = {}
        entries = []
        for item in self.items:
            failed = any(statuses[key] >= 400 for key in item.depends_on)
            response = forward(item.request, self._failed_dependency(item) if failed else None)
            statuses[item.key] = response.status
            entries.append(_response_entry(item, response))
        # Graph does not promise an order. The first response moves to the end, so clients must match by id.
        return HttpResponse.json(200, {"responses": entries[1:] + entries[:1]}, content_type="application/json")

    def _failed_dependency(self, item: BatchItem) -> HttpResponse:
        error = ODataError(424, "FailedDependency", "A request that this one depends on has failed.")
        return error_response(error, item.request, self.clock())


def read_batch(request: HttpRequest, state: ServiceState) -> Batch:
    """Parse the whole batch before any request runs; raise ODataError when it is invalid."""
    return Batch(read_items(request), state.clock)


def _response_entry(item: BatchItem, response: HttpResponse) -> dict[str, t.Any]:
    entry: dict[str, t.Any] = {"id": item.id, "status": response.status, "headers": dict(response.headers)}
    if response.body:
        entry["body"] = _json_or_text(response.body)
    return entry


def _json_or_text(body: bytes) -> t.Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")
