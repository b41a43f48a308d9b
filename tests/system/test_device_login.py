# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sign a person in by device code while the playbook runs, and use the token cache in later tasks."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import stat
import subprocess
import typing as t

import pytest
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import clean_environment
from ansible_collections.msgraph.intune.tests.system.commands import keep_output
from ansible_collections.msgraph.intune.tests.system.playbooks import SYNC, ad_hoc, playbook_command, result_of

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator

PLAYBOOK = "msgraph.intune.device_login"
CODE = re.compile(r"open (\S+) in a browser on any device and enter the code (\S+) ")


class Login:
    """Start the playbook, read its output and end it."""

    def __init__(self, simulator: Simulator, cache: Path) -> None:
        simulator.set_device_codes(interval=1)
        self.simulator = simulator
        self.cache = cache
        self.environment = clean_environment(
            AZURE_AUTHORITY_HOST=simulator.authority_url,
            MSGRAPH_URL=simulator.graph_url,
            MSGRAPH_CA_PATH=simulator.ca_path,
            MSGRAPH_TOKEN_CACHE=str(cache),
            PYTHONUNBUFFERED="1",
        )
        self.output = ""

    def start(self, *flags: str, playbook: str = PLAYBOOK) -> subprocess.Popen[str]:
        return subprocess.Popen(
            playbook_command(playbook, "-vvvv", *flags),
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # A terminal sends a signal to the process group.
            start_new_session=True,
        )

    def read_code(self, run: subprocess.Popen[str]) -> str:
        """Read the output until it contains the code, while the playbook waits."""
        assert run.stdout is not None
        for line in run.stdout:
            self.output += line
            found = CODE.search(line)
            if found:
                assert run.poll() is None
                return found.group(2)
        raise AssertionError(self.output)

    def interrupt(self, run: subprocess.Popen[str]) -> int:
        """Press Ctrl-C until the playbook ends. ansible-playbook sometimes waits for its worker after the first one."""
        while run.poll() is None:
            os.killpg(run.pid, signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                return self.end(run, timeout=5)
        return self.end(run)

    def end(self, run: subprocess.Popen[str], *, timeout: float | None = None) -> int:
        self.output += run.communicate(timeout=timeout)[0]
        keep_output(self.output)
        assert "Traceback" not in self.output
        # The output contains the user code, but not the token and not the device code.
        assert "eyJ" not in self.output
        assert "device_code" not in self.output
        return run.returncode

    def paths(self) -> list[str]:
        return [entry["path"].rpartition("/")[2] for entry in self.simulator.journal()]


@pytest.fixture
def login(simulator: Simulator, tmp_path: Path) -> Login:
    return Login(simulator, tmp_path / "cache.json")


def test_a_person_signs_in_once_and_later_tasks_use_the_cache(login: Login) -> None:
    with login.start() as run:
        login.simulator.approve_device_code(login.read_code(run))
        assert login.end(run) == 0
    assert f"{login.simulator.username} signed in to tenant {login.simulator.tenant_id}" in login.output
    assert stat.S_IMODE(login.cache.stat().st_mode) == 0o600

    login.simulator.clear_journal()
    result = result_of(ad_hoc(login.environment, SYNC, connector_id=login.simulator.connector_ids[0]))
    assert (result["graph"]["auth_method"], result["graph"]["token_type"]) == ("token_cache", "delegated")
    assert login.paths() == ["sync"]

    with login.start() as run:
        assert login.end(run) == 0
    assert "is signed in already" in login.output
    assert "changed=0" in login.output


def test_a_revoked_sign_in_asks_for_a_new_one(login: Login) -> None:
    login.simulator.set_token_lifetime(1)
    with login.start() as run:
        login.simulator.approve_device_code(login.read_code(run))
        assert login.end(run) == 0
    login.simulator.revoke_refresh_tokens()
    with login.start() as run:
        login.simulator.approve_device_code(login.read_code(run))
        assert login.end(run) == 0
    assert login.paths().count("devicecode") == 2


def test_a_declined_sign_in_fails_with_a_message(login: Login) -> None:
    with login.start() as run:
        login.simulator.decline_device_code(login.read_code(run))
        assert login.end(run) == 2
    assert "Could not sign in by device code" in login.output
    assert "The person declined the sign-in." in login.output
    assert not login.cache.exists()


@pytest.mark.parametrize(
    "for_all_hosts", ["", "      run_once: true\n      register: login\n"], ids=["default", "run_once"]
)
def test_the_sign_in_runs_once_for_all_hosts(login: Login, tmp_path: Path, for_all_hosts: str) -> None:
    play = tmp_path / "play.yml"
    play.write_text(
        "- hosts: all\n  connection: local\n  gather_facts: false\n  tasks:\n"
        f"    - msgraph.intune.graph_device_login:\n{for_all_hosts}"
        f"    - ansible.builtin.assert: {{that: {'login.account.username is truthy' if for_all_hosts else 'true'}}}\n"
    )
    with login.start("-i", "one,two,three", playbook=str(play)) as run:
        login.simulator.approve_device_code(login.read_code(run))
        assert login.end(run) == 0
    assert login.paths().count("devicecode") == 1


def test_check_mode_does_not_start_a_sign_in(login: Login) -> None:
    with login.start("--check") as run:
        assert login.end(run) == 0
    assert login.simulator.journal() == []
    assert not login.cache.exists()


def test_an_interrupt_leaves_no_partial_cache_file(login: Login) -> None:
    with login.start() as run:
        login.read_code(run)
        login.interrupt(run)
    assert not login.cache.exists()
    assert not list(login.cache.parent.glob("*.msgraph-new"))


def test_a_cache_that_others_can_read_is_rejected_before_the_sign_in_starts(login: Login) -> None:
    login.cache.write_text("{}")
    login.cache.chmod(0o644)
    with login.start() as run:
        assert login.end(run) == 2
    assert "others may use it" in login.output
    assert login.simulator.journal() == []


def test_a_missing_cache_path_is_an_error(login: Login) -> None:
    login.environment["MSGRAPH_TOKEN_CACHE"] = ""
    with login.start() as run:
        assert login.end(run) == 2
    assert "token_cache_path (environment: MSGRAPH_TOKEN_CACHE)" in login.output
    assert login.simulator.journal() == []
