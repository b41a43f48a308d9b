# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the parts of the control interface have in common."""

from __future__ import annotations

import typing as t

Item = t.TypeVar("Item")

KEY = "{key}"
"""Stands for any one segment in a route."""

Routes = dict[tuple[str, str], t.Callable[..., t.Any]]
"""By verb and path: functions from the parsed body and the keys of the path to the answer, or to InputError."""

DONE: dict[str, t.Any] = {}
"""The answer to what has nothing to tell."""


class UnknownKeyError(Exception):
    """The address of a control request names nothing."""


def found(item: Item | None, name: str) -> Item:
    """Return what a key stands for; raises UnknownKeyError when that is nothing."""
    if item is None:
        raise UnknownKeyError(f"There is no {name}.")
    return item
