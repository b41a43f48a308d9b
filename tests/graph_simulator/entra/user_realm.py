# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Return whether Entra or a federated identity provider checks a user's password.

Source: the code of Microsoft's authentication libraries. The route is not documented.
"""

from __future__ import annotations

import typing as t
from urllib.parse import urljoin

from ..tenant import TENANT_DOMAIN

if t.TYPE_CHECKING:
    from ..service_state import ServiceState


def user_realm(username: str, state: ServiceState) -> dict[str, t.Any]:
    """Return the description of a user's domain. The user may be unknown."""
    domain = username.rpartition("@")[2].lower()
    user = state.user(username)
    shared = {
        "ver": "1.0",
        "cloud_instance_name": "microsoftonline.com",
        "cloud_audience_urn": "urn:federation:MicrosoftOnline",
    }
    if user is not None and user.federation_metadata_url is not None:
        return {
            **shared,
            "account_type": "Federated",
            "domain_name": domain,
            "federation_protocol": "WSTrust",
            "federation_metadata_url": user.federation_metadata_url,
            "federation_active_auth_url": urljoin(
                user.federation_metadata_url, "/adfs/services/trust/2005/usernamemixed"
            ),
        }
    if user is not None or domain == TENANT_DOMAIN:
        return {**shared, "account_type": "Managed", "domain_name": domain}
    return {**shared, "account_type": "Unknown"}
