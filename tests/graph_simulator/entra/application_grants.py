# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The grant by which an application signs in as itself.

Source: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

from __future__ import annotations

import typing as t

from ..tokens import application_claims
from . import errors
from .clients import check_credential, known_application
from .errors import EntraError
from .forms import required
from .metadata import SHARED_NAMES
from .scopes import check_default_scope

if t.TYPE_CHECKING:
    from ..world import World
    from .forms import Form, Grant


def client_credentials(tenant: str, form: Form, world: World) -> dict[str, t.Any]:
    """Issue a token of the application itself (RFC 6749, section 4.4), with the roles granted to it as permissions."""
    if tenant in SHARED_NAMES:
        raise EntraError(errors.TENANT_MISSING)
    application = known_application(form, world)
    check_default_scope(required(form, "scope"), world)
    proof = check_credential(form, application, world)
    claims = {
        **application_claims(application.client_id, application.object_id, application.roles),
        "app_displayname": application.display_name,
        "appidacr": proof,
    }
    return world.tokens.bearer(world.graph_url, claims)


APPLICATION_GRANTS: dict[str, Grant] = {"client_credentials": client_credentials}
