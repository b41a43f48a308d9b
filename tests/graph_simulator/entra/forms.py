# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the parameters of a token request."""

from __future__ import annotations

import base64
import binascii
import typing as t
from urllib.parse import unquote

from . import errors
from .errors import EntraError

if t.TYPE_CHECKING:
    from ..http_messages import HttpRequest
    from ..service_state import ServiceState

Form = t.Mapping[str, str]
Grant = t.Callable[[str, Form, "ServiceState"], dict[str, t.Any]]
"""Takes the tenant of the URL, the form and the state; returns the response body, or raises EntraError."""


def required(form: Form, name: str) -> str:
    """Return the value of a parameter; raise EntraError when it is missing or empty."""
    value = form.get(name, "")
    if not value:
        raise EntraError(errors.PARAMETER_MISSING, name=name)
    return value


def form_with_basic_credentials(request: HttpRequest) -> dict[str, str]:
    """Return the form, with client id and secret from HTTP Basic if present (RFC 6749, section 2.3.1)."""
    form = request.form()
    scheme, _space, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return form
    try:
        client_id, _colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return form
    # Values in the body take precedence, as in Entra.
    return {"client_id": unquote(client_id), "client_secret": unquote(secret), **form}
