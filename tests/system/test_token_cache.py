# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run many tasks with one token cache in ansible-playbook, and search process lists for secrets."""

from __future__ import annotations

import json
import stat
import subprocess
import typing as t
from pathlib import Path

import pytest
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import (
    ansible_environment,
    clean_environment,
)
from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
from ansible_collections.msgraph.intune.tests.graph_simulator.private_file import write_private_file
from ansible_collections.msgraph.intune.tests.system.commands import keep_output, run_command
from ansible_collections.msgraph.intune.tests.system.playbooks import SYNC, playbook_command

PLAY = """
- hosts: all
  connection: local
  gather_facts: false
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
  tasks:
    - MODULE:
        connector_id: "{{ connector_id }}"
        tenant_id: "{{ tenant_id | default(omit) }}"
        client_id: "{{ client_id | default(omit) }}"
        client_secret: "{{ client_secret | default(omit) }}"
        token_cache_path: "{{ token_cache_path | default(omit) }}"
""".replace("MODULE", SYNC)


@pytest.fixture
def play(tmp_path: Path) -> Path:
    path = tmp_path / "play.yml"
    path.write_text(PLAY)
    return path


def test_fifty_concurrent_tasks_sign_in_at_most_twice(simulator: Simulator, play: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache.json"
    hosts = ",".join(f"host{number}" for number in range(50))
    flags = ["-i", hosts, "--forks", "50", "-e", f"connector_id={simulator.connector_ids[0]}"]
    run = run_command(playbook_command(play, *flags), ansible_environment(simulator, MSGRAPH_TOKEN_CACHE=str(cache)))
    assert run.returncode == 0, run.stdout + run.stderr
    journal = simulator.journal()
    assert len([entry for entry in journal if entry["path"].endswith("/sync") and entry["status"] == 204]) == 50
    assert 1 <= len([entry for entry in journal if entry["path"].endswith("/token")]) <= 2
    assert stat.S_IMODE(cache.stat().st_mode) == 0o600
    assert len(json.loads(cache.read_text())["AccessToken"]) == 1


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="no /proc on this system")
@pytest.mark.parametrize("in_process", [True, False])
def test_process_lists_contain_no_secret(play: Path, tmp_path: Path, in_process: bool) -> None:
    variables = tmp_path / "variables.json"
    with Simulator(latency_ms=300) as simulator:
        secrets = {"client_secret": simulator.client_secret}
        values = {
            **secrets,
            "tenant_id": simulator.tenant_id,
            "client_id": simulator.client_id,
            "connector_id": simulator.connector_ids[0],
            "msgraph_in_process": in_process,
        }
        write_private_file(variables, json.dumps(values).encode())
        environment = clean_environment(
            AZURE_AUTHORITY_HOST=simulator.authority_url,
            MSGRAPH_URL=simulator.graph_url,
            MSGRAPH_CA_PATH=simulator.ca_path,
            # This path identifies the module of this play among processes of other tests.
            ANSIBLE_REMOTE_TEMP=str(tmp_path / "remote"),
        )
        command = playbook_command(play, "-i", "localhost,", "-e", f"@{variables}")
        seen: set[str] = set()
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as run:
            while run.poll() is None:
                seen.update(command_lines())
            output = run.communicate()[0]
        keep_output(output)
        assert run.returncode == 0, output
    modules = [line for line in seen if str(tmp_path) in line and "AnsiballZ_intune_exchange_connector_sync" in line]
    assert bool(modules) is not in_process
    assert any(str(play) in line for line in seen)
    assert [line for line in seen if any(secret in line for secret in secrets.values())] == []


def command_lines() -> t.Iterator[str]:
    """Yield the command lines of all processes."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # the process exited
            continue
