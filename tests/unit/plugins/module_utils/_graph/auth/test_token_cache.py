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


class CacheFile:
    """A cache file, with the warnings about it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.warnings: list[str] = []
        self.cache = TokenCache(str(path), on_warning=self.warnings.append, clock=lambda: NOW)

    def write(self, text: str | bytes, mode: int = 0o600) -> None:
        self.path.write_bytes(text if isinstance(text, bytes) else text.encode())
        self.path.chmod(mode)


@pytest.fixture
def cache_file(tmp_path: Path) -> CacheFile:
    return CacheFile(tmp_path / "cache.json")


def test_a_missing_file_counts_as_an_empty_cache(cache_file: CacheFile) -> None:
    assert cache_file.cache.find(APPLICATION) is None
    assert cache_file.cache.accounts(HOST, CLIENT, None) == []
    assert cache_file.cache.load() == ""
    assert cache_file.warnings == []


def test_a_blank_file_counts_as_an_empty_cache(cache_file: CacheFile) -> None:
    cache_file.write(" \n")
    assert (cache_file.cache.load(), cache_file.warnings) == ("", [])


def test_a_valid_token_is_found_without_msal(cache_file: CacheFile) -> None:
    cache_file.write(content(entry(secret="another-token", realm="tenant-2"), entry()))
    assert cache_file.cache.find(APPLICATION) == "the-token"
    assert cache_file.warnings == []


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
def test_a_token_that_does_not_match_or_expires_soon_is_not_returned(
    cache_file: CacheFile, changes: dict[str, t.Any]
) -> None:
    cache_file.write(content(entry(**changes)))
    assert cache_file.cache.find(APPLICATION) is None


def test_a_token_of_an_application_may_have_an_empty_account_id(cache_file: CacheFile) -> None:
    cache_file.write(content(entry(home_account_id="")))
    assert cache_file.cache.find(APPLICATION) == "the-token"


def test_a_rejected_token_is_not_in_the_repr() -> None:
    assert "hush-hush" not in repr(TokenQuery(HOST, "tenant-1", CLIENT, (SCOPE,), rejected_token="hush-hush"))


def test_a_rejected_token_is_not_returned_and_not_passed_to_msal(cache_file: CacheFile) -> None:
    cache_file.write(content(*(entry(secret=f"token-of-{name}") for name in "amz")))
    assert (
        cache_file.cache.find(TokenQuery(HOST, "tenant-1", CLIENT, (SCOPE,), rejected_token="token-of-a"))
        == "token-of-m"
    )
    content_on_disk = json.loads(cache_file.cache.load(rejected_token="token-of-m"))["AccessToken"]
    assert [token["secret"] for token in content_on_disk.values()] == ["token-of-a", "token-of-z"]
    cache_file.write(json.dumps({"RefreshToken": {"1": {"secret": "r"}}}))
    assert json.loads(cache_file.cache.load(rejected_token="m")) == {"RefreshToken": {"1": {"secret": "r"}}}


def test_a_token_of_a_user_must_match_user_and_scopes(cache_file: CacheFile) -> None:
    cache_file.write(content(entry(home_account_id="uid.utid", target="c b a"), entry(target="a b")))
    assert cache_file.cache.find(USER) == "the-token"
    cache_file.write(content(entry(home_account_id="uid.utid", target="a c")))
    assert cache_file.cache.find(USER) is None


def test_a_token_is_found_by_name_and_id_of_the_tenant(cache_file: CacheFile) -> None:
    with cache_file.cache.locked():
        cache_file.cache.save(content(entry()), host=HOST, tenant_option="contoso.example", tenant_id="tenant-1")
    by_name = TokenQuery(HOST, "contoso.example", CLIENT, (SCOPE,))
    assert cache_file.cache.find(by_name) == "the-token"
    assert cache_file.cache.find(APPLICATION) == "the-token"
    assert cache_file.cache.find(TokenQuery(HOST, "fabrikam.example", CLIENT, (SCOPE,))) is None


def test_accounts_returns_users_who_signed_in_to_this_client(cache_file: CacheFile) -> None:
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
    cache_file.write(content(entry(), Account=accounts, RefreshToken=refresh))
    assert cache_file.cache.accounts(HOST, CLIENT, None) == [Account("one.t", "One@contoso.example")]
    assert cache_file.cache.accounts(HOST, CLIENT, "one@CONTOSO.example") == [Account("one.t", "One@contoso.example")]
    assert cache_file.cache.accounts(HOST, CLIENT, "two@contoso.example") == []
    assert cache_file.cache.accounts(HOST, CLIENT, "a@contoso.example") == []


def test_a_user_may_be_without_a_name(cache_file: CacheFile) -> None:
    accounts = {"1": {"home_account_id": "one.t", "environment": HOST}}
    cache_file.write(content(entry(home_account_id="one.t"), Account=accounts))
    assert cache_file.cache.accounts(HOST, CLIENT, None) == [Account("one.t", "")]


def test_the_home_tenant_is_read_only_from_account_ids_of_entra() -> None:
    tenant = "7b1f6d0e-2c4a-4d63-9e21-5a8e0c9d4f01"
    assert Account(f"5b5dfd4a-3ac5-45b8-9d2c-6c1b0f6b3c11.{tenant}", "x").home_tenant == tenant
    assert Account("kim@example.org", "x").home_tenant is None


@pytest.mark.parametrize(
    "damaged",
    [b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b"[" * 100_000, b'{"AccessToken": []}', b'{"AccessToken": 5}'],
)
def test_a_damaged_file_is_replaced_with_one_warning(cache_file: CacheFile, damaged: bytes) -> None:
    cache_file.write(damaged)
    assert cache_file.cache.find(APPLICATION) is None
    assert cache_file.cache.load() == ""
    (warning,) = cache_file.warnings
    assert "was damaged" in warning
    with cache_file.cache.locked():
        cache_file.cache.save(content(entry()), host=HOST, tenant_option="tenant-1", tenant_id="tenant-1")
    assert cache_file.cache.find(APPLICATION) == "the-token"


@pytest.mark.parametrize(
    "invalid",
    [
        {"AccessToken": {"1": 5, "2": None, "3": []}},
        {"AccessToken": {"1": entry(home_account_id=["x"])}},
        {"Account": {"1": {"home_account_id": ["x"], "environment": HOST}}, "RefreshToken": {"1": "x"}},
        {"MsgraphIntuneTenants": {"login.example/tenant-1": ["x"]}, "AccessToken": {}},
    ],
)
def test_entries_of_wrong_types_are_ignored(cache_file: CacheFile, invalid: dict[str, t.Any]) -> None:
    cache_file.write(json.dumps(invalid))
    assert cache_file.cache.find(APPLICATION) is None
    assert cache_file.cache.accounts(HOST, CLIENT, None) == []


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
def test_a_damaged_entry_is_removed_with_a_warning(cache_file: CacheFile, bad: t.Any) -> None:
    cache_file.write(content(bad, entry()))
    assert cache_file.cache.find(APPLICATION) == "the-token"
    assert len(json.loads(cache_file.cache.load())["AccessToken"]) == 1
    (warning,) = cache_file.warnings
    assert "the damaged part is lost" in warning


def test_tenant_names_are_stored_by_login_host(cache_file: CacheFile) -> None:
    with cache_file.cache.locked():
        cache_file.cache.save(
            content(entry()), host="login.other", tenant_option="contoso.example", tenant_id="tenant-1"
        )
    assert cache_file.cache.find(TokenQuery(HOST, "contoso.example", CLIENT, (SCOPE,))) is None


def test_a_file_system_without_locks_is_refused(cache_file: CacheFile, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(_descriptor: int, _operation: int) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with (
        pytest.raises(OptionsError, match=f"{cache_file.path} cannot be used: .*No locks available"),
        cache_file.cache.locked(),
    ):
        pass


def test_a_required_save_that_fails_is_an_error(cache_file: CacheFile, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_source: str, _target: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with (
        cache_file.cache.locked(),
        pytest.raises(OptionsError, match=f"{cache_file.path} cannot be used: it cannot be written .No space left"),
    ):
        cache_file.cache.save(
            content(entry()), host=HOST, tenant_option="tenant-1", tenant_id="tenant-1", required=True
        )
    assert cache_file.warnings == []
    assert [path.name for path in cache_file.path.parent.iterdir()] == ["cache.json.lock"]


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
def test_content_beyond_the_limits_is_not_saved(cache_file: CacheFile, state: str, reason: str) -> None:
    cache_file.write(content(entry()))
    with cache_file.cache.locked():
        cache_file.cache.load()
        cache_file.cache.save(state, host=HOST, tenant_option="tenant-1", tenant_id="tenant-1")
        (warning,) = cache_file.warnings
        assert f"could not be kept in {cache_file.path}: {reason}" in warning
        with pytest.raises(OptionsError, match=f"{cache_file.path} cannot be used: it cannot be written .{reason}"):
            cache_file.cache.save(state, host=HOST, tenant_option="tenant-1", tenant_id="tenant-1", required=True)
    assert cache_file.path.read_text() == content(entry())


def test_an_entry_that_could_not_be_read_is_not_saved(cache_file: CacheFile) -> None:
    with cache_file.cache.locked():
        state = content(entry(expires_on="soon"), Account={"1": {"username": "kim"}})
        cache_file.cache.save(state, host=HOST, tenant_option="tenant-1", tenant_id="tenant-1")
    (warning,) = cache_file.warnings
    assert "A part of the sign-in could not be kept" in warning
    content_on_disk = json.loads(cache_file.path.read_bytes())
    assert (content_on_disk["AccessToken"], content_on_disk["Account"]) == ({}, {"1": {"username": "kim"}})


@pytest.mark.parametrize(
    "damage",
    [nested(60), nested(100_000), '{"Account": {"1": {"a": [' + "1," * 300_000 + "1]}}}"],
    ids=["deep", "deeper", "many"],
)
def test_a_file_beyond_the_limits_counts_as_damaged(cache_file: CacheFile, damage: str) -> None:
    cache_file.write(damage)
    assert cache_file.cache.load() == ""
    (warning,) = cache_file.warnings
    assert "was damaged" in warning


def test_control_characters_of_the_file_are_removed(cache_file: CacheFile) -> None:
    accounts = {"1": {"home_account_id": "one.t", "environment": HOST, "username": "\x1b[31mone"}}
    cache_file.write(content(entry(home_account_id="one.t"), Account=accounts))
    assert cache_file.cache.accounts(HOST, CLIENT, None) == [Account("one.t", "[31mone")]


def test_secrets_that_are_read_are_registered(cache_file: CacheFile) -> None:
    others = {
        "RefreshToken": {"1": {"secret": "the-refresh-token"}, "2": {"secret": 5}, "3": {"secret": "tot"}},
        "IdToken": {"1": {"secret": "the-id-token"}},
        "Account": {"1": {"secret": "no-secret-at-all"}},
    }
    cache_file.write(content(entry(), entry(secret="another-token", realm="tenant-2"), **others))
    assert SECRETS.mask("the-token another-token") == "the-token another-token"
    cache_file.cache.find(APPLICATION)
    assert SECRETS.mask("the-token another-token") == "******** another-token"
    cache_file.cache.load(rejected_token="another-token")
    shown = SECRETS.mask("the-token another-token the-refresh-token the-id-token no-secret-at-all total")
    assert shown == "******** ******** ******** ******** no-secret-at-all total"


@pytest.mark.parametrize("secret", ["e", "x" * 7, "x" * 65_537, "a token with blanks", "token\r\nHost: x", ""])
def test_an_invalid_access_token_counts_as_damage(cache_file: CacheFile, secret: str) -> None:
    cache_file.write(content(entry(secret=secret), Account={"1": {"username": "kim"}}))
    assert cache_file.cache.find(APPLICATION) is None
    assert json.loads(cache_file.cache.load()) == {"AccessToken": {}, "Account": {"1": {"username": "kim"}}}
    (warning,) = cache_file.warnings
    assert "was damaged" in warning
    assert SECRETS.mask(f"the words {secret}") == f"the words {secret}"


@pytest.mark.parametrize("section", ["RefreshToken", "IdToken"])
def test_a_secret_that_is_too_long_counts_as_damage(cache_file: CacheFile, section: str) -> None:
    cache_file.write(content(**{section: {"1": {"secret": "x" * 65_537}, "2": {"secret": "y" * 65_536}}}))
    assert list(json.loads(cache_file.cache.load())[section]) == ["2"]
    assert len(cache_file.warnings) == 1
    assert SECRETS.mask("x" * 65_537) == "x" * 65_537


def test_user_names_are_truncated(cache_file: CacheFile) -> None:
    accounts = {
        str(number): {"home_account_id": f"{number}.t", "environment": HOST, "username": f"{number:02}" + "x" * 5000}
        for number in range(12)
    }
    tokens = [entry(home_account_id=f"{number}.t") for number in range(12)]
    digest = hashlib.sha256(b"the-refresh-token").hexdigest()
    cache_file.write(content(*tokens, Account=accounts, MsgraphIntuneGiven={digest: "y" * 5000}))
    users = cache_file.cache.accounts(HOST, CLIENT, None)
    assert {len(account.username) for account in users} == {200}
    assert cache_file.cache.accounts(HOST, CLIENT, "07" + "x" * 5000) == [users[7]]
    assert cache_file.cache.user_of("the-refresh-token") == "y" * 200
    with pytest.raises(OptionsError, match="several users: 00x+, 01x.* and 2 more. Set username") as caught:
        only_account(users)
    assert len(str(caught.value)) < 2500


@pytest.mark.parametrize("mode", [0o601, 0o604, 0o640, 0o644, 0o660, 0o602, 0o777])
def test_a_file_that_others_may_use_is_refused(cache_file: CacheFile, mode: int) -> None:
    cache_file.write(content(entry()), mode)
    with pytest.raises(
        OptionsError, match=f"{cache_file.path} cannot be used: others may use it .its mode is {mode:04o}."
    ) as caught:
        cache_file.cache.find(APPLICATION)
    assert "mode 0600" in (caught.value.hint or "")


def test_a_path_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache_file = CacheFile(tmp_path / "file" / "cache.json")
    with (
        pytest.raises(OptionsError, match=f"{cache_file.path} cannot be used: its folder cannot be made"),
        cache_file.cache.locked(),
    ):
        pass
    with pytest.raises(OptionsError, match=f"{cache_file.path} cannot be used: Not a directory"):
        cache_file.cache.find(APPLICATION)


def test_a_pipe_is_refused_and_does_not_block_the_task(cache_file: CacheFile) -> None:
    os.mkfifo(cache_file.path, mode=0o600)
    with pytest.raises(OptionsError, match=f"{cache_file.path} cannot be used: it is not a regular file"):
        cache_file.cache.find(APPLICATION)


def test_a_link_with_the_name_of_the_new_file_is_not_followed(
    cache_file: CacheFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "urandom", bytes)
    (tmp_path / "cache.json.0000000000000000.msgraph-new").symlink_to(tmp_path / "elsewhere")
    with (
        cache_file.cache.locked(),
        pytest.raises(OptionsError, match=f"{cache_file.path} cannot be used: it cannot be written .File exists"),
    ):
        cache_file.cache.save(
            content(entry()), host=HOST, tenant_option="tenant-1", tenant_id="tenant-1", required=True
        )
    assert not (tmp_path / "elsewhere").exists()


def test_the_new_file_is_synced_before_it_replaces_the_old_file(
    cache_file: CacheFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[tuple[bool, bool]] = []

    def sync(descriptor: int) -> None:
        synced.append((os.fstat(descriptor).st_size > 0, cache_file.path.exists()))

    monkeypatch.setattr(os, "fsync", sync)
    with cache_file.cache.locked():
        cache_file.cache.save(content(entry()), host=HOST, tenant_option="tenant-1", tenant_id="tenant-1")
    assert synced == [(True, False)]


def test_each_file_is_closed(cache_file: CacheFile) -> None:
    before = set(Path("/dev/fd").iterdir())
    with cache_file.cache.locked():
        cache_file.cache.save(content(entry()), host=HOST, tenant_option="tenant-1", tenant_id="tenant-1")
    assert cache_file.cache.find(APPLICATION) == "the-token"
    assert set(Path("/dev/fd").iterdir()) <= before


def test_a_link_and_a_folder_are_refused(cache_file: CacheFile, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text(content(entry()))
    target.chmod(0o600)
    cache_file.path.symlink_to(target)
    with pytest.raises(OptionsError, match=f"{cache_file.path} cannot be used: it is a symbolic link"):
        cache_file.cache.find(APPLICATION)
    cache_file.path.unlink()
    cache_file.path.mkdir(mode=0o700)
    with pytest.raises(OptionsError, match=f"{cache_file.path} cannot be used: it is not a regular file"):
        cache_file.cache.find(APPLICATION)


@pytest.mark.parametrize("step", [-1, 1])
def test_a_file_of_another_user_is_refused(cache_file: CacheFile, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    cache_file.write(content(entry()))
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + step)
    with pytest.raises(OptionsError, match=f"{cache_file.path} cannot be used: it belongs to another user"):
        cache_file.cache.find(APPLICATION)


def test_a_save_replaces_the_file_with_mode_0600(cache_file: CacheFile) -> None:
    cache_file.write(content(entry(secret="old-token")))
    before = cache_file.path.stat().st_ino
    previous = os.umask(0)
    try:
        with cache_file.cache.locked():
            cache_file.cache.save(content(entry()), host=HOST, tenant_option="tenant-1", tenant_id="tenant-1")
    finally:
        os.umask(previous)
    for path in cache_file.path.parent.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert cache_file.path.stat().st_ino != before
    assert sorted(path.name for path in cache_file.path.parent.iterdir()) == ["cache.json", "cache.json.lock"]


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o277, 0o777])
def test_missing_folders_are_created_with_mode_0700(tmp_path: Path, umask: int) -> None:
    cache_file = CacheFile(tmp_path / "new" / "nested" / "folder" / "cache.json")
    previous = os.umask(umask)
    try:
        with cache_file.cache.locked():
            pass
    finally:
        os.umask(previous)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in list(cache_file.path.parents)[:3]]
    assert modes == [0o700, 0o700, 0o700]


def test_a_folder_that_another_task_created_first_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = os.mkdir

    def made_by_another_task(path: str, mode: int) -> None:
        original(path, mode)
        raise FileExistsError

    monkeypatch.setattr(os, "mkdir", made_by_another_task)
    with CacheFile(tmp_path / "new" / "folder" / "cache.json").cache.locked():
        pass


def test_a_link_that_replaced_the_new_folder_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
        CacheFile(tmp_path / "new" / "cache.json").cache.locked(),
    ):
        pass
    assert stat.S_IMODE((tmp_path / "of-others").stat().st_mode) == 0o755


def test_a_save_that_fails_is_a_warning(cache_file: CacheFile, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_source: str, _target: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with cache_file.cache.locked():
        cache_file.cache.save(content(entry()), host=HOST, tenant_option="tenant-1", tenant_id="tenant-1")
    (warning,) = cache_file.warnings
    assert "could not be kept" in warning
    assert "No space left on device" in warning


def _hold_lock(path: str, locked_event: t.Any) -> None:
    with TokenCache(path, on_warning=lambda _warning: None).locked():
        Path(f"{path}.0123456789abcdef.msgraph-new").write_text("half a fi")
        locked_event.set()
        signal.pause()


def test_the_lock_of_a_killed_process_is_released_and_the_file_is_valid(cache_file: CacheFile) -> None:
    cache_file.write(content(entry()))
    context = multiprocessing.get_context("fork")
    locked_event = context.Event()
    holder = context.Process(target=_hold_lock, args=(str(cache_file.path), locked_event))
    holder.start()
    assert locked_event.wait(10)
    assert holder.pid is not None
    os.kill(holder.pid, signal.SIGKILL)
    holder.join()
    assert cache_file.cache.find(APPLICATION) == "the-token"
    with cache_file.cache.locked():
        cache_file.cache.save(
            content(entry(secret="new-token")), host=HOST, tenant_option="tenant-1", tenant_id="tenant-1"
        )
    assert cache_file.cache.find(APPLICATION) == "new-token"


def test_waiting_for_the_lock_times_out(cache_file: CacheFile) -> None:
    ticks = iter(range(0, 1000, 70))
    waits: list[float] = []
    other = TokenCache(
        str(cache_file.path),
        on_warning=cache_file.warnings.append,
        monotonic=lambda: float(next(ticks)),
        sleep=waits.append,
    )
    with (
        cache_file.cache.locked(),
        pytest.raises(GraphTimeoutError, match="another task has held the token cache.*Look for a task that hangs"),
        other.locked(),
    ):
        pass
    assert waits
    assert min(waits) > 0


def save(cache: TokenCache, secret: str, **how: t.Any) -> None:
    cache.save(content(entry(secret=secret)), host=HOST, tenant_option="tenant-1", tenant_id="tenant-1", **how)


def other_cache(cache_file: CacheFile) -> TokenCache:
    return TokenCache(str(cache_file.path), on_warning=cache_file.warnings.append, clock=lambda: NOW)


def test_a_save_keeps_changes_of_other_programs(cache_file: CacheFile) -> None:
    cache_file.write(content(entry(), Account={"old": {"username": "kim"}}))
    new = json.loads(cache_file.cache.load())
    other = other_cache(cache_file)
    other_content = json.loads(other.load())
    other_content["Account"]["new"] = {"username": "lee"}
    other.save(json.dumps(other_content), host=HOST, tenant_option="other", tenant_id="id-of-other")
    new["AccessToken"]["0"]["secret"] = "renewed-token"
    cache_file.cache.save(json.dumps(new), host=HOST, tenant_option="own", tenant_id="id-of-own")
    content_on_disk = json.loads(cache_file.path.read_bytes())
    assert (set(content_on_disk["Account"]), content_on_disk["AccessToken"]["0"]["secret"]) == (
        {"old", "new"},
        "renewed-token",
    )
    assert content_on_disk["MsgraphIntuneTenants"] == {f"{HOST}/other": "id-of-other", f"{HOST}/own": "id-of-own"}


def test_entries_that_msal_removed_are_removed_from_the_file(cache_file: CacheFile) -> None:
    cache_file.write(content(entry(), Account={"old": {}}))
    with cache_file.cache.locked():
        new = json.loads(cache_file.cache.load())
        del new["Account"]
        cache_file.cache.save(json.dumps(new), host=HOST, tenant_option="own", tenant_id="id")
    assert "Account" not in json.loads(cache_file.path.read_bytes())


def test_the_lock_file_is_empty_and_private(cache_file: CacheFile) -> None:
    with cache_file.cache.locked():
        lock = Path(f"{cache_file.path}.lock")
        assert (lock.read_bytes(), lock.stat().st_mode & 0o777) == (b"", 0o600)


NEW = "cache.json.0123456789abcdef.msgraph-new"


def leave(cache_file: CacheFile, name: str, mode: int = 0o600) -> Path:
    """Create an old file beside the cache."""
    path = cache_file.path.with_name(name)
    path.write_bytes(b"half a fi")
    path.chmod(mode)
    os.utime(path, (NOW - 301, NOW - 301))
    return path


def test_the_new_file_of_a_killed_process_is_removed(cache_file: CacheFile) -> None:
    path = leave(cache_file, NEW)
    with cache_file.cache.locked():
        save(cache_file.cache, "new-token")
    assert not path.exists()


def test_a_recent_new_file_of_another_process_is_not_removed(cache_file: CacheFile) -> None:
    path = leave(cache_file, NEW)
    os.utime(path, (NOW - 299, NOW - 299))
    with cache_file.cache.locked():
        save(cache_file.cache, "new-token")
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
def test_files_with_other_names_are_not_removed(cache_file: CacheFile, name: str) -> None:
    path = leave(cache_file, name)
    with cache_file.cache.locked():
        save(cache_file.cache, "new-token")
    assert path.read_bytes() == b"half a fi"


def test_links_and_public_files_are_not_removed(cache_file: CacheFile) -> None:
    readable = leave(cache_file, NEW, mode=0o644)
    linked = leave(cache_file, NEW.replace("0", "1"))
    linked.with_name("of-others").hardlink_to(linked)
    link = cache_file.path.with_name(NEW.replace("0", "2"))
    link.symlink_to(readable)
    os.utime(link, (NOW - 301, NOW - 301), follow_symlinks=False)
    with cache_file.cache.locked():
        save(cache_file.cache, "new-token")
    assert (readable.exists(), linked.exists(), link.is_symlink()) == (True, True, True)


def test_all_leftovers_are_tried_if_one_cannot_be_removed(
    cache_file: CacheFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = {str(leave(cache_file, NEW.replace("0", str(number)))) for number in range(3)}
    tried: list[str] = []

    def fail(path: str) -> None:
        tried.append(path)
        raise PermissionError

    monkeypatch.setattr(os, "unlink", fail)
    with cache_file.cache.locked():
        save(cache_file.cache, "new-token")
    assert set(tried) == paths
    assert cache_file.warnings == []
