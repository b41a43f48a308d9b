# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""What the login service's error codes mean to the person who runs the task, as data.

Codes: https://learn.microsoft.com/entra/identity-platform/reference-error-codes. Microsoft keeps the right to change
them, so they choose a hint and nothing else; a code that is not here passes through readable.
"""

from __future__ import annotations

import re
import typing as t

from ._permission import permission_phrase

if t.TYPE_CHECKING:
    from collections.abc import Sequence

_CODE: t.Final = re.compile(r"AADSTS([0-9]{4,9}):?")
# The client secret is not one of the application's.
INVALID_CLIENT: t.Final = "AADSTS7000215"
# A hint has these words where the names of the permissions belong, when they are known.
_PERMISSION: t.Final = "the permission"

_TENANT = "Check tenant_id and cloud: the tenant's id or one of its domains, in the cloud it lives in."
_APPLICATION = "Check client_id (the application's id, not its object id) and that the application is in this tenant."
_SCOPE = "Check graph_url and cloud: the login service does not know that Graph in this tenant."
_WRONG_VALUE = (
    "Check client_secret: it must be the secret's value, not its ID, without quotes around it. A secret of another"
    " application is refused, too."
)
_CERTIFICATE = "Register the certificate with this application, or check that certificate_path and client_id fit."
_FEDERATED = (
    "Compare the token's issuer, subject and audience, letter by letter, with the application's federated credentials."
)
_FRESH_FEDERATED = (
    "Give a fresh federated token, for those of job systems live for minutes, and check this host's clock."
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
    " msgraph.intune.device_login, or use an application."
)
_CONSENT = f"Nobody has consented to {_PERMISSION} yet: have an administrator consent for this application."
_POLICY = "A Conditional Access policy blocks this sign-in: ask who runs the policies to let this identity in."
_AGAIN = "The earlier sign-in is of no use any more: sign in again with the playbook msgraph.intune.device_login."
_PUBLIC = "Allow public client flows in the app registration, or sign in as the application itself."
_DEVICE = "Run the task again to get a new code, and enter it in time."

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

# By code and auth_method: where a code means something else than HINTS says.
METHOD_HINTS: t.Final = {
    **{(code, "certificate"): _CERTIFICATE_TIME for code in (500133, 700024)},
    **{(code, "certificate"): _CERTIFICATE for code in (50013, 50027)},
    **{(code, "federated_token"): _FEDERATED for code in (700021, 700023, 700027)},
    **{
        (code, "managed_identity"): _IDENTITY_RESOURCE
        for code in (65005, 70011, 90009, 500011, 500014, 650057, 700022, 1002012)
    },
    **{(code, "managed_identity"): _IDENTITY_CLIENT for code in (700016, 7000112)},
}


def hint_for(code: int | None, method: str | None, permissions: Sequence[str] = ()) -> str | None:
    """Return what to do about an error code in a sign-in by this auth_method, or ``None`` for an unknown code.

    :param permissions: the names of the delegated permissions that the sign-in asked for.
    """
    if code is None:
        return None
    hint = METHOD_HINTS.get((code, method or "")) or HINTS.get(code)
    return hint and (hint.replace(_PERMISSION, permission_phrase(permissions, "delegated")) if permissions else hint)


def find_code(text: str) -> int | None:
    """Return the number of the first AADSTS code in a text, which is to be cut to some kilobytes before."""
    found = _CODE.search(text)
    return int(found.group(1)) if found else None


def without_code(text: str) -> str:
    """Return the text without its first code."""
    return _CODE.sub("", text, count=1)
