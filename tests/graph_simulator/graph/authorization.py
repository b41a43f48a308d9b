# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Authenticate requests, and check permissions.

Source: https://learn.microsoft.com/graph/auth/auth-concepts and https://learn.microsoft.com/graph/permissions-reference
"""

from __future__ import annotations

import typing as t

from ..tenant import GRAPH_APPLICATION_ID
from ..tokens import TokenError
from .errors import IntuneError, ODataError

if t.TYPE_CHECKING:
    from ..http_messages import HttpRequest
    from ..service_state import ServiceState
    from ..signing import Claims


def authenticate(request: HttpRequest, state: ServiceState) -> Claims:
    """Return the claims of the bearer token (RFC 6750); raise ODataError with 401."""
    scheme, _space, token = request.headers.get("authorization", "").partition(" ")
    try:
        if scheme.lower() != "bearer" or not token.strip():
            raise TokenError("Access token is empty.")
        return state.tokens.verify(token.strip(), state.graph_url)
    except TokenError as error:
        challenge = (
            f'Bearer realm="", authorization_uri="{state.authority_url}/common/oauth2/authorize", '
            f'client_id="{GRAPH_APPLICATION_ID}"'
        )
        raise ODataError(401, "InvalidAuthenticationToken", str(error), {"WWW-Authenticate": challenge}) from None


def authorize(request: HttpRequest, claims: Claims, permissions: t.Sequence[str]) -> None:
    """Check that the token has one of ``permissions``, if any, as role or scope; raise ODataError with 403."""
    granted = {*claims.get("roles", ()), *claims.get("scp", "").split()}
    if permissions and granted.isdisjoint(permissions):
        text = (
            "Application is not authorized to perform this operation. "
            f"Application must have one of the following scopes: {', '.join(permissions)}"
        )
        raise IntuneError(403, "Forbidden", text, request)
