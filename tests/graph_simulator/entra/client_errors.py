# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors of Entra about the credential of an application.

Sources: see :mod:`.errors`, and https://learn.microsoft.com/entra/identity-platform/certificate-credentials
"""

from __future__ import annotations

from .errors import ErrorTemplate

_FORMAT_PAGE = (
    "Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials ."
)
_REGISTERED_KEYS = (
    "Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id "
    "'{client_id}'."
)
_FEDERATION_PAGE = (
    "Check your federated identity credential Subject, Audience and Issuer against the presented assertion. "
    "https://learn.microsoft.com/entra/workload-id/workload-identity-federation"
)


def _invalid_client(code: int, text: str) -> ErrorTemplate:
    return ErrorTemplate(code, 401, "invalid_client", text)


CREDENTIAL_MISSING = _invalid_client(
    7000216, "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type."
)
CREDENTIAL_MISSING_FOR_USER = _invalid_client(
    7000218, "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
)
CREDENTIAL_OF_PUBLIC_CLIENT = _invalid_client(
    700025, "Client is public so neither 'client_assertion' nor 'client_secret' should be presented."
)

SECRET_WRONG = _invalid_client(
    7000215,
    "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the "
    "client secret ID, for a secret added to app '{client_id}'.",
)
SECRET_EXPIRED = _invalid_client(
    7000222,
    "The provided client secret keys for app '{client_id}' are expired. Visit the Azure portal to create new keys for "
    "your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.",
)

ASSERTION_MALFORMED = _invalid_client(50027, "JWT token is invalid or malformed. {reason}")
ASSERTION_ALGORITHM = _invalid_client(
    5002738,
    "Invalid JWT token. '{algorithm}' is not a supported signature algorithm. Supported signing algorithms are: "
    "'{supported}'",
)
ASSERTION_OUTDATED = _invalid_client(
    700024,
    "Client assertion is not within its valid time range. Current time: {now}, assertion valid from {start}, expiry "
    "time of assertion {end}. " + _FORMAT_PAGE,
)
ASSERTION_OF_ANOTHER = _invalid_client(
    700021, "Client assertion application identifier doesn't match 'client_id' parameter. " + _FORMAT_PAGE
)
ASSERTION_AUDIENCE = _invalid_client(
    700023, "Client assertion audience claim does not match Realm issuer. " + _FORMAT_PAGE
)
CERTIFICATE_UNKNOWN = _invalid_client(
    700027,
    "The certificate with identifier used to sign the client assertion is not registered on application. [Reason - "
    "The key was not found., Thumbprint of key used by client: '{thumbprint}', " + _REGISTERED_KEYS + "]",
)
CERTIFICATE_UNUSABLE = _invalid_client(
    700027,
    "Client assertion contains an invalid signature. [Reason - {reason}, Thumbprint of key used by client: "
    "'{thumbprint}', Found key 'Start={start:%m/%d/%Y %H:%M:%S}, End={end:%m/%d/%Y %H:%M:%S}', "
    + _REGISTERED_KEYS
    + "]",
)

FEDERATION_MISSING = _invalid_client(
    70025, "The client '{client_id}'({display_name}) has no configured federated identity credentials."
)
FEDERATED_ISSUER = _invalid_client(
    700211, "No matching federated identity record found for presented assertion issuer '{value}'. " + _FEDERATION_PAGE
)
FEDERATED_AUDIENCE = _invalid_client(
    700212,
    "No matching federated identity record found for presented assertion audience '{value}'. " + _FEDERATION_PAGE,
)
FEDERATED_SUBJECT = _invalid_client(
    700213, "No matching federated identity record found for presented assertion subject '{value}'. " + _FEDERATION_PAGE
)
# The condition is documented. The code is an assumption: other assertions with a wrong signature have it.
FEDERATED_SIGNATURE = _invalid_client(50013, "Assertion failed signature validation. [Reason - The key was not found.]")
