# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How users sign in to the simulated Entra with a password, and stay signed in with a refresh token."""

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
    assert_refused,
    claims_of,
    password_request,
    refresh_request,
)

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
    from ansible_collections.msgraph.intune.tests.system.clients import Client

REFUSED = (400, "invalid_grant")


def refresh_token(simulator: Simulator, login: Client) -> str:
    return str(password_request(simulator, login).json()["refresh_token"])


# --- what a sign-in yields


def test_a_token_says_who_acts_through_what(simulator: Simulator, login: Client, graph: Client) -> None:
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


def test_an_id_token_is_for_the_application(simulator: Simulator, login: Client, graph: Client) -> None:
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


def test_client_info_comes_to_those_who_ask(simulator: Simulator, login: Client) -> None:
    encoded = password_request(simulator, login, client_info="1").json()["client_info"]
    (user,) = simulator.users()
    assert json.loads(base64.urlsafe_b64decode(encoded + "==")) == {
        "uid": user["object_id"],
        "utid": simulator.tenant_id,
    }
    assert simulator.journal()[-1]["body"]["client_info"] == "***"


@pytest.mark.parametrize("tenant", ["tenant_id", "tenant_domain"])
def test_any_name_of_the_tenant_will_do(simulator: Simulator, login: Client, tenant: str) -> None:
    assert password_request(simulator, login, tenant=getattr(simulator, tenant)).status_code == 200


def test_a_user_signs_in_without_naming_a_tenant(simulator: Simulator, login: Client) -> None:
    assert password_request(simulator, login, tenant="organizations").status_code == 200
    assert_refused(password_request(simulator, login, tenant="common"), 400, "invalid_request", 9001023)


def test_names_are_of_any_case(simulator: Simulator, login: Client) -> None:
    assert password_request(simulator, login, username=simulator.username.upper()).status_code == 200


def test_tokens_live_as_long_as_they_are_told_to(simulator: Simulator, login: Client, graph: Client) -> None:
    simulator.set_token_lifetime(0)
    body = password_request(simulator, login).json()
    assert body["expires_in"] == 0
    assert graph.get(CONNECTORS, body["access_token"]).status_code == 401


# --- scopes


@pytest.mark.parametrize(
    ("scope", "granted", "written"),
    [
        ("{root}/" + READ, READ, "{root}/" + READ),
        (READ, READ, READ),
        (f"openid {{root}}/{READ} {READ_WRITE}", f"{READ} {READ_WRITE} openid", f"openid {{root}}/{READ} {READ_WRITE}"),
        ("openid", "openid", "openid"),
        (
            "{root}/.default",
            f"{READ} {READ_WRITE} User.Read",
            f"{{root}}/.default {{root}}/{READ} {{root}}/{READ_WRITE} {{root}}/User.Read",
        ),
    ],
)
def test_scopes_are_told_as_they_were_written(
    simulator: Simulator, login: Client, scope: str, granted: str, written: str
) -> None:
    body = password_request(simulator, login, scope=scope.format(root=simulator.graph_url)).json()
    assert claims_of(body["access_token"])["scp"] == granted
    assert body["scope"] == written.format(root=simulator.graph_url)


def test_tokens_beside_the_access_token_are_asked_for(simulator: Simulator, login: Client) -> None:
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
def test_scopes_that_are_not_granted(
    simulator: Simulator, login: Client, scope: str, expected: tuple[int, str, int]
) -> None:
    answer = password_request(simulator, login, scope=scope.format(root=simulator.graph_url))
    assert_refused(answer, *expected)


def test_consent_is_the_application_s(simulator: Simulator, login: Client) -> None:
    simulator.change_application(simulator.public_client_id, scopes=[])
    body = assert_refused(password_request(simulator, login), *REFUSED, 65001)
    assert body["suberror"] == "consent_required"
    assert "named 'Microsoft Graph Command Line Tools'" in body["error_description"]
    default = password_request(simulator, login, scope=f"{simulator.graph_url}/.default")
    assert_refused(default, *REFUSED, 65001)


# --- who gets in


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"username": None}, (400, "invalid_request", 900144)),
        ({"password": ""}, (400, "invalid_request", 900144)),
        ({"password": "wrong"}, (*REFUSED, 50126)),
        ({"username": "nobody@contoso.onmicrosoft.com"}, (*REFUSED, 50034)),
        ({"client_secret": "not asked for"}, (401, "invalid_client", 700025)),
        ({"client_id": "someone"}, (400, "unauthorized_client", 700016)),
    ],
)
def test_a_wrong_sign_in(
    simulator: Simulator, login: Client, form: dict[str, str | None], expected: tuple[int, str, int]
) -> None:
    assert_refused(password_request(simulator, login, **form), *expected)


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
def test_a_user_who_may_not_sign_in(
    simulator: Simulator, login: Client, fields: dict[str, t.Any], code: int, suberror: str | None
) -> None:
    simulator.change_user(**fields)
    body = assert_refused(password_request(simulator, login), *REFUSED, code)
    assert body.get("suberror") == suberror


def test_a_confidential_application_proves_itself(simulator: Simulator, login: Client) -> None:
    answer = password_request(simulator, login, client_id=simulator.client_id)
    assert_refused(answer, 401, "invalid_client", 7000218)
    answer = password_request(simulator, login, client_id=simulator.client_id, client_secret=simulator.client_secret)
    assert claims_of(answer.json()["access_token"])["appidacr"] == "1"


def test_more_users(simulator: Simulator, login: Client) -> None:
    simulator.set_users([{"username": "ada@contoso.example", "password": "one-of-ada"}])
    answer = password_request(simulator, login, username="ada@contoso.example", password="one-of-ada")
    assert answer.status_code == 200
    assert_refused(password_request(simulator, login), *REFUSED, 50034)


# --- refresh tokens


def test_each_use_yields_a_newer_one_and_the_old_one_stays(simulator: Simulator, login: Client) -> None:
    first = refresh_token(simulator, login)
    body = refresh_request(simulator, login, first).json()
    second = body["refresh_token"]
    assert second != first
    assert claims_of(body["access_token"])["upn"] == simulator.username
    assert refresh_request(simulator, login, first).status_code == 200
    assert refresh_request(simulator, login, second).status_code == 200


def test_another_scope_may_be_asked_for(simulator: Simulator, login: Client) -> None:
    answer = refresh_request(simulator, login, refresh_token(simulator, login), scope=READ)
    assert claims_of(answer.json()["access_token"])["scp"] == READ
    # The newer refresh token still stands for all that the user agreed to.
    answer = refresh_request(simulator, login, answer.json()["refresh_token"])
    assert READ_WRITE in claims_of(answer.json()["access_token"])["scp"]


@pytest.mark.parametrize(("token", "code"), [("garbage", 9002313), ("1.AXunknown", 70000)])
def test_a_token_that_was_never_issued(simulator: Simulator, login: Client, token: str, code: int) -> None:
    assert_refused(refresh_request(simulator, login, token), *REFUSED, code)


def test_a_token_is_bound_to_its_application(simulator: Simulator, login: Client) -> None:
    token = refresh_token(simulator, login)
    confidential = {"client_id": simulator.client_id, "client_secret": simulator.client_secret}
    assert_refused(refresh_request(simulator, login, token, **confidential), *REFUSED, 70000)
    answer = refresh_request(simulator, login, token, client_id=simulator.client_id)
    assert_refused(answer, 401, "invalid_client", 7000218)


def test_revoked_and_expired_tokens(simulator: Simulator, login: Client) -> None:
    revoked = refresh_token(simulator, login)
    simulator.revoke_refresh_tokens(simulator.username)
    body = assert_refused(refresh_request(simulator, login, revoked), *REFUSED, 50173)
    assert body["suberror"] == "bad_token"

    expired = refresh_token(simulator, login)
    simulator.expire_refresh_tokens()
    assert_refused(refresh_request(simulator, login, expired), *REFUSED, 700082)
    assert refresh_request(simulator, login, refresh_token(simulator, login)).status_code == 200


def test_policies_apply_again_at_each_use(simulator: Simulator, login: Client) -> None:
    token = refresh_token(simulator, login)
    for policy, value, code in (("mfa", True, 50076), ("blocked", True, 53003), ("enabled", False, 50057)):
        simulator.change_user(None, **{policy: value})
        assert_refused(refresh_request(simulator, login, token), *REFUSED, code)


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
def test_the_realm_of_a_user(simulator: Simulator, login: Client, username: str, account_type: str) -> None:
    realm = login.get(f"/common/userrealm/{username.format(simulator)}?api-version=1.0").json()
    assert realm["account_type"] == account_type
    assert "federation_metadata_url" not in realm


def test_the_realm_of_a_federated_user_is_elsewhere(simulator: Simulator, login: Client) -> None:
    simulator.change_user(federation_metadata_url=f"{simulator.graph_url}/adfs/services/trust/mex")
    realm = login.get(f"/common/UserRealm/{simulator.username}?api-version=1.0").json()
    assert (realm["account_type"], realm["federation_protocol"]) == ("Federated", "WSTrust")
    assert realm["federation_metadata_url"] == f"{simulator.graph_url}/adfs/services/trust/mex"
    assert realm["federation_active_auth_url"] == f"{simulator.graph_url}/adfs/services/trust/2005/usernamemixed"


# --- with the real library


class WithPort(requests.adapters.HTTPAdapter):
    """Adds the port of the simulator, which MSAL forgets when it asks for a user's realm."""

    def __init__(self, root: str) -> None:
        super().__init__()
        self._root = root

    def send(self, request: requests.PreparedRequest, *args: t.Any, **options: t.Any) -> requests.Response:
        request.url = str(request.url).replace("https://localhost/", f"{self._root}/")
        return super().send(request, *args, **options)


@pytest.mark.filterwarnings("ignore:This API has been deprecated:DeprecationWarning")
def test_msal_signs_in_with_a_password_and_goes_on_silently(simulator: Simulator, session: requests.Session) -> None:
    client = msal.PublicClientApplication(
        simulator.public_client_id,
        authority=f"{simulator.authority_url}/organizations",
        instance_discovery=False,
        http_client=session,
    )
    session.mount("https://localhost/", WithPort(simulator.authority_url))
    scopes = [f"{simulator.graph_url}/{READ_WRITE}"]
    first = client.acquire_token_by_username_password(simulator.username, simulator.password, scopes)
    assert first["id_token_claims"]["preferred_username"] == simulator.username
    (account,) = client.get_accounts(simulator.username)
    assert client.acquire_token_silent(scopes, account)["access_token"] == first["access_token"]
    renewed = client.acquire_token_silent(scopes, account, force_refresh=True)
    assert renewed["access_token"] != first["access_token"]

    assert [entry["path"].rpartition("/")[2] for entry in simulator.journal()] == [
        "openid-configuration",
        simulator.username,
        "token",
        "token",
    ]
    signed_in, refreshed = (entry["body"] for entry in simulator.journal()[-2:])
    assert (signed_in["grant_type"], signed_in["password"]) == ("password", "***")
    assert (refreshed["grant_type"], refreshed["refresh_token"]) == ("refresh_token", "***")


def test_msal_takes_a_bare_refresh_token(simulator: Simulator, login: Client, session: requests.Session) -> None:
    client = msal.PublicClientApplication(
        simulator.public_client_id,
        authority=f"{simulator.authority_url}/{simulator.tenant_id}",
        instance_discovery=False,
        http_client=session,
    )
    token = refresh_token(simulator, login)
    result = client.acquire_token_by_refresh_token(token, [f"{simulator.graph_url}/{READ_WRITE}"])
    assert claims_of(result["access_token"])["upn"] == simulator.username
