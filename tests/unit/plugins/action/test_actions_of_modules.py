# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each module with a ModuleSpec has an action plugin with the same name and spec."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from ansible_collections.msgraph.intune.plugins.plugin_utils._in_process import InProcessAction

PLUGINS = "ansible_collections.msgraph.intune.plugins"
MODULES = sorted(path.stem for path in (Path(__file__).parents[4] / "plugins/modules").glob("*.py"))
FILES = {name: import_module(f"{PLUGINS}.modules.{name}") for name in MODULES}
SPECS = {name: file.SPEC for name, file in FILES.items() if hasattr(file, "SPEC")}


@pytest.mark.parametrize("name", SPECS)
def test_the_action_has_the_spec_of_its_module(name: str) -> None:
    action = import_module(f"{PLUGINS}.action.{name}").ActionModule
    assert issubclass(action, InProcessAction)
    assert action.spec is SPECS[name]


def test_all_modules_except_the_device_login_have_a_spec() -> None:
    assert set(MODULES) - set(SPECS) == {"graph_device_login"}
