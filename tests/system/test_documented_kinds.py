# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cause each documented error kind, and check that other kinds do not exist."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.msgraph.intune.plugins.module_utils._graph import errors
from ansible_collections.msgraph.intune.tests.system.documentation import MODULES, error_kinds, id_option
from ansible_collections.msgraph.intune.tests.system.modules import run_module

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator

# test_faults.py causes the kinds in the table. The tests below cause the other two, which need no request.
FAULTS = yaml.safe_load(Path(__file__).with_name("faults.yml").read_text(encoding="utf-8"))
SUCCESSES = {"none", "nothing"}
FAULT_KINDS = {row["kind"] for row in FAULTS} - SUCCESSES
LOCAL_KINDS = {"options", "dependency"}


def selection(module: str, object_id: str) -> dict[str, str]:
    option = id_option(module)
    return {} if option is None else {option: object_id}


@pytest.mark.parametrize("module", MODULES)
def test_each_documented_kind_has_a_test(module: str) -> None:
    assert error_kinds(module) == FAULT_KINDS | LOCAL_KINDS


def test_each_error_class_has_a_documented_kind() -> None:
    kinds = {error.kind for error in errors.GraphError.__subclasses__()}
    assert kinds == error_kinds(MODULES[0])


@pytest.mark.parametrize("module", MODULES)
def test_an_invalid_option_has_the_kind_options(simulator: Simulator, module: str) -> None:
    run = run_module({**selection(module, "a"), "access_token": "x", "timeout": "soon"}, module=module)
    assert (run.status, run.result["error"]["kind"]) == (1, "options")
    assert run.result["msg"].startswith("timeout is 'soon'; it must be a duration")
    assert simulator.journal() == []


# All modules connect in the same way, so two are enough.
@pytest.mark.parametrize("package", ["requests", "msal"])
@pytest.mark.parametrize("module", MODULES[:2])
def test_a_missing_package_has_the_kind_dependency(
    simulator: Simulator, module: str, package: str, tmp_path: Path
) -> None:
    (tmp_path / f"{package}.py").write_text(f"raise ImportError('No module named {package}')\n", encoding="utf-8")
    path = os.pathsep.join((str(tmp_path), os.environ["ANSIBLE_COLLECTIONS_PATH"]))
    options = {
        **selection(module, "a"),
        "tenant_id": simulator.tenant_id,
        "client_id": simulator.client_id,
        "client_secret": simulator.client_secret,
        "graph_url": simulator.graph_url,
        "authority_url": simulator.authority_url,
        "ca_path": simulator.ca_path,
    }
    run = run_module(options, module=module, environ={"PYTHONPATH": path})
    assert (run.status, run.result["error"]["kind"]) == (1, "dependency")
    assert package in run.result["msg"]
    assert simulator.journal() == []
