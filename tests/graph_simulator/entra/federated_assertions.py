# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Assertions that an issuer outside of Entra has signed, and that an application is set up to trust.

Source: https://learn.microsoft.com/entra/workload-id/workload-identity-federation. Issuer, audience and subject are
compared letter by letter, case included.
"""

from __future__ import annotations

import typing as t

from . import client_errors
from .errors import EntraError

if t.TYPE_CHECKING:
    from ..applications import Application
    from ..world import World
    from .assertions import Assertion


def check_federated_assertion(assertion: Assertion, application: Application, world: World) -> None:
    """Check that the application trusts whom it names, and that they are genuine; raises EntraError."""
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
    if not world.federation.has_signed(assertion.text):
        raise EntraError(client_errors.FEDERATED_SIGNATURE)
    assertion.check_time(world.clock())
