# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Client for the control API of a running simulator. It needs only the standard library."""

from __future__ import annotations

import json
import typing as t
import urllib.error
import urllib.request
from urllib.parse import quote

_TIMEOUT_SECONDS = 10.0


class SimulatorError(Exception):
    """The simulator did not start, or rejected a control request. The message comes from the simulator."""


class ControlClient:
    """A running simulator: the values of its ready file, and the requests of its control API."""

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
        # The control API is on this machine, so proxy variables must not apply.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def journal(self) -> list[dict[str, t.Any]]:
        """Return all recorded requests to the services."""
        return t.cast("list[dict[str, t.Any]]", self.control("GET", "/journal"))

    def clear_journal(self) -> None:
        """Delete all recorded requests."""
        self.control("DELETE", "/journal")

    def faults(self, rules: t.Sequence[t.Mapping[str, t.Any]]) -> None:
        """Replace the fault plan."""
        self.control("PUT", "/faults", list(rules))

    def applied_faults(self) -> list[dict[str, t.Any]]:
        """Return the fault plan. Each rule has its ``name`` and ``applied``, the number of requests that it has hit."""
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
        """Issue a token without a sign-in: for an application with ``roles``, or for a user with the scopes ``scp``."""
        claims = {"roles": roles, "scp": scp, "expires_in": expires_in, "audience": audience, "appid": appid}
        return str(self.control("POST", "/tokens", claims)["access_token"])

    def objects(self, resource: str) -> list[dict[str, t.Any]]:
        """Return the objects of a collection, such as ``vpp_tokens``, with their current values and without secrets.

        Each is the Graph object with ``stuck`` and, where a sync of the resource can fail, ``fails``.
        """
        return t.cast("list[dict[str, t.Any]]", self.control("GET", f"/{resource}"))

    def set_objects(self, resource: str, objects: t.Sequence[t.Mapping[str, t.Any]]) -> None:
        """Replace the objects of a collection. An object without its secret gets a new one."""
        self.control("PUT", f"/{resource}", list(objects))

    def change_object(self, resource: str, object_id: str, **properties: t.Any) -> dict[str, t.Any]:
        """Change some properties of an object of a collection, and return it."""
        path = f"/{resource}/{quote(object_id, safe='')}"
        return t.cast("dict[str, t.Any]", self.control("PATCH", path, properties))

    def settings(self, resource: str) -> dict[str, t.Any]:
        """Return the only object of a resource, such as ``autopilot``, with its current values."""
        return t.cast("dict[str, t.Any]", self.control("GET", f"/{resource}"))

    def set_settings(self, resource: str, settings: t.Mapping[str, t.Any]) -> None:
        """Replace the only object of a resource."""
        self.control("PUT", f"/{resource}", dict(settings))

    def change_settings(self, resource: str, **properties: t.Any) -> dict[str, t.Any]:
        """Change some properties of the only object of a resource, and return it."""
        return t.cast("dict[str, t.Any]", self.control("PATCH", f"/{resource}", properties))

    def connectors(self) -> list[dict[str, t.Any]]:
        """Return the Exchange connectors."""
        return self.objects("connectors")

    def set_connectors(self, connectors: t.Sequence[t.Mapping[str, t.Any]]) -> None:
        """Replace the Exchange connectors."""
        self.set_objects("connectors", connectors)

    def change_connector(self, connector_id: str, **properties: t.Any) -> dict[str, t.Any]:
        """Change some properties of an Exchange connector, and return it."""
        return self.change_object("connectors", connector_id, **properties)

    def applications(self) -> list[dict[str, t.Any]]:
        """Return the registered applications, with secrets in clear text."""
        return t.cast("list[dict[str, t.Any]]", self.control("GET", "/applications"))

    def set_applications(self, applications: t.Sequence[t.Mapping[str, t.Any]]) -> None:
        """Replace the registered applications."""
        self.control("PUT", "/applications", list(applications))

    def change_application(self, client_id: str, **fields: t.Any) -> dict[str, t.Any]:
        """Change some fields of an application, and return it."""
        return t.cast("dict[str, t.Any]", self.control("PATCH", f"/applications/{quote(client_id, safe='')}", fields))

    def register_certificate(self, pem: str) -> None:
        """Add a certificate to the credentials of the default application."""
        self._add_credential("certificates", pem)

    def register_federated_credential(self, issuer: str, subject: str, audience: str | None = None) -> None:
        """Add a federated credential to the default application."""
        self._add_credential("federated_credentials", {"issuer": issuer, "subject": subject, "audience": audience})

    def federated_token(
        self,
        *,
        subject: str | None = None,
        audience: str | None = None,
        expires_in: float | None = None,
        issuer: str | None = None,
    ) -> str:
        """Issue a token of an external issuer. With the defaults, the default application trusts it."""
        claims = {
            "issuer": issuer,
            "subject": self.federated_subject if subject is None else subject,
            "audience": audience,
            "expires_in": expires_in,
        }
        return str(self.control("POST", "/federated-tokens", claims)["token"])

    def users(self) -> list[dict[str, t.Any]]:
        """Return the users, with passwords in clear text."""
        return t.cast("list[dict[str, t.Any]]", self.control("GET", "/users"))

    def set_users(self, users: t.Sequence[t.Mapping[str, t.Any]]) -> None:
        """Replace the users of the tenant."""
        self.control("PUT", "/users", list(users))

    def change_user(self, username: str | None = None, **fields: t.Any) -> dict[str, t.Any]:
        """Change some fields of a user (default: the default user), and return it."""
        path = f"/users/{quote(username or self.username, safe='')}"
        return t.cast("dict[str, t.Any]", self.control("PATCH", path, fields))

    def revoke_refresh_tokens(self, username: str | None = None) -> None:
        """Revoke all refresh tokens of one user, or of all users."""
        self.control("POST", "/refresh-tokens/revoke", {"username": username})

    def expire_refresh_tokens(self, username: str | None = None) -> None:
        """Expire all refresh tokens of one user, or of all users, as after a long time without use."""
        self.control("POST", "/refresh-tokens/expire", {"username": username})

    def device_codes(self) -> list[dict[str, t.Any]]:
        """Return the pending device codes."""
        return t.cast("list[dict[str, t.Any]]", self.control("GET", "/device-codes"))

    def approve_device_code(self, user_code: str, username: str | None = None) -> None:
        """Approve a device code as a user (default: the default user)."""
        self.control("POST", f"/device-codes/{quote(user_code, safe='')}/approve", {"username": username})

    def decline_device_code(self, user_code: str) -> None:
        """Decline a device code."""
        self.control("POST", f"/device-codes/{quote(user_code, safe='')}/decline")

    def expire_device_code(self, user_code: str) -> None:
        """Expire a device code now."""
        self.control("POST", f"/device-codes/{quote(user_code, safe='')}/expire")

    def set_device_codes(self, *, lifetime: float | None = None, interval: int | None = None) -> None:
        """Set the lifetime or the polling interval of new device codes, in seconds."""
        self.control("PUT", "/device-code-settings", {"lifetime": lifetime, "interval": interval})

    def set_token_lifetime(self, seconds: float) -> None:
        """Set the lifetime of new tokens."""
        self.control("PUT", "/token-settings", {"lifetime": seconds})

    def set_throttling(
        self, *, writes: int | None = None, requests: int | None = None, seconds: float | None = None
    ) -> None:
        """Set the throttling limits of each application; the defaults are the documented limits of Intune."""
        self.control("PUT", "/throttling", {"writes": writes, "requests": requests, "seconds": seconds})

    def end_throttling(self) -> None:
        """Turn off throttling."""
        self.control("DELETE", "/throttling")

    def identities(self) -> list[dict[str, t.Any]]:
        """Return the managed identities. The system-assigned identity has no resource_id."""
        return t.cast("list[dict[str, t.Any]]", self.control("GET", "/identities"))

    def set_identities(self, identities: t.Sequence[t.Mapping[str, t.Any]]) -> None:
        """Replace the managed identities."""
        self.control("PUT", "/identities", list(identities))

    def reset(self) -> None:
        """Restore the seed and the initial settings. Issued tokens, the journal and the faults are deleted."""
        self.control("POST", "/reset")

    def control(self, method: str, path: str, body: t.Any = None) -> t.Any:
        """Send a control request and return its JSON; raise SimulatorError with the simulator's message."""
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.control_url + path, content, method=method)  # noqa: S310  always the http address of the simulator
        try:
            with self._opener.open(request, timeout=_TIMEOUT_SECONDS) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                raise SimulatorError(json.load(error)["error"]) from None

    def _add_credential(self, kind: str, credential: t.Any) -> None:
        application = next(item for item in self.applications() if item["client_id"] == self.client_id)
        self.change_application(self.client_id, **{kind: [*application[kind], credential]})
