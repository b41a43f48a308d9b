# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Hints for the error codes of the login service.

Codes: https://learn.microsoft.com/entra/identity-platform/reference-error-codes. Microsoft may change them, so a code
selects only a hint. An error with an unknown code keeps its message.
"""

from __future__ import annotations

import re
import typing as t

from ..permission import permission_phrase
from ..version import DEVICE_LOGIN_PLAYBOOK

if t.TYPE_CHECKING:
    from collections.abc import Sequence

# Used instead of an auth_method for a sign-in by device code.
DEVICE_LOGIN: t.Final = "device_login"

_CODE: t.Final = re.compile(r"AADSTS([0-9]{4,9}):?")
# The client secret does not belong to the application.
INVALID_CLIENT: t.Final = "AADSTS7000215"
# hint_for() replaces this text in a hint by the names of the permissions.
_PERMISSIONS: t.Final = "the permission"

_CHECK_TENANT = "Check tenant_id and cloud: the tenant's id or one of its domains, in the cloud it lives in."
_CHECK_APPLICATION = (
    "Check client_id (the application's id, not its object id) and that the application is in this tenant."
)
_CHECK_GRAPH_URL = "Check graph_url and cloud: the login service does not know the address in graph_url."
_INVALID_CREDENTIAL = (
    "Check client_secret: it must be the secret's value, not its ID, without quotes around it. A secret of another"
    " application is refused, too."
)
_CHECK_CERTIFICATE = "Register the certificate with this application, or check that certificate_path and client_id fit."
_CHECK_FEDERATED_CREDENTIAL = (
    "Compare the token's issuer, subject and audience, letter by letter, with the application's federated credentials."
)
_RENEW_FEDERATED_ASSERTION = (
    "Give a fresh federated token, because those of job systems expire within minutes, and check this host's clock."
)
_CHECK_CLOCK_AND_CERTIFICATE = (
    "Check this host's clock, by which the assertion is dated, and that the certificate is valid now."
)
_CHECK_IDENTITY_CLOUD = (
    "Check graph_url and cloud: a managed identity gets tokens for the Graph of the cloud that its host runs in."
)
_CHECK_IDENTITY_CLIENT_ID = (
    "Check client_id: it must be that of a user-assigned identity which is assigned to this host or app."
)
_CHECK_USER = "Check username and tenant_id, and with the user's administrator that the account may sign in."
_CHECK_USER_LOGIN = "Check username and password; after too many attempts wait until the account is unlocked."
_MFA_REQUIRED = (
    "A second factor is demanded, which no password can satisfy: sign in once with the playbook"
    f" {DEVICE_LOGIN_PLAYBOOK}, or use an application."
)
_CONSENT_REQUIRED = f"Nobody has consented to {_PERMISSIONS} yet: have an administrator consent for this application."
_BLOCKED_BY_POLICY = (
    "A Conditional Access policy blocks this sign-in: ask who runs the policies to let this identity in."
)
_SIGN_IN_AGAIN = f"The earlier sign-in is not valid any more: sign in again with the playbook {DEVICE_LOGIN_PLAYBOOK}."
_ALLOW_PUBLIC_CLIENT = "Allow public client flows in the app registration, or sign in as the application itself."
_GET_NEW_DEVICE_CODE = "Run the task again to get a new code, and enter it in time."
_RENEW_REFRESH_TOKEN = (
    "The refresh token is not valid any more: set refresh_token to a new one, or sign in with the playbook"
    f" {DEVICE_LOGIN_PLAYBOOK} and use its token cache instead."
)
_RENEW_REFRESH_TOKEN_WITH_MFA = (
    "A second factor is demanded: set refresh_token to one of a sign-in with a second factor, or sign in with the"
    f" playbook {DEVICE_LOGIN_PLAYBOOK} and use its token cache instead."
)
_SIGN_IN_WITH_MFA = f"A second factor is demanded: sign in again with the playbook {DEVICE_LOGIN_PLAYBOOK}."
_USE_MFA_IN_BROWSER = "A second factor is demanded: run the task again, and complete the second factor in the browser."
_EXPIRED_SIGN_IN_CODES = (50173, 70000, 70008, 70043, 700082, 700084)
_MFA_CODES = (50072, 50074, 50076, 50079)

HINTS: t.Final = {
    16000: _CHECK_USER,
    50013: _CHECK_FEDERATED_CREDENTIAL,
    50020: _CHECK_USER,
    50027: _CHECK_FEDERATED_CREDENTIAL,
    50034: _CHECK_USER,
    50053: _CHECK_USER_LOGIN,
    50055: "The password has expired: have the user set a new one.",
    50056: _CHECK_USER_LOGIN,
    50057: _CHECK_USER,
    50059: _CHECK_TENANT,
    50072: _MFA_REQUIRED,
    50074: _MFA_REQUIRED,
    50076: _MFA_REQUIRED,
    50079: _MFA_REQUIRED,
    50105: "The user is not assigned to the application: have an administrator assign it.",
    50126: _CHECK_USER_LOGIN,
    50128: _CHECK_TENANT,
    50158: _BLOCKED_BY_POLICY,
    50173: _SIGN_IN_AGAIN,
    53000: _BLOCKED_BY_POLICY,
    53001: _BLOCKED_BY_POLICY,
    53003: _BLOCKED_BY_POLICY,
    65001: _CONSENT_REQUIRED,
    65004: f"The person declined to consent to {_PERMISSIONS}.",
    65005: (
        f"The app registration does not list {_PERMISSIONS}: add what is missing, and have an administrator consent."
    ),
    70000: _SIGN_IN_AGAIN,
    70008: _SIGN_IN_AGAIN,
    70011: _CHECK_GRAPH_URL,
    70017: "The person declined the sign-in.",
    70018: _GET_NEW_DEVICE_CODE,
    70019: _GET_NEW_DEVICE_CODE,
    70020: _GET_NEW_DEVICE_CODE,
    70021: _CHECK_FEDERATED_CREDENTIAL,
    70043: _SIGN_IN_AGAIN,
    90002: _CHECK_TENANT,
    90072: _CHECK_USER,
    90094: _CONSENT_REQUIRED,
    500011: _CHECK_GRAPH_URL,
    500113: _CHECK_APPLICATION,
    500133: _RENEW_FEDERATED_ASSERTION,
    700016: _CHECK_APPLICATION,
    700021: _CHECK_CERTIFICATE,
    700022: _CHECK_GRAPH_URL,
    700023: _CHECK_CERTIFICATE,
    700024: _RENEW_FEDERATED_ASSERTION,
    700025: "The application is a public client and takes no credential: use another, or sign a user in.",
    700027: _CHECK_CERTIFICATE,
    700030: _CHECK_CERTIFICATE,
    700082: _SIGN_IN_AGAIN,
    700084: _SIGN_IN_AGAIN,
    700211: _CHECK_FEDERATED_CREDENTIAL,
    700212: _CHECK_FEDERATED_CREDENTIAL,
    700213: _CHECK_FEDERATED_CREDENTIAL,
    900023: _CHECK_TENANT,
    1000502: "The certificate is not valid now: renew it, and check this host's clock.",
    1002012: _CHECK_GRAPH_URL,
    7000112: "The application is disabled in this tenant: have an administrator enable its service principal.",
    7000215: _INVALID_CREDENTIAL,
    7000216: "The application needs a credential: give client_secret, certificate_path or a federated token.",
    7000218: _ALLOW_PUBLIC_CLIENT,
    7000222: "The client secret has expired: add a new one to the app registration and store its value.",
    9002313: "The request was malformed: check the credential that was given for truncation or stray characters.",
}

# Hints by code and auth_method. They take precedence over HINTS.
METHOD_HINTS: t.Final = {
    **{(code, "certificate"): _CHECK_CLOCK_AND_CERTIFICATE for code in (500133, 700024)},
    **{(code, "certificate"): _CHECK_CERTIFICATE for code in (50013, 50027)},
    **{(code, "federated_token"): _CHECK_FEDERATED_CREDENTIAL for code in (700021, 700023, 700027)},
    **{
        (code, "managed_identity"): _CHECK_IDENTITY_CLOUD
        for code in (65005, 70011, 90009, 500011, 500014, 650057, 700022, 1002012)
    },
    **{(code, "managed_identity"): _CHECK_IDENTITY_CLIENT_ID for code in (500113, 700016, 7000112)},
    **{(code, "refresh_token"): _RENEW_REFRESH_TOKEN for code in _EXPIRED_SIGN_IN_CODES},
    **{(code, "refresh_token"): _RENEW_REFRESH_TOKEN_WITH_MFA for code in _MFA_CODES},
    **{(code, "token_cache"): _SIGN_IN_WITH_MFA for code in _MFA_CODES},
    **{(code, DEVICE_LOGIN): _USE_MFA_IN_BROWSER for code in _MFA_CODES},
}

_APPLICATION_METHODS: t.Final = ("federated_token", "certificate", "client_secret")
_USER_METHODS: t.Final = ("password", "refresh_token", "token_cache", DEVICE_LOGIN)

# A hint that contains one of these words applies only to these methods. Other methods do not use that option or
# credential.
_METHODS_BY_WORD: t.Final = {
    "tenant_id": (*_APPLICATION_METHODS, *_USER_METHODS),
    "client_secret": ("client_secret",),
    "client secret": ("client_secret",),
    "certificate": ("certificate",),
    "federated": ("federated_token",),
    "credential": _APPLICATION_METHODS,
    "username": _USER_METHODS,
    "password": ("password",),
    "person": _USER_METHODS,
    "public client flows": _USER_METHODS,
    "device_login": ("password", "token_cache"),
    "new code": (DEVICE_LOGIN,),
}

# Used when the hint for a code applies only to other methods. Managed identities have no entry: their hints depend on
# the HTTP status.
GENERAL_HINTS: t.Final = {
    "federated_token": "Check tenant_id, client_id and the federated token.",
    "certificate": "Check tenant_id, client_id and certificate_path.",
    "client_secret": "Check tenant_id, client_id and client_secret.",
    "password": "Check tenant_id, client_id, username and password.",
    "refresh_token": "Check tenant_id, client_id and refresh_token.",
    "token_cache": (f"Check tenant_id and client_id, or sign in again with the playbook {DEVICE_LOGIN_PLAYBOOK}."),
    DEVICE_LOGIN: "Check tenant_id and client_id, and run the task again.",
}


def hint_for(code: int | None, method: str | None, permissions: Sequence[str] = ()) -> str | None:
    """Return the hint for an error code.

    :param method: the auth_method of the sign-in, or :data:`DEVICE_LOGIN`; ``None`` if it is unknown.
    :param permissions: the names of the delegated permissions that the sign-in requested.
    :returns: ``None`` for an unknown code, and for a managed identity if the hint applies only to other methods.
    """
    if code is None:
        return None
    hint = METHOD_HINTS.get((code, method or ""))
    if hint is None:
        hint = HINTS.get(code)
        if hint is not None and method is not None:
            applies = all(method in methods for word, methods in _METHODS_BY_WORD.items() if word in hint)
            hint = hint if applies else GENERAL_HINTS.get(method)
    if hint is None or not permissions:
        return hint
    return hint.replace(_PERMISSIONS, permission_phrase(permissions, "delegated"))


def find_code(text: str) -> int | None:
    """Return the number of the first AADSTS code in a text. The caller limits the length of the text."""
    match = _CODE.search(text)
    return int(match.group(1)) if match else None


def without_code(text: str) -> str:
    """Return the text without its first AADSTS code."""
    return _CODE.sub("", text, count=1)
