# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parse and check the scopes of a request.

Source: https://learn.microsoft.com/entra/identity-platform/scopes-oidc
"""

from __future__ import annotations

import dataclasses
import typing as t

from ..intune.catalog import PERMISSIONS as INTUNE_PERMISSIONS
from ..tenant import TENANT_NAME
from . import errors, user_errors
from .errors import EntraError

if t.TYPE_CHECKING:
    from ..applications import Application
    from ..service_state import ServiceState

PERMISSIONS = (*INTUNE_PERMISSIONS, "DeviceManagementManagedDevices.Read.All", "User.Read")
"""The delegated permissions of Graph that the simulator knows."""

_OPENID = ("openid", "profile", "email", "offline_access")
_DEFAULT = ".default"


@dataclasses.dataclass(frozen=True)
class RequestedScopes:
    """The scopes of a request.

    ``permissions``: names of Graph permissions. ``openid``: scopes of OpenID Connect. ``graph_scopes``: Graph scopes
    exactly as the client sent them.
    """

    permissions: tuple[str, ...]
    openid: tuple[str, ...]
    graph_scopes: tuple[str, ...]

    @property
    def access_token_scope(self) -> str:
        """The claim ``scp`` of the access token."""
        return " ".join([*self.permissions, *self._openid_scopes])

    @property
    def response_scope(self) -> str:
        """The field ``scope`` of the response, which clients compare with their request."""
        return " ".join([*self._openid_scopes, *self.graph_scopes])

    @property
    def _openid_scopes(self) -> list[str]:
        return [scope for scope in self.openid if scope != "offline_access"]


def check_default_scope(scope: str, state: ServiceState) -> None:
    """Check that the only scope is the Graph root with ``/.default``; raise EntraError."""
    resource, suffix, rest = scope.partition(f"/{_DEFAULT}")
    if " " in scope.strip():
        raise EntraError(errors.SCOPE_INVALID, scope=scope)
    if not suffix or rest.strip():
        raise EntraError(errors.SCOPE_NOT_DEFAULT, scope=scope)
    _check_resource(resource.strip(), state)


def read_scopes(text: str, application: Application, state: ServiceState) -> RequestedScopes:
    """Parse the scopes of a user's sign-in, without checking consent; raise EntraError."""
    openid, permissions, graph_scopes = [], [], []
    for scope in dict.fromkeys(text.split()):
        if scope in _OPENID:
            openid.append(scope)
            continue
        resource, slash, name = scope.rpartition("/")
        if slash:
            _check_resource(resource, state)
        if name not in PERMISSIONS and not (slash and name == _DEFAULT):
            raise EntraError(errors.SCOPE_INVALID, scope=scope)
        permissions.append(name)
        graph_scopes.append(scope)
    if _DEFAULT in permissions:
        if len(permissions) > 1:
            raise EntraError(errors.SCOPE_INVALID, scope=text)
        # .default requests all permissions that have consent.
        permissions = list(application.scopes)
        graph_scopes += [f"{state.graph_url}/{name}" for name in permissions]
    return RequestedScopes(tuple(permissions), tuple(openid), tuple(graph_scopes))


def check_consent(scopes: RequestedScopes, application: Application) -> None:
    """Check that an administrator consented to all permissions; raise EntraError."""
    missing = set(scopes.permissions) - set(application.scopes)
    if missing or (scopes.graph_scopes and not scopes.permissions):
        raise EntraError(
            user_errors.CONSENT_MISSING, client_id=application.client_id, display_name=application.display_name
        )


def _check_resource(resource: str, state: ServiceState) -> None:
    if resource != state.graph_url:
        raise EntraError(errors.RESOURCE_UNKNOWN, resource=resource, tenant_name=TENANT_NAME)
