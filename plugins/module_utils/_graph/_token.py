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
import json
import typing as t


@dataclasses.dataclass(frozen=True)
class Token:
    """An access token and what it says of itself.

    ``kind`` is "application" (permissions in the claim ``roles``), "delegated" (in ``scp``) or "unknown".
    """

    secret: str = dataclasses.field(repr=False)
    kind: str = "unknown"
    permissions: tuple[str, ...] = ()


def read_token(secret: str) -> Token:
    """Describe a token; one that is no JWT, or a strange one, is of kind "unknown"."""
    claims = _claims(secret)
    scopes, roles = claims.get("scp"), claims.get("roles")
    if isinstance(scopes, str):
        return Token(secret, "delegated", tuple(scopes.split()))
    if isinstance(roles, list):
        return Token(secret, "application", tuple(str(role) for role in roles))
    # An application without any permission has no roles claim; idtyp still tells what it is.
    return Token(secret, "application" if claims.get("idtyp") == "app" else "unknown")


def _claims(secret: str) -> dict[str, t.Any]:
    try:
        payload = secret.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}
