# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the action plugin with scripted answers; the system tests run it in ansible-playbook."""

from __future__ import annotations

import sys
import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.action import graph_device_login
from ansible_collections.msgraph.intune.tests.unit.fakes import Reply, jwt
from ansible_collections.msgraph.intune.tests.unit.user_sign_ins import FLOW, METADATA, PENDING, signed_in

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.unit.plugins.action.conftest import DeviceLoginRunner


def test_the_code_is_displayed_and_the_person_is_signed_in(device_login: DeviceLoginRunner) -> None:
    result = device_login.run(METADATA, Reply(200, FLOW), PENDING, signed_in())
    assert (result["changed"], result["account"]["username"]) == (True, "one@contoso.example")
    assert "ABCD-EFGH" in device_login.shown[0]
    assert result["scopes"] == ["https://graph.microsoft.com/DeviceManagementServiceConfig.ReadWrite.All"]


def test_a_valid_sign_in_in_the_cache_starts_no_device_login(device_login: DeviceLoginRunner) -> None:
    device_login.run(METADATA, Reply(200, FLOW), signed_in())
    scopes = ["Things.ReadWrite.All"]
    result = device_login.run(scopes=scopes)
    assert (result["changed"], device_login.session.sent) == (False, [])
    assert "signed in already" in result["msg"]


def test_an_invalid_sign_in_in_the_cache_starts_a_new_device_login(device_login: DeviceLoginRunner) -> None:
    device_login.run(METADATA, Reply(200, FLOW), signed_in(expires_in=1))
    refused = Reply(400, {"error": "invalid_grant", "error_description": "AADSTS50173: revoked"})
    result = device_login.run(METADATA, refused, METADATA, Reply(200, FLOW), signed_in())
    assert result["changed"]


@pytest.mark.parametrize("present", [False, True])
def test_check_mode_sends_no_request_and_predicts_the_change(device_login: DeviceLoginRunner, present: bool) -> None:
    if present:
        device_login.run(METADATA, Reply(200, FLOW), signed_in())
    result = device_login.run(check=True)
    assert (result["changed"], device_login.session.sent) == (not present, [])


def test_a_transient_error_is_retried(device_login: DeviceLoginRunner) -> None:
    result = device_login.run(Reply(503, "", {"Retry-After": "0"}), METADATA, Reply(200, FLOW), signed_in())
    assert result["changed"]


def test_a_failed_task_returns_a_result_with_its_error(device_login: DeviceLoginRunner) -> None:
    result = device_login.run(
        METADATA, Reply(400, {"error": "unauthorized_client", "error_description": "AADSTS7000218: no"})
    )
    assert (result["failed"], result["changed"], result["error"]["kind"]) == (True, False, "authentication")
    assert result["msg"].startswith("Could not sign in by device code: ")


def test_risky_options_cause_a_warning(device_login: DeviceLoginRunner) -> None:
    result = device_login.run(METADATA, Reply(200, FLOW), signed_in(), validate_certs=False)
    assert ["validate_certs is false" in warning for warning in result["warnings"]] == [True]


def test_a_relative_cache_path_starts_at_the_folder_of_the_playbook(device_login: DeviceLoginRunner) -> None:
    result = device_login.run(METADATA, Reply(200, FLOW), signed_in(), token_cache_path="tokens.json")
    assert result["changed"]
    # In the folder of the playbook.
    assert (device_login.cache.parent / "tokens.json").exists()


def test_null_counts_as_not_given(device_login: DeviceLoginRunner) -> None:
    nothing: dict[str, t.Any] = dict.fromkeys(
        ("cloud", "timeout", "retries", "retry_budget", "validate_certs", "scopes", "username")
    )
    assert device_login.run(METADATA, Reply(200, FLOW), signed_in(), **nothing)["changed"]


def test_without_a_cache_path_no_request_is_sent(device_login: DeviceLoginRunner) -> None:
    result = device_login.run(token_cache_path="")
    assert (result["error"]["kind"], device_login.session.sent) == ("options", [])


PROXY = "http://svc:hush-hush-hush@proxy.example"


def test_secrets_are_masked_in_the_result_and_in_the_log(
    device_login: DeviceLoginRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged: list[str] = []
    monkeypatch.setattr(graph_device_login.display, "vvv", logged.append)
    echo = {"error": "x", "error_description": "hush-hush-hush"}
    result = device_login.run(Reply(503, echo), METADATA, Reply(400, echo), proxy=PROXY)
    assert result["failed"]
    assert "********" in result["msg"]
    assert "********" in result["error"]["message"]
    assert ["********" in line for line in logged] == [True]
    assert "hush" not in str([result, logged])


def test_a_secret_in_an_answer_is_masked_on_the_terminal(device_login: DeviceLoginRunner) -> None:
    echo = {**FLOW, "user_code": "the-device-code", "verification_uri": "https://x.example/the-device-code"}
    device_login.run(METADATA, Reply(200, echo), signed_in())
    assert (
        "open https://x.example/******** in a browser on any device and enter the code ********"
        in device_login.shown[0]
    )


def test_escape_sequences_are_removed_from_terminal_and_result(device_login: DeviceLoginRunner) -> None:
    unsafe = {"user_code": "AB\x1b[2J", "verification_uri": "https://x.example/\x1b]0;x\x07"}
    answer = signed_in()
    answer.body["id_token"] = jwt({"sub": "one", "preferred_username": "one\x1b[2J@x", "tid": "home\u202e"})
    result = device_login.run(METADATA, Reply(200, {**FLOW, **unsafe}), PENDING, answer)
    assert result["account"] == {"username": "one [2J@x", "tenant_id": "home"}
    assert "\x1b" not in "".join([*device_login.shown, result["msg"]])
    # The cache contains the original name with the escape sequence.
    assert "\x1b" not in device_login.run()["msg"]


def test_an_omitted_scope_is_ignored(device_login: DeviceLoginRunner) -> None:
    result = device_login.run(
        METADATA, Reply(200, FLOW), signed_in(), scopes=["__omit_place_holder__9c1185a5", "X.Read.All"]
    )
    assert result["scopes"] == ["https://graph.microsoft.com/X.Read.All"]


def test_a_missing_package_is_explained_for_the_execution_environment(
    device_login: DeviceLoginRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWX_ISOLATED_DATA_DIR", "/runner/artifacts/12")
    monkeypatch.setitem(sys.modules, "msal", None)
    result = device_login.run()
    assert result["error"]["kind"] == "dependency"
    assert "This task runs in an execution environment." in result["msg"]
