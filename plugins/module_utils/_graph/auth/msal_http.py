# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The HTTP client for msal: it sends requests to one login service, registers secrets and cleans responses."""

from __future__ import annotations

import json
import time
import typing as t
import uuid
from urllib.parse import urlencode, urlsplit, urlunsplit

from ..clouds import same_origin
from ..errors import AuthenticationError, GraphError, ProtocolError
from ..http.error_response import holds_error, parse_body
from ..http.headers import retry_after
from ..masking import SECRETS
from ..version import DEVICE_LOGIN_PLAYBOOK
from . import entra_errors, managed_identity_errors
from .login_answers import clean, find_too_long, secrets_in, token_problem

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..http.transport import Response, Transport

_USER_REALM = "/common/userrealm/"
# This URL is cached: otherwise msal requests it again at each retry of a sign-in.
_METADATA = "/.well-known/openid-configuration"
# Headers that contain a secret: the key of the Azure Arc agent, and the secrets of App Service and Machine Learning.
_SECRET_HEADERS = ("authorization", "x-identity-header", "secret")


class MsalHttp:
    """The part of a requests session that msal uses. It stores the last response for error messages.

    :param authority_url: the only origin that msal may send requests to, even if the metadata contains other URLs;
        ``None`` for a managed identity. Requests to its endpoint bypass proxies.
    :param clock: seconds since the epoch.
    """

    def __init__(
        self, transport: Transport, authority_url: str | None, *, clock: Callable[[], float] = time.time
    ) -> None:
        self.auth_method: str | None = None
        """The auth_method of the sign-in, which selects the hint of an error."""
        self.permissions: tuple[str, ...] = ()
        """The names of the delegated permissions that the sign-in requests, for hints."""
        self._transport = transport
        self._authority_url = authority_url
        self._clock = clock
        self._metadata_cache: dict[str, MsalResponse] = {}
        self._client_request_id = ""
        self._last_response: Response | None = None
        self._last_body: t.Any = None

    def get(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str | None] | None = None,
        **_unused: object,
    ) -> MsalResponse:
        return self._send("GET", f"{url}?{urlencode(params)}" if params else url, headers, None)

    def post(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str | None] | None = None,
        **_unused: object,
    ) -> MsalResponse:
        form = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        self._register("the request", secrets_in(data))
        return self._send("POST", f"{url}?{urlencode(params)}" if params else url, form, urlencode(data or {}).encode())

    def close(self) -> None:
        """Do nothing, because the task still uses the transport."""

    @property
    def retry_after(self) -> float:
        """The header ``Retry-After`` of the last response in seconds, with any status; 0 without the header."""
        return 0.0 if self._last_response is None else retry_after(self._last_response.headers) or 0.0

    def failure(self, reason: str = "no token") -> GraphError:
        """Return the error for the last response.

        :param reason: the class of the exception that msal raised. The message contains it if the response has no
            error.
        """
        endpoint = "this host's managed identity endpoint" if self._authority_url is None else "the login service"
        if self._last_response is None:
            return ProtocolError(f"msal gave up before it asked {endpoint} ({reason})")
        if self._last_response.status < 400 and not holds_error(self._last_body):
            return self._protocol_error(f"msal could not use what {endpoint} answered ({reason})")
        if self._authority_url is None:
            return managed_identity_errors.read_error(self._last_response, self._client_request_id)
        return entra_errors.read_error(self._last_response, self._client_request_id, self.auth_method, self.permissions)

    def _register(self, where: str, secrets: Mapping[str, str]) -> None:
        """Register secrets.

        :raises ProtocolError: a secret is too long. Its encoded forms would need a hundred times its size in memory.
        """
        problem = find_too_long(secrets)
        if problem:
            raise self._protocol_error(f"in {where}, {problem}")
        SECRETS.add_long(*secrets.values())

    def _protocol_error(self, problem: str) -> ProtocolError:
        return ProtocolError(
            problem,
            hint="Check the variables by which the platform announces its identity."
            if self._authority_url is None
            else "Check the credential, authority_url and the proxies on the way.",
            status=None if self._last_response is None else self._last_response.status,
            client_request_id=self._client_request_id,
        )

    def _send(
        self, method: str, url: str, headers: Mapping[str, str | None] | None, body: bytes | None
    ) -> MsalResponse:
        is_user_realm = _USER_REALM in url
        if self._authority_url is not None:
            url = _add_port(self._authority_url, url) if is_user_realm else url
            _check_origin(self._authority_url, url)
        cached = self._metadata_cache.get(url) if method == "GET" else None
        if cached is not None:
            return cached
        msal_headers = {name: value for name, value in (headers or {}).items() if value is not None}
        self._register("the request", _secrets_in_headers(msal_headers))
        all_headers = {"Accept": "application/json", "client-request-id": str(uuid.uuid4()), **msal_headers}
        self._client_request_id = all_headers["client-request-id"]
        try:
            response = self._transport.send(
                method, url, headers=all_headers, body=body, bypass_proxy=self._authority_url is None
            )
        except GraphError as exc:
            error = exc.copy_with(client_request_id=self._client_request_id)
            if self._authority_url is None and exc.connection_lost:
                # The endpoint is on this host or in its network. If it does not respond, a retry does not help.
                hint = "This host seems to have no managed identity: give another credential, or assign one."
                error = error.copy_with(connection_lost=False, hint=hint)
            raise error from exc
        self._last_response, self._last_body = response, parse_body(response)
        self._register("the answer", secrets_in(self._last_body))
        if response.status >= 400 or holds_error(self._last_body):
            failure = self.failure()
            if failure.transient:
                # Raise the error here: msal would cache the response and return it again at the next retry.
                raise failure
        else:
            problem = token_problem(self._last_body)
            if problem:
                raise self._protocol_error(problem)
        cleaned = MsalResponse(response, clean(self._last_body, self._clock(), failed=response.status >= 400))
        if url.endswith(_METADATA) and response.status == 200:
            self._metadata_cache[url] = cleaned
        if is_user_realm:
            _refuse_federated(self._last_body)
        return cleaned


class MsalResponse:
    """A response with the attributes that msal reads.

    :param body: the cleaned content; ``None`` if the response is not JSON. Then msal gets an empty text.
    """

    def __init__(self, response: Response, body: t.Any) -> None:
        self.status_code = response.status
        self.headers = response.headers
        self.text = "" if body is None else json.dumps(body)

    def raise_for_status(self) -> None:
        if self.status_code >= 400:
            raise ValueError(f"status {self.status_code}")


def _check_origin(authority_url: str, url: str) -> None:
    if not same_origin(url, authority_url):
        raise ProtocolError(
            f"the login metadata names an address outside {authority_url}: no credential goes there",
            hint="Check authority_url and the proxies on the way.",
        )


def _add_port(authority_url: str, url: str) -> str:
    """Add the port of the authority to the user realm URL: msal builds this URL without the port."""
    parts, authority = urlsplit(url), urlsplit(authority_url)
    return urlunsplit(parts._replace(netloc=authority.netloc)) if parts.hostname == authority.hostname else url


def _secrets_in_headers(headers: Mapping[str, str]) -> dict[str, str]:
    secrets = {name.lower(): value for name, value in headers.items() if name.lower() in _SECRET_HEADERS}
    if "authorization" in secrets:
        # The header contains the name of the scheme, such as "Basic", and then the secret.
        secrets["authorization"] = secrets["authorization"].partition(" ")[2]
    return secrets


def _refuse_federated(body: t.Any) -> None:
    """Refuse a user of another identity provider: msal would send the password to that provider."""
    if isinstance(body, dict) and str(body.get("account_type")).lower() == "federated":
        raise AuthenticationError(
            "the user's domain signs in at another identity provider, which a password cannot be sent to",
            hint=f"Sign in once with the playbook {DEVICE_LOGIN_PLAYBOOK}, and use the token cache that it fills.",
        )
