# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""What to tell somebody whose token is good and whose request is refused all the same."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from ._token import Token


class Permission(t.NamedTuple):
    """The least Graph permission for a request.

    :param name: as the app registration lists it.
    :param delegated_role: what a signed-in user needs besides, as a sentence.
    :param implied_by: greater permissions that include it.
    """

    name: str
    delegated_role: str
    implied_by: tuple[str, ...] = ()

    def is_missing_from(self, token: Token) -> bool:
        """Return whether the token itself shows that it lacks the permission; false when it cannot be read."""
        return token.kind != "unknown" and not {self.name, *self.implied_by} & set(token.permissions)

    def advice(self, token: Token) -> str:
        """Say which kind of token was used, what it holds, and what to grant."""
        if token.kind == "unknown":
            return f"Check that the token holds the permission {self.name}."
        held = f"The token is of the {token.kind} kind and holds {token.shown_permissions}"
        if self.is_missing_from(token):
            grant = f"{held}: grant the {token.kind} permission {self.name}, with an administrator's consent"
            return f"{grant}. {self.delegated_role}" if token.kind == "delegated" else f"{grant}."
        if token.kind == "delegated":
            return f"{held}. {self.delegated_role}"
        return f"{held}: check that the tenant has an active Intune licence."
