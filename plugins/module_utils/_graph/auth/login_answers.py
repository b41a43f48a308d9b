# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Clean responses of the login service and of managed identity endpoints before msal reads them.

msal does not check the fields of a response. If a field for seconds contains a date, msal raises an exception, although
the response contains a valid token. After :func:`clean`, each field that msal reads has the expected type.
"""

from __future__ import annotations

import base64
import math
import re
import typing as t

from ..http.error_response import holds_error
from ..http.json_reader import parse_json
from .token import MAX_TOKEN_LENGTH, find_problem, read_claims

if t.TYPE_CHECKING:
    from collections.abc import Mapping

# In seconds. The cache returns only tokens with a longer lifetime, so a token of unknown lifetime is used once.
_UNKNOWN_LIFETIME: t.Final = 300
# The lifetime and the polling interval that Entra uses for a device code (RFC 8628, section 3.2), in seconds.
_CODE_LIFETIME: t.Final = 900
_CODE_INTERVAL: t.Final = 5
# A task must end, so longer times of a service are reduced.
_MAX_CODE_LIFETIME: t.Final = 3600
_MAX_CODE_INTERVAL: t.Final = 60

# Fields that contain secrets, in the requests of msal and in responses.
_SECRET_FIELDS: t.Final = (
    "access_token",
    "assertion",
    "client_assertion",
    "client_secret",
    "device_code",
    "id_token",
    "password",
    "refresh_token",
)

# The text fields that msal reads from a response with a token. The last line is for managed identities.
_TOKEN_TEXT_FIELDS: t.Final = (
    *("access_token", "refresh_token", "id_token", "client_info", "token_type", "foci", "scope"),
    *("resource", "client_id", "object_id", "msi_res_id", "mi_res_id"),
)
_ERROR_TEXT_FIELDS: t.Final = ("error_description", "suberror", "claims", "correlation_id", "trace_id")


def clean(body: t.Any, now: float, *, failed: bool = False) -> t.Any:
    """Return the content of a response with the types that msal expects.

    A response with the field ``error`` is a failure, even with status 200. Tokens are removed from a failure, because
    msal would use them.

    :param body: parsed JSON of any type.
    :param now: seconds since the epoch, to convert ``expires_on``.
    :param failed: whether the HTTP status is an error.
    """
    if not isinstance(body, dict):
        return body
    if failed or holds_error(body):
        return {"error": error_code(body) or "unknown_error", **_text_fields(body, _ERROR_TEXT_FIELDS)}
    if "access_token" in body:
        return _clean_token(body, now)
    if "device_code" in body:
        return _clean_device_code(body)
    return body


def error_code(body: Mapping[str, t.Any]) -> str | None:
    """Return the error code: ``error`` (RFC 6749), or ``error.code`` as in other Microsoft services; else ``None``."""
    error = body.get("error")
    code = error.get("code") if isinstance(error, dict) else error
    return code.strip() if isinstance(code, str) and code.strip() else None


def token_problem(body: t.Any) -> str | None:
    """Return why the access token of a response cannot be used, or ``None``."""
    token = body.get("access_token") if isinstance(body, dict) else None
    problem = find_problem(token) if isinstance(token, str) and token else None
    return problem and f"the access token in the answer {problem}"


def secrets_in(fields: t.Any) -> dict[str, str]:
    """Return the secrets of a form or of a response by field name."""
    values = {name: fields.get(name) for name in _SECRET_FIELDS} if isinstance(fields, dict) else {}
    texts = {
        name: value.decode("ascii", "replace") if isinstance(value, bytes) else value for name, value in values.items()
    }
    return {name: text for name, text in texts.items() if isinstance(text, str)}


def find_too_long(secrets: Mapping[str, str]) -> str | None:
    """Return a sentence that names the first secret that is too long, without its value, or ``None``."""
    name = next((name for name, secret in secrets.items() if len(secret) > MAX_TOKEN_LENGTH), None)
    return name and f"{name} is longer than {MAX_TOKEN_LENGTH} characters"


def _clean_token(body: Mapping[str, t.Any], now: float) -> dict[str, t.Any]:
    scope = body.get("scope")
    if isinstance(scope, list):
        body = {**body, "scope": " ".join(name for name in scope if isinstance(name, str))}
    token: dict[str, t.Any] = _text_fields(body, _TOKEN_TEXT_FIELDS)
    if not _has_account(token.get("client_info")):
        token.pop("client_info", None)
    # msal reads the user from the claim "sub" if client_info does not contain the account.
    claims = read_claims(token.get("id_token", ""))
    if not claims or not ("client_info" in token or isinstance(claims.get("sub"), str)):
        token.pop("id_token", None)
    lifetime = int(_lifetime(body, now))
    return {**token, "expires_in": lifetime, "expires_on": int(now) + lifetime}


def _clean_device_code(body: Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {
        **body,
        # Some providers use the second name, from drafts of RFC 8628.
        "verification_uri": body.get("verification_uri") or body.get("verification_url"),
        "expires_in": math.ceil(min(_positive_number(body.get("expires_in")) or _CODE_LIFETIME, _MAX_CODE_LIFETIME)),
        "interval": math.ceil(min(_positive_number(body.get("interval")) or _CODE_INTERVAL, _MAX_CODE_INTERVAL)),
    }


def _text_fields(body: Mapping[str, t.Any], names: tuple[str, ...]) -> dict[str, t.Any]:
    values = {name: body.get(name) for name in names}
    return {name: value for name, value in values.items() if isinstance(value, str) and value.strip()}


def _lifetime(body: Mapping[str, t.Any], now: float) -> float:
    """Return the lifetime of a token in seconds, at least 1: msal ignores a response with 0."""
    seconds = _positive_number(body.get("expires_in"))
    if seconds is None:
        seconds = (_positive_number(body.get("expires_on")) or 0.0) - now
    return max(seconds, 1.0) if seconds > 0 else _UNKNOWN_LIFETIME


def _positive_number(value: object) -> float | None:
    """Return a positive number from a number or a text, or ``None`` for dates and other values."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,12})?", value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if 0 < value < 1e12 else None


def _has_account(client_info: str | None) -> bool:
    """Return whether msal can read the account from this field."""
    try:
        encoded = client_info or ""
        account = parse_json(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    except ValueError:
        return False
    return isinstance(account, dict) and all(isinstance(account.get(name), str) for name in ("uid", "utid"))
