# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Sign-in: msal speaks the protocol, our transport carries it, our errors come out of it."""

from __future__ import annotations

import typing as t
import uuid
from urllib.parse import urlencode

from ._clouds import Cloud, origin
from ._dependencies import load
from ._entra_errors import read_error
from ._errors import GraphError, ProtocolError
from ._token import Token, read_token

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ._transport import Response, Transport


class Login:
    """The login service of one cloud, reached over the task's own transport."""

    def __init__(self, transport: Transport, cloud: Cloud) -> None:
        self._transport = transport
        self._cloud = cloud

    def client_credentials(self, *, tenant_id: str, client_id: str, credential: t.Any) -> Token:
        """Sign an application in (RFC 6749, section 4.4) for all permissions it was granted on Graph.

        :param credential: as msal's ``client_credential``: a secret, or a dict with a certificate or assertion.
        :raises GraphError: refused, unreachable or not understood.
        """
        msal = load("msal")
        http = _Http(self._transport, self._cloud.authority_url)
        try:
            application = msal.ConfidentialClientApplication(
                client_id,
                client_credential=credential,
                authority=f"{self._cloud.authority_url}/{tenant_id}",
                # The authority is configured: no other host need vouch for it, and none is asked.
                instance_discovery=False,
                http_client=http,
            )
            result = application.acquire_token_for_client(scopes=[f"{self._cloud.graph_url}/.default"])
        except GraphError:
            raise
        # What msal raises for an answer it cannot use is not specified, and ranges from ValueError to AttributeError.
        except Exception as exc:
            raise http.failure() from exc
        token = result.get("access_token") if isinstance(result, dict) else None
        if not isinstance(token, str) or not token:
            raise http.failure()
        return read_token(token)


class _Http:
    """The part of a requests session that msal uses, with our transport behind it; keeps the last answer for errors.

    Sends to the login authority's origin and nowhere else: msal itself would follow any address that metadata names.
    """

    def __init__(self, transport: Transport, authority_url: str) -> None:
        self._transport = transport
        self._authority_url = authority_url
        self._client_request_id = ""
        self._last: Response | None = None

    def get(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str | None] | None = None,
        **_unused: object,
    ) -> _MsalResponse:
        return self._send("GET", f"{url}?{urlencode(params)}" if params else url, headers, None)

    def post(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str | None] | None = None,
        **_unused: object,
    ) -> _MsalResponse:
        form = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        return self._send("POST", f"{url}?{urlencode(params)}" if params else url, form, urlencode(data or {}).encode())

    def close(self) -> None:
        """The transport is the task's, and outlives this."""

    def failure(self) -> GraphError:
        """The error that the last answer stands for."""
        if self._last is None:
            return ProtocolError("msal gave up before it asked the login service")
        return read_error(self._last, self._client_request_id)

    def _send(
        self, method: str, url: str, headers: Mapping[str, str | None] | None, body: bytes | None
    ) -> _MsalResponse:
        if origin(url) != origin(self._authority_url):
            raise ProtocolError(
                f"the login metadata names an address outside {self._authority_url}: no credential goes there",
                hint="Check authority_url and the proxies on the way.",
            )
        asked = {name: value for name, value in (headers or {}).items() if value is not None}
        self._client_request_id = asked.setdefault("client-request-id", str(uuid.uuid4()))
        self._last = self._transport.send(method, url, headers={"Accept": "application/json", **asked}, body=body)
        return _MsalResponse(self._last)


class _MsalResponse:
    """A response in the shape that msal reads."""

    def __init__(self, response: Response) -> None:
        self.status_code = response.status
        self.headers = response.headers
        self.text = response.text

    def raise_for_status(self) -> None:
        if self.status_code >= 400:
            raise ValueError(f"status {self.status_code}")
