# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""What the headers of an answer tell, whichever of the two services gave it."""

from __future__ import annotations

import datetime
import email.utils
import re
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Mapping


def request_id(headers: Mapping[str, str]) -> str | None:
    """The service's id of the request, which Microsoft's support asks for; each service has its own name for it."""
    return headers.get("request-id") or headers.get("x-ms-request-id") or None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a Retry-After header asks to wait, given as such or as a date (RFC 9110, section 10.2.3).

    A date is measured against the answer's own Date, so this host's clock does not matter.
    """
    value = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", value):
        return float(value)
    try:
        wait = _moment(value) - _moment(headers.get("Date", ""))
        return max(0.0, wait.total_seconds())
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _moment(text: str) -> datetime.datetime:
    moment = email.utils.parsedate_to_datetime(text)
    # The oldest form of an HTTP date names no zone, and means UTC.
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.timezone.utc)
