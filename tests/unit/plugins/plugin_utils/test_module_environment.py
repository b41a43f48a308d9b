# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import logging
import sys
import typing as t
import warnings
from pathlib import Path

import pytest
from ansible_collections.msgraph.intune.plugins.plugin_utils._module_environment import module_environment


def speak() -> None:
    print("printed")
    print("printed", file=sys.stderr)
    warnings.warn("warned", UserWarning, stacklevel=1)
    logging.getLogger("some.library").critical("logged")


@pytest.mark.filterwarnings("always")
def test_nothing_is_shown_or_logged_within(capsys: t.Any, caplog: pytest.LogCaptureFixture) -> None:
    with module_environment("."):
        speak()
    assert (capsys.readouterr(), caplog.text) == (("", ""), "")


def test_all_is_as_before_after_an_error(capsys: t.Any, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ValueError, match="no"), module_environment("."):
        raise ValueError("no")
    print("printed")
    logging.getLogger("some.library").critical("logged")
    assert capsys.readouterr().out == "printed\n"
    assert "logged" in caplog.text


def test_what_was_not_logged_before_is_not_after(caplog: pytest.LogCaptureFixture) -> None:
    logging.disable(logging.ERROR)
    try:
        with module_environment("."):
            pass
        logging.getLogger("some.library").error("logged")
    finally:
        logging.disable(logging.NOTSET)
    assert caplog.text == ""


def test_the_block_runs_in_the_folder_and_what_follows_where_it_was(tmp_path: Path) -> None:
    before = Path.cwd()
    with module_environment(str(tmp_path)):
        assert Path.cwd() == tmp_path
    assert Path.cwd() == before


def test_a_folder_that_is_gone_leaves_all_as_it_was(tmp_path: Path) -> None:
    before = Path.cwd()
    with pytest.raises(FileNotFoundError), module_environment(str(tmp_path / "gone")):
        raise AssertionError("must not be reached")
    assert (Path.cwd(), logging.root.manager.disable) == (before, logging.NOTSET)
