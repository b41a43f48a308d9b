# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Reads JSON from outside, within limits of depth and size."""

from __future__ import annotations

import json
import math
import typing as t

from ._text import printable

# Microsoft's answers are nested six levels deep at most.
_MAX_DEPTH: t.Final = 50
# Values cost memory, more than their text does: three bytes of JSON can become an object of 64. A page of 1,000
# devices has about 20,000 values.
_MAX_VALUES: t.Final = 250_000
# No number in an answer is longer. Python refuses to convert more than 4,300 digits.
_MAX_DIGITS: t.Final = 40


def parse_json(text: str | bytes) -> t.Any:
    """Parse JSON that comes from outside.

    Each string is made printable, keys included. A number that is too long or infinite is returned as text.

    :raises ValueError: it is not JSON, is nested too deeply, or has too many values.
    """
    separators = (b",", b"[", b"{") if isinstance(text, bytes) else (",", "[", "{")
    if sum(text.count(t.cast("t.Any", separator)) for separator in separators) > _MAX_VALUES:
        raise ValueError("too many values")
    try:
        value = json.loads(text, parse_int=_int, parse_float=_float, parse_constant=lambda name: name)
        return _checked(value, 0)
    except RecursionError as exc:
        raise ValueError("nested too deeply") from exc


def _int(digits: str) -> int | str:
    return int(digits) if len(digits) <= _MAX_DIGITS else digits[:_MAX_DIGITS]


def _float(digits: str) -> float | str:
    number = float(digits)
    return number if math.isfinite(number) else digits[:_MAX_DIGITS]


def _checked(value: t.Any, depth: int) -> t.Any:
    if isinstance(value, str):
        return printable(value)
    if not isinstance(value, (dict, list)):
        return value
    if depth >= _MAX_DEPTH:
        raise ValueError("nested too deeply")
    if isinstance(value, list):
        return [_checked(item, depth + 1) for item in value]
    return {printable(key): _checked(item, depth + 1) for key, item in value.items()}
