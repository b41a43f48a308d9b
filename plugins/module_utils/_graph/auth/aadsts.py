# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Hints for the error codes of the login service, as data.

Codes: https://learn.microsoft.com/entra/identity-platform/reference-error-codes. Microsoft keeps the right to change
them, so they choose a hint and nothing else; a code that is not here passes through readable.
"""

from __future__ import annotations

import re
import typing as t

from ..permission import permission_phrase
from ..version import DEVICE_LOGIN_PLAYBOOK

if t.TYPE_CHECKING:
    from collections.abc import Sequence

# In place of an auth_method, for a sign-in by device code.
DEVICE_LOGIN: t.Final = "device_login"

_CODE: t.Final = re.compile(r"AADSTS([0-9]{4,9}):?")
# The client secret is not one of the application's.
INVALID_CLIENT: t.Final = "AADSTS7000215"
# A hint has these words where the names of the permissions belong, when they are known.
_PERMISSION: t.Final = "the permission"

_TENANT = "Check tenant_id and cloud: the tenant's id or one of its domains, in the cloud it lives in."
_APPLICATION = "Check client_id (the application's id, not its object id) and that the application is in this tenant."
_SCOPE = "Check graph_url and cloud: the login service does not know the address in graph_url."
_WRONG_VALUE = (
    "Check client_secret: it must be the secret's value, not its ID, without quotes around it. A secret of another"
    " application is refused, too."
)
_CERTIFICATE = "Register the certificate with this application, or check that certificate_path and client_id fit."
_FEDERATED = (
    "Compare the token's issuer, subject and audience, letter by letter, with the application's federated credentials."
)
_FRESH_FEDERATED = (
    "Give a fresh federated token, because those of job systems expire within minutes, and check this host's clock."
)
_CERTIFICATE_TIME = "Check this host's clock, by which the assertion is dated, and that the certificate is valid now."
_IDENTITY_RESOURCE = (
    "Check graph_url and cloud: a managed identity gets tokens for the Graph of the cloud that its host runs in."
)
_IDENTITY_CLIENT = "Check client_id: it must be that of a user-assigned identity which is assigned to this host or app."
_PERSON = "Check username and tenant_id, and with the user's administrator that the account may sign in."
_WRONG_LOGIN = "Check username and password; after too many attempts wait until the account is unlocked."
_MFA = (
    "A second factor is demanded, which no password can satisfy: sign in once with the playbook"
    f" {DEVICE_LOGIN_PLAYBOOK}, or use an application."
)
_CONSENT = f"Nobody has consented to {_PERMISSION} yet: have an administrator consent for this application."
_POLICY = "A Conditional Access policy blocks this sign-in: ask who runs the policies to let this identity in."
_AGAIN = f"The earlier sign-in is not valid any more: sign in again with the playbook {DEVICE_LOGIN_PLAYBOOK}."
_PUBLIC = "Allow public client flows in the app registration, or sign in as the application itself."
_DEVICE = "Run the task again to get a new code, and enter it in time."
_RENEW = (
    "The refresh token is not valid any more: set refresh_token to a new one, or sign in with the playbook"
    f" {DEVICE_LOGIN_PLAYBOOK} and use its token cache instead."
)
_RENEW_WITH_MFA = (
    "A second factor is demanded: set refresh_token to one of a sign-in with a second factor, or sign in with the"
    f" playbook {DEVICE_LOGIN_PLAYBOOK} and use its token cache instead."
)
_SIGN_IN_WITH_MFA = f"A second factor is demanded: sign in again with the playbook {DEVICE_LOGIN_PLAYBOOK}."
_BROWSER_MFA = "A second factor is demanded: run the task again, and complete the second factor in the browser."
_AGAIN_CODES = (50173, 70000, 70008, 70043, 700082, 700084)
_MFA_CODES = (50072, 50074, 50076, 50079)

HINTS: t.Final = {
    16000: _PERSON,
    50013: _FEDERATED,
    50020: _PERSON,
    50027: _FEDERATED,
    50034: _PERSON,
    50053: _WRONG_LOGIN,
    50055: "The password has expired: have the user set a new one.",
    50056: _WRONG_LOGIN,
    50057: _PERSON,
    50059: _TENANT,
    50072: _MFA,
    50074: _MFA,
    50076: _MFA,
    50079: _MFA,
    50105: "The user is not assigned to the application: have an administrator assign it.",
    50126: _WRONG_LOGIN,
    50128: _TENANT,
    50158: _POLICY,
    50173: _AGAIN,
    53000: _POLICY,
    53001: _POLICY,
    53003: _POLICY,
    65001: _CONSENT,
    65004: f"The person declined to consent to {_PERMISSION}.",
    65005: f"The app registration does not list {_PERMISSION}: add what is missing, and have an administrator consent.",
    70000: _AGAIN,
    70008: _AGAIN,
    70011: _SCOPE,
    70017: "The person declined the sign-in.",
    70018: _DEVICE,
    70019: _DEVICE,
    70020: _DEVICE,
    70021: _FEDERATED,
    70043: _AGAIN,
    90002: _TENANT,
    90072: _PERSON,
    90094: _CONSENT,
    500011: _SCOPE,
    500113: _APPLICATION,
    500133: _FRESH_FEDERATED,
    700016: _APPLICATION,
    700021: _CERTIFICATE,
    700022: _SCOPE,
    700023: _CERTIFICATE,
    700024: _FRESH_FEDERATED,
    700025: "The application is a public client and takes no credential: use another, or sign a user in.",
    700027: _CERTIFICATE,
    700030: _CERTIFICATE,
    700082: _AGAIN,
    700084: _AGAIN,
    700211: _FEDERATED,
    700212: _FEDERATED,
    700213: _FEDERATED,
    900023: _TENANT,
    1000502: "The certificate is not valid now: renew it, and check this host's clock.",
    1002012: _SCOPE,
    7000112: "The application is disabled in this tenant: have an administrator enable its service principal.",
    7000215: _WRONG_VALUE,
    7000216: "The application needs a credential: give client_secret, certificate_path or a federated token.",
    7000218: _PUBLIC,
    7000222: "The client secret has expired: add a new one to the app registration and store its value.",
    9002313: "The request was malformed: check the credential that was given for truncation or stray characters.",
}

# Hints by code and auth_method. They come before those of HINTS.
METHOD_HINTS: t.Final = {
    **{(code, "certificate"): _CERTIFICATE_TIME for code in (500133, 700024)},
    **{(code, "certificate"): _CERTIFICATE for code in (50013, 50027)},
    **{(code, "federated_token"): _FEDERATED for code in (700021, 700023, 700027)},
    **{
        (code, "managed_identity"): _IDENTITY_RESOURCE
        for code in (65005, 70011, 90009, 500011, 500014, 650057, 700022, 1002012)
    },
    **{(code, "managed_identity"): _IDENTITY_CLIENT for code in (500113, 700016, 7000112)},
    **{(code, "refresh_token"): _RENEW for code in _AGAIN_CODES},
    **{(code, "refresh_token"): _RENEW_WITH_MFA for code in _MFA_CODES},
    **{(code, "token_cache"): _SIGN_IN_WITH_MFA for code in _MFA_CODES},
    **{(code, DEVICE_LOGIN): _BROWSER_MFA for code in _MFA_CODES},
}

_APPLICATIONS: t.Final = ("federated_token", "certificate", "client_secret")
_USERS: t.Final = ("password", "refresh_token", "token_cache", DEVICE_LOGIN)

# A hint of HINTS that contains such a word is only for these methods: the others do not read the option, or sign in
# without such a credential.
_METHODS_BY_WORD: t.Final = {
    "tenant_id": (*_APPLICATIONS, *_USERS),
    "client_secret": ("client_secret",),
    "client secret": ("client_secret",),
    "certificate": ("certificate",),
    "federated": ("federated_token",),
    "credential": _APPLICATIONS,
    "username": _USERS,
    "password": ("password",),
    "person": _USERS,
    "public client flows": _USERS,
    "device_login": ("password", "token_cache"),
    "new code": (DEVICE_LOGIN,),
}

# For a code whose hint is for other methods. A managed identity is missing: its hints depend on the status.
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

    :param method: the auth_method of the sign-in, or :data:`DEVICE_LOGIN`; ``None`` when it is not known.
    :param permissions: the names of the delegated permissions that the sign-in asked for.
    :returns: ``None`` for an unknown code, and for a managed identity when the hint is for other methods.
    """
    if code is None:
        return None
    hint = METHOD_HINTS.get((code, method or ""))
    if hint is None:
        hint = HINTS.get(code)
        if hint is not None and method is not None:
            is_for_others = any(word in hint and method not in methods for word, methods in _METHODS_BY_WORD.items())
            hint = GENERAL_HINTS.get(method) if is_for_others else hint
    if hint is None or not permissions:
        return hint
    return hint.replace(_PERMISSION, permission_phrase(permissions, "delegated"))


def find_code(text: str) -> int | None:
    """Return the number of the first AADSTS code in a text. The caller limits the length of the text."""
    found = _CODE.search(text)
    return int(found.group(1)) if found else None


def without_code(text: str) -> str:
    """Return the text without its first code."""
    return _CODE.sub("", text, count=1)
