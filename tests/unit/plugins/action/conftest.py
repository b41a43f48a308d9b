# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixture that runs the action plugin of the device login with scripted answers."""

from __future__ import annotations

import os
import typing as t
from unittest import mock

import pytest
from ansible_collections.msgraph.intune.plugins.action import graph_device_login
from ansible_collections.msgraph.intune.tests.unit.fakes import FakeSession, Scripted

if t.TYPE_CHECKING:
    from pathlib import Path


class DeviceLoginRunner:
    """Runs the action with one token cache. ``shown`` contains the displayed texts."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
        self._monkeypatch = monkeypatch
        self.cache = cache
        self.shown: list[str] = []
        self.session = FakeSession()
        monkeypatch.setattr(graph_device_login.display, "display", lambda message, **_how: self.shown.append(message))

    def run(self, *script: Scripted, check: bool = False, **options: t.Any) -> dict[str, t.Any]:
        self.session = FakeSession(*script)
        self._monkeypatch.setattr("requests.Session", lambda: self.session)
        self._monkeypatch.setattr("time.sleep", lambda _seconds: None)
        task = mock.MagicMock(
            args={"token_cache_path": str(self.cache), "client_id": "client-1", **options},
            check_mode=check,
            async_val=0,
        )
        context = mock.MagicMock(check_mode=check)
        loader = mock.MagicMock(get_basedir=lambda: str(self.cache.parent))
        others = [mock.MagicMock() for _part in range(2)]
        action = graph_device_login.ActionModule(task, mock.MagicMock(), context, loader, *others)
        return action.run(None, {})


@pytest.fixture
def device_login(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> DeviceLoginRunner:
    for name in os.environ:
        if name.startswith(("AZURE_", "MSGRAPH_")):
            monkeypatch.delenv(name)
    return DeviceLoginRunner(monkeypatch, tmp_path / "cache.json")
