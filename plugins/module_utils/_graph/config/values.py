# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Reads durations, numbers and booleans from options and environment variables.

AnsibleModule has checked the types of a task's options. It does not know durations, and environment variables and the
arguments of a rulebook arrive unchecked.
"""

from __future__ import annotations

import math
import re
import typing as t

from ..errors import OptionsError
from ..masking import clip

# What a survey, a filter or Ansible's conversion to text makes of nothing.
BLANKS: t.Final = ("", "none", "null")

# ansible-core 2.16 passes this for `omit` inside of a list.
_OMITTED: t.Final = "__omit_place_holder__"
# Only ASCII digits, without sign, exponent and separators: float() accepts all of these.
_DECIMAL: t.Final = r"(?:[0-9]+\.?|[0-9]*\.[0-9]+)"
_NUMBER = re.compile(_DECIMAL)
_DURATION = re.compile(rf"({_DECIMAL})([smhdwSMHDW]?)")
_UNITS: t.Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
# No number is longer. Python refuses to convert more than 4,300 digits.
_MAX_DIGITS: t.Final = 40
_MAX_SHOWN: t.Final = 100
# Longer timeouts make no sense, and operating systems refuse much longer ones.
_DAY: t.Final = 86_400
# 100 years: no service is older.
MAX_AGE: t.Final = 36_500 * _DAY


def is_blank(value: object) -> bool:
    """Return whether a value counts as not given."""
    return value is None or (isinstance(value, str) and (value.strip().lower() in BLANKS or is_omitted(value)))


def is_not_given(value: object) -> bool:
    """Return whether a value is blank or false. Ansible makes the text "False" of false where it expects a text."""
    return is_blank(value) or text_of(value).lower() == "false"


def is_omitted(value: object) -> bool:
    """Return whether a value is Ansible's placeholder for ``omit``."""
    return isinstance(value, str) and value.strip().startswith(_OMITTED)


def text_of(value: object) -> str:
    """Return a value as text, stripped; an empty text for an integer that Python refuses to convert."""
    try:
        return str(value).strip()
    except ValueError:
        return ""


def shown(value: object) -> str:
    """Return a value that was given, on one short line for a message."""
    try:
        return clip(repr(value), _MAX_SHOWN)
    except ValueError:
        # Python refuses to convert an integer of more than 4,300 digits.
        return "a number of more than 4300 digits"


def read_boolean(label: str, value: object) -> bool:
    """Return the boolean that a value stands for, by the words that Ansible accepts.

    :param label: the name of the value in messages.
    :raises OptionsError: the value is not a boolean.
    """
    word = value.strip().lower() if isinstance(value, str) else value
    if word in (True, "true", "yes", "on", "y", "t", "1"):
        return True
    if word in (False, "false", "no", "off", "n", "f", "0"):
        return False
    raise OptionsError(f"{label} is {shown(value)}, which is not a boolean", hint="Give true or false.")


def parse_duration(label: str, value: object, *, zero: bool = True, max_seconds: int = _DAY) -> float:
    """Return the seconds of a duration: a decimal number, with one of the units s, m, h, d and w or without.

    Whether a value was given at all is the question of :func:`is_not_given`, which callers ask first.

    :param label: the name of the value in messages.
    :param zero: whether a duration of 0 is allowed.
    :param max_seconds: the longest duration that is allowed; a whole number of days.
    :raises OptionsError: the value is not a duration, or not within the limits.
    """
    text = text_of(value)
    found = _DURATION.fullmatch(text) if len(text) <= _MAX_DIGITS else None
    seconds = float(found[1]) * _UNITS[found[2].lower()] if found else math.nan
    if not 0 <= seconds <= max_seconds or (seconds == 0 and not zero):
        limits = f"{'from 0 to' if zero else 'longer than 0 and at most'} {max_seconds // _DAY}d"
        raise OptionsError(
            f"{label} is {shown(value)}; it must be a duration {limits}",
            hint="Give a number of seconds, or a number with one of the units s, m, h, d and w, such as 30, 0.5, 90s,"
            " 15m, 2h, 1d or 1w.",
        )
    return seconds


def read_count(label: str, value: object, *, most: int) -> int:
    """Return a whole number from 0 on.

    :param label: the name of the value in messages.
    :raises OptionsError: the value is not such a number, or it is above ``most``.
    """
    count = _number(value)
    if not 0 <= count <= most or count != int(count):
        raise OptionsError(
            f"{label} is {shown(value)}, which is not a whole number between 0 and {most}",
            hint="Give a number, such as 4.",
        )
    return int(count)


def _number(value: object) -> float:
    """Return the number given as such or as text; not a number when it is neither."""
    if isinstance(value, str):
        text = value.strip()
        return float(text) if len(text) <= _MAX_DIGITS and _NUMBER.fullmatch(text) else math.nan
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.nan
