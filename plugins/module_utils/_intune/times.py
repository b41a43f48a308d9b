# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Parse the times that the service writes, without loss of precision.

Times are integers: ticks of 100 nanoseconds since the year 1, as in .NET. ``datetime`` cannot be used for two reasons.
Graph writes seven digits of a second, and ``datetime`` stores six. Graph writes "never" as the start of the year 1,
which ``datetime`` cannot convert between time zones.
"""

from __future__ import annotations

import datetime
import re
import typing as t

from .._graph.http.headers import parse_http_date

TICKS_PER_SECOND: t.Final = 10_000_000

_YEAR_1: t.Final = datetime.datetime(1, 1, 1, tzinfo=datetime.timezone.utc)
# DateTimeOffset of OData (ABNF construction rules, section 7): seconds are optional, with any number of digits, and any
# offset. Other Microsoft services omit the zone, write it without colon or minutes, or write a blank in place of the T.
_TIMESTAMP = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?"
    r" ?(?:Z|UTC|GMT|([+-])([0-9]{2})(?::?([0-9]{2}))?)?",
    re.IGNORECASE,
)
# The maximum length of a text that can be a time.
_MAX_LENGTH: t.Final = 100


def parse_timestamp(text: str | None) -> int | None:
    """Return the ticks of a DateTimeOffset. A time without a zone is in UTC.

    :returns: ``None`` for "never" (null, a blank, a time in the year 1) and for a text that is not a time.
    """
    return _parse(text)[0]


def is_unreadable(text: str | None) -> bool:
    """Return whether a text is neither a time nor "never"."""
    return not _parse(text)[1]


def _parse(text: str | None) -> tuple[int | None, bool]:
    """Return the ticks of a time, or ``None``, and whether the text could be read."""
    if text is None or not text.strip():
        return None, True
    match = _TIMESTAMP.fullmatch(" ".join(text.split())) if len(text) <= _MAX_LENGTH else None
    if match is None:
        return None, False
    year, month, day, hour, minute, second = (int(number or 0) for number in match.groups()[:6])
    fraction, sign, offset_hours, offset_minutes = match.groups()[6:]
    try:
        days = datetime.date(year, month, day).toordinal() - 1
    except ValueError:
        return None, False
    if hour > 23 or minute > 59 or second > 60:
        return None, False
    if year == 1:
        return None, True
    offset = 0 if sign is None else int(f"{sign}1") * (int(offset_hours) * 3600 + int(offset_minutes or 0) * 60)
    seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
    return seconds * TICKS_PER_SECOND + int((fraction or "")[:7].ljust(7, "0")), True


def read_date(header: str | None) -> int | None:
    """Return the ticks of an HTTP date; ``None`` if the header is not a date."""
    date = parse_http_date(header or "")
    return None if date is None else round((date - _YEAR_1).total_seconds()) * TICKS_PER_SECOND
