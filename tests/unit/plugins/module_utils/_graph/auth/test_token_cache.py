# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import fcntl
import hashlib
import json
import multiprocessing
import os
import signal
import stat
import typing as t
from pathlib import Path

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.token_cache import (
    Account,
    TokenCache,
    TokenQuery,
    only_account,
)
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import GraphTimeoutError, OptionsError
from ansible_collections.msgraph.intune.plugins.module_utils._graph.masking import SECRETS

HOST, CLIENT, SCOPE = "login.example", "client-1", "https://graph.example/.default"
NOW = 1_000_000.0
APPLICATION = TokenQuery(HOST, "tenant-1", CLIENT, (SCOPE,))
USER = TokenQuery(HOST, "tenant-1", CLIENT, ("a", "b"), account="uid.utid")


def entry(**changes: t.Any) -> dict[str, t.Any]:
    return {
        "credential_type": "AccessToken",
        "secret": "the-token",
        "home_account_id": None,
        "environment": HOST,
        "client_id": CLIENT,
        "target": SCOPE,
        "realm": "tenant-1",
        "expires_on": str(int(NOW) + 3600),
        **changes,
    }


def content(*tokens: dict[str, t.Any], **sections: t.Any) -> str:
    return json.dumps({"AccessToken": {str(number): token for number, token in enumerate(tokens)}, **sections})


class World:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.warnings: list[str] = []
        self.cache = TokenCache(str(path), on_warning=self.warnings.append, clock=lambda: NOW)

    def write(self, text: str | bytes, mode: int = 0o600) -> None:
        self.path.write_bytes(text if isinstance(text, bytes) else text.encode())
        self.path.chmod(mode)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "cache.json")


def test_what_is_not_there_is_not_found(world: World) -> None:
    assert world.cache.find(APPLICATION) is None
    assert world.cache.accounts(HOST, CLIENT, None) == []
    assert world.cache.load() == ""
    assert world.warnings == []


def test_a_blank_file_is_as_good_as_none(world: World) -> None:
    world.write(" \n")
    assert (world.cache.load(), world.warnings) == ("", [])


def test_a_valid_token_is_found_without_msal(world: World) -> None:
    world.write(content(entry(secret="another-token", realm="tenant-2"), entry()))
    assert world.cache.find(APPLICATION) == "the-token"
    assert world.warnings == []


@pytest.mark.parametrize(
    "changes",
    [
        {"environment": "login.other"},
        {"environment": "a.login.example"},
        {"client_id": "client-2"},
        {"client_id": "client-0"},
        {"realm": "tenant-2"},
        {"realm": "tenant-0"},
        {"target": "https://graph.other/.default"},
        {"home_account_id": "uid.utid"},
        {"expires_on": str(int(NOW) + 200)},
    ],
)
def test_a_token_of_something_else_or_near_its_end_is_not_used(world: World, changes: dict[str, t.Any]) -> None:
    world.write(content(entry(**changes)))
    assert world.cache.find(APPLICATION) is None


def test_an_applications_token_may_have_an_empty_users_id(world: World) -> None:
    world.write(content(entry(home_account_id="")))
    assert world.cache.find(APPLICATION) == "the-token"


def test_a_token_that_was_refused_is_not_in_a_representation() -> None:
    assert "hush-hush" not in repr(TokenQuery(HOST, "tenant-1", CLIENT, (SCOPE,), rejected_token="hush-hush"))


def test_a_token_that_was_refused_is_neither_found_nor_handed_to_msal(world: World) -> None:
    world.write(content(*(entry(secret=f"token-of-{name}") for name in "amz")))
    assert world.cache.find(TokenQuery(HOST, "tenant-1", CLIENT, (SCOPE,), rejected_token="token-of-a")) == "token-of-m"
    kept = json.loads(world.cache.load(rejected_token="token-of-m"))["AccessToken"]
    assert [one["secret"] for one in kept.values()] == ["token-of-a", "token-of-z"]
    world.write(json.dumps({"RefreshToken": {"1": {"secret": "r"}}}))
    assert json.loads(world.cache.load(rejected_token="m")) == {"RefreshToken": {"1": {"secret": "r"}}}


def test_a_users_token_must_hold_all_scopes_and_be_that_users(world: World) -> None:
    world.write(content(entry(home_account_id="uid.utid", target="c b a"), entry(target="a b")))
    assert world.cache.find(USER) == "the-token"
    world.write(content(entry(home_account_id="uid.utid", target="a c")))
    assert world.cache.find(USER) is None


def test_a_tenant_is_found_under_the_name_it_was_saved_with(world: World) -> None:
    with world.cache.locked():
        world.cache.save(content(entry()), host=HOST, tenant="contoso.example", tenant_id="tenant-1")
    by_name = TokenQuery(HOST, "contoso.example", CLIENT, (SCOPE,))
    assert world.cache.find(by_name) == "the-token"
    assert world.cache.find(APPLICATION) == "the-token"
    assert world.cache.find(TokenQuery(HOST, "fabrikam.example", CLIENT, (SCOPE,))) is None


def test_users_are_those_who_signed_in_to_this_client(world: World) -> None:
    accounts = {
        "1": {"home_account_id": "one.t", "environment": HOST, "username": "One@contoso.example"},
        "2": {"home_account_id": "two.t", "environment": HOST, "username": "two@contoso.example"},
        "3": {"home_account_id": "elsewhere.t", "environment": "login.other", "username": "three"},
        "4": {"home_account_id": "one.t", "environment": "z.login.other", "username": "four"},
        "5": {"home_account_id": "one.t", "environment": "a.login.other", "username": "five"},
    }
    refresh = {
        "1": {"home_account_id": "one.t", "environment": HOST, "client_id": CLIENT},
        "2": {"home_account_id": "two.t", "environment": HOST, "client_id": "client-2"},
        "3": {"home_account_id": "two.t", "environment": HOST, "client_id": "client-0"},
        "4": {"home_account_id": "two.t", "environment": "a.login.other", "client_id": CLIENT},
    }
    world.write(content(entry(), Account=accounts, RefreshToken=refresh))
    assert world.cache.accounts(HOST, CLIENT, None) == [Account("one.t", "One@contoso.example")]
    assert world.cache.accounts(HOST, CLIENT, "one@CONTOSO.example") == [Account("one.t", "One@contoso.example")]
    assert world.cache.accounts(HOST, CLIENT, "two@contoso.example") == []
    assert world.cache.accounts(HOST, CLIENT, "a@contoso.example") == []


def test_a_user_may_be_without_a_name(world: World) -> None:
    accounts = {"1": {"home_account_id": "one.t", "environment": HOST}}
    world.write(content(entry(home_account_id="one.t"), Account=accounts))
    assert world.cache.accounts(HOST, CLIENT, None) == [Account("one.t", "")]


def test_only_entras_form_of_an_id_tells_a_tenant() -> None:
    tenant = "7b1f6d0e-2c4a-4d63-9e21-5a8e0c9d4f01"
    assert Account(f"5b5dfd4a-3ac5-45b8-9d2c-6c1b0f6b3c11.{tenant}", "x").home_tenant == tenant
    assert Account("kim@example.org", "x").home_tenant is None


@pytest.mark.parametrize(
    "garbage",
    [b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b"[" * 100_000, b'{"AccessToken": []}', b'{"AccessToken": 5}'],
)
def test_garbage_is_rebuilt_with_one_warning(world: World, garbage: bytes) -> None:
    world.write(garbage)
    assert world.cache.find(APPLICATION) is None
    assert world.cache.load() == ""
    (warning,) = world.warnings
    assert "was damaged" in warning
    with world.cache.locked():
        world.cache.save(content(entry()), host=HOST, tenant="tenant-1", tenant_id="tenant-1")
    assert world.cache.find(APPLICATION) == "the-token"


@pytest.mark.parametrize(
    "odd",
    [
        {"AccessToken": {"1": 5, "2": None, "3": []}},
        {"AccessToken": {"1": entry(home_account_id=["x"])}},
        {"Account": {"1": {"home_account_id": ["x"], "environment": HOST}}, "RefreshToken": {"1": "x"}},
        {"MsgraphIntuneTenants": {"login.example/tenant-1": ["x"]}, "AccessToken": {}},
    ],
)
def test_odd_entries_are_passed_over(world: World, odd: dict[str, t.Any]) -> None:
    world.write(json.dumps(odd))
    assert world.cache.find(APPLICATION) is None
    assert world.cache.accounts(HOST, CLIENT, None) == []


@pytest.mark.parametrize(
    "bad",
    [
        5,
        None,
        [],
        {},
        entry(expires_on="soon"),
        entry(expires_on=None),
        entry(expires_on="\u00b2"),
        entry(secret=None),
        entry(target=None),
    ],
)
def test_a_damaged_entry_is_dropped_with_a_warning_and_the_rest_is_kept(world: World, bad: t.Any) -> None:
    world.write(content(bad, entry()))
    assert world.cache.find(APPLICATION) == "the-token"
    assert len(json.loads(world.cache.load())["AccessToken"]) == 1
    (warning,) = world.warnings
    assert "the damaged part is lost" in warning


def test_the_same_tenants_name_at_another_login_service_is_another_tenant(world: World) -> None:
    with world.cache.locked():
        world.cache.save(content(entry()), host="login.other", tenant="contoso.example", tenant_id="tenant-1")
    assert world.cache.find(TokenQuery(HOST, "contoso.example", CLIENT, (SCOPE,))) is None


def test_a_file_system_without_locks_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(_descriptor: int, _operation: int) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with (
        pytest.raises(OptionsError, match=f"{world.path} cannot be used: .*No locks available"),
        world.cache.locked(),
    ):
        pass


def test_what_must_be_kept_and_cannot_be_is_an_error(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_source: str, _target: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with (
        world.cache.locked(),
        pytest.raises(OptionsError, match=f"{world.path} cannot be used: it cannot be written .No space left"),
    ):
        world.cache.save(content(entry()), host=HOST, tenant="tenant-1", tenant_id="tenant-1", required=True)
    assert world.warnings == []
    assert [path.name for path in world.path.parent.iterdir()] == ["cache.json.lock"]


def nested(depth: int) -> str:
    return '{"AccessToken": {"1": {"secret": ' + '{"a":' * depth + "1" + "}" * depth + "}}}"


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        *((nested(depth), "nested too deeply") for depth in (60, 990, 9_000, 200_000)),
        (json.dumps({"AccessToken": {"1": entry(target=["x"] * 300_000)}}), "too many values"),
        (content(entry(), Account={"1": {"username": "x" * 5_000_000}}), "it would be larger than 4 MB"),
        ("[]", "it is not a JSON object"),
        ("no JSON", "Expecting value"),
    ],
    ids=["60", "990", "9000", "200000", "many", "large", "list", "text"],
)
def test_what_msal_hands_over_is_refused_beyond_the_limits_and_the_file_is_kept(
    world: World, state: str, reason: str
) -> None:
    world.write(content(entry()))
    with world.cache.locked():
        world.cache.load()
        world.cache.save(state, host=HOST, tenant="tenant-1", tenant_id="tenant-1")
        (warning,) = world.warnings
        assert f"could not be kept in {world.path}: {reason}" in warning
        with pytest.raises(OptionsError, match=f"{world.path} cannot be used: it cannot be written .{reason}"):
            world.cache.save(state, host=HOST, tenant="tenant-1", tenant_id="tenant-1", required=True)
    assert world.path.read_text() == content(entry())


def test_an_entry_that_could_not_be_read_again_is_not_written(world: World) -> None:
    with world.cache.locked():
        state = content(entry(expires_on="soon"), Account={"1": {"username": "kim"}})
        world.cache.save(state, host=HOST, tenant="tenant-1", tenant_id="tenant-1")
    (warning,) = world.warnings
    assert "A part of the sign-in could not be kept" in warning
    kept = json.loads(world.path.read_bytes())
    assert (kept["AccessToken"], kept["Account"]) == ({}, {"1": {"username": "kim"}})


@pytest.mark.parametrize(
    "damage",
    [nested(60), nested(100_000), '{"Account": {"1": {"a": [' + "1," * 300_000 + "1]}}}"],
    ids=["deep", "deeper", "many"],
)
def test_a_file_beyond_the_limits_of_json_is_rebuilt(world: World, damage: str) -> None:
    world.write(damage)
    assert world.cache.load() == ""
    (warning,) = world.warnings
    assert "was damaged" in warning


def test_control_characters_of_the_file_are_not_shown(world: World) -> None:
    accounts = {"1": {"home_account_id": "one.t", "environment": HOST, "username": "\x1b[31mone"}}
    world.write(content(entry(home_account_id="one.t"), Account=accounts))
    assert world.cache.accounts(HOST, CLIENT, None) == [Account("one.t", "[31mone")]


def test_secrets_that_are_read_are_registered(world: World) -> None:
    others = {
        "RefreshToken": {"1": {"secret": "the-refresh-token"}, "2": {"secret": 5}, "3": {"secret": "tot"}},
        "IdToken": {"1": {"secret": "the-id-token"}},
        "Account": {"1": {"secret": "no-secret-at-all"}},
    }
    world.write(content(entry(), entry(secret="another-token", realm="tenant-2"), **others))
    assert SECRETS.mask("the-token another-token") == "the-token another-token"
    world.cache.find(APPLICATION)
    assert SECRETS.mask("the-token another-token") == "******** another-token"
    world.cache.load(rejected_token="another-token")
    shown = SECRETS.mask("the-token another-token the-refresh-token the-id-token no-secret-at-all total")
    assert shown == "******** ******** ******** ******** no-secret-at-all total"


@pytest.mark.parametrize("secret", ["e", "x" * 7, "x" * 65_537, "a token with blanks", "token\r\nHost: x", ""])
def test_an_access_token_that_cannot_be_used_is_damage(world: World, secret: str) -> None:
    world.write(content(entry(secret=secret), Account={"1": {"username": "kim"}}))
    assert world.cache.find(APPLICATION) is None
    assert json.loads(world.cache.load()) == {"AccessToken": {}, "Account": {"1": {"username": "kim"}}}
    (warning,) = world.warnings
    assert "was damaged" in warning
    assert SECRETS.mask(f"the words {secret}") == f"the words {secret}"


@pytest.mark.parametrize("section", ["RefreshToken", "IdToken"])
def test_a_secret_of_any_size_is_damage(world: World, section: str) -> None:
    world.write(content(**{section: {"1": {"secret": "x" * 65_537}, "2": {"secret": "y" * 65_536}}}))
    assert list(json.loads(world.cache.load())[section]) == ["2"]
    assert len(world.warnings) == 1
    assert SECRETS.mask("x" * 65_537) == "x" * 65_537


def test_names_of_users_are_short(world: World) -> None:
    accounts = {
        str(number): {"home_account_id": f"{number}.t", "environment": HOST, "username": f"{number:02}" + "x" * 5000}
        for number in range(12)
    }
    tokens = [entry(home_account_id=f"{number}.t") for number in range(12)]
    digest = hashlib.sha256(b"the-refresh-token").hexdigest()
    world.write(content(*tokens, Account=accounts, MsgraphIntuneGiven={digest: "y" * 5000}))
    found = world.cache.accounts(HOST, CLIENT, None)
    assert {len(account.username) for account in found} == {200}
    assert world.cache.accounts(HOST, CLIENT, "07" + "x" * 5000) == [found[7]]
    assert world.cache.user_of("the-refresh-token") == "y" * 200
    with pytest.raises(OptionsError, match="several users: 00x+, 01x.* and 2 more. Set username") as caught:
        only_account(found)
    assert len(str(caught.value)) < 2500


@pytest.mark.parametrize("mode", [0o601, 0o604, 0o640, 0o644, 0o660, 0o602, 0o777])
def test_a_file_that_others_may_use_is_refused(world: World, mode: int) -> None:
    world.write(content(entry()), mode)
    with pytest.raises(
        OptionsError, match=f"{world.path} cannot be used: others may use it .its mode is {mode:04o}."
    ) as caught:
        world.cache.find(APPLICATION)
    assert "mode 0600" in (caught.value.hint or "")


def test_a_place_that_cannot_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    world = World(tmp_path / "file" / "cache.json")
    with (
        pytest.raises(OptionsError, match=f"{world.path} cannot be used: its folder cannot be made"),
        world.cache.locked(),
    ):
        pass
    with pytest.raises(OptionsError, match=f"{world.path} cannot be used: Not a directory"):
        world.cache.find(APPLICATION)


def test_a_pipe_is_refused_and_does_not_hold_the_task(world: World) -> None:
    os.mkfifo(world.path, mode=0o600)
    with pytest.raises(OptionsError, match=f"{world.path} cannot be used: it is not a regular file"):
        world.cache.find(APPLICATION)


def test_a_link_in_the_place_of_the_new_file_is_not_followed(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "urandom", bytes)
    (tmp_path / "cache.json.0000000000000000.msgraph-new").symlink_to(tmp_path / "elsewhere")
    with (
        world.cache.locked(),
        pytest.raises(OptionsError, match=f"{world.path} cannot be used: it cannot be written .File exists"),
    ):
        world.cache.save(content(entry()), host=HOST, tenant="tenant-1", tenant_id="tenant-1", required=True)
    assert not (tmp_path / "elsewhere").exists()


def test_what_is_saved_is_on_the_disk_before_it_takes_the_old_ones_place(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[tuple[bool, bool]] = []

    def sync(descriptor: int) -> None:
        synced.append((os.fstat(descriptor).st_size > 0, world.path.exists()))

    monkeypatch.setattr(os, "fsync", sync)
    with world.cache.locked():
        world.cache.save(content(entry()), host=HOST, tenant="tenant-1", tenant_id="tenant-1")
    assert synced == [(True, False)]


def test_no_file_stays_open(world: World) -> None:
    before = set(Path("/dev/fd").iterdir())
    with world.cache.locked():
        world.cache.save(content(entry()), host=HOST, tenant="tenant-1", tenant_id="tenant-1")
    assert world.cache.find(APPLICATION) == "the-token"
    assert set(Path("/dev/fd").iterdir()) <= before


def test_a_link_and_a_folder_are_refused(world: World, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text(content(entry()))
    target.chmod(0o600)
    world.path.symlink_to(target)
    with pytest.raises(OptionsError, match=f"{world.path} cannot be used: it is a symbolic link"):
        world.cache.find(APPLICATION)
    world.path.unlink()
    world.path.mkdir(mode=0o700)
    with pytest.raises(OptionsError, match=f"{world.path} cannot be used: it is not a regular file"):
        world.cache.find(APPLICATION)


@pytest.mark.parametrize("step", [-1, 1])
def test_a_file_of_somebody_else_is_refused(world: World, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    world.write(content(entry()))
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + step)
    with pytest.raises(OptionsError, match=f"{world.path} cannot be used: it belongs to another user"):
        world.cache.find(APPLICATION)


def test_what_is_saved_is_for_this_user_alone_and_replaced_whole(world: World) -> None:
    world.write(content(entry(secret="old-token")))
    before = world.path.stat().st_ino
    previous = os.umask(0)
    try:
        with world.cache.locked():
            world.cache.save(content(entry()), host=HOST, tenant="tenant-1", tenant_id="tenant-1")
    finally:
        os.umask(previous)
    for path in world.path.parent.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert world.path.stat().st_ino != before
    assert sorted(path.name for path in world.path.parent.iterdir()) == ["cache.json", "cache.json.lock"]


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o277, 0o777])
def test_each_missing_folder_is_made_for_this_user_alone(tmp_path: Path, umask: int) -> None:
    world = World(tmp_path / "new" / "nested" / "folder" / "cache.json")
    previous = os.umask(umask)
    try:
        with world.cache.locked():
            pass
    finally:
        os.umask(previous)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in list(world.path.parents)[:3]]
    assert modes == [0o700, 0o700, 0o700]


def test_a_folder_that_another_task_made_first_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = os.mkdir

    def made_by_another_task(path: str, mode: int) -> None:
        original(path, mode)
        raise FileExistsError

    monkeypatch.setattr(os, "mkdir", made_by_another_task)
    with World(tmp_path / "new" / "folder" / "cache.json").cache.locked():
        pass


def test_a_link_in_the_place_of_the_new_folder_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "of-others").mkdir()
    (tmp_path / "of-others").chmod(0o755)
    original = os.mkdir

    def replaced_by_another_user(path: str, mode: int) -> None:
        original(path, mode)
        Path(path).rmdir()
        Path(path).symlink_to(tmp_path / "of-others")

    monkeypatch.setattr(os, "mkdir", replaced_by_another_user)
    with (
        pytest.raises(OptionsError, match="its folder cannot be made"),
        World(tmp_path / "new" / "cache.json").cache.locked(),
    ):
        pass
    assert stat.S_IMODE((tmp_path / "of-others").stat().st_mode) == 0o755


def test_what_cannot_be_kept_is_a_warning_and_no_failure(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_source: str, _target: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with world.cache.locked():
        world.cache.save(content(entry()), host=HOST, tenant="tenant-1", tenant_id="tenant-1")
    (warning,) = world.warnings
    assert "could not be kept" in warning
    assert "No space left on device" in warning


def _hold(path: str, held: t.Any) -> None:
    with TokenCache(path, on_warning=lambda _warning: None).locked():
        Path(f"{path}.0123456789abcdef.msgraph-new").write_text("half a fi")
        held.set()
        signal.pause()


def test_a_holder_that_is_killed_lets_go_and_leaves_a_valid_file(world: World) -> None:
    world.write(content(entry()))
    context = multiprocessing.get_context("fork")
    held = context.Event()
    holder = context.Process(target=_hold, args=(str(world.path), held))
    holder.start()
    assert held.wait(10)
    assert holder.pid is not None
    os.kill(holder.pid, signal.SIGKILL)
    holder.join()
    assert world.cache.find(APPLICATION) == "the-token"
    with world.cache.locked():
        world.cache.save(content(entry(secret="new-token")), host=HOST, tenant="tenant-1", tenant_id="tenant-1")
    assert world.cache.find(APPLICATION) == "new-token"


def test_a_lock_that_is_never_let_go_ends_the_wait(world: World) -> None:
    ticks = iter(range(0, 1000, 70))
    naps: list[float] = []
    other = TokenCache(
        str(world.path), on_warning=world.warnings.append, monotonic=lambda: float(next(ticks)), sleep=naps.append
    )
    with (
        world.cache.locked(),
        pytest.raises(GraphTimeoutError, match="another task has held the token cache.*Look for a task that hangs"),
        other.locked(),
    ):
        pass
    assert naps
    assert min(naps) > 0


def save(cache: TokenCache, secret: str, **how: t.Any) -> None:
    cache.save(content(entry(secret=secret)), host=HOST, tenant="tenant-1", tenant_id="tenant-1", **how)


def other_of(world: World) -> TokenCache:
    return TokenCache(str(world.path), on_warning=world.warnings.append, clock=lambda: NOW)


def test_a_save_keeps_what_another_program_wrote_since_the_load(world: World) -> None:
    world.write(content(entry(), Account={"old": {"username": "kim"}}))
    mine = json.loads(world.cache.load())
    other = other_of(world)
    theirs = json.loads(other.load())
    theirs["Account"]["new"] = {"username": "lee"}
    other.save(json.dumps(theirs), host=HOST, tenant="theirs", tenant_id="id-of-theirs")
    mine["AccessToken"]["0"]["secret"] = "renewed-token"
    world.cache.save(json.dumps(mine), host=HOST, tenant="ours", tenant_id="id-of-ours")
    kept = json.loads(world.path.read_bytes())
    assert (set(kept["Account"]), kept["AccessToken"]["0"]["secret"]) == ({"old", "new"}, "renewed-token")
    assert kept["MsgraphIntuneTenants"] == {f"{HOST}/theirs": "id-of-theirs", f"{HOST}/ours": "id-of-ours"}


def test_what_msal_removed_is_gone_when_nobody_else_wrote(world: World) -> None:
    world.write(content(entry(), Account={"old": {}}))
    with world.cache.locked():
        mine = json.loads(world.cache.load())
        del mine["Account"]
        world.cache.save(json.dumps(mine), host=HOST, tenant="ours", tenant_id="id")
    assert "Account" not in json.loads(world.path.read_bytes())


def test_the_lock_file_is_empty_and_private(world: World) -> None:
    with world.cache.locked():
        lock = Path(f"{world.path}.lock")
        assert (lock.read_bytes(), lock.stat().st_mode & 0o777) == (b"", 0o600)


NEW = "cache.json.0123456789abcdef.msgraph-new"


def leave(world: World, name: str, mode: int = 0o600) -> Path:
    """Create an old file beside the cache."""
    path = world.path.with_name(name)
    path.write_bytes(b"half a fi")
    path.chmod(mode)
    os.utime(path, (NOW - 301, NOW - 301))
    return path


def test_what_a_writer_left_that_was_killed_is_removed(world: World) -> None:
    path = leave(world, NEW)
    with world.cache.locked():
        save(world.cache, "new-token")
    assert not path.exists()


def test_what_another_writer_is_about_to_finish_stays(world: World) -> None:
    path = leave(world, NEW)
    os.utime(path, (NOW - 299, NOW - 299))
    with world.cache.locked():
        save(world.cache, "new-token")
    assert path.exists()


@pytest.mark.parametrize(
    "name",
    [
        "cache.json.1.new",
        "cache.json.old.new",
        "cache.json.0123456789abcde.msgraph-new",
        "cache.json.0123456789ABCDEF.msgraph-new",
        "cache.json.0123456789abcdef.msgraph-new.txt",
        "cacheXjson.0123456789abcdef.msgraph-new",
        "other.json.0123456789abcdef.msgraph-new",
    ],
)
def test_files_with_other_names_are_not_removed(world: World, name: str) -> None:
    path = leave(world, name)
    with world.cache.locked():
        save(world.cache, "new-token")
    assert path.read_bytes() == b"half a fi"


def test_a_file_of_that_name_that_is_not_ours_is_not_removed(world: World) -> None:
    readable = leave(world, NEW, mode=0o644)
    linked = leave(world, NEW.replace("0", "1"))
    linked.with_name("of-others").hardlink_to(linked)
    link = world.path.with_name(NEW.replace("0", "2"))
    link.symlink_to(readable)
    os.utime(link, (NOW - 301, NOW - 301), follow_symlinks=False)
    with world.cache.locked():
        save(world.cache, "new-token")
    assert (readable.exists(), linked.exists(), link.is_symlink()) == (True, True, True)


def test_a_leftover_that_cannot_be_removed_does_not_protect_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = {str(leave(world, NEW.replace("0", str(number)))) for number in range(3)}
    tried: list[str] = []

    def fail(path: str) -> None:
        tried.append(path)
        raise PermissionError

    monkeypatch.setattr(os, "unlink", fail)
    with world.cache.locked():
        save(world.cache, "new-token")
    assert set(tried) == paths
    assert world.warnings == []
