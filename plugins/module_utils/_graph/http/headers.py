# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Read the headers of a response of Graph or of the login service."""

from __future__ import annotations

import datetime
import email.utils
import re
import time
import typing as t

from ..masking import clip

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# A longer wait is reduced to this one, 31 years.
_MAX_RETRY_AFTER: t.Final = 999_999_999.0
_MAX_REQUEST_ID: t.Final = 100
# Longer headers are cut before they are parsed.
_MAX_LENGTH: t.Final = 1000
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def request_id(headers: Mapping[str, str]) -> str | None:
    """Return the request id of the service, which Microsoft's support asks for. Its header differs between services."""
    return clip(headers.get("request-id") or headers.get("x-ms-request-id") or "", _MAX_REQUEST_ID) or None


def retry_after(headers: Mapping[str, str], *, clock: Callable[[], float] = time.time) -> float | None:
    """Return the seconds that Retry-After asks to wait (RFC 9110, section 10.2.3); ``None`` when it asks for no wait.

    Each value is a number of seconds, also with a fraction, or an HTTP date. Of several values the longest wait counts:
    requests joins repeated headers with commas.

    :param clock: seconds of Unix time on this host. A date is measured against the ``Date`` of the same response, and
        against this clock only when that is missing.
    """
    values = headers.get("Retry-After", "")[:_MAX_LENGTH].split(",")
    waits = [min(float(value), _MAX_RETRY_AFTER) for value in map(_bare, values) if _NUMBER.fullmatch(value)]
    dates = _dates(values)
    if dates:
        sent = min(_dates(headers.get("Date", "")[:_MAX_LENGTH].split(",")), default=clock())
        waits.append(min(max(0.0, max(dates) - sent), _MAX_RETRY_AFTER))
    return max(waits, default=None)


def parse_http_date(text: str) -> datetime.datetime | None:
    """Return the time of an HTTP date in UTC (RFC 9110, section 5.6.7), ``None`` for another text."""
    try:
        date = email.utils.parsedate_to_datetime(text[:_MAX_LENGTH])
        # The oldest form of an HTTP date names no zone, and means UTC.
        return (date if date.tzinfo else date.replace(tzinfo=datetime.timezone.utc)).astimezone(datetime.timezone.utc)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _bare(value: str) -> str:
    """Return one value without the brackets and quotes of a JSON list."""
    return value.strip(" \t[]\"'")


def _dates(values: Sequence[str]) -> list[float]:
    """Return the Unix times of the HTTP dates among the values.

    The values are split at commas, so a weekday is a value by itself. A date is complete without it.
    """
    dates = []
    for value in map(_bare, values):
        date = parse_http_date(value)
        if date is not None:
            dates.append(date.timestamp())
    return dates
