# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers of the login service to users."""

from __future__ import annotations

import base64
import json

from ansible_collections.msgraph.intune.tests.unit.fakes import Reply, jwt

BASE = "https://login.microsoftonline.com/organizations"
METADATA = Reply(
    200,
    {
        "issuer": "https://login.microsoftonline.com/{tenantid}/v2.0",
        "authorization_endpoint": f"{BASE}/oauth2/v2.0/authorize",
        "token_endpoint": f"{BASE}/oauth2/v2.0/token",
        "device_authorization_endpoint": f"{BASE}/oauth2/v2.0/devicecode",
    },
)
SCOPE = "https://graph.microsoft.com/Things.ReadWrite.All"
ID_CLAIMS = {"aud": "client-1", "exp": 99999999999, "tid": "home"}
FLOW = {
    "user_code": "ABCD-EFGH",
    "device_code": "the-device-code",
    "verification_uri": "https://microsoft.example/devicelogin",
    "expires_in": 60,
    "interval": 5,
    "message": "To sign in …",
}
PENDING = Reply(400, {"error": "authorization_pending", "error_description": "AADSTS70016: pending"})


def signed_in(name: str = "one", *, expires_in: int = 3600, access_token: str | None = None) -> Reply:
    """Return the answer to the sign-in of a user, with all fields that msal reads."""
    client_info = base64.urlsafe_b64encode(json.dumps({"uid": name, "utid": "home"}).encode()).decode().rstrip("=")
    username = f"{name}@contoso.example"
    return Reply(
        200,
        {
            "token_type": "Bearer",
            "access_token": access_token or jwt({"scp": "Things.ReadWrite.All", "upn": username}),
            "refresh_token": f"refresh-{name}",
            "id_token": jwt({**ID_CLAIMS, "sub": name, "preferred_username": username}),
            "client_info": client_info,
            "expires_in": expires_in,
            "scope": f"{SCOPE} openid profile",
        },
    )
