# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Client assertions (RFC 7523): tokens by which an application proves itself in place of a secret."""

from __future__ import annotations

import dataclasses
import typing as t
from datetime import datetime, timezone

import jwt

from ..clock import odata_time
from . import client_errors
from .errors import EntraError

if t.TYPE_CHECKING:
    from ..signing import Claims


@dataclasses.dataclass(frozen=True)
class Assertion:
    """A well-formed assertion, not yet believed; times are in seconds since 1970."""

    text: str
    header: t.Mapping[str, t.Any]
    claims: Claims
    start: float
    end: float

    @classmethod
    def parse(cls, text: str) -> Assertion:
        """Read an assertion without a look at its signature; raises EntraError."""
        try:
            header = jwt.get_unverified_header(text)
            claims = jwt.decode(text, options={"verify_signature": False})
            # Without a start it is valid since 1970, which is also what the service then tells.
            return cls(text, header, claims, float(claims.get("nbf", 0)), float(claims["exp"]))
        except (jwt.InvalidTokenError, KeyError, TypeError, ValueError):
            raise malformed("It must be a signed token with an expiry time.") from None

    def claim(self, name: str) -> str:
        """Return a claim that is a text; empty when it is absent or something else."""
        value = self.claims.get(name)
        return value if isinstance(value, str) else ""

    @property
    def audiences(self) -> tuple[str, ...]:
        """For whom it is. Kubernetes writes a list even of one."""
        value = self.claims.get("aud")
        return tuple(str(item) for item in (value if isinstance(value, list) else [value]))

    def check_time(self, now: datetime) -> None:
        """Check that it is valid now; raises EntraError."""
        if not self.start <= now.timestamp() < self.end:
            raise EntraError(
                client_errors.ASSERTION_OUTDATED,
                now=odata_time(now),
                start=_written(self.start),
                end=_written(self.end),
            )


def malformed(reason: str) -> EntraError:
    """Refuse an assertion that is no token, or lacks what any must have."""
    return EntraError(client_errors.ASSERTION_MALFORMED, reason=reason)


def _written(timestamp: float) -> str:
    try:
        return odata_time(datetime.fromtimestamp(timestamp, timezone.utc))
    except (OverflowError, OSError, ValueError):
        return str(timestamp)
