# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide to troubleshooting: its rescue block tells failures apart, and it leaves out no kind of failure."""

from __future__ import annotations

import inspect
import re
import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph import _errors
from ansible_collections.msgraph.intune.tests.system.guides import GUIDES, Stage, example, recap

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator

GUIDE = GUIDES / "guide_troubleshooting.rst"
WITH_RESCUE = example(GUIDE, "Sync a connector and tell failures apart")


def fault(status: int, code: str) -> dict[str, t.Any]:
    """A fault that makes Microsoft Graph refuse every request."""
    body = {"error": {"code": code, "message": "made up"}}
    return {"service": "graph", "times": None, "status": status, "body": body}


@pytest.fixture
def stage(simulator: Simulator, tmp_path: Path) -> Stage:
    return Stage(simulator, tmp_path)


def test_the_playbook_passes_over_what_may_pass_by_itself(simulator: Simulator, stage: Stage) -> None:
    simulator.faults([fault(503, "ServiceUnavailable")])
    run = stage.play(WITH_RESCUE)
    assert run.returncode == 0, run.stdout
    assert (recap(run)["failed"], recap(run)["rescued"]) == (0, 1)
    assert "Left to the next run: Could not trigger a deltaSync" in run.stdout


def test_the_playbook_fails_for_what_needs_a_person(simulator: Simulator, stage: Stage) -> None:
    simulator.faults([fault(403, "Forbidden")])
    run = stage.play(WITH_RESCUE)
    assert run.returncode == 2, run.stdout
    assert "authorization: Could not trigger a deltaSync" in run.stdout + run.stderr


def test_the_playbook_copes_with_a_failure_that_is_not_the_modules(stage: Stage) -> None:
    run = stage.play(WITH_RESCUE.replace("connector_id:", "connector_ids:"))
    assert (run.returncode, stage.triggers()) == (2, 0), run.stdout
    assert "arguments: Unsupported parameters" in run.stdout + run.stderr


def test_the_guide_has_a_section_for_each_kind_of_failure_and_no_other() -> None:
    kinds = {
        error.kind
        for _name, error in inspect.getmembers(_errors, inspect.isclass)
        if issubclass(error, _errors.GraphError) and error is not _errors.GraphError
    }
    sections = re.findall(r"^``(\w+)``\n\^+$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(sections) == len(set(sections))
    assert set(sections) == kinds
