# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The grant by which a user signs in on another device (RFC 8628).

Source: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code, whose errors do not include
``slow_down``: a client that asks too often is not told so.
"""

from __future__ import annotations

import typing as t

from . import user_errors
from .clients import check_client_of_user, known_application
from .errors import EntraError
from .forms import required
from .scopes import read_scopes
from .sign_in import SignIn, known_user

if t.TYPE_CHECKING:
    from ..world import World
    from .forms import Form, Grant


def start_device_code(tenant: str, form: Form, world: World) -> dict[str, t.Any]:
    """Give out a code for the person and one for the device."""
    application = known_application(form, world)
    scope = required(form, "scope")
    read_scopes(scope, application, world)
    code = world.device_codes.start(application.client_id, scope)
    settings = world.device_codes.settings
    page = f"{world.authority_url}/common/oauth2/deviceauth"
    return {
        "user_code": code.user_code,
        "device_code": code.device_code,
        "verification_uri": page,
        "expires_in": int(settings.lifetime),
        "interval": settings.interval,
        "message": (
            f"To sign in, use a web browser to open the page {page} and enter the code {code.user_code} "
            "to authenticate."
        ),
    }


def device_code(tenant: str, form: Form, world: World) -> dict[str, t.Any]:
    """Tell the device how far the person is; once, at the end, with tokens. Whoever uses a browser can do MFA there."""
    application = known_application(form, world)
    code = world.device_codes.find(required(form, "device_code"))
    proof = check_client_of_user(form, application, world)
    if code is None or code.client_id != application.client_id:
        raise EntraError(user_errors.DEVICE_UNKNOWN)
    if code.redeemed:
        raise EntraError(user_errors.DEVICE_REDEEMED)
    if code.declined:
        raise EntraError(user_errors.DEVICE_DECLINED)
    if world.device_codes.is_expired(code):
        raise EntraError(user_errors.DEVICE_EXPIRED)
    if code.username is None:
        raise EntraError(user_errors.DEVICE_PENDING)
    user = known_user(code.username, world)
    body = SignIn(application, proof, user, code.scope, second_factor=True).answer(form, world)
    code.redeemed = True
    return body


DEVICE_GRANTS: dict[str, Grant] = {"urn:ietf:params:oauth:grant-type:device_code": device_code}
