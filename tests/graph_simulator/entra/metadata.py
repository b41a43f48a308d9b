# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which tenants exist, and the OpenID provider metadata of each.

Source: https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
"""

from __future__ import annotations

import typing as t

from ..tenant import TENANT_DOMAIN, TENANT_ID

if t.TYPE_CHECKING:
    from ..world import World

TENANT_NAMES = (TENANT_ID, TENANT_DOMAIN)
SHARED_NAMES = ("organizations", "common")
"""Names that stand for the tenant of whoever signs in."""


def token_endpoint(tenant: str, world: World) -> str:
    """Return the address at which a tenant, by whichever of its names, issues tokens."""
    return f"{world.authority_url}/{tenant}/oauth2/v2.0/token"


def issuer(tenant: str, world: World) -> str:
    """Return the name under which a tenant signs its id tokens."""
    return f"{world.authority_url}/{tenant}/v2.0"


def metadata(tenant: str, world: World) -> dict[str, t.Any]:
    """Write one tenant's document: it names the tenant by its id, whatever name was asked, and shared names as such."""
    named = tenant if tenant in SHARED_NAMES else TENANT_ID
    base = f"{world.authority_url}/{named}"
    return {
        "token_endpoint": token_endpoint(named, world),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": f"{base}/discovery/v2.0/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        # The service writes the placeholder, braces and all, where it cannot know the tenant yet.
        "issuer": issuer("{tenantid}" if named in SHARED_NAMES else named, world),
        "request_uri_parameter_supported": False,
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
        "http_logout_supported": True,
        "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "name", "preferred_username", "oid", "tid", "ver"],
        "tenant_region_scope": "EU",
    }
