# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP clients for the services of the simulator, and constants that the system tests share."""

from __future__ import annotations

import dataclasses
import typing as t

import requests

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator

CONNECTORS = "/v1.0/deviceManagement/exchangeConnectors"
READ = "DeviceManagementServiceConfig.Read.All"
READ_WRITE = "DeviceManagementServiceConfig.ReadWrite.All"
CONFIGURATION_READ = "DeviceManagementConfiguration.Read.All"
CONFIGURATION_WRITE = "DeviceManagementConfiguration.ReadWrite.All"
SYNC_SECONDS = 0.3


@dataclasses.dataclass
class Client:
    """Send requests to one service of the simulator, with its CA and without the proxies of the machine."""

    root: str
    ca_path: str
    session: requests.Session

    def send(self, method: str, path: str, token: str | None = None, **options: t.Any) -> requests.Response:
        headers = dict(options.pop("headers", {}))
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return self.session.request(
            method, self.root + path, headers=headers, verify=self.ca_path, timeout=5, allow_redirects=False, **options
        )

    def get(self, path: str, token: str | None = None, **options: t.Any) -> requests.Response:
        return self.send("GET", path, token, **options)

    def post(self, path: str, token: str | None = None, **options: t.Any) -> requests.Response:
        return self.send("POST", path, token, **options)


def make_client(root: str, simulator: Simulator) -> Client:
    session = requests.Session()
    session.trust_env = False
    return Client(root, simulator.ca_path, session)


def obtain_refresh_token(simulator: Simulator) -> str:
    """Sign the user of the simulator in with a password, and return the refresh token."""
    client = make_client(simulator.authority_url, simulator)
    with client.session:
        answer = client.post(
            "/organizations/oauth2/v2.0/token",
            data={
                "grant_type": "password",
                "client_id": simulator.public_client_id,
                "username": simulator.username,
                "password": simulator.password,
                "scope": f"{simulator.graph_url}/{READ_WRITE} offline_access openid profile",
            },
        )
    return str(answer.json()["refresh_token"])
