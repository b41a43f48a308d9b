# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Graph returns the secret of a VPP token with each answer. No output contains it."""

from __future__ import annotations

import base64
import json
import secrets
import typing as t

import pytest
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import ansible_environment
from ansible_collections.msgraph.intune.tests.system.commands import run_command
from ansible_collections.msgraph.intune.tests.system.playbooks import playbook_command

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator

# Random, because the secret scan searches the copies of this file, too.
SECRET = base64.b64encode(json.dumps({"token": secrets.token_urlsafe(32)}).encode()).decode()
TOKENS: list[dict[str, t.Any]] = [
    {"id": "a", "displayName": "First", "token": SECRET},
    {"id": "b", "displayName": "Second", "token": SECRET, "fails": True},
]
ECHO = {"error": {"code": "BadRequest", "message": f"The token {SECRET} is invalid."}}
SYNC = "msgraph.intune.intune_vpp_token_sync"
INFO = "msgraph.intune.intune_vpp_token_info"
WAIT = {"wait": True, "wait_sleep": 0.1, "wait_timeout": 20}

TASKS: dict[str, tuple[str, dict[str, t.Any], list[dict[str, t.Any]]]] = {
    "one token": (SYNC, {"token_id": "a", **WAIT}, []),
    "a batch, of which one sync fails": (SYNC, {"all_tokens": True, **WAIT}, []),
    "a name that fits no token": (SYNC, {"token_name": "Third"}, []),
    "an error that repeats the secret": (
        SYNC,
        {"token_id": "a"},
        [{"service": "graph", "method": "POST", "status": 400, "body": ECHO}],
    ),
    "a read": (INFO, {}, []),
    "an answer that is not JSON": (
        INFO,
        {"retries": 0},
        [{"service": "graph", "status": 200, "body": f"<html>{SECRET}"}],
    ),
}


@pytest.mark.parametrize("in_process", [True, False], ids=["in process", "as a module"])
@pytest.mark.parametrize(("module", "options", "faults"), TASKS.values(), ids=TASKS)
def test_no_output_contains_the_secret(
    simulator: Simulator,
    tmp_path: Path,
    module: str,
    options: dict[str, t.Any],
    faults: list[dict[str, t.Any]],
    in_process: bool,
) -> None:
    simulator.set_objects("vpp_tokens", TOKENS)
    simulator.faults(faults)
    play = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars": {
            "ansible_python_interpreter": "{{ ansible_playbook_python }}",
            "msgraph_in_process": in_process,
        },
        "tasks": [
            {module: options, "register": "result", "ignore_errors": True},
            {"ansible.builtin.copy": {"content": "{{ result | to_json }}", "dest": f"{tmp_path}/result.json"}},
        ],
    }
    (tmp_path / "play.yml").write_text(json.dumps([play]), encoding="utf-8")
    environment = ansible_environment(simulator, ANSIBLE_LOG_PATH=f"{tmp_path}/ansible.log")
    run = run_command(playbook_command(tmp_path / "play.yml", "-vvvv", "--diff"), environment)
    result = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    assert result["graph"]["requests"] > 0, run.stdout + run.stderr
    # The answers contained the secret, or the fault did.
    assert faults == [] or simulator.applied_faults()
    output = run.stdout + run.stderr + (tmp_path / "ansible.log").read_text(encoding="utf-8") + json.dumps(result)
    for secret in (SECRET, base64.b64encode(SECRET.encode()).decode(), SECRET.replace("=", "%3D")):
        assert secret not in output
