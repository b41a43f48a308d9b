# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""How messages name the proxy of a request."""

from __future__ import annotations

import typing as t


class ProxyLabel(t.NamedTuple):
    """How messages name a proxy.

    :param address: its host and port, without user and password.
    :param source: the option or the environment variable that names it, such as "the option proxy".
    :param has_exceptions: whether the variable NO_PROXY applies; it has no effect on the option.
    :param has_user: whether its URL holds a user.
    """

    address: str
    source: str
    has_exceptions: bool
    has_user: bool = False

    @property
    def via(self) -> str:
        """Return the end of a sentence about a request that was sent through the proxy."""
        return f", through the proxy {self.address} (from {self.source})"

    def hint(self, host: str) -> str:
        """Return what to check when the proxy fails on the way to a host, as sentences."""
        advice = f"Check whether the proxy runs and allows connections to {host}."
        if not self.has_exceptions:
            return advice
        return f"{advice} If {host} must be reached without a proxy, add it to NO_PROXY."
