# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The HTTP client that msal gets: it sends to one login service, registers secrets and cleans answers."""

from __future__ import annotations

import json
import time
import typing as t
import uuid
from urllib.parse import urlencode, urlsplit, urlunsplit

from ..clouds import same_origin
from ..errors import AuthenticationError, GraphError, ProtocolError
from ..http.error_body import holds_error
from ..http.headers import retry_after
from ..masking import SECRETS
from ..version import DEVICE_LOGIN_PLAYBOOK
from .login_answers import clean, find_too_long, secrets_in, token_problem

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..http.transport import Response, Transport

_USER_REALM = "/common/userrealm/"
# Each application of msal requests it, so each further attempt to sign in would request it again.
_METADATA = "/.well-known/openid-configuration"
# Headers that hold a secret: the key of Azure Arc's agent, and the secrets of App Service and Machine Learning.
_SECRET_HEADERS = ("authorization", "x-identity-header", "secret")


class MsalHttp:
    """The part of a requests session that msal uses. It stores the last answer, from which errors are read.

    :param authority_url: msal may send to this origin and to no other, whatever metadata names; ``None`` for a managed
        identity, whose endpoint is the platform's and never behind a proxy.
    :param clock: seconds since the epoch.
    """

    def __init__(
        self, transport: Transport, authority_url: str | None, *, clock: Callable[[], float] = time.time
    ) -> None:
        self.method: str | None = None
        """The auth_method of the sign-in, on which advice depends."""
        self.permissions: tuple[str, ...] = ()
        """The names of the delegated permissions that the sign-in asks for, for advice."""
        self._transport = transport
        self._authority_url = authority_url
        self._clock = clock
        self._metadata: dict[str, MsalResponse] = {}
        self._client_request_id = ""
        self._last: Response | None = None
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
        """Do nothing: the task still uses the transport."""

    @property
    def retry_after(self) -> float:
        """Seconds that the last answer asks to wait, whatever its status is."""
        return 0.0 if self._last is None else retry_after(self._last.headers) or 0.0

    def failure(self, raised: str = "no token") -> GraphError:
        """Return the error of the last answer.

        :param raised: what msal raised, by its class; shown where the answer itself looks like a success.
        """
        asked = "this host's managed identity endpoint" if self._authority_url is None else "the login service"
        if self._last is None:
            return ProtocolError(f"msal gave up before it asked {asked} ({raised})")
        if self._last.status < 400 and not holds_error(self._last_body):
            return self._unusable(f"msal could not use what {asked} answered ({raised})")
        if self._authority_url is None:
            from . import managed_identity_errors

            return managed_identity_errors.read_error(self._last, self._client_request_id)
        from . import entra_errors

        return entra_errors.read_error(self._last, self._client_request_id, self.method, self.permissions)

    def _register(self, where: str, secrets: Mapping[str, str]) -> None:
        """Register secrets.

        :raises ProtocolError: one is too long. Its encoded forms would take a hundred times its size in memory.
        """
        problem = find_too_long(secrets)
        if problem:
            raise self._unusable(f"in {where}, {problem}")
        SECRETS.add_long(*secrets.values())

    def _unusable(self, problem: str) -> ProtocolError:
        return ProtocolError(
            problem,
            hint="Check the variables by which the platform announces its identity."
            if self._authority_url is None
            else "Check the credential, authority_url and the proxies on the way.",
            status=None if self._last is None else self._last.status,
            client_request_id=self._client_request_id,
        )

    def _send(
        self, method: str, url: str, headers: Mapping[str, str | None] | None, body: bytes | None
    ) -> MsalResponse:
        realm = _USER_REALM in url
        if self._authority_url is not None:
            url = _with_port_of(self._authority_url, url) if realm else url
            _check_origin(self._authority_url, url)
        known = self._metadata.get(url) if method == "GET" else None
        if known is not None:
            return known
        provided = {name: value for name, value in (headers or {}).items() if value is not None}
        self._register("the request", _secrets_in_headers(provided))
        asked = {"Accept": "application/json", "client-request-id": str(uuid.uuid4()), **provided}
        self._client_request_id = asked["client-request-id"]
        try:
            response = self._transport.send(
                method, url, headers=asked, body=body, bypass_proxy=self._authority_url is None
            )
        except GraphError as exc:
            error = exc.copy_with(client_request_id=self._client_request_id)
            if self._authority_url is None and exc.connection_lost:
                # The endpoint is on this host or in its network, so a retry does not help when it does not answer.
                hint = "This host seems to have no managed identity: give another credential, or assign one."
                error = error.copy_with(connection_lost=False, hint=hint)
            raise error from exc
        self._last, self._last_body = response, _content(response)
        self._register("the answer", secrets_in(self._last_body))
        if response.status >= 400 or holds_error(self._last_body):
            failure = self.failure()
            if failure.transient:
                # msal would cache the failed answer and return it again at the next attempt.
                raise failure
        else:
            problem = token_problem(self._last_body)
            if problem:
                raise self._unusable(problem)
        cleaned = MsalResponse(response, clean(self._last_body, self._clock(), failed=response.status >= 400))
        if url.endswith(_METADATA) and response.status == 200:
            self._metadata[url] = cleaned
        if realm:
            _refuse_federated(self._last_body)
        return cleaned


class MsalResponse:
    """A response with the attributes that msal reads.

    :param body: the cleaned content; ``None`` when the answer is not JSON. Then msal gets an empty text.
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


def _with_port_of(authority_url: str, url: str) -> str:
    """Add the authority's port to the user realm address: msal builds that address from the host name only."""
    parts, authority = urlsplit(url), urlsplit(authority_url)
    return urlunsplit(parts._replace(netloc=authority.netloc)) if parts.hostname == authority.hostname else url


def _content(response: Response) -> t.Any:
    """Return the parsed content, or ``None``: text that is not JSON, or exceeds the limits of depth and size."""
    try:
        return response.json()
    except ValueError:
        return None


def _secrets_in_headers(headers: Mapping[str, str]) -> dict[str, str]:
    secrets = {name.lower(): value for name, value in headers.items() if name.lower() in _SECRET_HEADERS}
    if "authorization" in secrets:
        # The name of the scheme, such as "Basic", comes before the secret.
        secrets["authorization"] = secrets["authorization"].partition(" ")[2]
    return secrets


def _refuse_federated(body: t.Any) -> None:
    """Stop before msal sends the password to another identity provider."""
    if isinstance(body, dict) and str(body.get("account_type")).lower() == "federated":
        raise AuthenticationError(
            "the user's domain signs in at another identity provider, which a password cannot be sent to",
            hint=f"Sign in once with the playbook {DEVICE_LOGIN_PLAYBOOK}, and use the token cache that it fills.",
        )
