# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entra as a function from a request to an answer."""

from __future__ import annotations

import typing as t

from ..http_messages import Answer, Call
from . import errors
from .application_grants import APPLICATION_GRANTS
from .device_grants import DEVICE_GRANTS, start_device_code
from .errors import EntraError, refusal_answer
from .forms import form_with_basic_credentials, required
from .metadata import SHARED_NAMES, TENANT_NAMES, metadata
from .user_grants import USER_GRANTS
from .user_realm import user_realm

if t.TYPE_CHECKING:
    from ..world import World
    from .forms import Form, Grant

Page = t.Callable[[str, "Call", "World"], Answer]
"""Takes the tenant as asked and the request; may raise EntraError."""

GRANTS: dict[str, Grant] = {**APPLICATION_GRANTS, **USER_GRANTS, **DEVICE_GRANTS}


def answer(call: Call, world: World) -> Answer:
    """Answer one request; what Entra has no page for gets a bare 404."""
    tenant, route = call.segments[0].lower(), call.segments[1:]
    page = _PAGES.get(route)
    if page is None and tenant == "common" and len(route) == 2 and route[0].lower() == "userrealm":
        page = _user_realm
    if page is None:
        return Answer(404)
    try:
        return page(tenant, call, world)
    except EntraError as refused:
        return refusal_answer(refused, call, world.authority_url, world.clock())


def _metadata(tenant: str, call: Call, world: World) -> Answer:
    _check_tenant(tenant, errors.METADATA_TENANT_UNKNOWN)
    return Answer.json(200, metadata(tenant, world))


def _keys(tenant: str, call: Call, world: World) -> Answer:
    _check_tenant(tenant, errors.METADATA_TENANT_UNKNOWN)
    return Answer.json(200, world.tokens.key_set())


def _user_realm(tenant: str, call: Call, world: World) -> Answer:
    return Answer.json(200, user_realm(call.segments[2], world))


def _token(tenant: str, call: Call, world: World) -> Answer:
    form = _posted_form(tenant, call)
    grant_type = required(form, "grant_type")
    grant = GRANTS.get(grant_type)
    if grant is None:
        raise EntraError(errors.GRANT_UNSUPPORTED, grant_type=grant_type)
    return _uncached(grant(tenant, form, world))


def _device_code(tenant: str, call: Call, world: World) -> Answer:
    return _uncached(start_device_code(tenant, _posted_form(tenant, call), world))


def _check_tenant(tenant: str, kind: errors.Kind) -> None:
    if tenant not in (*TENANT_NAMES, *SHARED_NAMES):
        raise EntraError(kind, tenant=tenant)


def _posted_form(tenant: str, call: Call) -> Form:
    """Return the parameters. A body of another type than a form is read as an empty form, as the service does."""
    if call.method != "POST":
        raise EntraError(errors.POST_ONLY, method=call.method)
    _check_tenant(tenant, errors.TENANT_UNKNOWN)
    return form_with_basic_credentials(call)


def _uncached(body: dict[str, t.Any]) -> Answer:
    return Answer.json(200, body, {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"})


_PAGES: dict[tuple[str, ...], Page] = {
    ("v2.0", ".well-known", "openid-configuration"): _metadata,
    ("discovery", "v2.0", "keys"): _keys,
    ("oauth2", "v2.0", "token"): _token,
    ("oauth2", "v2.0", "devicecode"): _device_code,
}
