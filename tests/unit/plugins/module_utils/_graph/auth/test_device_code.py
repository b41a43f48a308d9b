# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import typing as t
from urllib.parse import parse_qs

import pytest
import requests
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.device_code import DeviceLogin
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.token_cache import TokenCache
from ansible_collections.msgraph.intune.plugins.module_utils._graph.clouds import find_cloud
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import GraphError
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.retry import Retry
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.transport import Transport
from ansible_collections.msgraph.intune.plugins.module_utils._graph.masking import MASK, SECRETS
from ansible_collections.msgraph.intune.tests.unit.fakes import (
    FakeClock,
    FakeSession,
    Reply,
    Scripted,
    jwt,
    retry_policy,
)
from ansible_collections.msgraph.intune.tests.unit.user_sign_ins import BASE, FLOW, METADATA, PENDING, signed_in

if t.TYPE_CHECKING:
    from pathlib import Path


class SignIn:
    """A device login with a scripted session.

    :param clock_speed: seconds that pass for each second that the login waits.
    """

    def __init__(
        self,
        path: Path,
        *script: Scripted,
        username: str | None = None,
        retry: Retry | None = None,
        clock_speed: float = 1.0,
    ) -> None:
        self.path = path / "cache.json"
        self.session = FakeSession(METADATA, *script)
        self.waits: list[float] = []
        self.remaining: list[float] = []
        self.warnings: list[str] = []
        self.login = DeviceLogin(
            Transport(timeout=1.0, verify=True, session=self.session),
            find_cloud("global"),
            TokenCache(str(self.path), on_warning=self.warnings.append),
            tenant_id="organizations",
            client_id="client-1",
            scopes=("https://graph.microsoft.com/Things.ReadWrite.All",),
            username=username,
            retry=retry or Retry(retry_policy(retries=0), clock=FakeClock()),
            # With a clock_speed above 1, more time passes than the login waits.
            clock=lambda: clock_speed * sum(self.waits),
            sleep=self.waits.append,
        )

    def wait(self) -> t.Any:
        self.login.start()
        return self.login.wait(self.remaining.append)


def test_start_returns_the_code_and_the_url_without_polling(tmp_path: Path) -> None:
    sign_in = SignIn(tmp_path, Reply(200, FLOW))
    code = sign_in.login.start()
    assert (code.verification_url, code.user_code) == (FLOW["verification_uri"], "ABCD-EFGH")
    assert code.expires_in == 60
    assert sign_in.session.wire == [
        f"GET {BASE}/v2.0/.well-known/openid-configuration",
        f"POST {BASE}/oauth2/v2.0/devicecode",
    ]
    form = parse_qs((sign_in.session.sent[1].body or b"").decode())
    assert form["client_id"] == ["client-1"]
    assert "https://graph.microsoft.com/Things.ReadWrite.All" in form["scope"][0].split()
    assert not sign_in.path.exists()


def test_wait_polls_until_the_user_has_signed_in(tmp_path: Path) -> None:
    sign_in = SignIn(tmp_path, Reply(200, FLOW), PENDING, PENDING, signed_in())
    user = sign_in.wait()
    assert (user.username, user.tenant_id) == ("one@contoso.example", "home")
    assert sign_in.waits == [5, 5]
    assert sign_in.remaining == [60, 55]
    content = json.loads(sign_in.path.read_text())
    assert [entry["secret"] for entry in content["RefreshToken"].values()] == ["refresh-one"]
    assert content["MsgraphIntuneTenants"] == {"login.microsoftonline.com/organizations": "organizations"}
    assert "the-device-code" not in sign_in.path.read_text()


def test_slow_down_increases_the_polling_interval(tmp_path: Path) -> None:
    slow_down = Reply(400, {"error": "slow_down"})
    sign_in = SignIn(tmp_path, Reply(200, FLOW), slow_down, PENDING, signed_in())
    sign_in.wait()
    assert sign_in.waits == [10, 10]


@pytest.mark.parametrize(
    ("interval", "seconds"),
    [({"interval": 7}, 7), ({"interval": 1}, 1), ({"interval": 0}, 5), ({"interval": -3}, 5), ({}, 5)],
)
def test_the_service_sets_the_polling_interval(tmp_path: Path, interval: dict[str, int], seconds: float) -> None:
    flow = {key: value for key, value in FLOW.items() if key != "interval"}
    sign_in = SignIn(tmp_path, Reply(200, {**flow, **interval}), PENDING, signed_in())
    sign_in.wait()
    assert sign_in.waits == [seconds]


def test_a_request_for_a_code_is_retried_and_a_poll_is_not(tmp_path: Path) -> None:
    retry = Retry(retry_policy(), clock=FakeClock())
    busy = Reply(503, "<html>")
    sign_in = SignIn(tmp_path, busy, Reply(200, FLOW), busy, signed_in(), retry=retry)
    assert sign_in.login.start().user_code == "ABCD-EFGH"
    assert retry.count == 1
    sign_in.login.wait(sign_in.remaining.append)
    assert (retry.count, sign_in.waits) == (1, [5.0])


def test_an_invalid_answer_to_a_poll_ends_the_sign_in(tmp_path: Path) -> None:
    sign_in = SignIn(tmp_path, Reply(200, FLOW), Reply(200, "<html>"))
    with pytest.raises(GraphError) as caught:
        sign_in.wait()
    assert (caught.value.kind, sign_in.waits) == ("protocol", [])


@pytest.mark.parametrize(
    "transient",
    [requests.exceptions.ConnectionError("reset"), requests.exceptions.ReadTimeout(), Reply(503, "<html>")],
)
def test_a_transient_error_of_a_poll_does_not_end_the_sign_in(tmp_path: Path, transient: t.Any) -> None:
    sign_in = SignIn(tmp_path, Reply(200, FLOW), transient, signed_in())
    assert sign_in.wait().username == "one@contoso.example"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("authorization_declined", "AADSTS70018"),
        ("expired_token", "AADSTS70020"),
        ("invalid_client", "AADSTS7000218"),
        ("unauthorized_client", "AADSTS700016"),
    ],
)
def test_a_refusal_ends_the_sign_in_and_creates_no_cache(tmp_path: Path, error: str, code: str) -> None:
    refusal = Reply(400, {"error": error, "error_description": f"{code}: no", "error_codes": [int(code[6:])]})
    sign_in = SignIn(tmp_path, Reply(200, FLOW), PENDING, refusal)
    with pytest.raises(GraphError) as caught:
        sign_in.wait()
    assert (caught.value.kind, caught.value.code) == ("authentication", code)
    assert caught.value.hint
    assert sign_in.waits == [5]
    assert not sign_in.path.exists()


@pytest.mark.parametrize(
    ("expires_in", "clock_speed", "waits"), [(12, 1.0, [5, 5, 5]), (10, 1.0, [5, 5]), (12, 1.5, [5, 5]), (4, 1.0, [5])]
)
def test_an_expired_code_ends_the_sign_in(
    tmp_path: Path, expires_in: float, clock_speed: float, waits: list[float]
) -> None:
    sign_in = SignIn(tmp_path, Reply(200, {**FLOW, "expires_in": expires_in}), *[PENDING] * 4, clock_speed=clock_speed)
    with pytest.raises(GraphError, match="nobody signed in before the code expired. Run the task again"):
        sign_in.wait()
    assert sign_in.waits == waits


@pytest.mark.parametrize(
    "body",
    [
        "<html>",
        "[]",
        "{}",
        "null",
        '{"user_code": 5}',
        '{"user_code": "x"}',
        '{"user_code": 5, "verification_uri": "x"}',
        '{"user_code": "x", "verification_uri": "y"}',
        '{"user_code": "x", "verification_uri": "y", "device_code": 5}',
        '{"user_code": " ", "verification_uri": "y", "device_code": "z"}',
    ],
)
def test_an_invalid_device_code_answer_is_a_protocol_error(tmp_path: Path, body: str) -> None:
    sign_in = SignIn(tmp_path, Reply(200, body))
    with pytest.raises(GraphError) as caught:
        sign_in.login.start()
    assert caught.value.kind == "protocol"


def test_an_interrupt_does_not_change_the_cache(tmp_path: Path) -> None:
    class InterruptedSession(FakeSession):
        def request(self, *args: t.Any, **kwargs: t.Any) -> requests.Response:
            if len(self.script) == 1:
                raise KeyboardInterrupt
            return super().request(*args, **kwargs)

    sign_in = SignIn(tmp_path)
    sign_in.session = InterruptedSession(METADATA, Reply(200, FLOW), PENDING)
    sign_in.login._http._transport._session = sign_in.session
    with pytest.raises(KeyboardInterrupt):
        sign_in.wait()
    assert [path.name for path in tmp_path.iterdir()] == ["cache.json.lock"]


def test_the_sign_in_of_another_user_is_not_saved(tmp_path: Path) -> None:
    sign_in = SignIn(tmp_path, Reply(200, FLOW), signed_in("two"), username="one@contoso.example")
    with pytest.raises(GraphError, match="two@contoso.example signed in, not one@contoso.example") as caught:
        sign_in.wait()
    assert caught.value.kind == "authentication"
    assert caught.value.hint
    assert not sign_in.path.exists()
    with pytest.raises(GraphError, match="one@contoso.example signed in, not two@contoso.example"):
        SignIn(tmp_path, Reply(200, FLOW), signed_in("one"), username="two@contoso.example").wait()
    assert SignIn(tmp_path, Reply(200, FLOW), signed_in("One"), username="oNE@contoso.example").wait()


def test_a_user_may_have_no_name(tmp_path: Path) -> None:
    nameless = Reply(200, {key: value for key, value in signed_in().body.items() if key != "id_token"})
    user = SignIn(tmp_path, Reply(200, FLOW), nameless).wait()
    assert (user.username, user.tenant_id) == ("", "organizations")
    with pytest.raises(GraphError, match="somebody without a name signed in, not one@contoso.example"):
        SignIn(tmp_path, Reply(200, FLOW), nameless, username="one@contoso.example").wait()


def test_a_sign_in_that_cannot_be_saved_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_source: str, _target: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    sign_in = SignIn(tmp_path, Reply(200, FLOW), signed_in())
    with pytest.raises(GraphError, match="it cannot be written"):
        sign_in.wait()


def test_no_code_is_requested_if_the_cache_cannot_be_locked(tmp_path: Path) -> None:
    (tmp_path / "cache.json.lock").mkdir()
    sign_in = SignIn(tmp_path, Reply(200, FLOW))
    with pytest.raises(GraphError, match="cache.json.lock cannot be opened"):
        sign_in.login.start()
    assert sign_in.session.sent == []


def test_no_code_is_requested_if_others_can_read_the_cache(tmp_path: Path) -> None:
    (tmp_path / "cache.json").touch()
    (tmp_path / "cache.json").chmod(0o644)
    sign_in = SignIn(tmp_path, Reply(200, FLOW))
    with pytest.raises(GraphError, match="others may use it"):
        sign_in.login.start()
    assert sign_in.session.sent == []


def test_other_sign_ins_stay_in_the_cache(tmp_path: Path) -> None:
    SignIn(tmp_path, Reply(200, FLOW), signed_in("one")).wait()
    SignIn(tmp_path, Reply(200, FLOW), signed_in("two")).wait()
    content = json.loads((tmp_path / "cache.json").read_text())
    assert sorted(entry["username"] for entry in content["Account"].values()) == [
        "one@contoso.example",
        "two@contoso.example",
    ]


def test_the_verification_url_may_have_its_old_field_name(tmp_path: Path) -> None:
    flow = {key: value for key, value in FLOW.items() if key != "verification_uri"}
    sign_in = SignIn(tmp_path, Reply(200, {**flow, "verification_url": "https://old.example/devicelogin"}))
    assert sign_in.login.start().verification_url == "https://old.example/devicelogin"


def test_url_and_code_are_truncated_and_printable(tmp_path: Path) -> None:
    invalid = {"user_code": "AB\x1b[2JCD\u202e" + "x" * 500, "verification_uri": "https://a.example/\n" + "y" * 5000}
    code = SignIn(tmp_path, Reply(200, {**FLOW, **invalid})).login.start()
    assert code.user_code.startswith("AB [2JCD x")
    assert (len(code.user_code), len(code.verification_url)) == (200, 500)
    assert (code.user_code + code.verification_url).isprintable()


def test_the_name_of_the_user_is_printable(tmp_path: Path) -> None:
    answer = signed_in("one")
    claims = {"sub": "one", "preferred_username": "one\x1b]0;x\x07@contoso.example", "tid": "ho\nme"}
    answer.body["id_token"] = jwt(claims)
    user = SignIn(tmp_path, Reply(200, FLOW), answer).wait()
    assert (user.username, user.tenant_id) == ("one ]0;x @contoso.example", "ho me")


@pytest.mark.parametrize("invalid", [{"expires_in": "soon", "interval": None}, {"expires_in": None, "interval": "5"}])
def test_invalid_times_of_a_code_are_replaced_by_defaults(tmp_path: Path, invalid: dict[str, t.Any]) -> None:
    sign_in = SignIn(tmp_path, Reply(200, {**FLOW, **invalid}), PENDING, signed_in())
    sign_in.wait()
    assert (sign_in.waits, sign_in.remaining) == ([5], [900])


def test_an_error_under_a_success_status_is_a_failure_with_its_code(tmp_path: Path) -> None:
    refusal = {**FLOW, "error": "invalid_client", "error_description": "AADSTS7000218: no", "trace_id": "t-1"}
    sign_in = SignIn(tmp_path, Reply(200, refusal))
    with pytest.raises(GraphError) as caught:
        sign_in.login.start()
    assert (caught.value.kind, caught.value.code, caught.value.request_id) == ("authentication", "AADSTS7000218", "t-1")


@pytest.mark.parametrize("status", [200, 400])
def test_polling_continues_after_temporarily_unavailable(tmp_path: Path, status: int) -> None:
    unavailable = Reply(status, {"error": "temporarily_unavailable"}, {"Retry-After": "12"})
    pending = Reply(status, {"error": "authorization_pending"})
    sign_in = SignIn(tmp_path, Reply(200, FLOW), unavailable, pending, signed_in())
    assert sign_in.wait().username == "one@contoso.example"
    # Retry-After applies to one poll.
    assert sign_in.waits == [12, 5]


def test_a_request_for_a_code_is_retried_after_temporarily_unavailable(tmp_path: Path) -> None:
    retry = Retry(retry_policy(), clock=FakeClock())
    sign_in = SignIn(tmp_path, Reply(400, {"error": "temporarily_unavailable"}), Reply(200, FLOW), retry=retry)
    assert sign_in.login.start().user_code == "ABCD-EFGH"
    assert retry.count == 1


def test_the_device_code_is_registered_as_a_secret(tmp_path: Path) -> None:
    SignIn(tmp_path, Reply(200, FLOW)).login.start()
    assert SECRETS.mask("the-device-code ABCD-EFGH") == f"{MASK} ABCD-EFGH"


@pytest.mark.parametrize("status", [400, 429, 503])
@pytest.mark.parametrize("error", ["authorization_pending", "slow_down", "temporarily_unavailable"])
def test_a_retry_after_beyond_the_expiry_ends_the_sign_in(tmp_path: Path, status: int, error: str) -> None:
    busy = Reply(status, {"error": error}, {"Retry-After": "61"})
    sign_in = SignIn(tmp_path, Reply(200, FLOW), busy, signed_in())
    with pytest.raises(GraphError, match="asks to wait 61 s, but the code expires in 60 s. Run the task") as caught:
        sign_in.wait()
    assert (caught.value.kind, caught.value.retry_after) == ("throttled", 61)
    assert (sign_in.waits, sign_in.remaining) == ([], [])


@pytest.mark.parametrize(("error", "waits"), [("authorization_pending", [12, 5]), ("slow_down", [12, 10])])
def test_polling_respects_retry_after_of_a_pending_answer(tmp_path: Path, error: str, waits: list[float]) -> None:
    pending = Reply(400, {"error": error}, {"Retry-After": "12"})
    sign_in = SignIn(tmp_path, Reply(200, FLOW), pending, PENDING, signed_in())
    assert sign_in.wait().username == "one@contoso.example"
    assert sign_in.waits == waits


def test_very_long_times_are_limited(tmp_path: Path) -> None:
    sign_in = SignIn(tmp_path, Reply(200, {**FLOW, "expires_in": 1e11, "interval": 1e11}), PENDING, signed_in())
    sign_in.wait()
    assert (sign_in.waits, sign_in.remaining) == ([60], [3600])


@pytest.mark.parametrize(
    ("code", "hint"), [(70020, "to get a new code"), (700082, "Check tenant_id and client_id, and run the task again.")]
)
def test_the_hint_is_for_a_device_login(tmp_path: Path, code: int, hint: str) -> None:
    sign_in = SignIn(tmp_path, Reply(200, FLOW), Reply(400, {"error": "expired_token", "error_codes": [code]}))
    with pytest.raises(GraphError) as caught:
        sign_in.wait()
    assert hint in (caught.value.hint or "")
