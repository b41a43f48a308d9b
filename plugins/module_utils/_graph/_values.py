# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Reads what people write for a boolean or a number, in a message's terms when it is neither.

The argument spec's own types will not do: they refuse the empty string that a job template sends for "not given".
"""

from __future__ import annotations

import math
import re
import typing as t

from ._errors import OptionsError
from ._secrets import clip

# What a survey, a filter or Ansible's conversion to text makes of nothing.
BLANKS: t.Final = ("", "none", "null")

# ansible-core 2.16 passes this for `omit` inside of a list.
_OMITTED: t.Final = "__omit_place_holder__"
# Only ASCII digits, without sign, exponent and separators: float() accepts all of these.
_NUMBER = re.compile(r"(?:[0-9]+\.?|[0-9]*\.[0-9]+)")
# No number is longer. Python refuses to convert more than 4,300 digits.
MAX_DIGITS: t.Final = 40
_MAX_SHOWN: t.Final = 100
# No wait is worth longer, and operating systems refuse much more.
_DAY: t.Final = 86_400


def is_blank(value: object) -> bool:
    """Return whether a value counts as not given."""
    return value is None or (isinstance(value, str) and (value.strip().lower() in BLANKS or is_omitted(value)))


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


def read_boolean(called: str, value: object) -> bool:
    """What Ansible calls a boolean.

    :param called: what messages call the value.
    :raises OptionsError: it is none.
    """
    word = value.strip().lower() if isinstance(value, str) else value
    if word in (True, "true", "yes", "on", "y", "t", "1"):
        return True
    if word in (False, "false", "no", "off", "n", "f", "0"):
        return False
    raise OptionsError(f"{called} is not a boolean", hint="Give true or false.")


def read_seconds(called: str, value: object, *, zero: bool = False) -> float:
    """A number of seconds, up to a day.

    :param zero: whether none at all is allowed.
    :raises OptionsError: it is none.
    """
    seconds = _number(value)
    if not 0 <= seconds <= _DAY or (seconds == 0 and not zero):
        least = "from 0" if zero else "above 0"
        raise OptionsError(
            f"{called} is not a number of seconds {least} up to {_DAY}", hint="Give a number without unit, such as 30."
        )
    return seconds


def read_count(called: str, value: object, *, most: int) -> int:
    """A whole number from 0 on.

    :raises OptionsError: it is none, or above ``most``.
    """
    count = _number(value)
    if not 0 <= count <= most or count != int(count):
        raise OptionsError(f"{called} is not a whole number between 0 and {most}", hint="Give a number, such as 4.")
    return int(count)


def _number(value: object) -> float:
    """Return the number given as such or as text; not a number when it is neither."""
    if isinstance(value, str):
        text = value.strip()
        return float(text) if len(text) <= MAX_DIGITS and _NUMBER.fullmatch(text) else math.nan
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.nan
