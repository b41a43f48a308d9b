# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Grants that sign a user in without a browser: with a password, or with a refresh token.

Sources: https://learn.microsoft.com/entra/identity-platform/v2-oauth-ropc and
https://learn.microsoft.com/entra/identity-platform/refresh-tokens
"""

from __future__ import annotations

import hmac
import typing as t

from ..clock import odata_time
from ..refresh_tokens import PREFIX, IssuedRefreshToken
from . import user_errors
from .clients import check_user_client, find_application
from .errors import EntraError
from .forms import required
from .sign_in import SignIn, find_user

if t.TYPE_CHECKING:
    from ..service_state import ServiceState
    from ..users import User
    from .forms import Form, Grant


def password(tenant: str, form: Form, state: ServiceState) -> dict[str, t.Any]:
    """Sign in with user name and password (RFC 6749, section 4.3)."""
    if tenant == "common":
        raise EntraError(user_errors.PASSWORD_NEEDS_TENANT)
    application = find_application(form, state)
    username, provided, scope = (required(form, name) for name in ("username", "password", "scope"))
    client_auth = check_user_client(form, application, state)
    user = find_user(username, state)
    _check_password(provided, user)
    return SignIn(application, client_auth, user, scope, second_factor=False).issue_tokens(form, state)


def refresh_token(tenant: str, form: Form, state: ServiceState) -> dict[str, t.Any]:
    """Redeem a refresh token (RFC 6749, section 6). The default scopes are those of the first sign-in."""
    application = find_application(form, state)
    text = required(form, "refresh_token")
    client_auth = check_user_client(form, application, state)
    token = _valid_token(text, application.client_id, state)
    scope = form.get("scope") or token.scope
    user = find_user(token.username, state)
    body = SignIn(application, client_auth, user, scope, token.second_factor).issue_tokens(form, state)
    # Entra always returns a new refresh token, even when the scopes do not include offline_access.
    if "refresh_token" not in body:
        body["refresh_token"] = state.refresh_tokens.issue(
            token.client_id, token.username, token.scope, second_factor=token.second_factor
        )
    return body


def _check_password(provided: str, user: User) -> None:
    if user.locked:
        raise EntraError(user_errors.USER_LOCKED)
    # Entra cannot check the password of a federated account.
    matches = user.federation_metadata_url is None and hmac.compare_digest(user.password.encode(), provided.encode())
    if not matches:
        raise EntraError(user_errors.PASSWORD_WRONG)


def _valid_token(text: str, client_id: str, state: ServiceState) -> IssuedRefreshToken:
    if not text.startswith(PREFIX):
        raise EntraError(user_errors.REFRESH_MALFORMED)
    token = state.refresh_tokens.find(text)
    if token is None or token.client_id != client_id:
        raise EntraError(user_errors.REFRESH_UNKNOWN)
    issued = odata_time(token.issued)
    if token.revoked is not None:
        raise EntraError(user_errors.REFRESH_REVOKED, issued=issued, revoked=odata_time(token.revoked))
    if token.expired:
        raise EntraError(user_errors.REFRESH_EXPIRED, issued=issued)
    return token


USER_GRANTS: dict[str, Grant] = {"password": password, "refresh_token": refresh_token}
