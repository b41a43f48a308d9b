# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Types and helpers of the control routes."""

from __future__ import annotations

import typing as t

Item = t.TypeVar("Item")

ANY_SEGMENT = "{key}"
"""Placeholder for one path segment in a route."""

Routes = dict[tuple[str, str], t.Callable[..., t.Any]]
"""Functions by verb and path. Each takes the parsed body and the values of placeholders, and returns JSON.

They may raise InputError.
"""

EMPTY: dict[str, t.Any] = {}
"""The response of a request that returns no data."""


class UnknownKeyError(Exception):
    """A control request names an unknown path or object."""


def require_item(item: Item | None, name: str) -> Item:
    """Return ``item``; raise UnknownKeyError when it is None."""
    if item is None:
        raise UnknownKeyError(f"There is no {name}.")
    return item
