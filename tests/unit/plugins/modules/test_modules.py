# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run each module of the action group in a real AnsibleModule."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
import yaml
from ansible_collections.msgraph.intune.tests.unit.fakes import Reply
from ansible_collections.msgraph.intune.tests.unit.tasks import ModuleRunner

COLLECTION = Path(__file__).parents[4]
MODULES = yaml.safe_load((COLLECTION / "meta/runtime.yml").read_text(encoding="utf-8"))["action_groups"]["graph"]
INFO_MODULES = [name for name in MODULES if name.endswith("_info")]
PACKAGE = "ansible_collections.msgraph.intune.plugins.modules"
# An object of any resource, and a list of objects.
OBJECT = {"id": "a", "value": [{"id": "a"}]}


@pytest.fixture
def runner(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> ModuleRunner:
    return ModuleRunner(importlib.import_module(f"{PACKAGE}.{request.param}").main, monkeypatch, capfd)


@pytest.mark.parametrize("runner", MODULES, indirect=True)
def test_an_invalid_duration_fails_before_a_request(runner: ModuleRunner) -> None:
    result = runner.run(timeout="soon")
    assert (result["failed"], result["error"]["kind"], runner.sent) == (True, "options", [])


@pytest.mark.parametrize("runner", INFO_MODULES, indirect=True)
def test_an_object_with_no_property_but_its_id_is_not_healthy(runner: ModuleRunner) -> None:
    result = runner.run(Reply(200, OBJECT, {"Date": "Thu, 01 Jan 2026 01:00:00 GMT"}))
    assert result["changed"] is False
    (objects,) = (result[key] for key in ("connectors", "tokens", "profiles", "settings") if key in result)
    assert [entry["health"] for entry in objects] == ["unhealthy"]
    assert {entry["health_reason"] for entry in objects} <= {"not_synced", "error_state"}
    assert len(runner.sent) == 1


def test_each_module_has_an_action_plugin_and_is_in_the_action_group() -> None:
    files = {path.stem for path in (COLLECTION / "plugins/modules").glob("*.py")}
    assert files == {path.stem for path in (COLLECTION / "plugins/action").glob("*.py")}
    assert files - set(MODULES) == {"graph_device_login"}


@pytest.mark.parametrize("runner", ["intune_managed_google_play_info"], indirect=True)
def test_the_message_about_a_single_object_states_its_health(runner: ModuleRunner) -> None:
    result = runner.run(Reply(200, OBJECT, {"Date": "Thu, 01 Jan 2026 01:00:00 GMT"}))
    assert result["msg"] == "Managed Google Play is unhealthy."
