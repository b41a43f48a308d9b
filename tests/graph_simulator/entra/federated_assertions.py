# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check assertions of an external issuer that the application trusts.

Source: https://learn.microsoft.com/entra/workload-id/workload-identity-federation. Entra compares issuer, audience and
subject with case.
"""

from __future__ import annotations

import typing as t

from . import client_errors
from .errors import EntraError

if t.TYPE_CHECKING:
    from ..applications import Application
    from ..service_state import ServiceState
    from .assertions import Assertion


def check_federated_assertion(assertion: Assertion, application: Application, state: ServiceState) -> None:
    """Check the trust of the application, the signature and the time; raise EntraError."""
    trusted = application.federated_credentials
    if not trusted:
        raise EntraError(
            client_errors.FEDERATION_MISSING, client_id=application.client_id, display_name=application.display_name
        )
    trusted = tuple(credential for credential in trusted if credential.issuer == assertion.claim("iss"))
    if not trusted:
        raise EntraError(client_errors.FEDERATED_ISSUER, value=assertion.claim("iss"))
    trusted = tuple(credential for credential in trusted if credential.audience in assertion.audiences)
    if not trusted:
        raise EntraError(client_errors.FEDERATED_AUDIENCE, value=", ".join(assertion.audiences))
    if all(credential.subject != assertion.claim("sub") for credential in trusted):
        raise EntraError(client_errors.FEDERATED_SUBJECT, value=assertion.claim("sub"))
    if not state.federation.has_signed(assertion.text):
        raise EntraError(client_errors.FEDERATED_SIGNATURE)
    assertion.check_time(state.clock())
