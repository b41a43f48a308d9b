# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A user's sign-in through an application: who may, and what they get.

Sources: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow (the answer) and
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
    from ..users import User
    from ..world import World
    from .forms import Form


def known_user(username: str, world: World) -> User:
    """Return the user of that name; raises EntraError."""
    user = world.user(username)
    if user is None:
        raise EntraError(user_errors.USER_UNKNOWN, tenant_id=TENANT_ID)
    return user


@dataclasses.dataclass(frozen=True)
class SignIn:
    """A user whom Entra has recognized.

    ``proof``: how the application has proved itself; ``scope``: what it asked for, as text.
    """

    application: Application
    proof: str
    user: User
    scope: str
    second_factor: bool

    def answer(self, form: Form, world: World) -> dict[str, t.Any]:
        """Apply the tenant's policies and issue tokens; raises EntraError."""
        self._check_policies()
        granted = read_scopes(self.scope, self.application, world)
        check_consent(granted, self.application)
        body = world.tokens.bearer(world.graph_url, self._access_claims(granted.in_token))
        body["scope"] = granted.in_answer
        if "offline_access" in granted.openid:
            body["refresh_token"] = world.refresh_tokens.issue(
                self.application.client_id, self.user.username, self.scope, second_factor=self.second_factor
            )
        if "openid" in granted.openid:
            body["id_token"] = world.tokens.issue(self.application.client_id, self._id_claims(world))
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
            "appidacr": self.proof,
            "amr": ["pwd", "mfa"] if self.second_factor else ["pwd"],
            "idtyp": "user",
            "name": self.user.display_name,
            "oid": self.user.object_id,
            "scp": scopes,
            "sub": self.user.object_id,
            "unique_name": self.user.username,
            "upn": self.user.username,
        }

    def _id_claims(self, world: World) -> dict[str, t.Any]:
        return {
            "iss": issuer(TENANT_ID, world),
            "ver": "2.0",
            "name": self.user.display_name,
            "oid": self.user.object_id,
            "preferred_username": self.user.username,
            "sub": self.user.object_id,
        }


def _client_info(user: User) -> str:
    """Write the ids of user and tenant the way that MSAL reads them."""
    ids = json.dumps({"uid": user.object_id, "utid": TENANT_ID})
    return base64.urlsafe_b64encode(ids.encode()).decode().rstrip("=")
