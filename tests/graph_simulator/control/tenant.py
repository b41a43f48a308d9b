# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Control routes for the content of the tenant: Intune objects, applications, users and managed identities."""

from __future__ import annotations

import functools
import typing as t

from ..applications import Application, read_applications
from ..fields import merge_changes
from ..identities import read_identities
from ..intune.objects import IntuneObjects, read_objects
from ..users import User, read_users
from .routes import ANY_SEGMENT, EMPTY, Routes, require_item

if t.TYPE_CHECKING:
    from ..service_state import ServiceState


class TenantRoutes:
    """Routes that show and change the content of the tenant."""

    def __init__(self, state: ServiceState) -> None:
        self._state = state

    def routes(self) -> Routes:
        """Return the routes."""
        return {
            **self._intune_routes(),
            ("GET", "/applications"): lambda body: [item.to_json() for item in self._state.applications],
            ("PUT", "/applications"): self.replace_applications,
            ("PATCH", f"/applications/{ANY_SEGMENT}"): self.change_application,
            ("GET", "/users"): lambda body: [item.to_json() for item in self._state.users],
            ("PUT", "/users"): self.replace_users,
            ("PATCH", f"/users/{ANY_SEGMENT}"): self.change_user,
            ("GET", "/identities"): lambda body: [item.to_json() for item in self._state.identities],
            ("PUT", "/identities"): self.replace_identities,
        }

    def _intune_routes(self) -> Routes:
        routes: Routes = {}
        for name, objects in self._state.objects.items():
            one = f"/{name}" if objects.resource.singleton else f"/{name}/{ANY_SEGMENT}"
            routes["GET", f"/{name}"] = functools.partial(_show_objects, objects)
            routes["PUT", f"/{name}"] = functools.partial(_replace_objects, objects)
            routes["PATCH", one] = functools.partial(_change_object, objects)
        return routes

    def replace_applications(self, body: t.Any) -> t.Any:
        """Replace the registered applications."""
        self._state.applications = read_applications(body)
        return EMPTY

    def change_application(self, body: t.Any, client_id: str) -> t.Any:
        """Change some fields of an application, and return it."""
        current = require_item(self._state.application(client_id), f"application {client_id}")
        changed = Application.from_json(merge_changes(current.to_json(), body, "client_id"), "The change")
        self._state.applications = tuple(changed if item is current else item for item in self._state.applications)
        return changed.to_json()

    def replace_users(self, body: t.Any) -> t.Any:
        """Replace the users."""
        self._state.users = read_users(body)
        return EMPTY

    def change_user(self, body: t.Any, username: str) -> t.Any:
        """Change some fields of a user, and return it."""
        current = require_item(self._state.user(username), f"user {username}")
        changed = User.from_json(merge_changes(current.to_json(), body, "username"), "The change")
        self._state.users = tuple(changed if item is current else item for item in self._state.users)
        return changed.to_json()

    def replace_identities(self, body: t.Any) -> t.Any:
        """Replace the managed identities."""
        self._state.identities = read_identities(body)
        return EMPTY


def _show_objects(objects: IntuneObjects, body: t.Any) -> t.Any:
    """Return the objects, or the only object of a singleton, without secrets."""
    shown = [item.to_json() for item in objects.all()]
    return shown[0] if objects.resource.singleton else shown


def _replace_objects(objects: IntuneObjects, body: t.Any) -> t.Any:
    """Replace the objects of a resource."""
    objects.replace(read_objects(objects.resource, body))
    return EMPTY


def _change_object(objects: IntuneObjects, body: t.Any, object_id: str | None = None) -> t.Any:
    """Change some properties of an object, and return it. The only object of a singleton needs no id."""
    found = objects.all()[0] if object_id is None else objects.find(object_id)
    changed = require_item(found, f"{objects.resource.noun} {object_id}").with_changes(body)
    objects.put(changed)
    return changed.to_json()
