# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import logging
import sys
import types
from pathlib import Path

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph import dependencies
from ansible_collections.msgraph.intune.plugins.module_utils._graph.dependencies import (
    explain_in_image,
    install_command,
    is_installed,
    load,
    load_msal,
)
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import DependencyError, OptionsError


def test_an_installed_package_is_loaded() -> None:
    assert load("requests").__name__ == "requests"


def test_the_error_on_a_missing_package_has_interpreter_and_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "msal", None)
    with pytest.raises(DependencyError) as caught:
        load("msal")
    message = str(caught.value)
    assert f"In the Python interpreter {sys.executable} the Python package msal cannot be imported" in message
    assert "-m pip install 'cryptography>=" in message
    assert "'requests>=2.25.0'" in message
    assert 'ansible_python_interpreter to "{{ ansible_playbook_python }}"' in message


def test_the_log_of_msal_is_disabled() -> None:
    load_msal()
    assert not logging.getLogger("msal").isEnabledFor(logging.CRITICAL)


@pytest.mark.parametrize(
    ("version", "usable"), [("2.24.9", False), ("2.25.0", True), ("2.100", True), ("3.0.0rc1", True)]
)
def test_a_package_that_is_too_old_is_refused(monkeypatch: pytest.MonkeyPatch, version: str, usable: bool) -> None:
    old = types.ModuleType("requests")
    old.__dict__["__version__"] = version
    monkeypatch.setitem(sys.modules, "requests", old)
    if usable:
        assert load("requests") is old
    else:
        with pytest.raises(DependencyError, match=f"requests {version} is too old"):
            load("requests")


def test_the_minimum_versions_match_the_requirements_file() -> None:
    text = (Path(__file__).parents[5] / "requirements.txt").read_text(encoding="utf-8")
    floors = dict(line.split(">=") for line in text.splitlines() if ">=" in line and not line.startswith("#"))
    assert floors == dependencies.MINIMUM_VERSIONS


def test_a_missing_module_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_installed("requests")
    monkeypatch.setitem(sys.modules, "socks", None)
    assert not is_installed("socks")


def test_the_install_command_uses_this_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/opt/my python/bin/python")
    assert install_command("PySocks") == "'/opt/my python/bin/python' -m pip install PySocks"


@pytest.mark.parametrize("folder", ["/runner/artifacts/12", "/runner/artifacts/"])
def test_the_hint_in_an_execution_environment_is_about_the_image(folder: str) -> None:
    error = DependencyError("no msal", hint="Run pip install.")
    hint = str(explain_in_image(error, {"AWX_ISOLATED_DATA_DIR": folder}).hint)
    assert hint.startswith("This task runs in an execution environment.")
    assert 'Set ansible_python_interpreter to "{{ ansible_playbook_python }}".' in hint
    assert "cryptography>=3.1, msal>=" in hint
    assert "pip install" not in hint


@pytest.mark.parametrize("environ", [{}, {"AWX_ISOLATED_DATA_DIR": "/home/me/job/artifacts/12"}])
def test_the_hint_outside_of_an_execution_environment_is_not_changed(environ: dict[str, str]) -> None:
    error = DependencyError("no msal", hint="Run pip install.")
    assert explain_in_image(error, environ) is error


def test_other_errors_keep_their_hints_in_an_execution_environment() -> None:
    error = OptionsError("no tenant", hint="Give one.")
    assert explain_in_image(error, {"AWX_ISOLATED_DATA_DIR": "/runner/artifacts/12"}) is error
