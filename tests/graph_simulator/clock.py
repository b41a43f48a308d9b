# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the current time, and format times as the services do."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

UtcClock = t.Callable[[], datetime]
"""A function that returns the current time as an aware datetime in UTC."""

NEVER = "0001-01-01T00:00:00Z"
"""The value of a DateTimeOffset that was never set: ``DateTimeOffset.MinValue`` of .NET."""


def utc_now() -> datetime:
    """Return the current time of this machine in UTC."""
    return datetime.now(timezone.utc)


def odata_time(moment: datetime) -> str:
    """Format a UTC time as .NET services do: seven digits for the fraction of a second, and ``Z``."""
    # %f gives six digits; .NET writes seven.
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}0Z"


def parse_time(text: str | None) -> datetime | None:
    """Return the time of an ISO 8601 text with an offset; None when the text is missing or is no such time."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return None if moment.tzinfo is None else moment
