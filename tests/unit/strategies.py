# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hypothesis strategies for input of services and users, for property-based tests."""

from __future__ import annotations

import typing as t

from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import GraphError
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

# Each run uses the same examples. Without a deadline, a test does not fail on a slow machine.
for_any = settings(
    max_examples=100, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)

scalars: st.SearchStrategy[t.Any] = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(["", " ", "x", "long " * 5000, "\r\n" * 3])
)


def objects(*known: str, values: st.SearchStrategy[t.Any] | None = None) -> st.SearchStrategy[dict[str, t.Any]]:
    """Return a strategy for JSON objects. Known keys are more frequent than other keys."""
    keys = st.sampled_from(known) | st.text(max_size=5) if known else st.text(max_size=5)
    return st.dictionaries(keys, values if values is not None else scalars, max_size=5)


def json_values(*known: str) -> st.SearchStrategy[t.Any]:
    """Return a strategy for JSON values whose objects have the known keys."""
    return st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=4) | objects(*known, values=inner), max_leaves=12
    )


headers: st.SearchStrategy[dict[str, str]] = st.dictionaries(
    st.sampled_from(["Retry-After", "Date", "request-id", "WWW-Authenticate", "x-ms-request-id"]),
    st.text(max_size=40) | st.sampled_from(["5", "-1", "1e3", "Tue, 01 Sep 2026 10:00:00 GMT", 'Bearer claims="x"']),
)
statuses = st.integers(400, 599)


def value_or_error(function: t.Callable[..., t.Any], *arguments: t.Any, **named: t.Any) -> t.Any:
    """Return the result of a function, or the GraphError that it raises. Other exceptions fail the test."""
    try:
        return function(*arguments, **named)
    except GraphError as exc:
        return exc
