# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cleaned answers that msal reads."""

from __future__ import annotations

import base64
import json
import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.login_answers import (
    clean,
    error_code,
    find_too_long,
    secrets_in,
    token_problem,
)
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.error_response import holds_error
from ansible_collections.msgraph.intune.tests.unit.fakes import jwt

NOW = 1_700_000_000.5
TOKEN = "a-long-access-token"
DEVICE = {"device_code": "the-device-code", "user_code": "ABCD", "verification_uri": "https://x.example"}


def client_info(value: t.Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("fields", "lifetime"),
    [
        ({"expires_in": 3599}, 3599),
        ({"expires_in": "3599"}, 3599),
        ({"expires_in": 3599.9}, 3599),
        ({"expires_in": " 3599.9 "}, 3599),
        ({"expires_in": 0.2}, 1),
        ({"expires_on": 1_700_003_600}, 3599),
        ({"expires_on": "1700003600"}, 3599),
        ({"expires_in": None, "expires_on": "1700003600"}, 3599),
        ({"expires_in": "3599", "expires_on": "11/05/2026 15:18:31 +00:00"}, 3599),
        ({}, 300),
        ({"expires_in": None}, 300),
        ({"expires_in": True}, 300),
        ({"expires_in": []}, 300),
        ({"expires_in": 0}, 300),
        ({"expires_in": -5}, 300),
        ({"expires_in": "soon"}, 300),
        ({"expires_in": "\u0661\u0662"}, 300),
        ({"expires_in": 10**30}, 300),
        ({"expires_in": "9" * 5000}, 300),
        ({"expires_on": "11/05/2026 15:18:31 +00:00"}, 300),
        ({"expires_on": "2026-11-05T15:18:31Z"}, 300),
        ({"expires_on": 1_600_000_000}, 300),
    ],
)
def test_a_token_has_a_lifetime_in_whole_seconds(fields: dict[str, t.Any], lifetime: int) -> None:
    cleaned = clean({"access_token": TOKEN, **fields}, NOW)
    assert cleaned == {"access_token": TOKEN, "expires_in": lifetime, "expires_on": 1_700_000_000 + lifetime}


@pytest.mark.parametrize(
    ("scope", "text"), [("A B", "A B"), (["A", 5, "B"], "A B"), ([], None), ("", None), (None, None), ({}, None)]
)
def test_scopes_are_joined_to_one_text(scope: t.Any, text: str | None) -> None:
    assert clean({"access_token": TOKEN, "scope": scope}, NOW).get("scope") == text


@pytest.mark.parametrize("invalid", [None, 5, ["x"], {"x": "y"}, ""])
@pytest.mark.parametrize("name", ["access_token", "refresh_token", "token_type", "foci", "resource", "ext_expires_in"])
def test_a_field_of_a_wrong_type_is_removed(name: str, invalid: t.Any) -> None:
    assert name not in clean({"access_token": TOKEN, name: invalid}, NOW)


@pytest.mark.parametrize("text", ["x", "a.b.c", jwt({}), jwt({"oid": "o"}), jwt({"sub": 5})])
def test_an_id_token_without_a_user_is_removed(text: str) -> None:
    assert "id_token" not in clean({"access_token": TOKEN, "id_token": text}, NOW)


@pytest.mark.parametrize("info", ["x", "\u00e9", client_info([]), client_info({"uid": "u"}), client_info({"uid": 1})])
def test_client_info_without_an_account_is_removed(info: str) -> None:
    assert "client_info" not in clean({"access_token": TOKEN, "client_info": info}, NOW)


def test_fields_with_the_account_are_kept() -> None:
    account = client_info({"uid": "u", "utid": "t"})
    body = {"access_token": TOKEN, "client_info": account, "id_token": jwt({"oid": "o"}), "client_id": "of-arc"}
    assert body.items() <= clean(body, NOW).items()
    assert "id_token" in clean({"access_token": TOKEN, "id_token": jwt({"sub": "s"})}, NOW)


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({"expires_in": 60, "interval": 7}, (60, 7)),
        ({"expires_in": "60", "interval": "7.5"}, (60, 8)),
        ({"expires_in": None, "interval": "soon"}, (900, 5)),
        ({"expires_in": -1, "interval": 0}, (900, 5)),
        ({}, (900, 5)),
        ({"expires_in": 1e11, "interval": 1e11}, (3600, 60)),
        ({"expires_in": "3601", "interval": "60.1"}, (3600, 60)),
        ({"expires_in": 3600, "interval": 60}, (3600, 60)),
    ],
)
def test_a_device_code_has_times_in_whole_seconds(fields: dict[str, t.Any], seconds: tuple[int, int]) -> None:
    cleaned = clean({**DEVICE, **fields}, NOW)
    assert (cleaned["expires_in"], cleaned["interval"]) == seconds


@pytest.mark.parametrize("missing", [{}, {"verification_uri": None}, {"verification_uri": ""}])
def test_the_url_of_a_device_code_may_have_its_old_field_name(missing: dict[str, t.Any]) -> None:
    body = {"device_code": "the-device-code", "verification_url": "https://old.example", **missing}
    assert clean(body, NOW)["verification_uri"] == "https://old.example"
    assert clean({**body, **DEVICE}, NOW)["verification_uri"] == "https://x.example"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("invalid_grant", "invalid_grant"),
        ({"code": "Forbidden", "message": "no"}, "Forbidden"),
        (" invalid_grant\n", "invalid_grant"),
        ({"code": " Forbidden "}, "Forbidden"),
        ({"message": "no"}, None),
        ({}, None),
        (["x"], None),
        (7, None),
    ],
)
def test_tokens_are_removed_from_an_answer_with_an_error(error: t.Any, code: str | None) -> None:
    body = {"error": error, "error_description": "words", "access_token": TOKEN, "device_code": "x", "suberror": 5}
    assert (holds_error(body), error_code(body)) == (True, code)
    assert clean(body, NOW) == {"error": code or "unknown_error", "error_description": "words"}


@pytest.mark.parametrize("error", ["", " ", None, False, []])
def test_an_empty_error_is_ignored(error: t.Any) -> None:
    body = {"error": error, "access_token": TOKEN}
    assert not holds_error(body)
    assert clean(body, NOW)["access_token"] == TOKEN


@pytest.mark.parametrize("body", [None, [], 7, "text", {}, {"token_endpoint": "https://x"}])
def test_other_answers_are_not_changed(body: t.Any) -> None:
    assert clean(body, NOW) == body
    assert not holds_error(body)
    assert token_problem(body) is None
    assert secrets_in(body) == {}


@pytest.mark.parametrize(
    ("token", "problem"),
    [
        ("e", "shorter than 8"),
        ("x" * 7, "shorter than 8"),
        ("x" * 8, None),
        ("x" * 65_536, None),
        ("x" * 65_537, "longer than 65536"),
        ("a token with blanks", "characters that a token cannot hold"),
        ("token-with-\u00e9", "characters that a token cannot hold"),
        ("", None),
        (5, None),
    ],
)
def test_an_access_token_has_a_plausible_length_and_form(token: t.Any, problem: str | None) -> None:
    result = token_problem({"access_token": token})
    assert (problem or "None") in str(result)


def test_secrets_are_found_by_field_name() -> None:
    fields = {"client_assertion": b"a.signed.assertion", "refresh_token": "refresh-one", "access_token": 5, "x": "y"}
    assert secrets_in(fields) == {"client_assertion": "a.signed.assertion", "refresh_token": "refresh-one"}


def test_a_secret_that_is_too_long_is_named_without_its_value() -> None:
    assert find_too_long({"id_token": "x" * 65_536}) is None
    result = find_too_long({"access_token": "short", "id_token": "x" * 65_537})
    assert result == "id_token is longer than 65536 characters"
