# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a token is asked for: the scopes of a request, and which of them may be granted.

Source: https://learn.microsoft.com/entra/identity-platform/scopes-oidc
"""

from __future__ import annotations

import dataclasses
import typing as t

from ..tenant import TENANT_NAME
from . import errors, user_errors
from .errors import EntraError

if t.TYPE_CHECKING:
    from ..applications import Application
    from ..world import World

PERMISSIONS = (
    "DeviceManagementManagedDevices.Read.All",
    "DeviceManagementServiceConfig.Read.All",
    "DeviceManagementServiceConfig.ReadWrite.All",
    "User.Read",
)
"""Graph's delegated permissions, as far as the simulator knows them."""

_OPENID = ("openid", "profile", "email", "offline_access")
_DEFAULT = ".default"


@dataclasses.dataclass(frozen=True)
class Granted:
    """``openid``: the scopes of OpenID Connect; ``written``: those of Graph as the client wrote them."""

    permissions: tuple[str, ...]
    openid: tuple[str, ...]
    written: tuple[str, ...]

    @property
    def in_token(self) -> str:
        """The claim ``scp`` of the access token."""
        return " ".join([*self.permissions, *self._told])

    @property
    def in_answer(self) -> str:
        """The ``scope`` of the answer, in which clients look for what they asked."""
        return " ".join([*self._told, *self.written])

    @property
    def _told(self) -> list[str]:
        return [scope for scope in self.openid if scope != "offline_access"]


def check_default_scope(scope: str, world: World) -> None:
    """Check that an application asks for the Graph root and ``/.default``, nothing else; raises EntraError."""
    resource, suffix, rest = scope.partition(f"/{_DEFAULT}")
    if " " in scope.strip():
        raise EntraError(errors.SCOPE_INVALID, scope=scope)
    if not suffix or rest.strip():
        raise EntraError(errors.SCOPE_NOT_DEFAULT, scope=scope)
    _check_resource(resource.strip(), world)


def read_scopes(text: str, application: Application, world: World) -> Granted:
    """Check the scopes that an application asks for in a user's name, consent apart; raises EntraError."""
    openid, permissions, written = [], [], []
    for scope in dict.fromkeys(text.split()):
        if scope in _OPENID:
            openid.append(scope)
            continue
        resource, slash, name = scope.rpartition("/")
        if slash:
            _check_resource(resource, world)
        if name not in PERMISSIONS and not (slash and name == _DEFAULT):
            raise EntraError(errors.SCOPE_INVALID, scope=scope)
        permissions.append(name)
        written.append(scope)
    if _DEFAULT in permissions:
        if len(permissions) > 1:
            raise EntraError(errors.SCOPE_INVALID, scope=text)
        # It stands for all that was consented to before.
        permissions = list(application.scopes)
        written += [f"{world.graph_url}/{name}" for name in permissions]
    return Granted(tuple(permissions), tuple(openid), tuple(written))


def check_consent(granted: Granted, application: Application) -> None:
    """Check that an administrator has consented to all of it; raises EntraError."""
    missing = set(granted.permissions) - set(application.scopes)
    if missing or (granted.written and not granted.permissions):
        raise EntraError(
            user_errors.CONSENT_MISSING, client_id=application.client_id, display_name=application.display_name
        )


def _check_resource(resource: str, world: World) -> None:
    if resource != world.graph_url:
        raise EntraError(errors.RESOURCE_UNKNOWN, resource=resource, tenant_name=TENANT_NAME)
