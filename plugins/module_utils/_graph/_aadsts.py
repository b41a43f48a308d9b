# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""What the login service's error codes mean to the person who runs the task, as data.

Codes: https://learn.microsoft.com/entra/identity-platform/reference-error-codes. Microsoft keeps the right to change
them, so they choose a hint and nothing else; a code that is not here passes through readable.
"""

from __future__ import annotations

import typing as t

_TENANT = "Check tenant_id and cloud: the tenant's id or one of its domains, in the cloud it lives in."
_SCOPE = "Check graph_url and cloud: the login service does not know that Graph in this tenant."

HINTS: t.Final = {
    50034: "The account does not exist in this tenant: check username and tenant_id.",
    50059: _TENANT,
    53003: "A Conditional Access policy blocks this sign-in: ask who runs the policies to let this identity in.",
    65001: "Nobody has consented to the permission yet: have an administrator grant it to the application.",
    70011: _SCOPE,
    90002: _TENANT,
    500011: _SCOPE,
    700016: "Check client_id (the application's id, not its object id) and that the application is in this tenant.",
    900023: _TENANT,
    1002012: _SCOPE,
    7000112: "The application is disabled in this tenant: have an administrator enable its service principal.",
    7000215: "Check client_secret: it must be the secret's value, not its id, of this very application.",
    7000222: "The client secret has expired: add a new one to the app registration and store its value.",
}
