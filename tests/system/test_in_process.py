# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compare tasks that run in Ansible's worker process with the same tasks as modules: results, requests and output."""

from __future__ import annotations

import json
import re
import sys
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import ansible_environment
from ansible_collections.msgraph.intune.tests.system.commands import run_command
from ansible_collections.msgraph.intune.tests.system.playbooks import SYNC, ad_hoc, playbook_command, result_of

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator

INFO = "msgraph.intune.intune_exchange_connector_info"
UNKNOWN = "00000000-0000-4000-8000-000000000000"
IN_PROCESS = "Running within Ansible's own process"
AS_A_MODULE = "Using module file"
# Patterns of values that differ between two runs: IDs of requests, times and ages.
VARIABLE_VALUES = {
    # The elapsed time of a wait.
    r"after [0-9.]+ s the time": "after <seconds> s the time",
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}": "<id>",
    r"\d{4}-\d\d-\d\dT[\d:.]+Z?": "<time>",
    r'("seconds_since_last_sync"): \d+': r"\1: <seconds>",
}


class Case(t.NamedTuple):
    """A task, its environment and faults, and a text in its result.

    :param words: a text in the result. It shows that the task did what the case is about.
    """

    options: dict[str, t.Any]
    words: str
    module: str = SYNC
    flags: tuple[str, ...] = ()
    environment: t.Mapping[str, str] = {}
    faults: tuple[dict[str, t.Any], ...] = ()


CASES = {
    "one": Case({"connector_id": "{healthy}"}, '"action": "triggered"'),
    "several": Case({"connector_id": ["{healthy}", "{warning}"], "sync_type": "fullSync"}, '"fullSync"'),
    "some are unknown": Case({"connector_id": ["{healthy}", UNKNOWN]}, '"kind": "not_found"'),
    "by name": Case({"connector_name": "Contoso"}, '"action": "triggered"'),
    "all, and all synced recently": Case({"all_connectors": True, "if_older_than": "100w"}, '"action": "skipped"'),
    "an empty list": Case({"connector_id": []}, '"connectors": []'),
    "check mode": Case({"connector_id": "{healthy}"}, '"action": "would_trigger"', flags=("--check",)),
    "diff mode": Case({"connector_id": "{healthy}"}, '"before"', flags=("--diff",)),
    # The first poll sees the completed sync, so the number of requests does not depend on the speed of the machine.
    "a wait": Case({"connector_id": "{healthy}", "wait": True, "wait_sleep": 3}, "has moved on"),
    "a wait that times out": Case(
        {"connector_id": "{stuck}", "wait": True, "wait_timeout": 0.4, "wait_sleep": 10}, '"kind": "timeout"'
    ),
    "two selectors": Case({"connector_id": "{healthy}", "connector_name": "Contoso"}, '"kind": "options"'),
    "a wrong secret": Case({"all_connectors": True, "client_secret": "not-the-secret"}, '"kind": "authentication"'),
    "a short secret": Case({"all_connectors": True, "client_secret": "short"}, "fewer than 8 characters"),
    "without validate_certs": Case({"all_connectors": True, "validate_certs": False}, "validate_certs is false"),
    "a retry": Case(
        {"connector_id": "{healthy}"},
        '"retry_log"',
        flags=("-vvv",),
        faults=({"service": "graph", "status": 503, "headers": {"Retry-After": "0"}},),
    ),
    "by an alias": Case({"connector_id": "{healthy}", "secret": "{client_secret}"}, '"action": "triggered"'),
    "health": Case({"all_connectors": True}, '"health": "warning"', module=INFO),
    "health of selected connectors": Case(
        {"status": ["disconnected"], "connector_name": "*"}, '"changed": false', module=INFO
    ),
    "health of an unknown name": Case({"connector_name": "Nobody"}, '"kind": "not_found"', module=INFO),
}


def normalize(text: str, connector_ids: t.Iterable[str]) -> str:
    """Replace values that differ between two runs, and the IDs of the connectors, by placeholders."""
    for number, connector_id in enumerate(connector_ids):
        text = text.replace(connector_id, f"<connector {number}>")
    for pattern, placeholder in VARIABLE_VALUES.items():
        text = re.sub(pattern, placeholder, text)
    return text


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_task_in_process_and_as_a_module_have_the_same_result_and_output(simulator: Simulator, case: Case) -> None:
    outputs = []
    environment = ansible_environment(simulator, ANSIBLE_INJECT_INVOCATION="true", **case.environment)
    for in_process, log_line in ((True, IN_PROCESS), (False, AS_A_MODULE)):
        simulator.reset()
        healthy, warning, stuck = simulator.connector_ids
        words = {"healthy": healthy, "warning": warning, "stuck": stuck, "client_secret": simulator.client_secret}
        text = json.dumps(case.options)
        for word, value in words.items():
            text = text.replace(f"{{{word}}}", value)
        simulator.faults(list(case.faults))
        flags = (*case.flags, "-vvv", "-e", json.dumps({"msgraph_in_process": in_process}))
        run = ad_hoc(environment, case.module, *flags, **json.loads(text))
        assert log_line in run.stdout
        output = f"{json.dumps(result_of(run), indent=1, sort_keys=True)}\n{run.stderr}"
        assert case.words in output
        sent = [f"{entry['method']} {entry['path']} {entry['status']}" for entry in simulator.journal()]
        outputs.append(normalize("\n".join([str(run.returncode), *sent, output]), simulator.connector_ids).splitlines())
    assert outputs[0] == outputs[1]


# --- in plays


def play(
    simulator: Simulator,
    tmp_path: Path,
    tasks: t.Sequence[t.Mapping[str, t.Any]],
    folder: Path | None = None,
    **variables: t.Any,
) -> tuple[str, int]:
    """Run these tasks on the controller from a folder, and return the output and the exit status."""
    path = tmp_path / "play.yml"
    variables = {"ansible_python_interpreter": "{{ ansible_playbook_python }}", **variables}
    head = {"hosts": "localhost", "connection": "local", "gather_facts": False, "vars": variables}
    path.write_text(yaml.safe_dump([{**head, "tasks": list(tasks)}]), encoding="utf-8")
    environment = ansible_environment(simulator, ANSIBLE_ASYNC_DIR=str(tmp_path / "async"))
    run = run_command(playbook_command(path, "-vvv"), environment, folder=folder)
    return run.stdout + run.stderr, run.returncode


def test_a_loop_signs_in_and_connects_for_each_item(simulator: Simulator, tmp_path: Path) -> None:
    task = {SYNC: {"connector_id": "{{ item }}"}, "loop": list(simulator.connector_ids)}
    output, status = play(simulator, tmp_path, [task])
    assert (status, output.count(IN_PROCESS), output.count(AS_A_MODULE)) == (0, 3, 0), output
    sent = [entry for entry in simulator.journal() if entry["path"].endswith("/sync")]
    assert [entry["status"] for entry in sent] == [204] * 3
    # Items do not share a connection.
    assert len({entry["connection"] for entry in sent}) == 3


@pytest.mark.parametrize(
    ("task", "variables"),
    [
        ({"async": 60, "poll": 1}, {}),
        ({"environment": {"LANG": "C"}}, {}),
        ({}, {"msgraph_in_process": False}),
        ({"vars": {"msgraph_in_process": False}}, {}),
    ],
    ids=["async", "environment", "a variable of the play", "a variable of the task"],
)
def test_a_task_with_special_keywords_runs_as_a_module(
    simulator: Simulator, tmp_path: Path, connector_id: str, task: dict[str, t.Any], variables: dict[str, t.Any]
) -> None:
    output, status = play(simulator, tmp_path, [{SYNC: {"connector_id": connector_id}, **task}], **variables)
    assert (status, IN_PROCESS in output, AS_A_MODULE in output) == (0, False, True), output


def test_a_secret_in_the_task_keyword_environment_causes_a_warning(
    simulator: Simulator, tmp_path: Path, connector_id: str
) -> None:
    task = {
        SYNC: {"connector_id": connector_id},
        "environment": {"AZURE_CLIENT_SECRET": "{{ lookup('ansible.builtin.env', 'AZURE_CLIENT_SECRET') }}"},
        "register": "sync",
    }
    debug: list[t.Any] = [{"ansible.builtin.debug": {"var": "sync.warnings"}}]
    path = tmp_path / "play.yml"
    head = {"hosts": "localhost", "connection": "local", "gather_facts": False}
    path.write_text(yaml.safe_dump([{**head, "tasks": [task, *debug]}]), encoding="utf-8")
    # With -vvv Ansible shows the command, which contains the secret.
    run = run_command(playbook_command(path), ansible_environment(simulator, COLUMNS="500"))
    assert run.returncode == 0, run.stdout + run.stderr
    words = 'The task keyword "environment" sets AZURE_CLIENT_SECRET, and its values can be read in the process list.'
    assert json.dumps(words)[1:-1] in run.stdout
    assert words in run.stderr
    assert simulator.client_secret not in run.stdout + run.stderr


def test_a_task_with_another_python_runs_as_a_module(simulator: Simulator, tmp_path: Path, connector_id: str) -> None:
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    task = {SYNC: {"connector_id": connector_id}}
    output, status = play(simulator, tmp_path, [task], ansible_python_interpreter=str(python))
    assert (status, IN_PROCESS in output, AS_A_MODULE in output) == (0, False, True), output


def test_a_task_delegated_to_the_controller_runs_in_process(
    simulator: Simulator, tmp_path: Path, connector_id: str
) -> None:
    path = tmp_path / "play.yml"
    task = {SYNC: {"connector_id": connector_id}, "delegate_to": "localhost"}
    path.write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": [task]}]), encoding="utf-8")
    run = run_command(playbook_command(path, "-vvv", "-i", "far.example,"), ansible_environment(simulator))
    assert (run.returncode, IN_PROCESS in run.stdout) == (0, True), run.stdout


def test_module_defaults_of_the_action_group_are_used(simulator: Simulator, tmp_path: Path, connector_id: str) -> None:
    task = {
        SYNC: {"connector_id": connector_id},
        "module_defaults": {"group/msgraph.intune.graph": {"client_secret": "not-the-secret"}},
    }
    output, status = play(simulator, tmp_path, [task])
    assert (status, IN_PROCESS in output) == (2, True)
    assert '"kind": "authentication"' in output


@pytest.mark.parametrize("in_process", [True, False])
def test_a_relative_path_is_relative_to_the_folder_of_the_playbook(
    simulator: Simulator, tmp_path: Path, connector_id: str, in_process: bool
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "ca.pem").write_bytes(Path(simulator.ca_path).read_bytes())
    task = {SYNC: {"connector_id": connector_id, "ca_path": "ca.pem", "token_cache_path": "cache.json"}}
    output, status = play(simulator, tmp_path, [task], folder=elsewhere, msgraph_in_process=in_process)
    assert (status, list(elsewhere.iterdir())) == (0, []), output
    assert (tmp_path / "cache.json").exists()


@pytest.mark.parametrize("in_process", [True, False])
def test_a_template_in_a_response_is_not_rendered(
    simulator: Simulator, tmp_path: Path, connector_id: str, in_process: bool
) -> None:
    template = "{{ 6 * 7 }}"
    simulator.set_connectors([{**simulator.connectors()[0], "id": connector_id, "serverName": template}])
    tasks: list[dict[str, t.Any]] = [
        {INFO: {"connector_id": connector_id}, "register": "found"},
        {"ansible.builtin.debug": {"msg": "It is {{ found.connectors[0].server_name }}."}},
    ]
    output, status = play(simulator, tmp_path, tasks, msgraph_in_process=in_process)
    assert (status, f"It is {template}." in output, "It is 42." in output) == (0, True, False), output


def test_the_task_keyword_timeout_ends_a_task(simulator: Simulator, tmp_path: Path, connector_id: str) -> None:
    simulator.faults([{"service": "graph", "delay": 600}])
    output, status = play(simulator, tmp_path, [{SYNC: {"connector_id": connector_id}, "timeout": 2}])
    assert (status, IN_PROCESS in output) == (2, True)
    assert "Traceback" not in output


def test_libraries_do_not_write_to_the_log_of_ansible(simulator: Simulator, tmp_path: Path) -> None:
    log = tmp_path / "ansible.log"
    task = {SYNC: {"all_connectors": True, "validate_certs": False}, "environment": {}}
    path = tmp_path / "play.yml"
    path.write_text(yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "tasks": [task]}]), encoding="utf-8")
    environment = ansible_environment(simulator, ANSIBLE_LOG_PATH=str(log))
    run = run_command(playbook_command(path, "-vvv"), environment)
    assert (run.returncode, IN_PROCESS in run.stdout) == (0, True), run.stdout
    text = log.read_text(encoding="utf-8") + run.stdout + run.stderr
    assert IN_PROCESS in log.read_text(encoding="utf-8")
    assert "n=urllib3" not in text
    assert "n=msal" not in text
    assert "InsecureRequestWarning" not in text
    assert "errantly" not in text
