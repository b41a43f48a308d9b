# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Moments, exact to what the service writes.

Moments are whole ticks of 100 nanoseconds since the year 1, as .NET counts them: Graph writes seven digits of a second,
which ``datetime`` cannot hold, and "never" as the first moment of all, which it cannot convert between time zones.
"""

from __future__ import annotations

import datetime
import re
import typing as t

from .._graph.http.headers import parse_http_date

TICKS: t.Final = 10_000_000
"""In a second."""

_YEAR_1: t.Final = datetime.datetime(1, 1, 1, tzinfo=datetime.timezone.utc)
# DateTimeOffset of OData (ABNF construction rules, section 7): seconds or none, any number of their digits, any offset.
# Other services of Microsoft leave out the zone, write it without colon or minutes, or write a blank for the T.
_MOMENT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?"
    r" ?(?:Z|UTC|GMT|([+-])([0-9]{2})(?::?([0-9]{2}))?)?",
    re.IGNORECASE,
)
# No time and no date is longer.
_MAX_LENGTH: t.Final = 100


def read_moment(text: str | None) -> int | None:
    """Return the moment that a DateTimeOffset names; a time without a zone is in UTC.

    :returns: ``None`` for "never" (null, a blank, a moment in the year 1) and for a text that is not a time.
    """
    return _read(text)[0]


def is_unreadable(text: str | None) -> bool:
    """Return whether a text is neither a time nor "never", so that nothing is known."""
    return not _read(text)[1]


def _read(text: str | None) -> tuple[int | None, bool]:
    """Return the moment, ``None`` when there is none, and whether the text could be read."""
    if text is None or not text.strip():
        return None, True
    found = _MOMENT.fullmatch(" ".join(text.split())) if len(text) <= _MAX_LENGTH else None
    if found is None:
        return None, False
    year, month, day, hour, minute, second = (int(number or 0) for number in found.groups()[:6])
    fraction, sign, hours, minutes = found.groups()[6:]
    try:
        days = datetime.date(year, month, day).toordinal() - 1
    except ValueError:
        return None, False
    if hour > 23 or minute > 59 or second > 60:
        return None, False
    if year == 1:
        return None, True
    offset = 0 if sign is None else int(f"{sign}1") * (int(hours) * 3600 + int(minutes or 0) * 60)
    seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
    return seconds * TICKS + int((fraction or "")[:7].ljust(7, "0")), True


def read_date(header: str | None) -> int | None:
    """Return the moment of an HTTP date, ``None`` for another text."""
    date = parse_http_date(header or "")
    if date is None:
        return None
    return round((date - _YEAR_1).total_seconds()) * TICKS
