# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Read the claims of access tokens without verification, for messages and results only.

Access tokens of Graph are opaque to clients (https://learn.microsoft.com/entra/identity-platform/access-tokens). If a
token is a JWT (RFC 7519), its claims show operators which permission is missing.
"""

from __future__ import annotations

import base64
import dataclasses
import re
import typing as t

from ..http.json_reader import parse_json
from ..masking import SHORTEST_SAFE_SECRET, clip

# Servers refuse header lines of this length. The longest tokens of Entra have a few kilobytes.
MAX_TOKEN_LENGTH: t.Final = 64 * 1024
# Graph has about 1,000 permissions. Their names have fewer than 100 characters.
_MAX_PERMISSIONS: t.Final = 1000
_MAX_PERMISSION_LENGTH: t.Final = 128
_MAX_SHOWN: t.Final = 50

# The syntax of bearer tokens (RFC 6750, section 2.1), which includes JWTs.
_BEARER_SYNTAX = r"[A-Za-z0-9._~+/=-]+"


@dataclasses.dataclass(frozen=True)
class Token:
    """An access token with its kind and permissions.

    ``kind`` is "application" (permissions in the claim ``roles``), "delegated" (in ``scp``) or "unknown".
    """

    secret: str = dataclasses.field(repr=False)
    kind: str = "unknown"
    permissions: tuple[str, ...] = ()
    from_cache: bool = False

    @property
    def shown_permissions(self) -> str:
        """The permissions as text for a message. It names the first 50 permissions."""
        if not self.permissions:
            return "no permissions"
        hidden = len(self.permissions) - _MAX_SHOWN
        noun = "permission" if len(self.permissions) == 1 else "permissions"
        shown = f"the {noun} {', '.join(self.permissions[:_MAX_SHOWN])}"
        return f"{shown} and {hidden} more" if hidden > 0 else shown


def is_sendable(secret: str) -> bool:
    """Return whether a text has the syntax of a token, so that it cannot inject other text into a header."""
    return re.fullmatch(_BEARER_SYNTAX, secret) is not None


def find_problem(secret: str) -> str | None:
    """Return why a text cannot be an access token, as a text after "the access token ", or ``None``."""
    if len(secret) < SHORTEST_SAFE_SECRET:
        return f"is shorter than {SHORTEST_SAFE_SECRET} characters"
    if len(secret) > MAX_TOKEN_LENGTH:
        return f"is longer than {MAX_TOKEN_LENGTH} characters"
    return None if is_sendable(secret) else "holds characters that a token cannot hold"


def read_token(secret: str, *, from_cache: bool = False) -> Token:
    """Return the token with its kind and permissions. The kind is "unknown" if the claims cannot be read."""
    claims = read_claims(secret)
    scopes, roles = claims.get("scp"), claims.get("roles")
    if isinstance(scopes, str):
        return Token(secret, "delegated", _clip_names(scopes.split()), from_cache)
    if isinstance(roles, list):
        return Token(secret, "application", _clip_names(roles), from_cache)
    # The token of an application without permissions has no claim roles, but it may have idtyp.
    return Token(secret, "application" if claims.get("idtyp") == "app" else "unknown", from_cache=from_cache)


def _clip_names(permissions: list[t.Any]) -> tuple[str, ...]:
    return tuple(clip(str(name), _MAX_PERMISSION_LENGTH) for name in permissions[:_MAX_PERMISSIONS])


def read_claims(secret: str) -> dict[str, t.Any]:
    """Return the claims of a JWT without verification, or an empty dictionary for other text."""
    try:
        payload = secret.split(".")[1]
        claims = parse_json(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}
