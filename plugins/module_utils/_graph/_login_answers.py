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

from ._json import parse_json
from ._secrets import SHORTEST_SAFE_SECRET
from ._token import read_claims

if t.TYPE_CHECKING:
    from collections.abc import Mapping

# The cache returns only tokens that are valid for longer, so a token of unknown lifetime is used once.
_UNKNOWN_LIFETIME: t.Final = 300
# Entra's lifetime and interval of a device code (RFC 8628, section 3.2).
_CODE_LIFETIME: t.Final = 900
_CODE_INTERVAL: t.Final = 5

# Below this length, masking the token would also mask ordinary words.
_MIN_TOKEN_LENGTH: t.Final = SHORTEST_SAFE_SECRET
# Servers refuse header lines of this length; Entra's longest tokens have a few kilobytes.
_MAX_TOKEN_LENGTH: t.Final = 64 * 1024

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


def holds_error(body: t.Any) -> bool:
    """Return whether the content of an answer reports a failure; an empty ``error`` does not."""
    error = body.get("error") if isinstance(body, dict) else None
    return bool(error.strip() if isinstance(error, str) else error)


def error_code(body: Mapping[str, t.Any]) -> str | None:
    """Return the code of an error: ``error`` itself (RFC 6749), or ``error.code`` as in other services of Microsoft."""
    error = body.get("error")
    code = error.get("code") if isinstance(error, dict) else error
    return code if isinstance(code, str) and code.strip() else None


def token_problem(body: t.Any) -> str | None:
    """Return what is wrong with the length of an answer's access token, or ``None``."""
    token = body.get("access_token") if isinstance(body, dict) else None
    if not isinstance(token, str) or not token:
        return None
    if len(token) < _MIN_TOKEN_LENGTH:
        return f"the access token in the answer is shorter than {_MIN_TOKEN_LENGTH} characters"
    if len(token) > _MAX_TOKEN_LENGTH:
        return f"the access token in the answer is longer than {_MAX_TOKEN_LENGTH} characters"
    return None


def secrets_in(fields: t.Any) -> list[str]:
    """Return the secrets in a form or in an answer; short values are no secrets of these services."""
    values = [fields.get(name) for name in _SECRET_FIELDS] if isinstance(fields, dict) else []
    texts = [value.decode("ascii", "replace") if isinstance(value, bytes) else value for value in values]
    return [text for text in texts if isinstance(text, str) and len(text) >= SHORTEST_SAFE_SECRET]


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
        # The second name is that of drafts of RFC 8628, which some providers kept.
        "verification_uri": body.get("verification_uri") or body.get("verification_url"),
        "expires_in": math.ceil(_positive(body.get("expires_in")) or _CODE_LIFETIME),
        "interval": math.ceil(_positive(body.get("interval")) or _CODE_INTERVAL),
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
