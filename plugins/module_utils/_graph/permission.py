# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Describe the Graph permissions that a task needs, and explain a refusal with a valid token."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from .auth.token import Token


class Permission(t.NamedTuple):
    """The least Graph permission for a task.

    :param name: as the app registration lists it.
    :param delegated_hint: a sentence about the role that a signed-in user needs as well.
    :param implied_by: the names of permissions that include this one.
    :param application_hint: what to check when an application holds the permission and is refused, as a sentence.
    :param also_needed: further permissions, for a task that no single permission is enough for.
    """

    name: str
    delegated_hint: str
    implied_by: tuple[str, ...] = ()
    also_needed: tuple[Permission, ...] = ()
    application_hint: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all permissions that the task needs."""
        return (self.name, *(name for other in self.also_needed for name in other.names))

    def combined_with(self, other: Permission) -> Permission:
        """Return the permission of a task that needs both, or only this one if it includes the other."""
        if self.name in (other.name, *other.implied_by):
            return self
        return self._replace(also_needed=(*self.also_needed, other))

    def is_missing_from(self, token: Token) -> bool:
        """Return whether the token itself shows that it lacks a permission; false when it cannot be read."""
        return token.kind != "unknown" and bool(self._missing_names(token))

    def advice(self, token: Token) -> str:
        """Return the kind of the token, its permissions, and the permission to grant, as sentences."""
        if token.kind == "unknown":
            return f"Check that the token holds {permission_phrase(self.names)}."
        article = "an" if token.kind == "application" else "a"
        held = f"This is {article} {token.kind} token with {token.shown_permissions}."
        missing = self._missing_names(token)
        if missing:
            grant = (
                f"{held} In the app registration (Entra admin center, API permissions) add"
                f" {permission_phrase(missing, token.kind)} and grant admin consent."
            )
            return f"{grant} {self.delegated_hint}" if token.kind == "delegated" else grant
        if token.kind == "delegated":
            return f"{held} {self.delegated_hint}"
        return f"{held} {self.application_hint}".rstrip()

    def _missing_names(self, token: Token) -> tuple[str, ...]:
        own = () if {self.name, *self.implied_by} & set(token.permissions) else (self.name,)
        return (*own, *(name for other in self.also_needed for name in other._missing_names(token)))


def permission_phrase(names: Sequence[str], kind: str | None = None) -> str:
    """Return "the delegated permission A", or "the delegated permissions A and B", for messages.

    :param kind: of the permissions, "application" or "delegated"; ``None`` for either.
    """
    noun = "permission" if len(names) == 1 else "permissions"
    return f"the {noun if kind is None else f'{kind} {noun}'} {' and '.join(names)}"
