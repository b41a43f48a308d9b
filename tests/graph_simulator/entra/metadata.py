# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of tenants, and the OpenID provider metadata of each.

Source: https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
"""

from __future__ import annotations

import typing as t

from ..tenant import TENANT_DOMAIN, TENANT_ID

if t.TYPE_CHECKING:
    from ..service_state import ServiceState

TENANT_NAMES = (TENANT_ID, TENANT_DOMAIN)
MULTI_TENANT_NAMES = ("organizations", "common")
"""With these names, the user who signs in determines the tenant."""


def token_endpoint(tenant: str, state: ServiceState) -> str:
    """Return the URL of a tenant's token endpoint."""
    return f"{state.authority_url}/{tenant}/oauth2/v2.0/token"


def issuer(tenant: str, state: ServiceState) -> str:
    """Return the issuer of a tenant's id tokens."""
    return f"{state.authority_url}/{tenant}/v2.0"


def metadata(tenant: str, state: ServiceState) -> dict[str, t.Any]:
    """Return the metadata document. It contains the tenant's id, or the name ``organizations`` or ``common``."""
    tenant_name = tenant if tenant in MULTI_TENANT_NAMES else TENANT_ID
    base = f"{state.authority_url}/{tenant_name}"
    return {
        "token_endpoint": token_endpoint(tenant_name, state),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": f"{base}/discovery/v2.0/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        # For these names, Entra sends the literal text {tenantid} because the tenant is not known yet.
        "issuer": issuer("{tenantid}" if tenant_name in MULTI_TENANT_NAMES else tenant_name, state),
        "request_uri_parameter_supported": False,
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
        "http_logout_supported": True,
        "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "name", "preferred_username", "oid", "tid", "ver"],
        "tenant_region_scope": "EU",
    }
