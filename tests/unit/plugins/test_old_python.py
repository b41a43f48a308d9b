# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Python 2.7 and later can read a module file. Before Python 3.9 it exits with a clear message."""

from __future__ import annotations

import ast
import importlib.util
import json
import sys
from pathlib import Path

import pytest
from ansible_collections.msgraph.intune.plugins.plugin_utils import _in_process

MODULES = sorted((Path(__file__).parents[3] / "plugins/modules").glob("*.py"))
WITH_CODE = [path for path in MODULES if "import " in path.read_text(encoding="utf-8").split('"""')[-1]]
# Syntax of Python 3 that Python 2.7 does not have.
NEW_SYNTAX = (ast.AnnAssign, ast.JoinedStr, ast.NamedExpr, ast.Starred, ast.AsyncFunctionDef, ast.Nonlocal)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_an_old_python_can_read_the_file(path: Path) -> None:
    source = path.read_bytes().decode("ascii")
    tree = ast.parse(source, feature_version=(3, 6))
    for node in ast.walk(tree):
        assert not isinstance(node, NEW_SYNTAX), ast.dump(node)
        assert not (isinstance(node, ast.ImportFrom) and node.module == "__future__")
        assert not (isinstance(node, ast.FunctionDef) and node.returns)
        assert not (isinstance(node, ast.arg) and node.annotation)


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 6, 15), (3, 8, 18)], ids=str)
@pytest.mark.parametrize("path", WITH_CODE, ids=lambda path: path.stem)
def test_the_message_about_an_old_python_contains_the_solution(
    path: Path, version: tuple[int, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = ".".join(map(str, version))
    monkeypatch.setattr(sys, "version_info", version)
    monkeypatch.setattr(sys, "version", f"{text} (default, Jan  1 2020, 00:00:00)")
    monkeypatch.setattr(sys, "executable", "/usr/bin/python3")
    # The next imports of the module do not work with an old Python.
    monkeypatch.setitem(sys.modules, "ansible.module_utils.basic", None)
    spec = importlib.util.spec_from_file_location("module_of_an_old_python", path)
    assert spec is not None
    assert spec.loader is not None
    with pytest.raises(SystemExit) as caught:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
    assert caught.value.code == 1
    message = _in_process._OLD_PYTHON.format(python="/usr/bin/python3", version=text)
    assert json.loads(capsys.readouterr().out) == {"failed": True, "msg": message}
    assert '"{{ ansible_playbook_python }}"' in message


def test_all_modules_except_the_device_login_have_code() -> None:
    assert {path.stem for path in MODULES} - {path.stem for path in WITH_CODE} == {"graph_device_login"}
