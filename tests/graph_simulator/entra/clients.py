# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which application asks, and how it proves that.

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
    from ..world import World
    from .forms import Form

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

PUBLIC, BY_SECRET, BY_ASSERTION = "0", "1", "2"
"""How an application has proved itself, as tokens tell it in ``appidacr``."""


def known_application(form: Form, world: World) -> Application:
    """Return the enabled application that the form names; raises EntraError."""
    client_id = required(form, "client_id")
    application = world.application(client_id)
    if application is None:
        raise EntraError(errors.APPLICATION_UNKNOWN, client_id=client_id, tenant_name=TENANT_NAME)
    if not application.enabled:
        raise EntraError(errors.APPLICATION_DISABLED, client_id=client_id, display_name=application.display_name)
    return application


def check_credential(form: Form, application: Application, world: World) -> str:
    """Check the one credential of an application that acts for itself; returns how it came. Raises EntraError."""
    secret, assertion = form.get("client_secret", ""), form.get("client_assertion", "")
    if application.public and (secret or assertion):
        raise EntraError(client_errors.CREDENTIAL_OF_PUBLIC_CLIENT)
    # Two at once are not one (RFC 6749, section 2.3), and an assertion of an unknown type is none.
    if bool(secret) == bool(assertion):
        raise EntraError(client_errors.CREDENTIAL_MISSING)
    if secret:
        _check_secret(secret, application, world)
        return BY_SECRET
    if required(form, "client_assertion_type") != _ASSERTION_TYPE:
        raise EntraError(client_errors.CREDENTIAL_MISSING)
    _check_assertion(Assertion.parse(assertion), application, world)
    return BY_ASSERTION


def check_client_of_user(form: Form, application: Application, world: World) -> str:
    """Check the application through which a user signs in, which may be a public one. Raises EntraError."""
    if form.get("client_secret") or form.get("client_assertion"):
        return check_credential(form, application, world)
    if not application.public:
        raise EntraError(client_errors.CREDENTIAL_MISSING_FOR_USER)
    return PUBLIC


def _check_secret(given: str, application: Application, world: World) -> None:
    match = next((secret for secret in application.secrets if secret.matches(given)), None)
    if match is None:
        raise EntraError(client_errors.SECRET_WRONG, client_id=application.client_id)
    if match.expired(world.clock()):
        raise EntraError(client_errors.SECRET_EXPIRED, client_id=application.client_id)


def _check_assertion(assertion: Assertion, application: Application, world: World) -> None:
    # An application names itself by its id, an external issuer itself by its address.
    if assertion.claim("iss").startswith("https://"):
        check_federated_assertion(assertion, application, world)
    else:
        check_certificate_assertion(assertion, application, world)
