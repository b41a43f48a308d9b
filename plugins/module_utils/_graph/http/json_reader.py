# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Parse JSON of a service within limits of depth and size."""

from __future__ import annotations

import json
import math
import sys
import typing as t

from ..text import printable

# Responses of Microsoft are nested at most six levels deep.
_MAX_DEPTH: t.Final = 50
# A single character outside the Basic Multilingual Plane makes a text take four bytes for each of its characters.
_MAX_TEXT_BYTES: t.Final = 8 * 1024 * 1024
# Values cost memory, more than their text does: three bytes of JSON can become an object of 64. A page of 1,000
# devices has about 20,000 values.
_MAX_VALUES: t.Final = 250_000
# Numbers in responses are shorter. Python refuses to convert more than 4,300 digits.
_MAX_DIGITS: t.Final = 40


def parse_json(text: str | bytes) -> t.Any:
    """Parse JSON that comes from outside.

    Each string is made printable, keys included. A number that is too long or infinite is returned as text.

    :raises ValueError: it is not JSON in UTF-8, is nested too deeply, or is too large.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8-sig")
    if sys.getsizeof(text) > _MAX_TEXT_BYTES:
        raise ValueError("too large")
    if sum(text.count(separator) for separator in ",[{") > _MAX_VALUES:
        raise ValueError("too many values")
    try:
        value = json.loads(text, parse_int=_int, parse_float=_float, parse_constant=lambda name: name)
        return _cleaned(value, 0)
    except RecursionError as exc:
        raise ValueError("nested too deeply") from exc


def _int(digits: str) -> int | str:
    return int(digits) if len(digits) <= _MAX_DIGITS else digits[:_MAX_DIGITS]


def _float(digits: str) -> float | str:
    number = float(digits)
    return number if math.isfinite(number) else digits[:_MAX_DIGITS]


def _cleaned(value: t.Any, depth: int) -> t.Any:
    """Make the strings of a value printable. It is changed in place where possible, as a copy takes as much memory."""
    if isinstance(value, str):
        return printable(value)
    if not isinstance(value, (dict, list)):
        return value
    if depth >= _MAX_DEPTH:
        raise ValueError("nested too deeply")
    if isinstance(value, list):
        for index, item in enumerate(value):
            value[index] = _cleaned(item, depth + 1)
        return value
    if not all(key.isprintable() for key in value):
        value = {printable(key): item for key, item in value.items()}
    for key, item in value.items():
        value[key] = _cleaned(item, depth + 1)
    return value
