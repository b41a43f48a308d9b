# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The grants of the token endpoint: one function each, all in one table.

Source: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

from __future__ import annotations

import base64
import binascii
import typing as t
from urllib.parse import unquote

from ..tokens import LIFETIME
from ..world import TENANT_NAME, World
from . import errors
from .errors import EntraError
from .metadata import SHARED_NAMES

if t.TYPE_CHECKING:
    from ..applications import Application
    from ..exchange import Call

Form = t.Mapping[str, str]
Grant = t.Callable[[str, Form, World], dict[str, t.Any]]
"""Takes the tenant as asked, the form and the world; returns the success body, or raises EntraError."""


def required(form: Form, name: str) -> str:
    """Return the value of a parameter; empty counts as missing."""
    value = form.get(name, "")
    if not value:
        raise EntraError(errors.PARAMETER_MISSING, name=name)
    return value


def form_with_basic_credentials(call: Call) -> dict[str, str]:
    """Return the form, with client id and secret out of HTTP Basic (RFC 6749, section 2.3.1) if sent that way."""
    form = call.form()
    scheme, _space, encoded = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return form
    try:
        client_id, _colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return form
    # A copy in the body wins: it is what the service reads first.
    return {"client_id": unquote(client_id), "client_secret": unquote(secret), **form}


def known_application(form: Form, world: World) -> Application:
    """Return the enabled application that the form names; raises EntraError."""
    client_id = required(form, "client_id")
    application = world.application(client_id)
    if application is None:
        raise EntraError(errors.APPLICATION_UNKNOWN, client_id=client_id, tenant_name=TENANT_NAME)
    if not application.enabled:
        raise EntraError(errors.APPLICATION_DISABLED, client_id=client_id, display_name=application.display_name)
    return application


def check_default_scope(form: Form, world: World) -> None:
    """Check that the one scope is the Graph root and ``/.default``; raises EntraError."""
    scope = required(form, "scope")
    resource, suffix, rest = scope.partition("/.default")
    if " " in scope.strip():
        raise EntraError(errors.SCOPE_INVALID, scope=scope)
    if not suffix or rest.strip():
        raise EntraError(errors.SCOPE_NOT_DEFAULT, scope=scope)
    if resource.strip() != world.graph_url:
        raise EntraError(errors.RESOURCE_UNKNOWN, resource=resource, tenant_name=TENANT_NAME)


def check_secret(form: Form, application: Application, world: World) -> None:
    """Check that the form holds a secret of the application that has not expired; raises EntraError."""
    given = form.get("client_secret", "")
    if not given:
        raise EntraError(errors.CREDENTIAL_MISSING)
    match = next((secret for secret in application.secrets if secret.matches(given)), None)
    if match is None:
        raise EntraError(errors.SECRET_WRONG, client_id=application.client_id)
    if match.expired(world.clock()):
        raise EntraError(errors.SECRET_EXPIRED, client_id=application.client_id)


def client_credentials(tenant: str, form: Form, world: World) -> dict[str, t.Any]:
    """Issue a token of the application itself (RFC 6749, section 4.4), with the roles granted to it as permissions."""
    if tenant in SHARED_NAMES:
        raise EntraError(errors.TENANT_MISSING)
    application = known_application(form, world)
    check_default_scope(form, world)
    check_secret(form, application, world)
    claims = {
        "app_displayname": application.display_name,
        "appid": application.client_id,
        "appidacr": "1",
        "idtyp": "app",
        "oid": application.object_id,
        "sub": application.object_id,
        "roles": list(application.roles),
    }
    return {
        "token_type": "Bearer",
        "expires_in": LIFETIME,
        "ext_expires_in": LIFETIME,
        "access_token": world.tokens.issue(world.graph_url, claims),
    }


GRANTS: dict[str, Grant] = {
    "client_credentials": client_credentials,
}
