# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""What an access token says of itself, read without checking it: for messages and results, never for a decision.

Graph's tokens are opaque to its clients by contract (https://learn.microsoft.com/entra/identity-platform/access-tokens);
where one is a JWT all the same (RFC 7519), its claims tell an operator which permission is missing.
"""

from __future__ import annotations

import base64
import dataclasses
import re
import typing as t

from ..http.json_reader import parse_json
from ..masking import SHORTEST_SAFE_SECRET, clip

# Servers refuse header lines of this length; Entra's longest tokens have a few kilobytes.
MAX_TOKEN_LENGTH: t.Final = 64 * 1024
# Graph has about 1,000 permissions, whose names have fewer than 100 characters.
_MAX_PERMISSIONS: t.Final = 1000
_MAX_PERMISSION: t.Final = 128
_MAX_SHOWN: t.Final = 50

# What may stand behind "Bearer" (RFC 6750, section 2.1), and what JWTs are made of.
_SENDABLE = r"[A-Za-z0-9._~+/=-]+"


@dataclasses.dataclass(frozen=True)
class Token:
    """An access token and what it says of itself.

    ``kind`` is "application" (permissions in the claim ``roles``), "delegated" (in ``scp``) or "unknown".
    """

    secret: str = dataclasses.field(repr=False)
    kind: str = "unknown"
    permissions: tuple[str, ...] = ()
    from_cache: bool = False

    @property
    def shown_permissions(self) -> str:
        """The permissions for a message, which names the first 50 of them."""
        if not self.permissions:
            return "no permissions"
        hidden = len(self.permissions) - _MAX_SHOWN
        noun = "permission" if len(self.permissions) == 1 else "permissions"
        shown = f"the {noun} {', '.join(self.permissions[:_MAX_SHOWN])}"
        return f"{shown} and {hidden} more" if hidden > 0 else shown


def is_sendable(secret: str) -> bool:
    """Whether it has the form of a token, so that it can go into a header and nothing can be smuggled along."""
    return re.fullmatch(_SENDABLE, secret) is not None


def find_problem(secret: str) -> str | None:
    """Return what makes a text unusable as an access token, to follow "the access token ", or ``None``."""
    if len(secret) < SHORTEST_SAFE_SECRET:
        return f"is shorter than {SHORTEST_SAFE_SECRET} characters"
    if len(secret) > MAX_TOKEN_LENGTH:
        return f"is longer than {MAX_TOKEN_LENGTH} characters"
    return None if is_sendable(secret) else "holds characters that a token cannot hold"


def read_token(secret: str, *, from_cache: bool = False) -> Token:
    """Describe a token; one that is no JWT, or a strange one, is of kind "unknown"."""
    claims = read_claims(secret)
    scopes, roles = claims.get("scp"), claims.get("roles")
    if isinstance(scopes, str):
        return Token(secret, "delegated", _names(scopes.split()), from_cache)
    if isinstance(roles, list):
        return Token(secret, "application", _names(roles), from_cache)
    # An application without any permission has no roles claim; idtyp still tells what it is.
    return Token(secret, "application" if claims.get("idtyp") == "app" else "unknown", from_cache=from_cache)


def _names(permissions: list[t.Any]) -> tuple[str, ...]:
    return tuple(clip(str(name), _MAX_PERMISSION) for name in permissions[:_MAX_PERMISSIONS])


def read_claims(secret: str) -> dict[str, t.Any]:
    """Return the claims of a JWT, unchecked; empty for anything else."""
    try:
        payload = secret.split(".")[1]
        claims = parse_json(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}
