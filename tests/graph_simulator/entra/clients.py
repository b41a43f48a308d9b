# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the application of a request, and check its credential.

Source: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

from __future__ import annotations

import typing as t

from ..tenant import TENANT_NAME
from . import client_errors, errors
from .assertions import Assertion
from .certificate_assertions import check_certificate_assertion
from .errors import EntraError
from .federated_assertions import check_federated_assertion
from .forms import required

if t.TYPE_CHECKING:
    from ..applications import Application
    from ..service_state import ServiceState
    from .forms import Form

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

PUBLIC, BY_SECRET, BY_ASSERTION = "0", "1", "2"
"""Values of the claim ``appidacr``: how the application authenticated."""


def find_application(form: Form, state: ServiceState) -> Application:
    """Return the enabled application that the form names; raise EntraError."""
    client_id = required(form, "client_id")
    application = state.application(client_id)
    if application is None:
        raise EntraError(errors.APPLICATION_UNKNOWN, client_id=client_id, tenant_name=TENANT_NAME)
    if not application.enabled:
        raise EntraError(errors.APPLICATION_DISABLED, client_id=client_id, display_name=application.display_name)
    return application


def check_credential(form: Form, application: Application, state: ServiceState) -> str:
    """Check the credential of an application that signs in as itself. Return its ``appidacr``; raise EntraError."""
    secret, assertion = form.get("client_secret", ""), form.get("client_assertion", "")
    if application.public and (secret or assertion):
        raise EntraError(client_errors.CREDENTIAL_OF_PUBLIC_CLIENT)
    # A request must use exactly one credential (RFC 6749, section 2.3).
    if bool(secret) == bool(assertion):
        raise EntraError(client_errors.CREDENTIAL_MISSING)
    if secret:
        _check_secret(secret, application, state)
        return BY_SECRET
    if required(form, "client_assertion_type") != _ASSERTION_TYPE:
        raise EntraError(client_errors.CREDENTIAL_MISSING)
    _check_assertion(Assertion.parse(assertion), application, state)
    return BY_ASSERTION


def check_user_client(form: Form, application: Application, state: ServiceState) -> str:
    """Check the application of a user's sign-in, maybe a public client. Return its ``appidacr``; raise EntraError."""
    if form.get("client_secret") or form.get("client_assertion"):
        return check_credential(form, application, state)
    if not application.public:
        raise EntraError(client_errors.CREDENTIAL_MISSING_FOR_USER)
    return PUBLIC


def _check_secret(provided: str, application: Application, state: ServiceState) -> None:
    match = next((secret for secret in application.secrets if secret.matches(provided)), None)
    if match is None:
        raise EntraError(client_errors.SECRET_WRONG, client_id=application.client_id)
    if match.expired(state.clock()):
        raise EntraError(client_errors.SECRET_EXPIRED, client_id=application.client_id)


def _check_assertion(assertion: Assertion, application: Application, state: ServiceState) -> None:
    # The issuer of a certificate assertion is a client id. External issuers have a URL.
    if assertion.claim("iss").startswith("https://"):
        check_federated_assertion(assertion, application, state)
    else:
        check_certificate_assertion(assertion, application, state)
