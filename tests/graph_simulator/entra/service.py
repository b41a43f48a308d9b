# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entra as a function from a request to an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..exchange import Answer, Call
from . import errors
from .errors import EntraError, refusal_answer
from .grants import GRANTS, form_with_basic_credentials, required
from .metadata import SHARED_NAMES, TENANT_NAMES, metadata

if TYPE_CHECKING:
    from ..world import World


def answer(call: Call, world: World) -> Answer:
    """Answer one request; what Entra has no page for gets a bare 404."""
    tenant, route = call.segments[0], call.segments[1:]
    try:
        if route == ("v2.0", ".well-known", "openid-configuration"):
            _check_tenant(tenant, errors.METADATA_TENANT_UNKNOWN)
            return Answer.json(200, metadata(tenant, world))
        if route == ("discovery", "v2.0", "keys"):
            _check_tenant(tenant, errors.METADATA_TENANT_UNKNOWN)
            return Answer.json(200, world.tokens.key_set())
        if route == ("oauth2", "v2.0", "token"):
            return _token(tenant, call, world)
    except EntraError as refused:
        return refusal_answer(refused, call, world.authority_url, world.clock())
    return Answer(404)


def _check_tenant(tenant: str, kind: errors.Kind) -> None:
    if tenant.lower() not in (*TENANT_NAMES, *SHARED_NAMES):
        raise EntraError(kind, tenant=tenant)


def _token(tenant: str, call: Call, world: World) -> Answer:
    if call.method != "POST":
        raise EntraError(errors.POST_ONLY, method=call.method)
    _check_tenant(tenant, errors.TENANT_UNKNOWN)
    # A body of another type than a form is read as an empty form, as the service does.
    form = form_with_basic_credentials(call)
    grant_type = required(form, "grant_type")
    grant = GRANTS.get(grant_type)
    if grant is None:
        raise EntraError(errors.GRANT_UNSUPPORTED, grant_type=grant_type)
    return Answer.json(
        200, grant(tenant.lower(), form, world), {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"}
    )
