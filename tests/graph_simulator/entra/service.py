# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entra as a function from a request to a response."""

from __future__ import annotations

import typing as t

from ..http_messages import HttpRequest, HttpResponse
from . import errors
from .application_grants import APPLICATION_GRANTS
from .device_grants import DEVICE_GRANTS, start_device_code
from .errors import EntraError, error_response
from .forms import form_with_basic_credentials, required
from .metadata import MULTI_TENANT_NAMES, TENANT_NAMES, metadata
from .user_grants import USER_GRANTS
from .user_realm import user_realm

if t.TYPE_CHECKING:
    from ..service_state import ServiceState
    from .forms import Form, Grant

Endpoint = t.Callable[[str, "HttpRequest", "ServiceState"], HttpResponse]
"""Takes the tenant of the URL, the request and the state; may raise EntraError."""

GRANTS: dict[str, Grant] = {**APPLICATION_GRANTS, **USER_GRANTS, **DEVICE_GRANTS}


def respond(request: HttpRequest, state: ServiceState) -> HttpResponse:
    """Answer one request. An unknown path gets 404 without a body."""
    tenant, route = request.segments[0].lower(), request.segments[1:]
    endpoint = _ENDPOINTS.get(route)
    if endpoint is None and tenant == "common" and len(route) == 2 and route[0].lower() == "userrealm":
        endpoint = _user_realm
    if endpoint is None:
        return HttpResponse(404)
    try:
        return endpoint(tenant, request, state)
    except EntraError as error:
        return error_response(error, request, state.authority_url, state.clock())


def _metadata(tenant: str, request: HttpRequest, state: ServiceState) -> HttpResponse:
    _check_tenant(tenant, errors.METADATA_TENANT_UNKNOWN)
    return HttpResponse.json(200, metadata(tenant, state))


def _keys(tenant: str, request: HttpRequest, state: ServiceState) -> HttpResponse:
    _check_tenant(tenant, errors.METADATA_TENANT_UNKNOWN)
    return HttpResponse.json(200, state.tokens.key_set())


def _user_realm(tenant: str, request: HttpRequest, state: ServiceState) -> HttpResponse:
    return HttpResponse.json(200, user_realm(request.segments[2], state))


def _token(tenant: str, request: HttpRequest, state: ServiceState) -> HttpResponse:
    form = _posted_form(tenant, request)
    grant_type = required(form, "grant_type")
    grant = GRANTS.get(grant_type)
    if grant is None:
        raise EntraError(errors.GRANT_UNSUPPORTED, grant_type=grant_type)
    return _uncacheable(grant(tenant, form, state))


def _device_code(tenant: str, request: HttpRequest, state: ServiceState) -> HttpResponse:
    return _uncacheable(start_device_code(tenant, _posted_form(tenant, request), state))


def _check_tenant(tenant: str, template: errors.ErrorTemplate) -> None:
    if tenant not in (*TENANT_NAMES, *MULTI_TENANT_NAMES):
        raise EntraError(template, tenant=tenant)


def _posted_form(tenant: str, request: HttpRequest) -> Form:
    """Return the parameters. As in Entra, a body of another media type is an empty form."""
    if request.method != "POST":
        raise EntraError(errors.POST_ONLY, method=request.method)
    _check_tenant(tenant, errors.TENANT_UNKNOWN)
    return form_with_basic_credentials(request)


def _uncacheable(body: dict[str, t.Any]) -> HttpResponse:
    return HttpResponse.json(200, body, {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"})


_ENDPOINTS: dict[tuple[str, ...], Endpoint] = {
    ("v2.0", ".well-known", "openid-configuration"): _metadata,
    ("discovery", "v2.0", "keys"): _keys,
    ("oauth2", "v2.0", "token"): _token,
    ("oauth2", "v2.0", "devicecode"): _device_code,
}
