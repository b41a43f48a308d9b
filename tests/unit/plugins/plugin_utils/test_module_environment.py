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


def write_output_and_log() -> None:
    print("printed")
    print("printed", file=sys.stderr)
    warnings.warn("warned", UserWarning, stacklevel=1)
    logging.getLogger("some.library").critical("logged")


@pytest.mark.filterwarnings("always")
def test_output_and_log_records_of_the_block_are_discarded(capsys: t.Any, caplog: pytest.LogCaptureFixture) -> None:
    with module_environment("."):
        write_output_and_log()
    assert (capsys.readouterr(), caplog.text) == (("", ""), "")


def test_output_and_logging_work_again_after_an_error(capsys: t.Any, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ValueError, match="no"), module_environment("."):
        raise ValueError("no")
    print("printed")
    logging.getLogger("some.library").critical("logged")
    assert capsys.readouterr().out == "printed\n"
    assert "logged" in caplog.text


def test_a_log_level_that_was_disabled_before_is_still_disabled_after_the_block(
    caplog: pytest.LogCaptureFixture,
) -> None:
    logging.disable(logging.ERROR)
    try:
        with module_environment("."):
            pass
        logging.getLogger("some.library").error("logged")
    finally:
        logging.disable(logging.NOTSET)
    assert caplog.text == ""


def test_the_block_runs_in_the_folder_and_the_previous_folder_is_restored(tmp_path: Path) -> None:
    before = Path.cwd()
    with module_environment(str(tmp_path)):
        assert Path.cwd() == tmp_path
    assert Path.cwd() == before


def test_a_missing_folder_changes_neither_folder_nor_logging(tmp_path: Path) -> None:
    before = Path.cwd()
    with pytest.raises(FileNotFoundError), module_environment(str(tmp_path / "gone")):
        raise AssertionError("must not be reached")
    assert (Path.cwd(), logging.root.manager.disable) == (before, logging.NOTSET)
