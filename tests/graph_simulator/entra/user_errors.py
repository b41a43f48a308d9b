# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors of Entra about the sign-in of a user.

Sources: see :mod:`.errors`, and https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code. The AADSTS
codes of a declined, an unknown and a redeemed device code are not documented. Their OAuth errors are documented, or
follow from RFC 6749.
"""

from __future__ import annotations

from .errors import ErrorTemplate


def _invalid_grant(code: int, text: str, suberror: str | None = None) -> ErrorTemplate:
    return ErrorTemplate(code, 400, "invalid_grant", text, suberror)


PASSWORD_NEEDS_TENANT = ErrorTemplate(
    9001023,
    400,
    "invalid_request",
    "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or "
    "tenant-specific endpoint.",
)

USER_UNKNOWN = _invalid_grant(
    50034,
    "The user account {{EmailHidden}} does not exist in the {tenant_id} directory. To sign into this application, the "
    "account must be added to the directory.",
)
USER_LOCKED = _invalid_grant(
    50053,
    "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.",
)
USER_DISABLED = _invalid_grant(50057, "The user account is disabled.")
PASSWORD_WRONG = _invalid_grant(50126, "Error validating credentials due to invalid username or password.")
BLOCKED = _invalid_grant(
    53003,
    "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
    suberror="message_only",
)
SECOND_FACTOR_MISSING = _invalid_grant(
    50076,
    "Due to a configuration change made by your administrator, or because you moved to a new location, you must use "
    "multi-factor authentication to access '{resource}'.",
    suberror="basic_action",
)
CONSENT_MISSING = _invalid_grant(
    65001,
    "The user or administrator has not consented to use the application with ID '{client_id}' named '{display_name}'. "
    "Send an interactive authorization request for this user and resource.",
    suberror="consent_required",
)

REFRESH_MALFORMED = _invalid_grant(9002313, "Invalid request. Request is malformed or invalid.")
REFRESH_UNKNOWN = _invalid_grant(70000, "Provided grant is invalid or malformed.")
REFRESH_EXPIRED = _invalid_grant(
    700082,
    "The refresh token has expired due to inactivity. The token was issued on {issued} and was inactive for "
    "90.00:00:00.",
)
REFRESH_REVOKED = _invalid_grant(
    50173,
    "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed "
    "or reset their password. The grant was issued on '{issued}' and the TokensValidFrom date (before which tokens are "
    "not valid) for this user is '{revoked}'.",
    suberror="bad_token",
)

DEVICE_PENDING = ErrorTemplate(
    70016,
    400,
    "authorization_pending",
    "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
)
DEVICE_DECLINED = ErrorTemplate(
    70017,
    400,
    "authorization_declined",
    "OAuth 2.0 device flow error. The end user denied the authorization request.",
)
DEVICE_EXPIRED = ErrorTemplate(
    70020,
    400,
    "expired_token",
    "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
)
DEVICE_UNKNOWN = ErrorTemplate(
    70018, 400, "bad_verification_code", "The provided value for the input parameter 'device_code' is not valid."
)
DEVICE_REDEEMED = _invalid_grant(
    70000,
    "The provided value for the input parameter 'device_code' is not valid. The code has already been redeemed.",
)
