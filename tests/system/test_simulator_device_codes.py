# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sign-ins with a device code in the simulated Entra."""

from __future__ import annotations

import threading
import typing as t

import msal
import pytest
from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator, SimulatorError
from ansible_collections.msgraph.intune.tests.system.clients import READ, READ_WRITE, make_client
from ansible_collections.msgraph.intune.tests.system.entra_requests import (
    DEVICE_CODE_GRANT,
    assert_entra_error,
    claims_of,
    post_form,
    refresh_request,
)

if t.TYPE_CHECKING:
    import requests
    from ansible_collections.msgraph.intune.tests.system.clients import Client

SCOPE = f"openid profile offline_access {READ_WRITE}"
PENDING = (400, "authorization_pending", 70016)


def start_flow(simulator: Simulator, login: Client, **changes: str | None) -> requests.Response:
    form = {"client_id": simulator.public_client_id, "scope": SCOPE, **changes}
    return post_form(simulator, login, form, tenant="organizations", endpoint="devicecode")


def poll(simulator: Simulator, login: Client, device_code: str | None, **changes: str | None) -> requests.Response:
    form = {
        "grant_type": DEVICE_CODE_GRANT,
        "client_id": simulator.public_client_id,
        "device_code": device_code,
        **changes,
    }
    return post_form(simulator, login, form, tenant="organizations")


def test_a_device_code_response_contains_instructions(simulator: Simulator, login: Client) -> None:
    flow = start_flow(simulator, login).json()
    assert flow.keys() == {"user_code", "device_code", "verification_uri", "expires_in", "interval", "message"}
    assert (flow["expires_in"], flow["interval"], len(flow["user_code"])) == (900, 5, 9)
    assert flow["verification_uri"].startswith(f"{simulator.authority_url}/")
    assert flow["message"] == (
        f"To sign in, use a web browser to open the page {flow['verification_uri']} and enter the code "
        f"{flow['user_code']} to authenticate."
    )


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"client_id": None}, (400, "invalid_request", 900144)),
        ({"client_id": "someone"}, (400, "unauthorized_client", 700016)),
        ({"scope": None}, (400, "invalid_request", 900144)),
        ({"scope": "Unheard.Of"}, (400, "invalid_scope", 70011)),
    ],
)
def test_an_invalid_device_code_request_is_rejected(
    simulator: Simulator, login: Client, form: dict[str, str | None], expected: tuple[int, str, int]
) -> None:
    assert_entra_error(start_flow(simulator, login, **form), *expected)


def test_a_device_code_request_must_be_a_post_to_a_known_tenant(simulator: Simulator, login: Client) -> None:
    assert_entra_error(login.get("/organizations/oauth2/v2.0/devicecode"), 400, "invalid_request", 900561)
    response = post_form(simulator, login, {}, tenant="nowhere.example", endpoint="devicecode")
    assert_entra_error(response, 400, "invalid_request", 90002)


def test_an_approved_code_can_be_redeemed_once(simulator: Simulator, login: Client) -> None:
    flow = start_flow(simulator, login).json()
    assert_entra_error(poll(simulator, login, flow["device_code"]), *PENDING)
    assert [code["user_code"] for code in simulator.device_codes()] == [flow["user_code"]]

    simulator.approve_device_code(flow["user_code"])
    assert simulator.device_codes() == []
    body = poll(simulator, login, flow["device_code"]).json()
    claims = claims_of(body["access_token"])
    assert (claims["upn"], claims["scp"]) == (simulator.username, f"{READ_WRITE} openid profile")
    assert refresh_request(simulator, login, body["refresh_token"]).status_code == 200
    assert_entra_error(poll(simulator, login, flow["device_code"]), 400, "invalid_grant", 70000)


def test_device_codes_are_independent(simulator: Simulator, login: Client) -> None:
    first, second = (start_flow(simulator, login).json() for _flow in range(2))
    simulator.approve_device_code(second["user_code"])
    assert_entra_error(poll(simulator, login, first["device_code"]), *PENDING)
    assert poll(simulator, login, second["device_code"]).status_code == 200


def test_another_user_can_approve_a_code(simulator: Simulator, login: Client) -> None:
    simulator.set_users([*simulator.users(), {"username": "ada@contoso.example", "password": "p"}])
    flow = start_flow(simulator, login).json()
    with pytest.raises(SimulatorError, match="There is no user nobody"):
        simulator.approve_device_code(flow["user_code"], "nobody")
    simulator.approve_device_code(flow["user_code"], "ada@contoso.example")
    token = poll(simulator, login, flow["device_code"]).json()["access_token"]
    assert claims_of(token)["upn"] == "ada@contoso.example"


def test_a_declined_code_returns_an_error(simulator: Simulator, login: Client) -> None:
    flow = start_flow(simulator, login).json()
    simulator.decline_device_code(flow["user_code"])
    assert_entra_error(poll(simulator, login, flow["device_code"]), 400, "authorization_declined", 70017)


def test_an_expired_code_returns_an_error(simulator: Simulator, login: Client) -> None:
    flow = start_flow(simulator, login).json()
    simulator.expire_device_code(flow["user_code"])
    assert_entra_error(poll(simulator, login, flow["device_code"]), 400, "expired_token", 70020)
    with pytest.raises(SimulatorError, match="There is no pending device code"):
        simulator.approve_device_code(flow["user_code"])


def test_the_control_api_sets_lifetime_and_interval(simulator: Simulator, login: Client) -> None:
    simulator.set_device_codes(lifetime=0, interval=1)
    flow = start_flow(simulator, login).json()
    assert (flow["expires_in"], flow["interval"]) == (0, 1)
    assert_entra_error(poll(simulator, login, flow["device_code"]), 400, "expired_token", 70020)
    simulator.set_device_codes(lifetime=60)
    flow = start_flow(simulator, login).json()
    assert (flow["expires_in"], flow["interval"]) == (60, 1)


def test_command_line_options_set_lifetime_and_interval() -> None:
    with Simulator(device_code_seconds=30, device_code_interval=2) as simulator:
        client = make_client(simulator.authority_url, simulator)
        with client.session:
            flow = start_flow(simulator, client).json()
    assert (flow["expires_in"], flow["interval"]) == (30, 2)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"device_code": None}, (400, "invalid_request", 900144)),
        ({"device_code": "garbage"}, (400, "bad_verification_code", 70018)),
        ({"client_secret": "not asked for"}, (401, "invalid_client", 700025)),
    ],
)
def test_an_invalid_poll_is_rejected(
    simulator: Simulator, login: Client, form: dict[str, str | None], expected: tuple[int, str, int]
) -> None:
    flow = start_flow(simulator, login).json()
    assert_entra_error(poll(simulator, login, **{"device_code": flow["device_code"], **form}), *expected)


def test_a_code_is_bound_to_its_application(simulator: Simulator, login: Client) -> None:
    flow = start_flow(simulator, login).json()
    simulator.approve_device_code(flow["user_code"])
    confidential = {"client_id": simulator.client_id, "client_secret": simulator.client_secret}
    response = poll(simulator, login, flow["device_code"], **confidential)
    assert_entra_error(response, 400, "bad_verification_code", 70018)


def test_a_confidential_application_needs_its_credential_to_poll(simulator: Simulator, login: Client) -> None:
    flow = start_flow(simulator, login, client_id=simulator.client_id).json()
    simulator.approve_device_code(flow["user_code"])
    response = poll(simulator, login, flow["device_code"], client_id=simulator.client_id)
    assert_entra_error(response, 401, "invalid_client", 7000218)


def test_a_device_code_sign_in_satisfies_mfa(simulator: Simulator, login: Client) -> None:
    simulator.change_user(mfa=True)
    flow = start_flow(simulator, login).json()
    simulator.approve_device_code(flow["user_code"])
    body = poll(simulator, login, flow["device_code"]).json()
    assert refresh_request(simulator, login, body["refresh_token"]).status_code == 200


@pytest.mark.parametrize(("fields", "code"), [({"enabled": False}, 50057), ({"blocked": True}, 53003)])
def test_policies_apply_to_the_user_who_approves(
    simulator: Simulator, login: Client, fields: dict[str, t.Any], code: int
) -> None:
    simulator.change_user(**fields)
    flow = start_flow(simulator, login).json()
    simulator.approve_device_code(flow["user_code"])
    assert_entra_error(poll(simulator, login, flow["device_code"]), 400, "invalid_grant", code)


def test_a_missing_consent_is_an_error(simulator: Simulator, login: Client) -> None:
    simulator.change_application(simulator.public_client_id, scopes=[READ])
    flow = start_flow(simulator, login).json()
    simulator.approve_device_code(flow["user_code"])
    assert_entra_error(poll(simulator, login, flow["device_code"]), 400, "invalid_grant", 65001)


def test_the_journal_masks_the_device_code(simulator: Simulator, login: Client) -> None:
    flow = start_flow(simulator, login).json()
    poll(simulator, login, flow["device_code"], code=flow["device_code"])
    (started, polled) = simulator.journal()
    assert started["body"] == {"client_id": simulator.public_client_id, "scope": SCOPE}
    assert polled["body"] == {
        "grant_type": DEVICE_CODE_GRANT,
        "client_id": simulator.public_client_id,
        "device_code": "***",
        "code": "***",
    }


def test_msal_polls_until_the_user_approves(simulator: Simulator, session: requests.Session) -> None:
    simulator.set_device_codes(interval=1)
    client = msal.PublicClientApplication(
        simulator.public_client_id,
        authority=f"{simulator.authority_url}/organizations",
        instance_discovery=False,
        http_client=session,
    )
    flow = client.initiate_device_flow([f"{simulator.graph_url}/{READ_WRITE}"])
    approval = threading.Timer(0.3, simulator.approve_device_code, [flow["user_code"]])
    approval.start()
    result = client.acquire_token_by_device_flow(flow)
    approval.join()
    assert result["id_token_claims"]["preferred_username"] == simulator.username
    assert [account["username"] for account in client.get_accounts()] == [simulator.username]
    assert [entry["status"] for entry in simulator.journal()] == [200, 200, 400, 200]
