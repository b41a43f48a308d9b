# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Talks to the control interface of a running simulator, with the standard library alone."""

from __future__ import annotations

import json
import typing as t
import urllib.error
import urllib.request
from urllib.parse import quote

_TIMEOUT_SECONDS = 10.0


class SimulatorError(Exception):
    """The simulator did not start, or refused a control request; the message holds its own words."""


class ControlClient:
    """A running simulator: what its ready-file tells, and what its control interface does."""

    graph_url: str
    authority_url: str
    control_url: str
    identity_endpoint: str
    identity_header: str
    identity_client_id: str
    proxy_url: str
    proxy_username: str
    proxy_password: str
    ca_path: str
    tenant_id: str
    tenant_domain: str
    client_id: str
    client_secret: str
    public_client_id: str
    federated_issuer: str
    federated_subject: str
    username: str
    password: str

    def __init__(self) -> None:
        # The control interface is on this machine, whatever the proxy variables say.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def journal(self) -> list[dict[str, t.Any]]:
        """List every request to the services so far."""
        return t.cast("list[dict[str, t.Any]]", self.control("GET", "/journal"))

    def clear_journal(self) -> None:
        """Forget all requests."""
        self.control("DELETE", "/journal")

    def faults(self, rules: t.Sequence[t.Mapping[str, t.Any]]) -> None:
        """Put a fault plan in force in place of the present one."""
        self.control("PUT", "/faults", list(rules))

    def applied_faults(self) -> list[dict[str, t.Any]]:
        """Show the plan in force, each rule with its ``name`` and how often it was ``applied``."""
        return t.cast("list[dict[str, t.Any]]", self.control("GET", "/faults"))

    def token(
        self,
        *,
        roles: t.Sequence[str] | None = None,
        scp: str | None = None,
        expires_in: float | None = None,
        audience: str | None = None,
        appid: str | None = None,
    ) -> str:
        """Issue a token of an application with ``roles``, or of a user with the scopes ``scp``, without any sign-in."""
        wanted = {"roles": roles, "scp": scp, "expires_in": expires_in, "audience": audience, "appid": appid}
        return str(self.control("POST", "/tokens", wanted)["access_token"])

    def connectors(self) -> list[dict[str, t.Any]]:
        """List the connectors as they are now, in the resource's form with ``stuck``."""
        return t.cast("list[dict[str, t.Any]]", self.control("GET", "/connectors"))

    def set_connectors(self, connectors: t.Sequence[t.Mapping[str, t.Any]]) -> None:
        """Put other connectors in the tenant."""
        self.control("PUT", "/connectors", list(connectors))

    def change_connector(self, connector_id: str, **properties: t.Any) -> dict[str, t.Any]:
        """Change some properties of one connector; returns it."""
        path = f"/connectors/{quote(connector_id, safe='')}"
        return t.cast("dict[str, t.Any]", self.control("PATCH", path, properties))

    def applications(self) -> list[dict[str, t.Any]]:
        """List the registered applications, their secrets in clear."""
        return t.cast("list[dict[str, t.Any]]", self.control("GET", "/applications"))

    def set_applications(self, applications: t.Sequence[t.Mapping[str, t.Any]]) -> None:
        """Register other applications."""
        self.control("PUT", "/applications", list(applications))

    def change_application(self, client_id: str, **fields: t.Any) -> dict[str, t.Any]:
        """Change some fields of one application; returns it."""
        return t.cast("dict[str, t.Any]", self.control("PATCH", f"/applications/{quote(client_id, safe='')}", fields))

    def register_certificate(self, pem: str) -> None:
        """Add a certificate to the credentials of the default application."""
        self._add_credential("certificates", pem)

    def register_federated_credential(self, issuer: str, subject: str, audience: str | None = None) -> None:
        """Let the default application be signed in by another external issuer or subject."""
        self._add_credential("federated_credentials", {"issuer": issuer, "subject": subject, "audience": audience})

    def federated_token(
        self,
        *,
        subject: str | None = None,
        audience: str | None = None,
        expires_in: float | None = None,
        issuer: str | None = None,
    ) -> str:
        """Issue a token of an external issuer; as it comes, one that the default application trusts."""
        wanted = {
            "issuer": issuer,
            "subject": self.federated_subject if subject is None else subject,
            "audience": audience,
            "expires_in": expires_in,
        }
        return str(self.control("POST", "/federated-tokens", wanted)["token"])

    def users(self) -> list[dict[str, t.Any]]:
        """List the users, their passwords in clear."""
        return t.cast("list[dict[str, t.Any]]", self.control("GET", "/users"))

    def set_users(self, users: t.Sequence[t.Mapping[str, t.Any]]) -> None:
        """Put other users in the tenant."""
        self.control("PUT", "/users", list(users))

    def change_user(self, username: str | None = None, **fields: t.Any) -> dict[str, t.Any]:
        """Change some fields of one user, the default one unless another is named; returns it."""
        path = f"/users/{quote(username or self.username, safe='')}"
        return t.cast("dict[str, t.Any]", self.control("PATCH", path, fields))

    def revoke_refresh_tokens(self, username: str | None = None) -> None:
        """End all refresh tokens so far, of one user or of all."""
        self.control("POST", "/refresh-tokens/revoke", {"username": username})

    def expire_refresh_tokens(self, username: str | None = None) -> None:
        """Let all refresh tokens so far, of one user or of all, have been unused for too long."""
        self.control("POST", "/refresh-tokens/expire", {"username": username})

    def device_codes(self) -> list[dict[str, t.Any]]:
        """List the device codes on which a person could still decide."""
        return t.cast("list[dict[str, t.Any]]", self.control("GET", "/device-codes"))

    def approve_device_code(self, user_code: str, username: str | None = None) -> None:
        """Sign in with a code as a user, the default one unless another is named."""
        self.control("POST", f"/device-codes/{quote(user_code, safe='')}/approve", {"username": username})

    def decline_device_code(self, user_code: str) -> None:
        """Say no to a sign-in with a code."""
        self.control("POST", f"/device-codes/{quote(user_code, safe='')}/decline")

    def expire_device_code(self, user_code: str) -> None:
        """Let the time for a code run out now."""
        self.control("POST", f"/device-codes/{quote(user_code, safe='')}/expire")

    def set_device_codes(self, *, lifetime: float | None = None, interval: int | None = None) -> None:
        """Give the device codes to come another lifetime or polling interval, in seconds."""
        self.control("PUT", "/device-code-settings", {"lifetime": lifetime, "interval": interval})

    def set_token_lifetime(self, seconds: float) -> None:
        """Give the tokens to come another lifetime."""
        self.control("PUT", "/token-settings", {"lifetime": seconds})

    def set_throttling(
        self, *, writes: int | None = None, requests: int | None = None, seconds: float | None = None
    ) -> None:
        """Let each application send so many requests within so many seconds; Graph's own limits unless given."""
        self.control("PUT", "/throttling", {"writes": writes, "requests": requests, "seconds": seconds})

    def end_throttling(self) -> None:
        """Let each application send as many requests as it likes."""
        self.control("DELETE", "/throttling")

    def identities(self) -> list[dict[str, t.Any]]:
        """List the managed identities; the one without a resource_id is system-assigned."""
        return t.cast("list[dict[str, t.Any]]", self.control("GET", "/identities"))

    def set_identities(self, identities: t.Sequence[t.Mapping[str, t.Any]]) -> None:
        """Give the app other managed identities."""
        self.control("PUT", "/identities", list(identities))

    def reset(self) -> None:
        """Go back to the seed and the first settings, with nothing issued, an empty journal and no faults."""
        self.control("POST", "/reset")

    def control(self, method: str, path: str, body: t.Any = None) -> t.Any:
        """Send a control request; raises SimulatorError with the simulator's sentence when it is refused."""
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.control_url + path, content, method=method)  # noqa: S310  always our own http address
        try:
            with self._opener.open(request, timeout=_TIMEOUT_SECONDS) as response:
                return json.load(response)
        except urllib.error.HTTPError as problem:
            with problem:
                raise SimulatorError(json.load(problem)["error"]) from None

    def _add_credential(self, kind: str, credential: t.Any) -> None:
        application = next(item for item in self.applications() if item["client_id"] == self.client_id)
        self.change_application(self.client_id, **{kind: [*application[kind], credential]})
