# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The grants by which a user signs in without a browser: a password, or a refresh token of an earlier sign-in.

Sources: https://learn.microsoft.com/entra/identity-platform/v2-oauth-ropc and
https://learn.microsoft.com/entra/identity-platform/refresh-tokens
"""

from __future__ import annotations

import hmac
import typing as t

from ..clock import odata_time
from ..refresh_tokens import PREFIX, RefreshToken
from . import user_errors
from .clients import check_client_of_user, known_application
from .errors import EntraError
from .forms import required
from .sign_in import SignIn, known_user

if t.TYPE_CHECKING:
    from ..users import User
    from ..world import World
    from .forms import Form, Grant


def password(tenant: str, form: Form, world: World) -> dict[str, t.Any]:
    """Sign in with name and password (RFC 6749, section 4.3)."""
    if tenant == "common":
        raise EntraError(user_errors.PASSWORD_NEEDS_TENANT)
    application = known_application(form, world)
    username, given, scope = (required(form, name) for name in ("username", "password", "scope"))
    proof = check_client_of_user(form, application, world)
    user = known_user(username, world)
    _check_password(given, user)
    return SignIn(application, proof, user, scope, second_factor=False).answer(form, world)


def refresh_token(tenant: str, form: Form, world: World) -> dict[str, t.Any]:
    """Go on with an earlier sign-in (RFC 6749, section 6), for the same scopes unless others are given."""
    application = known_application(form, world)
    text = required(form, "refresh_token")
    proof = check_client_of_user(form, application, world)
    token = _valid_token(text, application.client_id, world)
    scope = form.get("scope") or token.scope
    user = known_user(token.username, world)
    body = SignIn(application, proof, user, scope, token.second_factor).answer(form, world)
    # There is always a newer one, whether or not this request asks for offline_access once more.
    if "refresh_token" not in body:
        body["refresh_token"] = world.refresh_tokens.issue(
            token.client_id, token.username, token.scope, second_factor=token.second_factor
        )
    return body


def _check_password(given: str, user: User) -> None:
    if user.locked:
        raise EntraError(user_errors.USER_LOCKED)
    # The password of a federated account is not Entra's to check.
    matches = user.federation_metadata_url is None and hmac.compare_digest(user.password.encode(), given.encode())
    if not matches:
        raise EntraError(user_errors.PASSWORD_WRONG)


def _valid_token(text: str, client_id: str, world: World) -> RefreshToken:
    if not text.startswith(PREFIX):
        raise EntraError(user_errors.REFRESH_MALFORMED)
    token = world.refresh_tokens.find(text)
    if token is None or token.client_id != client_id:
        raise EntraError(user_errors.REFRESH_UNKNOWN)
    issued = odata_time(token.issued)
    if token.revoked is not None:
        raise EntraError(user_errors.REFRESH_REVOKED, issued=issued, revoked=odata_time(token.revoked))
    if token.expired:
        raise EntraError(user_errors.REFRESH_EXPIRED, issued=issued)
    return token


USER_GRANTS: dict[str, Grant] = {"password": password, "refresh_token": refresh_token}
