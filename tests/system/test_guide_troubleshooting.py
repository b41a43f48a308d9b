# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the examples of the guide to troubleshooting, and compare its messages and error kinds with real ones."""

from __future__ import annotations

import inspect
import re
import sys
import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils._graph import errors
from ansible_collections.msgraph.intune.tests.system.guides import (
    CONTOSO,
    GUIDES,
    ExampleRunner,
    code_blocks,
    example,
    messages,
    recap,
    table_rows,
)
from ansible_collections.msgraph.intune.tests.system.playbooks import SYNC, failed_result

if t.TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator

GUIDE = GUIDES / "guide_troubleshooting.rst"
SIGN_IN_GUIDE = GUIDES / "guide_troubleshooting_sign_in.rst"
UNAVAILABLE, MISSING_PACKAGE, _not_found = messages(GUIDE)
# Each line is a part of another message.
NOT_FOUND = code_blocks(GUIDE, "text")[2]
REQUEST_ID = re.compile(r"request-id [0-9a-f-]{36}")
WITH_RESCUE = example(GUIDE, "Sync a connector and tell failures apart")


def fault(status: int, code: str) -> dict[str, t.Any]:
    """Return a fault with which Microsoft Graph rejects each request."""
    body = {"error": {"code": code, "message": "made up"}}
    return {"service": "graph", "times": None, "status": status, "body": body}


@pytest.fixture
def runner(simulator: Simulator, tmp_path: Path) -> ExampleRunner:
    return ExampleRunner(simulator, tmp_path)


def message_of(run: subprocess.CompletedProcess[str]) -> str:
    """Return the message of the failed task, with a placeholder for the request ID."""
    return REQUEST_ID.sub("request-id …", failed_result(run)["msg"])


def test_the_message_that_the_guide_explains_is_that_of_a_failed_task(
    simulator: Simulator, runner: ExampleRunner
) -> None:
    runner.environment["MSGRAPH_RETRIES"] = "4"
    simulator.faults([{"service": "graph", "times": None, "status": 503, "headers": {"Retry-After": "0"}}])
    assert message_of(runner.run_task(SYNC, connector_id=CONTOSO)) == REQUEST_ID.sub("request-id …", UNAVAILABLE)


def test_the_message_for_a_missing_package_is_that_of_the_guide(runner: ExampleRunner) -> None:
    (runner.folder / "msal.py").write_text("raise ImportError(\"No module named 'msal'\")\n", encoding="utf-8")
    runner.environment["PYTHONPATH"] = str(runner.folder)
    message = message_of(runner.run_task(SYNC, connector_id=CONTOSO))
    assert MISSING_PACKAGE.replace("/usr/bin/python3", sys.executable) in message


def test_the_messages_for_unknown_connectors_are_those_of_the_guide(runner: ExampleRunner) -> None:
    unknown = "00000000-0000-4000-8000-000000000000"
    tasks: list[dict[str, t.Any]] = [
        {"connector_id": unknown},
        {"connector_id": [unknown, CONTOSO], "if_older_than": 0},
        {"connector_name": "nobody"},
    ]
    *lines, empty_tenant_line = NOT_FOUND.splitlines()
    for line, options in zip(lines, tasks, strict=True):
        message = message_of(runner.run_task(SYNC, **options))
        assert re.search(re.escape(line).replace("…", ".+"), message), message
    runner.set_connectors()
    assert empty_tenant_line in message_of(runner.run_task(SYNC, connector_name="Contoso"))


def test_the_playbook_leaves_a_transient_error_to_the_next_run(simulator: Simulator, runner: ExampleRunner) -> None:
    simulator.faults([fault(503, "ServiceUnavailable")])
    run = runner.run_playbook(WITH_RESCUE)
    assert run.returncode == 0, run.stdout
    assert (recap(run)["failed"], recap(run)["rescued"]) == (0, 1)
    assert "Left to the next run: Could not trigger a deltaSync" in run.stdout


def test_the_playbook_fails_on_an_error_that_a_person_must_fix(simulator: Simulator, runner: ExampleRunner) -> None:
    simulator.faults([fault(403, "Forbidden")])
    run = runner.run_playbook(WITH_RESCUE)
    assert run.returncode == 2, run.stdout
    assert "authorization: Could not trigger a deltaSync" in run.stdout + run.stderr


def test_the_playbook_fails_with_the_message_of_ansible_when_an_option_is_unknown(runner: ExampleRunner) -> None:
    run = runner.run_playbook(WITH_RESCUE.replace("connector_id:", "connector_ids:"))
    assert (run.returncode, runner.triggers()) == (2, 0), run.stdout
    assert "arguments: Unsupported parameters" in run.stdout + run.stderr


def test_the_guides_have_one_row_and_one_section_for_each_error_kind() -> None:
    kinds = {
        error.kind
        for _name, error in inspect.getmembers(errors, inspect.isclass)
        if issubclass(error, errors.GraphError) and error is not errors.GraphError
    }
    rows = [row[0].strip("`") for row in table_rows(GUIDE, "``error.kind``")]
    headings = [
        heading
        for guide in (GUIDE, SIGN_IN_GUIDE)
        for heading in re.findall(r"^([a-z_]+)\n-+$", guide.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert sorted(rows) == sorted(headings) == sorted(kinds)
