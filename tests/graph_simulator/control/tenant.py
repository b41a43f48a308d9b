# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tenant holds: connectors, applications, users and managed identities."""

from __future__ import annotations

import typing as t

from ..applications import Application, read_applications
from ..connectors import read_connectors
from ..fields import merged
from ..identities import read_identities
from ..users import User, read_users
from .routes import DONE, KEY, Routes, found

if t.TYPE_CHECKING:
    from ..world import World


class Tenant:
    """Shows and changes what the tenant holds."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> Routes:
        """List the routes."""
        return {
            ("GET", "/connectors"): lambda body: [item.to_json() for item in self._world.connectors.all()],
            ("PUT", "/connectors"): self.replace_connectors,
            ("PATCH", f"/connectors/{KEY}"): self.change_connector,
            ("GET", "/applications"): lambda body: [item.to_json() for item in self._world.applications],
            ("PUT", "/applications"): self.replace_applications,
            ("PATCH", f"/applications/{KEY}"): self.change_application,
            ("GET", "/users"): lambda body: [item.to_json() for item in self._world.users],
            ("PUT", "/users"): self.replace_users,
            ("PATCH", f"/users/{KEY}"): self.change_user,
            ("GET", "/identities"): lambda body: [item.to_json() for item in self._world.identities],
            ("PUT", "/identities"): self.replace_identities,
        }

    def replace_connectors(self, body: t.Any) -> t.Any:
        """Put other connectors in the tenant."""
        self._world.connectors.replace(read_connectors(body))
        return DONE

    def change_connector(self, body: t.Any, connector_id: str) -> t.Any:
        """Change some properties of one connector; returns it."""
        changed = found(self._world.connectors.find(connector_id), f"connector {connector_id}").changed(body)
        self._world.connectors.put(changed)
        return changed.to_json()

    def replace_applications(self, body: t.Any) -> t.Any:
        """Register other applications."""
        self._world.applications = read_applications(body)
        return DONE

    def change_application(self, body: t.Any, client_id: str) -> t.Any:
        """Change some fields of one application; returns it."""
        old = found(self._world.application(client_id), f"application {client_id}")
        new = Application.from_json(merged(old.to_json(), body, "client_id"), "The change")
        self._world.applications = tuple(new if item is old else item for item in self._world.applications)
        return new.to_json()

    def replace_users(self, body: t.Any) -> t.Any:
        """Put other users in the tenant."""
        self._world.users = read_users(body)
        return DONE

    def change_user(self, body: t.Any, username: str) -> t.Any:
        """Change some fields of one user; returns it."""
        old = found(self._world.user(username), f"user {username}")
        new = User.from_json(merged(old.to_json(), body, "username"), "The change")
        self._world.users = tuple(new if item is old else item for item in self._world.users)
        return new.to_json()

    def replace_identities(self, body: t.Any) -> t.Any:
        """Give the app other managed identities."""
        self._world.identities = read_identities(body)
        return DONE
