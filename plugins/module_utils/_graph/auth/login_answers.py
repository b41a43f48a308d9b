# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Cleans answers of the login service and of managed identity endpoints before msal reads them.

msal trusts the fields of an answer: a date where it expects a number of seconds makes it raise an exception, although
the answer holds a valid token. After :func:`clean`, each field that msal reads has the expected type.
"""

from __future__ import annotations

import base64
import math
import re
import typing as t

from ..http.error_body import holds_error
from ..http.json_reader import parse_json
from .token import MAX_TOKEN_LENGTH, find_problem, read_claims

if t.TYPE_CHECKING:
    from collections.abc import Mapping

# The cache returns only tokens that are valid for longer, so a token of unknown lifetime is used once.
_UNKNOWN_LIFETIME: t.Final = 300
# Entra's lifetime and interval of a device code (RFC 8628, section 3.2).
_CODE_LIFETIME: t.Final = 900
_CODE_INTERVAL: t.Final = 5
# A task must end, whatever times a service names.
_MAX_CODE_LIFETIME: t.Final = 3600
_MAX_CODE_INTERVAL: t.Final = 60

# Secret fields, of the forms that msal posts and of the answers.
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

# What msal reads of an answer with a token; the last line is for managed identities.
_TOKEN_TEXTS: t.Final = (
    *("access_token", "refresh_token", "id_token", "client_info", "token_type", "foci", "scope"),
    *("resource", "client_id", "object_id", "msi_res_id", "mi_res_id"),
)
_ERROR_TEXTS: t.Final = ("error_description", "suberror", "claims", "correlation_id", "trace_id")


def clean(body: t.Any, now: float, *, failed: bool = False) -> t.Any:
    """Return the content of an answer with the types that msal expects.

    An answer with an ``error`` is a failure, whatever its status is. The tokens of a failure are removed: msal would
    use them.

    :param body: parsed JSON of any shape.
    :param now: seconds since the epoch, to read ``expires_on``.
    :param failed: whether the status of the answer is that of a failure.
    """
    if not isinstance(body, dict):
        return body
    if failed or holds_error(body):
        return {"error": error_code(body) or "unknown_error", **_texts(body, _ERROR_TEXTS)}
    if "access_token" in body:
        return _clean_token(body, now)
    if "device_code" in body:
        return _clean_device_code(body)
    return body


def error_code(body: Mapping[str, t.Any]) -> str | None:
    """Return the code of an error: ``error`` itself (RFC 6749), or ``error.code`` as in other services of Microsoft."""
    error = body.get("error")
    code = error.get("code") if isinstance(error, dict) else error
    return code.strip() if isinstance(code, str) and code.strip() else None


def token_problem(body: t.Any) -> str | None:
    """Return why the access token of an answer cannot be used, or ``None``."""
    token = body.get("access_token") if isinstance(body, dict) else None
    problem = find_problem(token) if isinstance(token, str) and token else None
    return problem and f"the access token in the answer {problem}"


def secrets_in(fields: t.Any) -> dict[str, str]:
    """Return the secrets in a form or in an answer, by the names of their fields."""
    values = {name: fields.get(name) for name in _SECRET_FIELDS} if isinstance(fields, dict) else {}
    texts = {
        name: value.decode("ascii", "replace") if isinstance(value, bytes) else value for name, value in values.items()
    }
    return {name: text for name, text in texts.items() if isinstance(text, str)}


def find_too_long(secrets: Mapping[str, str]) -> str | None:
    """Return which of these secrets is too long to be one, as a sentence without its value, or ``None``."""
    name = next((name for name, secret in secrets.items() if len(secret) > MAX_TOKEN_LENGTH), None)
    return name and f"{name} is longer than {MAX_TOKEN_LENGTH} characters"


def _clean_token(body: Mapping[str, t.Any], now: float) -> dict[str, t.Any]:
    scope = body.get("scope")
    if isinstance(scope, list):
        body = {**body, "scope": " ".join(name for name in scope if isinstance(name, str))}
    token: dict[str, t.Any] = _texts(body, _TOKEN_TEXTS)
    if not _names_account(token.get("client_info")):
        token.pop("client_info", None)
    # msal reads the user from the claim "sub" where client_info does not name one.
    claims = read_claims(token.get("id_token", ""))
    if not claims or not ("client_info" in token or isinstance(claims.get("sub"), str)):
        token.pop("id_token", None)
    lifetime = int(_lifetime(body, now))
    return {**token, "expires_in": lifetime, "expires_on": int(now) + lifetime}


def _clean_device_code(body: Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {
        **body,
        # Some providers still use the second name, which is from drafts of RFC 8628.
        "verification_uri": body.get("verification_uri") or body.get("verification_url"),
        "expires_in": math.ceil(min(_positive(body.get("expires_in")) or _CODE_LIFETIME, _MAX_CODE_LIFETIME)),
        "interval": math.ceil(min(_positive(body.get("interval")) or _CODE_INTERVAL, _MAX_CODE_INTERVAL)),
    }


def _texts(body: Mapping[str, t.Any], names: tuple[str, ...]) -> dict[str, t.Any]:
    found = {name: body.get(name) for name in names}
    return {name: value for name, value in found.items() if isinstance(value, str) and value.strip()}


def _lifetime(body: Mapping[str, t.Any], now: float) -> float:
    """Return the seconds that a token is valid, at least 1: msal ignores an answer with 0."""
    seconds = _positive(body.get("expires_in"))
    if seconds is None:
        seconds = (_positive(body.get("expires_on")) or 0.0) - now
    return max(seconds, 1.0) if seconds > 0 else _UNKNOWN_LIFETIME


def _positive(value: object) -> float | None:
    """Return a number above 0, given as a number or as text, or ``None``: dates and other text are not read."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,12})?", value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if 0 < value < 1e12 else None


def _names_account(client_info: str | None) -> bool:
    """Return whether msal can read the account from this field."""
    try:
        part = client_info or ""
        found = parse_json(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except ValueError:
        return False
    return isinstance(found, dict) and all(isinstance(found.get(name), str) for name in ("uid", "utid"))
