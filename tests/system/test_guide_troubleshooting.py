# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide to troubleshooting: its rescue block tells failures apart, and it leaves out no kind of failure."""

from __future__ import annotations

import inspect
import json
import re
import sys
import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph import errors
from ansible_collections.msgraph.intune.tests.system.guides import (
    CONTOSO,
    GUIDES,
    Stage,
    code_blocks,
    example,
    messages,
    recap,
)
from ansible_collections.msgraph.intune.tests.system.playbooks import SYNC

if t.TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator

GUIDE = GUIDES / "guide_troubleshooting.rst"
UNAVAILABLE, NO_PACKAGE, _not_found = messages(GUIDE)
# Each of its lines is of another message.
NOT_FOUND = code_blocks(GUIDE, "text")[2]
REQUEST_ID = re.compile(r"request-id [0-9a-f-]{36}")
WITH_RESCUE = example(GUIDE, "Sync a connector and tell failures apart")


def fault(status: int, code: str) -> dict[str, t.Any]:
    """A fault that makes Microsoft Graph refuse every request."""
    body = {"error": {"code": code, "message": "made up"}}
    return {"service": "graph", "times": None, "status": status, "body": body}


@pytest.fixture
def stage(simulator: Simulator, tmp_path: Path) -> Stage:
    return Stage(simulator, tmp_path)


def message_of(run: subprocess.CompletedProcess[str]) -> str:
    """The failed task's message, without IDs."""
    text = run.stdout + run.stderr
    result = json.JSONDecoder().raw_decode(text, text.index("FAILED! => ") + 11)[0]
    return REQUEST_ID.sub("request-id …", result["msg"])


def test_the_message_that_explains_messages_is_one(simulator: Simulator, stage: Stage) -> None:
    stage.environment["MSGRAPH_RETRIES"] = "4"
    simulator.faults([{"service": "graph", "times": None, "status": 503, "headers": {"Retry-After": "0"}}])
    assert message_of(stage.task(SYNC, connector_id=CONTOSO)) == REQUEST_ID.sub("request-id …", UNAVAILABLE)


def test_the_message_for_a_missing_package_is_shown(stage: Stage) -> None:
    (stage.folder / "msal.py").write_text("raise ImportError(\"No module named 'msal'\")\n", encoding="utf-8")
    stage.environment["PYTHONPATH"] = str(stage.folder)
    said = message_of(stage.task(SYNC, connector_id=CONTOSO))
    assert NO_PACKAGE.replace("/usr/bin/python3", sys.executable) in said


def test_the_messages_for_what_is_not_found_are_shown(stage: Stage) -> None:
    gone = "00000000-0000-4000-8000-000000000000"
    asked_for: list[dict[str, t.Any]] = [
        {"connector_id": gone},
        {"connector_id": [gone, CONTOSO], "if_older_than": 0},
        {"connector_name": "nobody"},
    ]
    *lines, in_an_empty_tenant = NOT_FOUND.splitlines()
    for shown, options in zip(lines, asked_for, strict=True):
        said = message_of(stage.task(SYNC, **options))
        assert re.search(re.escape(shown).replace("…", ".+"), said), said
    stage.set_connectors()
    assert in_an_empty_tenant in message_of(stage.task(SYNC, connector_name="Contoso"))


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
        for _name, error in inspect.getmembers(errors, inspect.isclass)
        if issubclass(error, errors.GraphError) and error is not errors.GraphError
    }
    sections = re.findall(r"^``(\w+)``\n\^+$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(sections) == len(set(sections))
    assert set(sections) == kinds
