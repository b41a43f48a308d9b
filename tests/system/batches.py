# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Send batches of requests to Microsoft Graph."""

from __future__ import annotations

import typing as t

from ansible_collections.msgraph.intune.tests.system.clients import CONNECTORS

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.system.clients import Client

BATCH = "/v1.0/$batch"
RELATIVE = CONNECTORS.removeprefix("/v1.0")
JSON = {"Content-Type": "application/json"}

Item = dict[str, t.Any]


def get(item_id: str, connector_id: str, **more: t.Any) -> Item:
    return {"id": item_id, "method": "GET", "url": f"{RELATIVE}/{connector_id}", **more}


def sync(item_id: str, connector_id: str, **more: t.Any) -> Item:
    return {
        "id": item_id,
        "method": "POST",
        "url": f"{RELATIVE}/{connector_id}/sync",
        "headers": JSON,
        "body": {"syncType": "deltaSync"},
        **more,
    }


def send(graph: Client, token: str, *items: Item) -> dict[str, Item]:
    """Send one batch, and return the responses by the IDs of their requests."""
    answer = graph.post(BATCH, token, json={"requests": items})
    assert answer.status_code == 200, answer.text
    return {response["id"]: response for response in answer.json()["responses"]}


def statuses(responses: dict[str, Item]) -> dict[str, int]:
    return {item_id: response["status"] for item_id, response in responses.items()}
