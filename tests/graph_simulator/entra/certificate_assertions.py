# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check assertions that an application signs with the key of a registered certificate.

Source: https://learn.microsoft.com/entra/identity-platform/certificate-credentials. According to this page, the expiry
time has no upper limit.
"""

from __future__ import annotations

import typing as t

from cryptography.hazmat.primitives import hashes

from ..signing import is_signed_by
from ..tenant import TENANT_ID
from . import client_errors
from .assertions import Assertion, malformed_assertion
from .errors import EntraError
from .metadata import TENANT_NAMES, issuer, token_endpoint

if t.TYPE_CHECKING:
    from ..applications import Application
    from ..credentials import CertificateCredential
    from ..service_state import ServiceState

_ALGORITHMS = ("PS256", "RS256")
_THUMBPRINTS: tuple[tuple[str, hashes.HashAlgorithm], ...] = (
    ("x5t#S256", hashes.SHA256()),
    ("x5t", hashes.SHA1()),  # noqa: S303  the header x5t is a SHA-1 thumbprint by definition
)


def check_certificate_assertion(assertion: Assertion, application: Application, state: ServiceState) -> None:
    """Check the signature and the claims; raise EntraError."""
    algorithm = assertion.header.get("alg")
    if algorithm not in _ALGORITHMS:
        raise EntraError(
            client_errors.ASSERTION_ALGORITHM, algorithm=algorithm, supported=",".join(sorted(_ALGORITHMS))
        )
    certificate, thumbprint = _certificate(assertion, application)
    _check_signature(assertion, algorithm, certificate, thumbprint, application, state)
    if not application.client_id == assertion.claim("iss") == assertion.claim("sub"):
        raise EntraError(client_errors.ASSERTION_OF_ANOTHER)
    if not assertion.claim("jti"):
        raise malformed_assertion("The claim 'jti' is missing.")
    known = {token_endpoint(name, state) for name in TENANT_NAMES} | {issuer(TENANT_ID, state)}
    if known.isdisjoint(assertion.audiences):
        raise EntraError(client_errors.ASSERTION_AUDIENCE)
    assertion.check_time(state.clock())


def _certificate(assertion: Assertion, application: Application) -> tuple[CertificateCredential, str]:
    """Return the registered certificate that the header names, and its thumbprint."""
    for name, algorithm in _THUMBPRINTS:
        thumbprint = assertion.header.get(name)
        if not isinstance(thumbprint, str):
            continue
        # Some libraries (for example MSAL for Python) add padding, which RFC 7515 forbids.
        for certificate in application.certificates:
            if certificate.thumbprint(algorithm) == thumbprint.rstrip("="):
                return certificate, thumbprint
        raise EntraError(client_errors.CERTIFICATE_UNKNOWN, thumbprint=thumbprint, client_id=application.client_id)
    raise malformed_assertion("No certificate thumbprint specified in token header.")


def _check_signature(
    assertion: Assertion,
    algorithm: str,
    certificate: CertificateCredential,
    thumbprint: str,
    application: Application,
    state: ServiceState,
) -> None:
    start, end = certificate.parsed.not_valid_before_utc, certificate.parsed.not_valid_after_utc
    if not is_signed_by(assertion.text, certificate.public_key, algorithm):
        reason = "The provided signature value did not match the expected signature value."
    elif not start <= state.clock() <= end:
        reason = "The key used is expired."
    else:
        return
    raise EntraError(
        client_errors.CERTIFICATE_UNUSABLE,
        reason=reason,
        thumbprint=thumbprint,
        start=start,
        end=end,
        client_id=application.client_id,
    )
