# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers of the login service to applications, and a fake token client that stores its calls."""

from __future__ import annotations

import typing as t

from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.methods import choose_credential
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.token import Token
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.options import collect_options
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.settings import read_settings
from ansible_collections.msgraph.intune.tests.unit.fakes import jwt

BASE = "https://login.microsoftonline.com/contoso.example"
METADATA = {
    "issuer": "https://login.microsoftonline.com/5f1b6e9c/v2.0",
    "authorization_endpoint": f"{BASE}/oauth2/v2.0/authorize",
    "token_endpoint": f"{BASE}/oauth2/v2.0/token",
}
TOKEN = {"access_token": jwt({"roles": ["A"]}), "expires_in": 3599, "token_type": "Bearer"}

APPLICATION = {"tenant_id": "contoso.example", "client_id": "app-1"}


class FakeTokenClient:
    """A token client that stores its last call and returns a fake token."""

    def __init__(self) -> None:
        self.last_call: dict[str, t.Any] = {}

    def _answer(self, client_method: str, /, **options: t.Any) -> Token:
        self.last_call = {"client_method": client_method, **options}
        return Token("from the login service")

    def application(self, **options: t.Any) -> Token:
        return self._answer("application", **options)

    def user(self, **options: t.Any) -> Token:
        return self._answer("user", **options)

    def managed_identity(self, **options: t.Any) -> Token:
        return self._answer("managed identity", **options)


def choose(**params: t.Any) -> t.Any:
    """Return the credential that these options select."""
    return choose_credential(read_settings(collect_options(params, {})), None)


def call_of(credential: t.Any) -> dict[str, t.Any]:
    """Acquire a token with a credential, and return its call of the token client."""
    token_client = FakeTokenClient()
    assert credential.acquire(lambda: token_client) == Token("from the login service")
    return token_client.last_call


def requested(**params: t.Any) -> dict[str, t.Any]:
    """Sign in with these options, and return the call of the token client."""
    return call_of(choose(**params))


def fail_on_sleep(_seconds: float) -> None:
    """Fail a test that waits for the lock of the token cache."""
    raise AssertionError("it waits for the lock")
