# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The clock of retries, rate limits and waits."""

from __future__ import annotations

import time


class Clock:
    """The time of this host. Tests use a simulated clock instead."""

    def now(self) -> float:
        """Return the seconds since an arbitrary fixed time."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Sleep for some seconds."""
        time.sleep(seconds)
