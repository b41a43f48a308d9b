# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action plugin around a scripted wire; the system tests run it in ansible-playbook."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.msgraph.intune.tests.unit.fakes import Reply
from ansible_collections.msgraph.intune.tests.unit.plugins.module_utils._graph.test_device_login import FLOW, PENDING
from ansible_collections.msgraph.intune.tests.unit.plugins.module_utils._graph.test_login_user import (
    METADATA,
    signed_in,
)

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.unit.plugins.action.conftest import Play


def test_a_person_is_shown_the_code_and_signed_in(play: Play) -> None:
    result = play.run(METADATA, Reply(200, FLOW), PENDING, signed_in())
    assert (result["changed"], result["account"]["username"]) == (True, "one@contoso.example")
    assert "ABCD-EFGH" in play.shown[0]
    assert result["scopes"] == ["https://graph.microsoft.com/DeviceManagementServiceConfig.ReadWrite.All"]


def test_a_sign_in_that_is_still_good_asks_nobody(play: Play) -> None:
    play.run(METADATA, Reply(200, FLOW), signed_in())
    scopes = ["Things.ReadWrite.All"]
    result = play.run(scopes=scopes)
    assert (result["changed"], play.session.sent) == (False, [])
    assert "signed in already" in result["msg"]


def test_one_that_is_not_begins_anew(play: Play) -> None:
    play.run(METADATA, Reply(200, FLOW), signed_in(expires_in=1))
    refused = Reply(400, {"error": "invalid_grant", "error_description": "AADSTS50173: revoked"})
    result = play.run(METADATA, refused, METADATA, Reply(200, FLOW), signed_in())
    assert result["changed"]


@pytest.mark.parametrize("present", [False, True])
def test_check_mode_asks_nobody_and_predicts(play: Play, present: bool) -> None:
    if present:
        play.run(METADATA, Reply(200, FLOW), signed_in())
    result = play.run(check=True)
    assert (result["changed"], play.session.sent) == (not present, [])


def test_what_fails_for_the_moment_is_asked_again(play: Play) -> None:
    result = play.run(Reply(503, "", {"Retry-After": "0"}), METADATA, Reply(200, FLOW), signed_in())
    assert result["changed"]


def test_a_failure_is_a_result_with_its_error(play: Play) -> None:
    result = play.run(METADATA, Reply(400, {"error": "unauthorized_client", "error_description": "AADSTS7000218: no"}))
    assert (result["failed"], result["changed"], result["error"]["kind"]) == (True, False, "authentication")
    assert result["msg"].startswith("Could not sign in by device code: ")


def test_what_is_risky_is_warned_of(play: Play) -> None:
    result = play.run(METADATA, Reply(200, FLOW), signed_in(), validate_certs=False)
    assert ["validate_certs is false" in warning for warning in result["warnings"]] == [True]


def test_a_relative_cache_lies_where_the_modules_look_for_it(play: Play) -> None:
    result = play.run(METADATA, Reply(200, FLOW), signed_in(), token_cache_path="tokens.json")
    assert result["changed"]
    # Beside the playbook.
    assert (play.cache.parent / "tokens.json").exists()


def test_without_a_cache_nothing_is_sent(play: Play) -> None:
    result = play.run(token_cache_path="")
    assert (result["error"]["kind"], play.session.sent) == ("options", [])
