# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who sends a request, and whether that one may do it.

Source: https://learn.microsoft.com/graph/auth/auth-concepts and https://learn.microsoft.com/graph/permissions-reference
"""

from __future__ import annotations

import typing as t

from ..tenant import GRAPH_APPLICATION_ID
from ..tokens import TokenError
from .errors import GraphError, IntuneError

if t.TYPE_CHECKING:
    from ..http_messages import Call
    from ..signing import Claims
    from ..world import World


def authenticate(call: Call, world: World) -> Claims:
    """Return the claims of the request's bearer token (RFC 6750); raises GraphError with 401."""
    scheme, _space, token = call.headers.get("authorization", "").partition(" ")
    try:
        if scheme.lower() != "bearer" or not token.strip():
            raise TokenError("Access token is empty.")
        return world.tokens.verify(token.strip(), world.graph_url)
    except TokenError as problem:
        challenge = (
            f'Bearer realm="", authorization_uri="{world.authority_url}/common/oauth2/authorize", '
            f'client_id="{GRAPH_APPLICATION_ID}"'
        )
        raise GraphError(401, "InvalidAuthenticationToken", str(problem), {"WWW-Authenticate": challenge}) from None


def authorize(call: Call, claims: Claims, permissions: t.Sequence[str]) -> None:
    """Check for one of ``permissions``, if any, as a role or a delegated scope; raises GraphError with 403."""
    held = {*claims.get("roles", ()), *claims.get("scp", "").split()}
    if permissions and held.isdisjoint(permissions):
        text = (
            "Application is not authorized to perform this operation. "
            f"Application must have one of the following scopes: {', '.join(permissions)}"
        )
        raise IntuneError(403, "Forbidden", text, call)
