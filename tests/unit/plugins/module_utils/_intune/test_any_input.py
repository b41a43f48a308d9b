# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Any input of a user or a service results in a valid value or a GraphError."""

from __future__ import annotations

import typing as t

from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import OptionsError, ProtocolError
from ansible_collections.msgraph.intune.plugins.module_utils._intune.resources.exchange_connector import (
    EXCHANGE_CONNECTOR,
)
from ansible_collections.msgraph.intune.plugins.module_utils._intune.selection import SelectionOptions
from ansible_collections.msgraph.intune.tests.unit.strategies import for_any, json_values, value_or_error
from hypothesis import given
from hypothesis import strategies as st


@for_any
@given(items=st.none() | st.lists(json_values("id") | st.sampled_from([" a ", "a", "b/c", "..", "None"]), max_size=5))
def test_ids_are_distinct_and_stay_in_their_path_segment_for_any_input(items: list[t.Any] | None) -> None:
    options = SelectionOptions(id="connector_id", name="connector_name", all="all_connectors")
    selection = value_or_error(options.require, {"connector_id": items})
    if isinstance(selection, OptionsError):
        assert "connector_id" in str(selection)
        return
    assert not selection.all
    assert selection.is_empty is (items == [])
    assert len({one.casefold() for one in selection.ids}) == len(selection.ids)
    for one in selection.ids:
        assert one == one.strip() != ""
        path = EXCHANGE_CONNECTOR.object_path(one)
        assert path.count("/") == 2
        assert not set(path) & set("?#\\ ")
        assert path.rpartition("/")[2] not in (".", "..")


@for_any
@given(body=json_values("id", "value", "status", "lastSyncDateTime", "serverName"))
def test_any_answer_is_a_connector_or_a_protocol_error(body: t.Any) -> None:
    connector = value_or_error(EXCHANGE_CONNECTOR.read_state, body)
    if isinstance(connector, ProtocolError):
        return
    assert isinstance(connector["id"], str)
    assert all(value is None or isinstance(value, str) for value in connector.values())
