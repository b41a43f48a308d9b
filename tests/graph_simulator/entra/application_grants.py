# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client credentials grant, with which an application signs in as itself.

Source: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

from __future__ import annotations

import typing as t

from ..tokens import application_claims
from . import errors
from .clients import check_credential, find_application
from .errors import EntraError
from .forms import required
from .metadata import MULTI_TENANT_NAMES
from .scopes import check_default_scope

if t.TYPE_CHECKING:
    from ..service_state import ServiceState
    from .forms import Form, Grant


def client_credentials(tenant: str, form: Form, state: ServiceState) -> dict[str, t.Any]:
    """Issue a token for the application (RFC 6749, section 4.4). Its roles are the permissions."""
    if tenant in MULTI_TENANT_NAMES:
        raise EntraError(errors.TENANT_MISSING)
    application = find_application(form, state)
    check_default_scope(required(form, "scope"), state)
    client_auth = check_credential(form, application, state)
    claims = {
        **application_claims(application.client_id, application.object_id, application.roles),
        "app_displayname": application.display_name,
        "appidacr": client_auth,
    }
    return state.tokens.bearer(state.graph_url, claims)


APPLICATION_GRANTS: dict[str, Grant] = {"client_credentials": client_credentials}
