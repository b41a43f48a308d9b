# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The device code grant (RFC 8628), with which a user signs in on another device.

Source: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code. Its errors do not include
``slow_down``, so a client that polls too often gets no such error.
"""

from __future__ import annotations

import typing as t

from . import user_errors
from .clients import check_user_client, find_application
from .errors import EntraError
from .forms import required
from .scopes import read_scopes
from .sign_in import SignIn, find_user

if t.TYPE_CHECKING:
    from ..service_state import ServiceState
    from .forms import Form, Grant


def start_device_code(tenant: str, form: Form, state: ServiceState) -> dict[str, t.Any]:
    """Issue a user code and a device code."""
    application = find_application(form, state)
    scope = required(form, "scope")
    read_scopes(scope, application, state)
    code = state.device_codes.start(application.client_id, scope)
    settings = state.device_codes.settings
    endpoint = f"{state.authority_url}/common/oauth2/deviceauth"
    return {
        "user_code": code.user_code,
        "device_code": code.device_code,
        "verification_uri": endpoint,
        "expires_in": int(settings.lifetime),
        "interval": settings.interval,
        "message": (
            f"To sign in, use a web browser to open the page {endpoint} and enter the code {code.user_code} "
            "to authenticate."
        ),
    }


def device_code(tenant: str, form: Form, state: ServiceState) -> dict[str, t.Any]:
    """Issue tokens once after the user's approval; raise EntraError before that. The browser sign-in includes MFA."""
    application = find_application(form, state)
    code = state.device_codes.find(required(form, "device_code"))
    client_auth = check_user_client(form, application, state)
    if code is None or code.client_id != application.client_id:
        raise EntraError(user_errors.DEVICE_UNKNOWN)
    if code.redeemed:
        raise EntraError(user_errors.DEVICE_REDEEMED)
    if code.declined:
        raise EntraError(user_errors.DEVICE_DECLINED)
    if state.device_codes.is_expired(code):
        raise EntraError(user_errors.DEVICE_EXPIRED)
    if code.username is None:
        raise EntraError(user_errors.DEVICE_PENDING)
    user = find_user(code.username, state)
    body = SignIn(application, client_auth, user, code.scope, second_factor=True).issue_tokens(form, state)
    code.redeemed = True
    return body


DEVICE_GRANTS: dict[str, Grant] = {"urn:ietf:params:oauth:grant-type:device_code": device_code}
