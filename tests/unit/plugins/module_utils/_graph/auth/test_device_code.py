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
from ansible_collections.msgraph.intune.tests.unit.plugins.module_utils._graph.auth.test_msal_client_user import (
    BASE,
    METADATA,
    signed_in,
)

if t.TYPE_CHECKING:
    from pathlib import Path

FLOW = {
    "user_code": "ABCD-EFGH",
    "device_code": "the-device-code",
    "verification_uri": "https://microsoft.example/devicelogin",
    "expires_in": 60,
    "interval": 5,
    "message": "To sign in …",
}
PENDING = Reply(400, {"error": "authorization_pending", "error_description": "AADSTS70016: pending"})


class World:
    def __init__(
        self,
        path: Path,
        *script: Scripted,
        username: str | None = None,
        retry: Retry | None = None,
        haste: float = 1.0,
    ) -> None:
        self.path = path / "cache.json"
        self.session = FakeSession(METADATA, *script)
        self.naps: list[float] = []
        self.told: list[float] = []
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
            # Of time that passes besides the naps, where there is haste.
            clock=lambda: haste * sum(self.naps),
            sleep=self.naps.append,
        )

    def wait(self) -> t.Any:
        self.login.start()
        return self.login.wait(self.told.append)


def test_the_code_and_the_address_are_there_at_once(tmp_path: Path) -> None:
    world = World(tmp_path, Reply(200, FLOW))
    invitation = world.login.start()
    assert (invitation.verification_url, invitation.user_code) == (FLOW["verification_uri"], "ABCD-EFGH")
    assert invitation.expires_in == 60
    assert world.session.wire == [
        f"GET {BASE}/v2.0/.well-known/openid-configuration",
        f"POST {BASE}/oauth2/v2.0/devicecode",
    ]
    form = parse_qs((world.session.sent[1].body or b"").decode())
    assert form["client_id"] == ["client-1"]
    assert "https://graph.microsoft.com/Things.ReadWrite.All" in form["scope"][0].split()
    assert not world.path.exists()


def test_it_waits_and_tells_until_the_person_has_signed_in(tmp_path: Path) -> None:
    world = World(tmp_path, Reply(200, FLOW), PENDING, PENDING, signed_in())
    person = world.wait()
    assert (person.username, person.tenant_id) == ("one@contoso.example", "home")
    assert world.naps == [5, 5]
    assert world.told == [60, 55]
    kept = json.loads(world.path.read_text())
    assert [entry["secret"] for entry in kept["RefreshToken"].values()] == ["refresh-one"]
    assert kept["MsgraphIntuneTenants"] == {"login.microsoftonline.com/organizations": "organizations"}
    assert "the-device-code" not in world.path.read_text()


def test_the_service_can_slow_it_down(tmp_path: Path) -> None:
    slow_down = Reply(400, {"error": "slow_down"})
    world = World(tmp_path, Reply(200, FLOW), slow_down, PENDING, signed_in())
    world.wait()
    assert world.naps == [10, 10]


@pytest.mark.parametrize(
    ("interval", "seconds"),
    [({"interval": 7}, 7), ({"interval": 1}, 1), ({"interval": 0}, 5), ({"interval": -3}, 5), ({}, 5)],
)
def test_it_asks_as_often_as_the_service_says(tmp_path: Path, interval: dict[str, int], seconds: float) -> None:
    flow = {key: value for key, value in FLOW.items() if key != "interval"}
    world = World(tmp_path, Reply(200, {**flow, **interval}), PENDING, signed_in())
    world.wait()
    assert world.naps == [seconds]


def test_a_request_for_a_code_is_sent_again_and_a_poll_is_not(tmp_path: Path) -> None:
    retry = Retry(retry_policy(), clock=FakeClock())
    busy = Reply(503, "<html>")
    world = World(tmp_path, busy, Reply(200, FLOW), busy, signed_in(), retry=retry)
    assert world.login.start().user_code == "ABCD-EFGH"
    assert retry.count == 1
    world.login.wait(world.told.append)
    assert (retry.count, world.naps) == (1, [5.0])


def test_an_answer_to_a_poll_that_makes_no_sense_ends_the_wait(tmp_path: Path) -> None:
    world = World(tmp_path, Reply(200, FLOW), Reply(200, "<html>"))
    with pytest.raises(GraphError) as caught:
        world.wait()
    assert (caught.value.kind, world.naps) == ("protocol", [])


@pytest.mark.parametrize(
    "passing",
    [requests.exceptions.ConnectionError("reset"), requests.exceptions.ReadTimeout(), Reply(503, "<html>")],
)
def test_a_poll_without_a_useful_answer_is_no_end(tmp_path: Path, passing: t.Any) -> None:
    world = World(tmp_path, Reply(200, FLOW), passing, signed_in())
    assert world.wait().username == "one@contoso.example"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("authorization_declined", "AADSTS70018"),
        ("expired_token", "AADSTS70020"),
        ("invalid_client", "AADSTS7000218"),
        ("unauthorized_client", "AADSTS700016"),
    ],
)
def test_a_refusal_ends_the_wait_and_leaves_no_file(tmp_path: Path, error: str, code: str) -> None:
    refusal = Reply(400, {"error": error, "error_description": f"{code}: no", "error_codes": [int(code[6:])]})
    world = World(tmp_path, Reply(200, FLOW), PENDING, refusal)
    with pytest.raises(GraphError) as caught:
        world.wait()
    assert (caught.value.kind, caught.value.code) == ("authentication", code)
    assert caught.value.hint
    assert world.naps == [5]
    assert not world.path.exists()


@pytest.mark.parametrize(
    ("expires_in", "haste", "naps"), [(12, 1.0, [5, 5, 5]), (10, 1.0, [5, 5]), (12, 1.5, [5, 5]), (4, 1.0, [5])]
)
def test_nobody_signs_in(tmp_path: Path, expires_in: float, haste: float, naps: list[float]) -> None:
    world = World(tmp_path, Reply(200, {**FLOW, "expires_in": expires_in}), *[PENDING] * 4, haste=haste)
    with pytest.raises(GraphError, match="nobody signed in before the code expired. Run the task again"):
        world.wait()
    assert world.naps == naps


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
def test_an_odd_answer_is_a_typed_error(tmp_path: Path, body: str) -> None:
    world = World(tmp_path, Reply(200, body))
    with pytest.raises(GraphError) as caught:
        world.login.start()
    assert caught.value.kind == "protocol"


def test_an_interrupt_leaves_the_cache_as_it_was(tmp_path: Path) -> None:
    class Interrupting(FakeSession):
        def request(self, *args: t.Any, **kwargs: t.Any) -> requests.Response:
            if len(self.script) == 1:
                raise KeyboardInterrupt
            return super().request(*args, **kwargs)

    world = World(tmp_path)
    world.session = Interrupting(METADATA, Reply(200, FLOW), PENDING)
    world.login._http._transport._session = world.session
    with pytest.raises(KeyboardInterrupt):
        world.wait()
    assert [path.name for path in tmp_path.iterdir()] == ["cache.json.lock"]


def test_somebody_else_than_asked_for_is_not_kept(tmp_path: Path) -> None:
    world = World(tmp_path, Reply(200, FLOW), signed_in("two"), username="one@contoso.example")
    with pytest.raises(GraphError, match="two@contoso.example signed in, not one@contoso.example") as caught:
        world.wait()
    assert caught.value.kind == "authentication"
    assert caught.value.hint
    assert not world.path.exists()
    with pytest.raises(GraphError, match="one@contoso.example signed in, not two@contoso.example"):
        World(tmp_path, Reply(200, FLOW), signed_in("one"), username="two@contoso.example").wait()
    assert World(tmp_path, Reply(200, FLOW), signed_in("One"), username="oNE@contoso.example").wait()


def test_somebody_may_be_without_a_name(tmp_path: Path) -> None:
    nameless = Reply(200, {key: value for key, value in signed_in().body.items() if key != "id_token"})
    person = World(tmp_path, Reply(200, FLOW), nameless).wait()
    assert (person.username, person.tenant_id) == ("", "organizations")
    with pytest.raises(GraphError, match="somebody without a name signed in, not one@contoso.example"):
        World(tmp_path, Reply(200, FLOW), nameless, username="one@contoso.example").wait()


def test_a_sign_in_that_cannot_be_kept_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_source: str, _target: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    world = World(tmp_path, Reply(200, FLOW), signed_in())
    with pytest.raises(GraphError, match="it cannot be written"):
        world.wait()


def test_nobody_is_asked_when_the_sign_in_could_not_be_kept(tmp_path: Path) -> None:
    (tmp_path / "cache.json.lock").mkdir()
    world = World(tmp_path, Reply(200, FLOW))
    with pytest.raises(GraphError, match="cache.json.lock cannot be opened"):
        world.login.start()
    assert world.session.sent == []


def test_nobody_is_asked_when_others_can_read_the_cache(tmp_path: Path) -> None:
    (tmp_path / "cache.json").touch()
    (tmp_path / "cache.json").chmod(0o644)
    world = World(tmp_path, Reply(200, FLOW))
    with pytest.raises(GraphError, match="others may use it"):
        world.login.start()
    assert world.session.sent == []


def test_other_sign_ins_in_the_cache_are_kept(tmp_path: Path) -> None:
    World(tmp_path, Reply(200, FLOW), signed_in("one")).wait()
    World(tmp_path, Reply(200, FLOW), signed_in("two")).wait()
    kept = json.loads((tmp_path / "cache.json").read_text())
    assert sorted(entry["username"] for entry in kept["Account"].values()) == [
        "one@contoso.example",
        "two@contoso.example",
    ]


def test_the_address_may_have_its_earlier_name(tmp_path: Path) -> None:
    flow = {key: value for key, value in FLOW.items() if key != "verification_uri"}
    world = World(tmp_path, Reply(200, {**flow, "verification_url": "https://old.example/devicelogin"}))
    assert world.login.start().verification_url == "https://old.example/devicelogin"


def test_what_is_shown_is_short_and_printable(tmp_path: Path) -> None:
    odd = {"user_code": "AB\x1b[2JCD\u202e" + "x" * 500, "verification_uri": "https://a.example/\n" + "y" * 5000}
    invitation = World(tmp_path, Reply(200, {**FLOW, **odd})).login.start()
    assert invitation.user_code.startswith("AB [2JCD x")
    assert (len(invitation.user_code), len(invitation.verification_url)) == (200, 500)
    assert (invitation.user_code + invitation.verification_url).isprintable()


def test_the_name_of_the_person_is_printable(tmp_path: Path) -> None:
    answer = signed_in("one")
    claims = {"sub": "one", "preferred_username": "one\x1b]0;x\x07@contoso.example", "tid": "ho\nme"}
    answer.body["id_token"] = jwt(claims)
    person = World(tmp_path, Reply(200, FLOW), answer).wait()
    assert (person.username, person.tenant_id) == ("one ]0;x @contoso.example", "ho me")


@pytest.mark.parametrize("odd", [{"expires_in": "soon", "interval": None}, {"expires_in": None, "interval": "5"}])
def test_odd_times_of_a_code_are_no_reason_to_stop(tmp_path: Path, odd: dict[str, t.Any]) -> None:
    world = World(tmp_path, Reply(200, {**FLOW, **odd}), PENDING, signed_in())
    world.wait()
    assert (world.naps, world.told) == ([5], [900])


def test_an_error_under_a_success_status_is_a_failure_with_its_code(tmp_path: Path) -> None:
    refusal = {**FLOW, "error": "invalid_client", "error_description": "AADSTS7000218: no", "trace_id": "t-1"}
    world = World(tmp_path, Reply(200, refusal))
    with pytest.raises(GraphError) as caught:
        world.login.start()
    assert (caught.value.kind, caught.value.code, caught.value.request_id) == ("authentication", "AADSTS7000218", "t-1")


@pytest.mark.parametrize("status", [200, 400])
def test_a_poll_may_find_the_service_unavailable(tmp_path: Path, status: int) -> None:
    unavailable = Reply(status, {"error": "temporarily_unavailable"}, {"Retry-After": "12"})
    pending = Reply(status, {"error": "authorization_pending"})
    world = World(tmp_path, Reply(200, FLOW), unavailable, pending, signed_in())
    assert world.wait().username == "one@contoso.example"
    # Not sooner than the service asks, and as usual afterwards.
    assert world.naps == [12, 5]


def test_a_code_that_is_asked_for_while_the_service_is_unavailable_comes_later(tmp_path: Path) -> None:
    retry = Retry(retry_policy(), clock=FakeClock())
    world = World(tmp_path, Reply(400, {"error": "temporarily_unavailable"}), Reply(200, FLOW), retry=retry)
    assert world.login.start().user_code == "ABCD-EFGH"
    assert retry.count == 1


def test_the_device_code_is_registered_as_a_secret(tmp_path: Path) -> None:
    World(tmp_path, Reply(200, FLOW)).login.start()
    assert SECRETS.mask("the-device-code ABCD-EFGH") == f"{MASK} ABCD-EFGH"


@pytest.mark.parametrize("status", [400, 429, 503])
@pytest.mark.parametrize("error", ["authorization_pending", "slow_down", "temporarily_unavailable"])
def test_a_wait_beyond_the_code_ends_the_sign_in_at_once(tmp_path: Path, status: int, error: str) -> None:
    busy = Reply(status, {"error": error}, {"Retry-After": "61"})
    world = World(tmp_path, Reply(200, FLOW), busy, signed_in())
    with pytest.raises(GraphError, match="asks to wait 61 s, but the code expires in 60 s. Run the task") as caught:
        world.wait()
    assert (caught.value.kind, caught.value.retry_after) == ("throttled", 61)
    assert (world.naps, world.told) == ([], [])


@pytest.mark.parametrize(("error", "naps"), [("authorization_pending", [12, 5]), ("slow_down", [12, 10])])
def test_a_pending_answer_may_ask_to_wait(tmp_path: Path, error: str, naps: list[float]) -> None:
    pending = Reply(400, {"error": error}, {"Retry-After": "12"})
    world = World(tmp_path, Reply(200, FLOW), pending, PENDING, signed_in())
    assert world.wait().username == "one@contoso.example"
    assert world.naps == naps


def test_times_beyond_measure_are_cut(tmp_path: Path) -> None:
    world = World(tmp_path, Reply(200, {**FLOW, "expires_in": 1e11, "interval": 1e11}), PENDING, signed_in())
    world.wait()
    assert (world.naps, world.told) == ([60], [3600])


@pytest.mark.parametrize(
    ("code", "hint"), [(70020, "to get a new code"), (700082, "Check tenant_id and client_id, and run the task again.")]
)
def test_the_advice_is_that_for_a_device_login(tmp_path: Path, code: int, hint: str) -> None:
    world = World(tmp_path, Reply(200, FLOW), Reply(400, {"error": "expired_token", "error_codes": [code]}))
    with pytest.raises(GraphError) as caught:
        world.wait()
    assert hint in (caught.value.hint or "")
