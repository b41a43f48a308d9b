# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that options name: they do not block the task, and each failure is an options error with the reason."""

from __future__ import annotations

import errno
import os
import typing as t
from pathlib import Path

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.methods import choose_credential
from ansible_collections.msgraph.intune.plugins.module_utils._graph.auth.token_cache import TokenCache
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.options import collect_options
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.settings import read_settings
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import OptionsError
from ansible_collections.msgraph.intune.plugins.module_utils._graph.files import FileReadError, as_utf8, read_file

APPLICATION = {"tenant_id": "contoso.example", "client_id": "app-1"}
FILE_OPTIONS = ["certificate_path", "federated_token_file", "token_cache_path", "ca_path"]


def use(option: str, path: str) -> None:
    """Read the file as a task with this option does."""
    settings = read_settings(collect_options({**APPLICATION, option: path}, {}))
    cache = TokenCache(path, on_warning=pytest.fail) if settings.token_cache_path else None
    choose_credential(settings, cache)
    if cache is not None:
        cache.load()


@pytest.mark.parametrize("option", FILE_OPTIONS)
class TestEachOption:
    @pytest.mark.parametrize("device", ["/dev/zero", "/dev/full", "/dev/null", "/dev/tty"])
    def test_a_device_is_refused(self, option: str, device: str) -> None:
        if not Path(device).is_char_device():
            pytest.skip(f"no {device} on this system")
        with pytest.raises(OptionsError, match="it is not a regular file but a character device"):
            use(option, device)

    def test_a_pipe_is_refused(self, option: str, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe", mode=0o600)
        with pytest.raises(OptionsError, match="it is not a regular file but a pipe"):
            use(option, str(tmp_path / "pipe"))

    @pytest.mark.parametrize("code", [errno.EIO, errno.ESTALE, errno.EAGAIN])
    @pytest.mark.parametrize("call", ["stat", "open", "read"])
    def test_an_error_of_the_file_system_is_in_the_message(
        self, option: str, call: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = str(_private_file(tmp_path))
        original = getattr(os, call)

        def fail(target: t.Any, *args: t.Any, **named: t.Any) -> t.Any:
            if target == path or call == "read":
                raise OSError(code, os.strerror(code))
            return original(target, *args, **named)

        monkeypatch.setattr(os, call, fail)
        with pytest.raises(OptionsError, match=os.strerror(code)):
            use(option, path)

    def test_a_read_that_returns_nothing_is_refused(
        self, option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = _private_file(tmp_path)
        monkeypatch.setattr(os, "read", lambda _descriptor, _size: b"")
        with pytest.raises(OptionsError, match="it has 7 bytes, but reading it returned nothing"):
            use(option, str(path))

    def test_a_huge_file_is_refused(self, option: str, tmp_path: Path) -> None:
        path = _private_file(tmp_path)
        # A sparse file: it needs no space on the disk.
        os.truncate(path, 1 << 40)
        with pytest.raises(OptionsError, match="it is larger than"):
            use(option, str(path))


@pytest.mark.parametrize("option", ["certificate_path", "federated_token_file", "token_cache_path"])
def test_a_folder_is_refused(option: str, tmp_path: Path) -> None:
    with pytest.raises(OptionsError, match="it is not a regular file but a folder"):
        use(option, str(tmp_path))


def _private_file(folder: Path) -> Path:
    path = folder / "file"
    path.write_text("content")
    path.chmod(0o600)
    return path


def test_a_file_is_read_in_several_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _private_file(tmp_path)
    original = os.read
    monkeypatch.setattr(os, "read", lambda descriptor, size: original(descriptor, min(size, 3)))
    assert read_file(str(path), 7) == b"content"
    with pytest.raises(FileReadError, match="it is larger than"):
        read_file(str(path), 6)


def test_a_file_that_is_replaced_by_a_device_before_it_is_opened_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    status = _private_file(tmp_path).stat()
    monkeypatch.setattr(os, "stat", lambda _path, follow_symlinks: status)
    with pytest.raises(FileReadError, match="it is not a regular file but a character device"):
        read_file("/dev/zero", 1024)


def test_an_error_without_message_is_named_by_its_class(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_descriptor: int, _size: int) -> bytes:
        raise TimeoutError

    monkeypatch.setattr(os, "read", fail)
    with pytest.raises(FileReadError, match="TimeoutError"):
        read_file(str(_private_file(tmp_path)), 1024)


def test_each_file_is_closed(tmp_path: Path) -> None:
    before = set(Path("/dev/fd").iterdir())
    path = str(_private_file(tmp_path))
    read_file(path, 1024)
    with pytest.raises(FileReadError):
        read_file(path, 1)
    assert set(Path("/dev/fd").iterdir()) <= before


def test_content_without_a_byte_order_mark_is_unchanged() -> None:
    assert as_utf8(b"\x30\x82\xff\xfe") == b"\x30\x82\xff\xfe"
    assert as_utf8(b"") == b""


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-8"])
def test_text_becomes_utf_8(encoding: str) -> None:
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    assert as_utf8("a token \u20ac".encode(encoding)) == "a token \u20ac".encode()
    assert as_utf8(mark + "a token".encode(encoding)) == b"a token"
