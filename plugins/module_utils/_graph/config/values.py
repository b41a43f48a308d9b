# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Parse durations, numbers and booleans from options and environment variables.

AnsibleModule checks the types of the options of a task, but not durations, environment variables and the arguments of a
rulebook.
"""

from __future__ import annotations

import math
import re
import typing as t

from ..errors import OptionsError
from ..masking import clip

# Texts that AWX surveys, filters and Ansible's conversion to text produce for a missing value.
_BLANKS: t.Final = ("", "none", "null")

# ansible-core 2.16 passes this text for `omit` in a list.
_OMITTED: t.Final = "__omit_place_holder__"
# Only ASCII digits and a decimal point. float() also accepts other digits, signs, exponents and separators.
_DECIMAL: t.Final = r"(?:[0-9]+\.?|[0-9]*\.[0-9]+)"
_NUMBER = re.compile(_DECIMAL)
_DURATION = re.compile(rf"({_DECIMAL})([smhdwSMHDW]?)")
_UNITS: t.Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
# Longer numbers are not useful, and Python refuses to convert more than 4,300 digits.
_MAX_DIGITS: t.Final = 40
_MAX_SHOWN: t.Final = 100
_DAY: t.Final = 86_400
# Longer timeouts are not useful, and operating systems refuse much longer timeouts.
_MAX_TIMEOUT: t.Final = _DAY
# 100 years in seconds.
MAX_AGE: t.Final = 36_500 * _DAY


def _is_blank(value: object) -> bool:
    """Return whether a value is ``None``, a blank text, "none", "null", or Ansible's placeholder for ``omit``."""
    return value is None or (isinstance(value, str) and (value.strip().lower() in _BLANKS or is_omitted(value)))


def is_unset(value: object) -> bool:
    """Return whether an option counts as not set: it is blank or false.

    For text options, Ansible converts false to the text "False".
    """
    return _is_blank(value) or stripped_text(value).lower() == "false"


def is_omitted(value: object) -> bool:
    """Return whether a value is Ansible's placeholder for ``omit``."""
    return isinstance(value, str) and value.strip().startswith(_OMITTED)


def stripped_text(value: object) -> str:
    """Return a value as stripped text. Return an empty text for an integer that Python refuses to convert."""
    try:
        return str(value).strip()
    except ValueError:
        return ""


def short_repr(value: object) -> str:
    """Return a value as one short line for a message."""
    try:
        return clip(repr(value), _MAX_SHOWN)
    except ValueError:
        # Python refuses to convert an integer of more than 4,300 digits.
        return "a number of more than 4300 digits"


def parse_boolean(label: str, value: object) -> bool:
    """Return a value as boolean. Accept the words that Ansible accepts.

    :param label: the name of the value in messages.
    :raises OptionsError: the value is not a boolean.
    """
    word = value.strip().lower() if isinstance(value, str) else value
    if word in (True, "true", "yes", "on", "y", "t", "1"):
        return True
    if word in (False, "false", "no", "off", "n", "f", "0"):
        return False
    raise OptionsError(f"{label} is {short_repr(value)}, which is not a boolean", hint="Give true or false.")


def parse_duration(label: str, value: object, *, allow_zero: bool = True, max_seconds: int = _MAX_TIMEOUT) -> float:
    """Return a duration in seconds. A duration is a decimal number with an optional unit: s, m, h, d or w.

    Callers first check with :func:`is_unset` whether the value is set.

    :param label: the name of the value in messages.
    :param allow_zero: whether the duration can be 0.
    :param max_seconds: the longest duration that is allowed. It must be a whole number of days, because the message
        shows days.
    :raises OptionsError: the value is not a duration, or it is outside of the limits.
    """
    text = stripped_text(value)
    match = _DURATION.fullmatch(text) if len(text) <= _MAX_DIGITS else None
    seconds = float(match[1]) * _UNITS[match[2].lower()] if match else math.nan
    if not 0 <= seconds <= max_seconds or (seconds == 0 and not allow_zero):
        limits = f"{'from 0 to' if allow_zero else 'longer than 0 and at most'} {max_seconds // _DAY}d"
        raise OptionsError(
            f"{label} is {short_repr(value)}; it must be a duration {limits}",
            hint="Give a number of seconds, or a number with one of the units s, m, h, d and w, such as 30, 0.5, 90s,"
            " 15m, 2h, 1d or 1w.",
        )
    return seconds


def parse_count(label: str, value: object, *, maximum: int) -> int:
    """Return a value as a whole number from 0 to ``maximum``.

    :param label: the name of the value in messages.
    :raises OptionsError: the value is not such a number.
    """
    count = _number(value)
    if not 0 <= count <= maximum or count != int(count):
        raise OptionsError(
            f"{label} is {short_repr(value)}, which is not a whole number between 0 and {maximum}",
            hint="Give a number, such as 4.",
        )
    return int(count)


def _number(value: object) -> float:
    """Return a number or a text as float, or NaN for other values."""
    if isinstance(value, str):
        text = value.strip()
        return float(text) if len(text) <= _MAX_DIGITS and _NUMBER.fullmatch(text) else math.nan
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.nan
