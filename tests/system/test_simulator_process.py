# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Start and stop of the simulator."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import ssl
import stat
import subprocess
import sys
import time
import typing as t
from pathlib import Path
from urllib.parse import urlsplit

import msal
import pytest
import requests
from ansible_collections.msgraph.intune.tests import graph_simulator
from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator, SimulatorError
from ansible_collections.msgraph.intune.tests.system.clients import CONNECTORS, make_client

PACKAGE_FOLDER = Path(str(graph_simulator.__file__)).parent.parent


class StartedProcess(t.NamedTuple):
    """A simulator that a test started with the command line."""

    process: subprocess.Popen[str]
    ready_file: Path
    ready: dict[str, t.Any]


@pytest.fixture
def start(tmp_path: Path) -> t.Iterator[t.Callable[..., StartedProcess]]:
    """Return a function that starts the command with more options. The processes are killed at the end of the test."""
    processes = []

    def start_process(*flags: str) -> StartedProcess:
        ready_file = tmp_path / "ready.json"
        command = [sys.executable, "-m", "graph_simulator", "--ready-file", str(ready_file), *flags]
        process = subprocess.Popen(command, cwd=PACKAGE_FOLDER, stderr=subprocess.PIPE, text=True)
        processes.append(process)
        wait_for(lambda: ready_file.exists() or process.poll() is not None)
        return StartedProcess(process, ready_file, json.loads(ready_file.read_text()) if ready_file.exists() else {})

    yield start_process
    for process in processes:
        process.kill()
        process.communicate()


def wait_for(condition: t.Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_ready_file_is_complete_and_private(start: t.Callable[..., StartedProcess]) -> None:
    _process, ready_file, ready = start()
    assert ready.keys() == {
        "graph_url",
        "authority_url",
        "control_url",
        "ca_path",
        "tenant_id",
        "tenant_domain",
        "client_id",
        "client_secret",
        "public_client_id",
        "federated_issuer",
        "federated_subject",
        "username",
        "password",
        "identity_endpoint",
        "identity_header",
        "identity_client_id",
        "proxy_url",
        "proxy_username",
        "proxy_password",
        "connectors",
        "vpp_tokens",
        "enrollment_program_tokens",
        "driver_update_profiles",
        "pid",
    }
    assert stat.S_IMODE(ready_file.stat().st_mode) == 0o600
    assert all(
        len(ready[secret]) >= 40 for secret in ("client_secret", "password", "identity_header", "proxy_password")
    )
    assert len(ready["connectors"]) == 3
    assert {path.name for path in ready_file.parent.iterdir()} == {ready_file.name, Path(ready["ca_path"]).name}


def test_login_and_graph_have_different_origins_and_valid_certificates(start: t.Callable[..., StartedProcess]) -> None:
    ready = start().ready
    assert ready["graph_url"] != ready["authority_url"]
    context = ssl.create_default_context(cafile=ready["ca_path"])
    for url in (ready["graph_url"], ready["authority_url"]):
        address = urlsplit(url)
        assert (address.scheme, address.hostname) == ("https", "localhost")
        with (
            socket.create_connection(("127.0.0.1", address.port or 0)) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as secure,
        ):
            assert secure.getpeercert()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_simulator(start: t.Callable[..., StartedProcess], number: signal.Signals) -> None:
    process, ready_file, ready = start()
    process.send_signal(number)
    assert process.wait(10) == 0
    assert not ready_file.exists()
    assert not Path(ready["ca_path"]).exists()
    assert process.stderr is not None
    assert process.stderr.read() == ""


def test_a_delayed_response_does_not_delay_the_shutdown(tmp_path: Path) -> None:
    simulator = Simulator()
    simulator.start()
    simulator.faults([{"service": "graph", "delay": 60}])
    client = make_client(simulator.graph_url, simulator)
    with pytest.raises(requests.Timeout), client.session as session:
        session.get(simulator.graph_url, verify=simulator.ca_path, timeout=0.1)
    # stop() kills a simulator that does not exit, and then returns another status.
    assert simulator.stop() == 0


def test_exit_with_stops_the_simulator_when_that_process_exits(start: t.Callable[..., StartedProcess]) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        process, ready_file, _ready = start("--exit-with", str(other.pid))
        time.sleep(0.6)
        assert process.poll() is None
        # The other process is now a zombie, because its parent has not called wait(). A zombie counts as exited.
        other.kill()
        assert process.wait(5) == 0
    assert not ready_file.exists()


def test_lifetime_stops_the_simulator(start: t.Callable[..., StartedProcess]) -> None:
    process, ready_file, _ready = start("--lifetime", "0.1")
    assert process.wait(10) == 0
    assert not ready_file.exists()


def test_a_seed_replaces_the_content_of_the_tenant() -> None:
    seed = {
        "connectors": [{"id": "only", "status": "none"}],
        "applications": [{"client_id": "none"}, {"client_id": "app", "secrets": [{"value": "seeded-secret"}]}],
    }
    with Simulator(seed=seed) as simulator:
        assert simulator.connector_ids == ["only"]
        assert (simulator.client_id, simulator.client_secret) == ("app", "seeded-secret")
        assert [application["client_id"] for application in simulator.applications()] == ["none", "app"]


def test_a_partial_seed_keeps_the_other_defaults() -> None:
    with Simulator(seed={"connectors": []}) as simulator:
        assert simulator.connector_ids == []
        assert len(simulator.client_secret) >= 40


@pytest.mark.parametrize(
    ("seed", "expected_message"),
    [
        ({"connectors": 5}, "connectors must be a list, not an integer."),
        ({"tenants": []}, "The seed has the unknown field tenants"),
        ({"applications": []}, "applications must hold one with a secret."),
        ({"users": []}, "users must hold one."),
        ({"identities": []}, "identities must hold one with a resource_id."),
    ],
)
def test_an_invalid_seed_is_an_error_without_a_traceback(seed: dict[str, t.Any], expected_message: str) -> None:
    simulator = Simulator(seed=seed)
    with pytest.raises(SimulatorError) as failure:
        simulator.start()
    assert expected_message in str(failure.value)
    assert "Traceback" not in str(failure.value)
    assert simulator.stop() != 0


@pytest.mark.parametrize(
    ("flags", "expected_text"),
    [
        (["--seed", "/nonexistent/seed.json"], "No such file"),
        (["--seed", __file__], "cannot start"),
        (["--sync-seconds", "-1"], "-1 is not a number from 0 on"),
        (["--latency-ms", "nan"], "nan is not a number from 0 on"),
        (["--page-size", "0"], "0 is below 1"),
        (["--device-code-seconds", "-1"], "-1 is not a number from 0 on"),
        (["--device-code-interval", "0"], "0 is below 1"),
        (["--exit-with", "x"], "invalid"),
    ],
)
def test_an_invalid_command_line_is_an_error_without_a_traceback(
    start: t.Callable[..., StartedProcess], flags: list[str], expected_text: str
) -> None:
    process = start(*flags).process
    _output, errors = process.communicate(timeout=10)
    assert process.returncode != 0
    assert expected_text in errors
    assert "Traceback" not in errors


def test_latency_is_added_to_each_response() -> None:
    with Simulator(latency_ms=150) as simulator:
        client = make_client(simulator.graph_url, simulator)
        with client.session:
            for _request in range(2):
                assert client.get("/v1.0/a").elapsed.total_seconds() >= 0.15


def test_the_control_client_ignores_proxy_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with Simulator() as simulator:
        assert len(simulator.connectors()) == 3


def test_the_simulator_stops_when_its_python_process_exits() -> None:
    script = (
        f"import sys; sys.path.insert(0, {str(PACKAGE_FOLDER)!r})\n"
        "from graph_simulator.handle import Simulator\n"
        "simulator = Simulator()\n"
        "simulator.start()\n"
        "print(simulator.pid)\n"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    with pytest.raises(ProcessLookupError):
        os.kill(int(run.stdout), 0)


def test_msal_and_requests_sync_a_connector(simulator: Simulator, session: requests.Session, connector_id: str) -> None:
    application = msal.ConfidentialClientApplication(
        simulator.client_id,
        client_credential=simulator.client_secret,
        authority=f"{simulator.authority_url}/{simulator.tenant_domain}",
        instance_discovery=False,
        http_client=session,
    )
    result = application.acquire_token_for_client([f"{simulator.graph_url}/.default"])
    response = session.post(
        f"{simulator.graph_url}{CONNECTORS}/{connector_id}/sync",
        json={"syncType": "deltaSync"},
        headers={"Authorization": f"Bearer {result['access_token']}"},
        timeout=5,
    )
    assert response.status_code == 204
    metadata, token, sync = simulator.journal()
    assert (metadata["method"], metadata["status"]) == ("GET", 200)
    assert (token["method"], token["status"], token["body"]["client_secret"]) == ("POST", 200, "***")
    assert re.match("python-requests/", sync["user_agent"])
    assert (sync["body"], sync["status"]) == ({"syncType": "deltaSync"}, 204)
