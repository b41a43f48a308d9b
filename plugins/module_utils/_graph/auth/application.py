# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Credentials of applications: client secret, certificate, federated token and managed identity."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ..config.options import Value, describe, same_scheme_value
from ..errors import AuthenticationError, OptionsError
from ..files import FileReadError, as_utf8, read_file
from ..masking import SECRETS
from ..text import is_guid
from .aadsts import INVALID_CLIENT
from .certificate import read_certificate
from .credential import check_id, check_token, require, text

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
    """An app registration: its tenant and its client ID."""

    method: t.ClassVar[str]
    tenant_id: Value | None
    client_id: Value | None

    @property
    def action(self) -> str:
        credential = self.method.replace("_", " ")
        return f"sign in to tenant {text(self.tenant_id)} as application {text(self.client_id)} with its {credential}"

    def _check_application(self) -> None:
        require(self.method, tenant_id=self.tenant_id, client_id=self.client_id)
        check_id("tenant_id", self.tenant_id)
        check_id("client_id", self.client_id)


@dataclasses.dataclass(frozen=True)
class ClientSecret(_Application):
    """An application that signs in with a client secret (RFC 6749, section 4.4)."""

    method: t.ClassVar[str] = "client_secret"
    client_secret: Value | None

    @classmethod
    def read(cls, provided: ProvidedOptions, *, explicit: bool) -> ClientSecret:
        secret = provided.get("client_secret")
        return cls(same_scheme_value(provided, "tenant_id", secret), provided.get("client_id"), secret)

    def validate(self) -> None:
        require(self.method, tenant_id=self.tenant_id, client_id=self.client_id, client_secret=self.client_secret)
        self._check_application()

    def acquire(self, get_token_client: Callable[[], MsalTokenClient]) -> Token:
        try:
            return get_token_client().application(
                tenant_id=text(self.tenant_id),
                client_id=text(self.client_id),
                credential=lambda: text(self.client_secret),
                method=self.method,
            )
        except AuthenticationError as exc:
            if exc.code == INVALID_CLIENT and self.client_secret is not None:
                hint = " ".join(filter(None, [_likely_mistake(self.client_secret), exc.hint]))
                raise exc.copy_with(hint=hint) from exc
            raise


def _likely_mistake(secret: Value) -> str | None:
    """Return the likely mistake in a refused secret, as a sentence that does not contain the secret.

    :returns: ``None`` if the format of the secret shows no mistake.
    """
    label, content = describe("client_secret", secret), text(secret)
    if _QUOTED.fullmatch(content):
        return f"{label} begins and ends with a quote."
    if is_guid(content):
        return f"{label} looks like the ID of a secret: it is a GUID."
    return None


@dataclasses.dataclass(frozen=True)
class Certificate(_Application):
    """An application that signs in with a certificate (RFC 7523).

    msal signs the assertion with PS256 and adds the headers ``x5t#S256`` and ``x5c``.
    """

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
        self._read_file()

    def acquire(self, get_token_client: Callable[[], MsalTokenClient]) -> Token:
        return get_token_client().application(
            tenant_id=text(self.tenant_id),
            client_id=text(self.client_id),
            credential=self._credential,
            method=self.method,
        )

    def _read_file(self) -> bytes:
        return _read_option_file("certificate_path", self.certificate_path)

    def _credential(self) -> dict[str, str]:
        return read_certificate(text(self.certificate_path), self._read_file(), text(self.certificate_password) or None)


@dataclasses.dataclass(frozen=True)
class FederatedToken(_Application):
    """An application that signs in with a token of another identity provider (RFC 7523).

    AWX, GitHub and Kubernetes issue such tokens.
    """

    method: t.ClassVar[str] = "federated_token"
    federated_token: Value | None
    federated_token_file: Value | None

    @classmethod
    def read(cls, provided: ProvidedOptions, *, explicit: bool) -> FederatedToken:
        token, file = provided.get("federated_token"), provided.get("federated_token_file")
        # A file from an option takes precedence over a token from the environment.
        if token is not None and file is not None and (token.env_var is not None) > (file.env_var is not None):
            token = None
        return cls(provided.get("tenant_id"), provided.get("client_id"), token, file)

    def validate(self) -> None:
        if self.federated_token_file is None:
            require(self.method, federated_token=self.federated_token)
        self._check_application()
        self._assertion()

    def acquire(self, get_token_client: Callable[[], MsalTokenClient]) -> Token:
        return get_token_client().application(
            tenant_id=text(self.tenant_id),
            client_id=text(self.client_id),
            credential=lambda: {"client_assertion": self._assertion()},
            method=self.method,
        )

    def _assertion(self) -> str:
        """Return the assertion. The file is read at each call, because platforms renew its content."""
        if self.federated_token is not None:
            check_token("federated_token", self.federated_token)
            return text(self.federated_token)
        file = t.cast("Value", self.federated_token_file)
        content = as_utf8(_read_option_file("federated_token_file", file)).decode("utf-8", "replace").strip()
        # Register the secret before the check: the error message may contain a part of the file.
        SECRETS.add_long(content)
        check_token("federated_token_file", dataclasses.replace(file, content=content))
        return content


@dataclasses.dataclass(frozen=True)
class ManagedIdentity:
    """The managed identity of this host or app: user-assigned with a client ID, else system-assigned."""

    method: t.ClassVar[str] = "managed_identity"
    client_id: Value | None

    @classmethod
    def read(cls, provided: ProvidedOptions, *, explicit: bool) -> ManagedIdentity:
        client_id = provided.get("client_id")
        # AZURE_CLIENT_ID may belong to another credential, so a detected identity ignores it.
        return cls(client_id if client_id is None or explicit or client_id.env_var is None else None)

    @property
    def action(self) -> str:
        which = f"user-assigned identity {text(self.client_id)}" if self.client_id else "system-assigned identity"
        return f"sign in with the {which} of this host"

    def validate(self) -> None:
        check_id("client_id", self.client_id)

    def acquire(self, get_token_client: Callable[[], MsalTokenClient]) -> Token:
        return get_token_client().managed_identity(client_id=text(self.client_id) or None)


_CREDENTIALS: t.Final = (FederatedToken, Certificate, ClientSecret, ManagedIdentity)
APPLICATIONS: t.Final[dict[str, type[Credential]]] = {credential.method: credential for credential in _CREDENTIALS}


def _read_option_file(name: str, value: Value | None) -> bytes:
    """Return the content of the file that an option names.

    :raises OptionsError: the file cannot be read, or it is empty.
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
