# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parse client assertions (RFC 7523): signed tokens that an application sends instead of a secret."""

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
    """A well-formed assertion whose signature is not verified yet. Times are in seconds since 1970."""

    text: str
    header: t.Mapping[str, t.Any]
    claims: Claims
    start: float
    end: float

    @classmethod
    def parse(cls, text: str) -> Assertion:
        """Parse an assertion without verifying its signature; raise EntraError."""
        try:
            header = jwt.get_unverified_header(text)
            claims = jwt.decode(text, options={"verify_signature": False})
            # Without nbf it is valid since 1970. The error message of Entra also shows this time.
            return cls(text, header, claims, float(claims.get("nbf", 0)), float(claims["exp"]))
        except (jwt.InvalidTokenError, KeyError, TypeError, ValueError):
            raise malformed_assertion("It must be a signed token with an expiry time.") from None

    def claim(self, name: str) -> str:
        """Return a string claim; empty when it is absent or of another type."""
        value = self.claims.get(name)
        return value if isinstance(value, str) else ""

    @property
    def audiences(self) -> tuple[str, ...]:
        """The audiences. Kubernetes sends a list even for one audience."""
        value = self.claims.get("aud")
        return tuple(str(item) for item in (value if isinstance(value, list) else [value]))

    def check_time(self, now: datetime) -> None:
        """Check that the assertion is valid now; raise EntraError."""
        if not self.start <= now.timestamp() < self.end:
            raise EntraError(
                client_errors.ASSERTION_OUTDATED,
                now=odata_time(now),
                start=_format_time(self.start),
                end=_format_time(self.end),
            )


def malformed_assertion(reason: str) -> EntraError:
    """Return the error for an assertion that is not a token or lacks a required part."""
    return EntraError(client_errors.ASSERTION_MALFORMED, reason=reason)


def _format_time(timestamp: float) -> str:
    try:
        return odata_time(datetime.fromtimestamp(timestamp, timezone.utc))
    except (OverflowError, OSError, ValueError):
        return str(timestamp)
