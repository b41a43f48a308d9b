# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sign-ins with a password or a refresh token in the simulated Entra."""

from __future__ import annotations

import base64
import json
import typing as t

import jwt
import msal
import pytest
import requests
from ansible_collections.msgraph.intune.tests.system.clients import CONNECTORS, READ, READ_WRITE
from ansible_collections.msgraph.intune.tests.system.entra_requests import (
    assert_entra_error,
    claims_of,
    password_request,
    refresh_request,
)

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
    from ansible_collections.msgraph.intune.tests.system.clients import Client

CONSENTED = (
    READ,
    READ_WRITE,
    "DeviceManagementConfiguration.Read.All",
    "DeviceManagementConfiguration.ReadWrite.All",
    "User.Read",
)
INVALID_GRANT = (400, "invalid_grant")


def obtain_refresh_token(simulator: Simulator, login: Client) -> str:
    return str(password_request(simulator, login).json()["refresh_token"])


# --- the token response


def test_a_token_contains_user_application_and_scopes(simulator: Simulator, login: Client, graph: Client) -> None:
    body = password_request(simulator, login).json()
    assert body.keys() == {
        "token_type",
        "scope",
        "expires_in",
        "ext_expires_in",
        "access_token",
        "refresh_token",
        "id_token",
    }
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 3599)
    claims = claims_of(body["access_token"])
    assert (claims["idtyp"], claims["upn"], claims["tid"]) == ("user", simulator.username, simulator.tenant_id)
    assert (claims["aud"], claims["appid"]) == (simulator.graph_url, simulator.public_client_id)
    assert set(claims["scp"].split()) == {"openid", "profile", READ_WRITE}
    assert "roles" not in claims
    assert graph.get(CONNECTORS, body["access_token"]).status_code == 200


def test_the_audience_of_an_id_token_is_the_application(simulator: Simulator, login: Client, graph: Client) -> None:
    token = password_request(simulator, login).json()["id_token"]
    document = login.get("/organizations/v2.0/.well-known/openid-configuration").json()
    keys = login.get("/organizations/discovery/v2.0/keys").json()
    claims = jwt.decode(
        token,
        jwt.PyJWKSet.from_dict(keys)[jwt.get_unverified_header(token)["kid"]].key,
        algorithms=["RS256"],
        audience=simulator.public_client_id,
        issuer=document["issuer"].replace("{tenantid}", simulator.tenant_id),
    )
    (user,) = simulator.users()
    assert (claims["preferred_username"], claims["oid"]) == (simulator.username, user["object_id"])
    assert graph.get(CONNECTORS, token).status_code == 401


def test_client_info_is_returned_on_request(simulator: Simulator, login: Client) -> None:
    encoded = password_request(simulator, login, client_info="1").json()["client_info"]
    (user,) = simulator.users()
    assert json.loads(base64.urlsafe_b64decode(encoded + "==")) == {
        "uid": user["object_id"],
        "utid": simulator.tenant_id,
    }
    assert simulator.journal()[-1]["body"]["client_info"] == "***"


@pytest.mark.parametrize("tenant", ["tenant_id", "tenant_domain"])
def test_a_tenant_can_be_named_by_id_or_domain(simulator: Simulator, login: Client, tenant: str) -> None:
    assert password_request(simulator, login, tenant=getattr(simulator, tenant)).status_code == 200


def test_a_password_sign_in_works_with_organizations_but_not_with_common(simulator: Simulator, login: Client) -> None:
    assert password_request(simulator, login, tenant="organizations").status_code == 200
    assert_entra_error(password_request(simulator, login, tenant="common"), 400, "invalid_request", 9001023)


def test_user_names_are_compared_without_case(simulator: Simulator, login: Client) -> None:
    assert password_request(simulator, login, username=simulator.username.upper()).status_code == 200


def test_the_token_lifetime_can_be_set(simulator: Simulator, login: Client, graph: Client) -> None:
    simulator.set_token_lifetime(0)
    body = password_request(simulator, login).json()
    assert body["expires_in"] == 0
    assert graph.get(CONNECTORS, body["access_token"]).status_code == 401


# --- scopes


@pytest.mark.parametrize(
    ("scope", "token_scope", "response_scope"),
    [
        ("{root}/" + READ, READ, "{root}/" + READ),
        (READ, READ, READ),
        (f"openid {{root}}/{READ} {READ_WRITE}", f"{READ} {READ_WRITE} openid", f"openid {{root}}/{READ} {READ_WRITE}"),
        ("openid", "openid", "openid"),
        (
            "{root}/.default",
            " ".join(CONSENTED),
            " ".join(f"{{root}}/{name}" for name in (".default", *CONSENTED)),
        ),
    ],
)
def test_the_response_contains_the_scopes_as_requested(
    simulator: Simulator, login: Client, scope: str, token_scope: str, response_scope: str
) -> None:
    body = password_request(simulator, login, scope=scope.format(root=simulator.graph_url)).json()
    assert claims_of(body["access_token"])["scp"] == token_scope
    assert body["scope"] == response_scope.format(root=simulator.graph_url)


def test_id_and_refresh_tokens_need_their_scopes(simulator: Simulator, login: Client) -> None:
    body = password_request(simulator, login, scope=READ).json()
    assert body.keys() == {"token_type", "scope", "expires_in", "ext_expires_in", "access_token"}


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("", (400, "invalid_request", 900144)),
        ("Unheard.Of", (400, "invalid_scope", 70011)),
        (".default", (400, "invalid_scope", 70011)),
        (f"{{root}}/.default {READ}", (400, "invalid_scope", 70011)),
        ("https://graph.example/" + READ, (400, "invalid_resource", 500011)),
        ("DeviceManagementManagedDevices.Read.All", (400, "invalid_grant", 65001)),
    ],
)
def test_invalid_scopes_are_rejected(
    simulator: Simulator, login: Client, scope: str, expected: tuple[int, str, int]
) -> None:
    response = password_request(simulator, login, scope=scope.format(root=simulator.graph_url))
    assert_entra_error(response, *expected)


def test_a_sign_in_needs_consent_for_the_application(simulator: Simulator, login: Client) -> None:
    simulator.change_application(simulator.public_client_id, scopes=[])
    body = assert_entra_error(password_request(simulator, login), *INVALID_GRANT, 65001)
    assert body["suberror"] == "consent_required"
    assert "named 'Microsoft Graph Command Line Tools'" in body["error_description"]
    default = password_request(simulator, login, scope=f"{simulator.graph_url}/.default")
    assert_entra_error(default, *INVALID_GRANT, 65001)


# --- rejected sign-ins


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"username": None}, (400, "invalid_request", 900144)),
        ({"password": ""}, (400, "invalid_request", 900144)),
        ({"password": "wrong"}, (*INVALID_GRANT, 50126)),
        ({"username": "nobody@contoso.onmicrosoft.com"}, (*INVALID_GRANT, 50034)),
        ({"client_secret": "not asked for"}, (401, "invalid_client", 700025)),
        ({"client_id": "someone"}, (400, "unauthorized_client", 700016)),
    ],
)
def test_an_invalid_password_sign_in_is_rejected(
    simulator: Simulator, login: Client, form: dict[str, str | None], expected: tuple[int, str, int]
) -> None:
    assert_entra_error(password_request(simulator, login, **form), *expected)


@pytest.mark.parametrize(
    ("fields", "code", "suberror"),
    [
        ({"enabled": False}, 50057, None),
        ({"mfa": True}, 50076, "basic_action"),
        ({"blocked": True}, 53003, "message_only"),
        ({"locked": True}, 50053, None),
        ({"federation_metadata_url": "https://sts.example/mex"}, 50126, None),
    ],
)
def test_settings_of_a_user_can_block_the_sign_in(
    simulator: Simulator, login: Client, fields: dict[str, t.Any], code: int, suberror: str | None
) -> None:
    simulator.change_user(**fields)
    body = assert_entra_error(password_request(simulator, login), *INVALID_GRANT, code)
    assert body.get("suberror") == suberror


def test_a_confidential_application_needs_its_credential(simulator: Simulator, login: Client) -> None:
    response = password_request(simulator, login, client_id=simulator.client_id)
    assert_entra_error(response, 401, "invalid_client", 7000218)
    response = password_request(simulator, login, client_id=simulator.client_id, client_secret=simulator.client_secret)
    assert claims_of(response.json()["access_token"])["appidacr"] == "1"


def test_users_can_be_replaced(simulator: Simulator, login: Client) -> None:
    simulator.set_users([{"username": "ada@contoso.example", "password": "one-of-ada"}])
    response = password_request(simulator, login, username="ada@contoso.example", password="one-of-ada")
    assert response.status_code == 200
    assert_entra_error(password_request(simulator, login), *INVALID_GRANT, 50034)


# --- refresh tokens


def test_a_refresh_returns_a_new_refresh_token_and_the_old_one_stays_valid(simulator: Simulator, login: Client) -> None:
    first = obtain_refresh_token(simulator, login)
    body = refresh_request(simulator, login, first).json()
    second = body["refresh_token"]
    assert second != first
    assert claims_of(body["access_token"])["upn"] == simulator.username
    assert refresh_request(simulator, login, first).status_code == 200
    assert refresh_request(simulator, login, second).status_code == 200


def test_a_refresh_can_request_other_scopes(simulator: Simulator, login: Client) -> None:
    response = refresh_request(simulator, login, obtain_refresh_token(simulator, login), scope=READ)
    assert claims_of(response.json()["access_token"])["scp"] == READ
    # The new refresh token keeps the scopes of the first sign-in.
    response = refresh_request(simulator, login, response.json()["refresh_token"])
    assert READ_WRITE in claims_of(response.json()["access_token"])["scp"]


@pytest.mark.parametrize(("token", "code"), [("garbage", 9002313), ("1.AXunknown", 70000)])
def test_an_unknown_refresh_token_is_rejected(simulator: Simulator, login: Client, token: str, code: int) -> None:
    assert_entra_error(refresh_request(simulator, login, token), *INVALID_GRANT, code)


def test_a_refresh_token_is_bound_to_its_application(simulator: Simulator, login: Client) -> None:
    token = obtain_refresh_token(simulator, login)
    confidential = {"client_id": simulator.client_id, "client_secret": simulator.client_secret}
    assert_entra_error(refresh_request(simulator, login, token, **confidential), *INVALID_GRANT, 70000)
    response = refresh_request(simulator, login, token, client_id=simulator.client_id)
    assert_entra_error(response, 401, "invalid_client", 7000218)


def test_revoked_and_expired_refresh_tokens_are_rejected(simulator: Simulator, login: Client) -> None:
    revoked = obtain_refresh_token(simulator, login)
    simulator.revoke_refresh_tokens(simulator.username)
    body = assert_entra_error(refresh_request(simulator, login, revoked), *INVALID_GRANT, 50173)
    assert body["suberror"] == "bad_token"

    expired = obtain_refresh_token(simulator, login)
    simulator.expire_refresh_tokens()
    assert_entra_error(refresh_request(simulator, login, expired), *INVALID_GRANT, 700082)
    assert refresh_request(simulator, login, obtain_refresh_token(simulator, login)).status_code == 200


def test_policies_apply_to_each_refresh(simulator: Simulator, login: Client) -> None:
    token = obtain_refresh_token(simulator, login)
    for policy, value, code in (("mfa", True, 50076), ("blocked", True, 53003), ("enabled", False, 50057)):
        simulator.change_user(None, **{policy: value})
        assert_entra_error(refresh_request(simulator, login, token), *INVALID_GRANT, code)


# --- user realm


@pytest.mark.parametrize(
    ("username", "account_type"),
    [
        ("{0.username}", "Managed"),
        ("nobody@{0.tenant_domain}", "Managed"),
        ("nobody@nowhere.example", "Unknown"),
        ("nobody", "Unknown"),
    ],
)
def test_the_user_realm_shows_the_account_type(
    simulator: Simulator, login: Client, username: str, account_type: str
) -> None:
    realm = login.get(f"/common/userrealm/{username.format(simulator)}?api-version=1.0").json()
    assert realm["account_type"] == account_type
    assert "federation_metadata_url" not in realm


def test_the_user_realm_of_a_federated_user_has_the_metadata_url(simulator: Simulator, login: Client) -> None:
    simulator.change_user(federation_metadata_url=f"{simulator.graph_url}/adfs/services/trust/mex")
    realm = login.get(f"/common/UserRealm/{simulator.username}?api-version=1.0").json()
    assert (realm["account_type"], realm["federation_protocol"]) == ("Federated", "WSTrust")
    assert realm["federation_metadata_url"] == f"{simulator.graph_url}/adfs/services/trust/mex"
    assert realm["federation_active_auth_url"] == f"{simulator.graph_url}/adfs/services/trust/2005/usernamemixed"


# --- sign-ins with MSAL


class AddPort(requests.adapters.HTTPAdapter):
    """Add the port of the simulator to URLs. MSAL omits the port when it requests the user realm."""

    def __init__(self, root: str) -> None:
        super().__init__()
        self._root = root

    def send(self, request: requests.PreparedRequest, *args: t.Any, **options: t.Any) -> requests.Response:
        request.url = str(request.url).replace("https://localhost/", f"{self._root}/")
        return super().send(request, *args, **options)


@pytest.mark.filterwarnings("ignore:This API has been deprecated:DeprecationWarning")
def test_msal_signs_in_with_a_password_and_refreshes_silently(simulator: Simulator, session: requests.Session) -> None:
    client = msal.PublicClientApplication(
        simulator.public_client_id,
        authority=f"{simulator.authority_url}/organizations",
        instance_discovery=False,
        http_client=session,
    )
    session.mount("https://localhost/", AddPort(simulator.authority_url))
    scopes = [f"{simulator.graph_url}/{READ_WRITE}"]
    first = client.acquire_token_by_username_password(simulator.username, simulator.password, scopes)
    assert first["id_token_claims"]["preferred_username"] == simulator.username
    (account,) = client.get_accounts(simulator.username)
    assert client.acquire_token_silent(scopes, account)["access_token"] == first["access_token"]
    refreshed = client.acquire_token_silent(scopes, account, force_refresh=True)
    assert refreshed["access_token"] != first["access_token"]

    assert [entry["path"].rpartition("/")[2] for entry in simulator.journal()] == [
        "openid-configuration",
        simulator.username,
        "token",
        "token",
    ]
    signed_in, refreshed = (entry["body"] for entry in simulator.journal()[-2:])
    assert (signed_in["grant_type"], signed_in["password"]) == ("password", "***")
    assert (refreshed["grant_type"], refreshed["refresh_token"]) == ("refresh_token", "***")


def test_msal_accepts_a_refresh_token_without_a_cache(
    simulator: Simulator, login: Client, session: requests.Session
) -> None:
    client = msal.PublicClientApplication(
        simulator.public_client_id,
        authority=f"{simulator.authority_url}/{simulator.tenant_id}",
        instance_discovery=False,
        http_client=session,
    )
    token = obtain_refresh_token(simulator, login)
    result = client.acquire_token_by_refresh_token(token, [f"{simulator.graph_url}/{READ_WRITE}"])
    assert claims_of(result["access_token"])["upn"] == simulator.username
