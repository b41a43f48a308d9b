# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parameters of a token request."""

from __future__ import annotations

import base64
import binascii
import typing as t
from urllib.parse import unquote

from . import errors
from .errors import EntraError

if t.TYPE_CHECKING:
    from ..http_messages import Call
    from ..world import World

Form = t.Mapping[str, str]
Grant = t.Callable[[str, Form, "World"], dict[str, t.Any]]
"""Takes the tenant as asked, the form and the world; returns the success body, or raises EntraError."""


def required(form: Form, name: str) -> str:
    """Return the value of a parameter; empty counts as missing."""
    value = form.get(name, "")
    if not value:
        raise EntraError(errors.PARAMETER_MISSING, name=name)
    return value


def form_with_basic_credentials(call: Call) -> dict[str, str]:
    """Return the form, with client id and secret out of HTTP Basic (RFC 6749, section 2.3.1) if sent that way."""
    form = call.form()
    scheme, _space, encoded = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return form
    try:
        client_id, _colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return form
    # A copy in the body wins: it is what the service reads first.
    return {"client_id": unquote(client_id), "client_secret": unquote(secret), **form}
