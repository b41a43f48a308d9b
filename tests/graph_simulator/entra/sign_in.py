# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sign a user in through an application: check policies and consent, and issue tokens.

Sources: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow (the response) and
https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
"""

from __future__ import annotations

import base64
import dataclasses
import json
import typing as t

from ..tenant import GRAPH_APPLICATION_ID, TENANT_ID
from . import user_errors
from .errors import EntraError
from .metadata import issuer
from .scopes import check_consent, read_scopes

if t.TYPE_CHECKING:
    from ..applications import Application
    from ..service_state import ServiceState
    from ..users import User
    from .forms import Form


def find_user(username: str, state: ServiceState) -> User:
    """Return the user with this name; raise EntraError."""
    user = state.user(username)
    if user is None:
        raise EntraError(user_errors.USER_UNKNOWN, tenant_id=TENANT_ID)
    return user


@dataclasses.dataclass(frozen=True)
class SignIn:
    """The sign-in of a user with a valid credential.

    ``client_auth``: the value of ``appidacr``. ``scope``: the requested scopes as text.
    """

    application: Application
    client_auth: str
    user: User
    scope: str
    second_factor: bool

    def issue_tokens(self, form: Form, state: ServiceState) -> dict[str, t.Any]:
        """Check policies and consent, and return the body of the token response; raise EntraError."""
        self._check_policies()
        scopes = read_scopes(self.scope, self.application, state)
        check_consent(scopes, self.application)
        body = state.tokens.bearer(state.graph_url, self._access_claims(scopes.access_token_scope))
        body["scope"] = scopes.response_scope
        if "offline_access" in scopes.openid:
            body["refresh_token"] = state.refresh_tokens.issue(
                self.application.client_id, self.user.username, self.scope, second_factor=self.second_factor
            )
        if "openid" in scopes.openid:
            body["id_token"] = state.tokens.issue(self.application.client_id, self._id_claims(state))
        if form.get("client_info") == "1":
            body["client_info"] = _client_info(self.user)
        return body

    def _check_policies(self) -> None:
        if not self.user.enabled:
            raise EntraError(user_errors.USER_DISABLED)
        if self.user.blocked:
            raise EntraError(user_errors.BLOCKED)
        if self.user.mfa and not self.second_factor:
            raise EntraError(user_errors.SECOND_FACTOR_MISSING, resource=GRAPH_APPLICATION_ID)

    def _access_claims(self, scopes: str) -> dict[str, t.Any]:
        return {
            "app_displayname": self.application.display_name,
            "appid": self.application.client_id,
            "appidacr": self.client_auth,
            "amr": ["pwd", "mfa"] if self.second_factor else ["pwd"],
            "idtyp": "user",
            "name": self.user.display_name,
            "oid": self.user.object_id,
            "scp": scopes,
            "sub": self.user.object_id,
            "unique_name": self.user.username,
            "upn": self.user.username,
        }

    def _id_claims(self, state: ServiceState) -> dict[str, t.Any]:
        return {
            "iss": issuer(TENANT_ID, state),
            "ver": "2.0",
            "name": self.user.display_name,
            "oid": self.user.object_id,
            "preferred_username": self.user.username,
            "sub": self.user.object_id,
        }


def _client_info(user: User) -> str:
    """Return the ids of user and tenant in the format that MSAL expects."""
    ids = json.dumps({"uid": user.object_id, "utid": TENANT_ID})
    return base64.urlsafe_b64encode(ids.encode()).decode().rstrip("=")
