# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The ways in which an application signs in as itself."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ..config.options import Value, describe, same_scheme_value
from ..errors import AuthenticationError, OptionsError
from ..files import FileReadError, as_utf8, read_file
from ..masking import SECRETS
from ..text import is_guid
from .credential import check_name, check_token, require, text

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ..config.options import ProvidedOptions
    from .credential import Credential
    from .msal_client import MsalTokenClient
    from .token import Token

_MAX_FILE_BYTES = 1024 * 1024
_QUOTED = re.compile(r"""(["']).*\1""", re.DOTALL)


@dataclasses.dataclass(frozen=True)
class _Application:
    """An app registration: which tenant, and which application in it."""

    method: t.ClassVar[str]
    tenant_id: Value | None
    client_id: Value | None

    @property
    def action(self) -> str:
        way = self.method.replace("_", " ")
        return f"sign in to tenant {text(self.tenant_id)} as application {text(self.client_id)} with its {way}"

    def _check_application(self) -> None:
        require(self.method, tenant_id=self.tenant_id, client_id=self.client_id)
        check_name("tenant_id", self.tenant_id)
        check_name("client_id", self.client_id)


@dataclasses.dataclass(frozen=True)
class ClientSecret(_Application):
    """An application with a secret (RFC 6749, section 4.4)."""

    method: t.ClassVar[str] = "client_secret"
    client_secret: Value | None

    @classmethod
    def read(cls, provided: ProvidedOptions, *, explicit: bool) -> ClientSecret:
        secret = provided.get("client_secret")
        return cls(same_scheme_value(provided, "tenant_id", secret), provided.get("client_id"), secret)

    def validate(self) -> None:
        require(self.method, tenant_id=self.tenant_id, client_id=self.client_id, client_secret=self.client_secret)
        self._check_application()

    def acquire(self, login: Callable[[], MsalTokenClient]) -> Token:
        try:
            return login().application(
                tenant_id=text(self.tenant_id),
                client_id=text(self.client_id),
                credential=lambda: text(self.client_secret),
                method=self.method,
            )
        except AuthenticationError as exc:
            from .aadsts import INVALID_CLIENT

            if exc.code == INVALID_CLIENT and self.client_secret is not None:
                hint = " ".join(filter(None, [_likely_mistake(self.client_secret), exc.hint]))
                raise exc.copy_with(hint=hint) from exc
            raise


def _likely_mistake(secret: Value) -> str | None:
    """Return what the form of a refused secret shows, without a part of the secret; ``None`` for nothing."""
    label, content = describe("client_secret", secret), text(secret)
    if _QUOTED.fullmatch(content):
        return f"{label} begins and ends with a quote."
    if is_guid(content):
        return f"{label} looks like the ID of a secret: it is a GUID."
    return None


@dataclasses.dataclass(frozen=True)
class Certificate(_Application):
    """An application with a certificate (RFC 7523): its assertion is signed with PS256 and names SHA-256 and x5c."""

    method: t.ClassVar[str] = "certificate"
    certificate_path: Value | None
    certificate_password: Value | None

    @classmethod
    def read(cls, provided: ProvidedOptions, *, explicit: bool) -> Certificate:
        path = provided.get("certificate_path")
        return cls(
            same_scheme_value(provided, "tenant_id", path),
            provided.get("client_id"),
            path,
            provided.get("certificate_password"),
        )

    def validate(self) -> None:
        require(self.method, tenant_id=self.tenant_id, client_id=self.client_id, certificate_path=self.certificate_path)
        self._check_application()
        self._content()

    def acquire(self, login: Callable[[], MsalTokenClient]) -> Token:
        return login().application(
            tenant_id=text(self.tenant_id),
            client_id=text(self.client_id),
            credential=self._credential,
            method=self.method,
        )

    def _content(self) -> bytes:
        return _read_option_file("certificate_path", self.certificate_path)

    def _credential(self) -> dict[str, str]:
        from .certificate import read_certificate

        return read_certificate(text(self.certificate_path), self._content(), text(self.certificate_password) or None)


@dataclasses.dataclass(frozen=True)
class FederatedToken(_Application):
    """An application that another identity provider vouches for (RFC 7523), as AWX, GitHub and Kubernetes do."""

    method: t.ClassVar[str] = "federated_token"
    federated_token: Value | None
    federated_token_file: Value | None

    @classmethod
    def read(cls, provided: ProvidedOptions, *, explicit: bool) -> FederatedToken:
        token, file = provided.get("federated_token"), provided.get("federated_token_file")
        # Whichever was given more strongly: an option beats the environment across both.
        if token is not None and file is not None and (token.env_var is not None) > (file.env_var is not None):
            token = None
        return cls(provided.get("tenant_id"), provided.get("client_id"), token, file)

    def validate(self) -> None:
        if self.federated_token_file is None:
            require(self.method, federated_token=self.federated_token)
        self._check_application()
        self._assertion()

    def acquire(self, login: Callable[[], MsalTokenClient]) -> Token:
        return login().application(
            tenant_id=text(self.tenant_id),
            client_id=text(self.client_id),
            credential=lambda: {"client_assertion": self._assertion()},
            method=self.method,
        )

    def _assertion(self) -> str:
        """The assertion; a file is read at each use, as platforms renew what is in it."""
        if self.federated_token is not None:
            check_token("federated_token", self.federated_token)
            return text(self.federated_token)
        file = t.cast("Value", self.federated_token_file)
        content = as_utf8(_read_option_file("federated_token_file", file)).decode("utf-8", "replace").strip()
        # Register it before the check, whose message may show text.
        SECRETS.add_long(content)
        check_token("federated_token_file", dataclasses.replace(file, content=content))
        return content


@dataclasses.dataclass(frozen=True)
class ManagedIdentity:
    """The identity that the platform gives to this very host or app; user-assigned when there is a client ID."""

    method: t.ClassVar[str] = "managed_identity"
    client_id: Value | None

    @classmethod
    def read(cls, provided: ProvidedOptions, *, explicit: bool) -> ManagedIdentity:
        client_id = provided.get("client_id")
        # AZURE_CLIENT_ID may be another credential's half, so a merely announced identity does not take it up.
        return cls(client_id if client_id is None or explicit or client_id.env_var is None else None)

    @property
    def action(self) -> str:
        which = f"user-assigned identity {text(self.client_id)}" if self.client_id else "system-assigned identity"
        return f"sign in with the {which} of this host"

    def validate(self) -> None:
        check_name("client_id", self.client_id)

    def acquire(self, login: Callable[[], MsalTokenClient]) -> Token:
        return login().managed_identity(client_id=text(self.client_id) or None)


_CREDENTIALS: t.Final = (FederatedToken, Certificate, ClientSecret, ManagedIdentity)
APPLICATIONS: t.Final[dict[str, type[Credential]]] = {one.method: one for one in _CREDENTIALS}


def _read_option_file(name: str, value: Value | None) -> bytes:
    """The file that an option names.

    :raises OptionsError: it cannot be read, or is empty.
    """
    path = text(value)
    try:
        content = read_file(path, _MAX_FILE_BYTES)
        if content.strip():
            return content
        reason = "it is empty"
    except FileReadError as exc:
        reason = exc.reason
    raise OptionsError(
        f"{describe(name, value) if value else name} names {path!r}, which cannot be read: {reason}",
        hint="The file must be on the host that runs the module, readable for the user who runs it.",
    )
