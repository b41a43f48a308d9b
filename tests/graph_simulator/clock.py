# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time as the services write it."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

Clock = t.Callable[[], datetime]
"""Returns the present as an aware datetime in UTC."""

NEVER = "0001-01-01T00:00:00Z"
"""What a DateTimeOffset that was never set looks like: .NET's ``DateTimeOffset.MinValue``."""


def utc_now() -> datetime:
    """Read the machine's clock."""
    return datetime.now(timezone.utc)


def odata_time(moment: datetime) -> str:
    """Write a UTC moment as .NET services do: seven digits of a second and a ``Z``."""
    # Python counts microseconds, .NET tenths of them, hence the seventh digit.
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}0Z"
