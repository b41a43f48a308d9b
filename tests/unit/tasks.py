# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run modules in a real AnsibleModule with scripted answers."""

from __future__ import annotations

import json
import os
import typing as t

import pytest
from ansible.module_utils import basic
from ansible_collections.msgraph.intune.tests.unit.fakes import FakeSession, Scripted

TOKEN = "a-token-that-is-long-enough"


class ModuleRunner:
    """Runs a module. ``sent`` contains the requests of the last run."""

    def __init__(self, main: t.Callable[[], None], monkeypatch: pytest.MonkeyPatch, capfd: t.Any) -> None:
        self._main = main
        self._monkeypatch = monkeypatch
        self._capfd = capfd
        self.sent: list[str] = []
        for name in os.environ:
            if name.startswith(("AZURE_", "MSGRAPH_")):
                monkeypatch.delenv(name)

    def run(self, *script: Scripted, check: bool = False, diff: bool = False, **options: t.Any) -> dict[str, t.Any]:
        session = FakeSession(*script)
        arguments = {"access_token": TOKEN, **options, "_ansible_check_mode": check, "_ansible_diff": diff}
        self._monkeypatch.setattr("requests.Session", lambda: session)
        self._monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode())
        # ansible-core 2.19 and later need a profile.
        self._monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        with pytest.raises(SystemExit) as caught:
            self._main()
        result: dict[str, t.Any] = json.loads(self._capfd.readouterr().out)
        # From ansible-core 2.22 on, a module sends its secrets to the controller, which removes them from the result.
        result.pop("_ansible_new_secrets", None)
        assert TOKEN not in json.dumps(result)
        assert caught.value.code == (1 if result.get("failed") else 0)
        self.sent = session.wire
        return result
