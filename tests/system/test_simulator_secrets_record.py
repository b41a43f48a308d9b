# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The record of secrets, which the secret scan uses."""

from __future__ import annotations

import multiprocessing
import stat
import typing as t

import pytest
import requests
from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator, SimulatorError
from ansible_collections.msgraph.intune.tests.graph_simulator.secrets_record import ENV_VARIABLE, SecretsRecord
from ansible_collections.msgraph.intune.tests.system.clients import READ_WRITE, make_client

if t.TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "secrets.txt"
    monkeypatch.setenv(ENV_VARIABLE, str(path))
    return path


@pytest.fixture
def recording_simulator(record: Path) -> t.Iterator[Simulator]:
    """A simulator that records its secrets."""
    with Simulator() as simulator:
        yield simulator


def vpp_secrets(simulator: Simulator) -> list[str]:
    client = make_client(simulator.graph_url, simulator)
    with client.session:
        response = client.get("/beta/deviceAppManagement/vppTokens", simulator.token(roles=[READ_WRITE]))
    return [token["token"] for token in response.json()["value"]]


def recorded_secrets(record: Path) -> list[str]:
    return record.read_text().splitlines()


def test_secrets_of_the_seed_are_recorded(recording_simulator: Simulator, record: Path) -> None:
    recorded = set(recorded_secrets(record))
    assert recorded == {
        recording_simulator.client_secret,
        recording_simulator.password,
        recording_simulator.identity_header,
        recording_simulator.proxy_password,
        *vpp_secrets(recording_simulator),
    }
    assert stat.S_IMODE(record.stat().st_mode) == 0o600


def test_secrets_of_control_requests_are_recorded(recording_simulator: Simulator, record: Path) -> None:
    start = set(recorded_secrets(record))
    recording_simulator.set_users([{"username": "u", "password": "password-1"}])
    recording_simulator.change_user("u", password="password-2")
    recording_simulator.set_applications([{"client_id": "a", "secrets": [{"value": "secret-1"}]}])
    recording_simulator.change_application("a", secrets=[{"value": "secret-1"}, {"value": "secret-2"}])
    recording_simulator.set_objects("vpp_tokens", [{"id": "v", "token": "vpp-1"}])
    recording_simulator.change_object("vpp_tokens", "v", token="vpp-2")
    tokens = {recording_simulator.token(roles=[]), recording_simulator.federated_token()}
    recording_simulator.reset()
    expected = {"password-1", "password-2", "secret-1", "secret-2", "vpp-1", "vpp-2"}
    assert set(recorded_secrets(record)) - start == {*expected, *tokens}
    assert len(recorded_secrets(record)) == len(set(recorded_secrets(record)))


def test_tokens_of_a_sign_in_are_recorded(recording_simulator: Simulator, record: Path) -> None:
    client = make_client(recording_simulator.authority_url, recording_simulator)
    scope = f"{recording_simulator.graph_url}/User.Read openid offline_access"
    form = {"client_id": recording_simulator.public_client_id, "scope": scope}
    with client.session:
        token_path = "/organizations/oauth2/v2.0/token"
        code = client.post("/organizations/oauth2/v2.0/devicecode", data=form).json()
        credentials = {
            "grant_type": "password",
            "username": recording_simulator.username,
            "password": recording_simulator.password,
        }
        tokens = client.post(token_path, data={**form, **credentials}).json()
        refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        refreshed = client.post(token_path, data={**form, **refresh}).json()
    names = ("access_token", "refresh_token", "id_token")
    issued = {response[name] for response in (tokens, refreshed) for name in names}
    assert {*issued, code["device_code"]} <= set(recorded_secrets(record))
    assert code["user_code"] not in recorded_secrets(record)


def test_tokens_of_a_managed_identity_are_recorded(recording_simulator: Simulator, record: Path) -> None:
    with requests.Session() as session:
        session.trust_env = False
        response = session.get(
            recording_simulator.identity_endpoint,
            params={"api-version": "2019-08-01", "resource": recording_simulator.graph_url},
            headers={"X-IDENTITY-HEADER": recording_simulator.identity_header},
            timeout=5,
        )
    assert response.json()["access_token"] in recorded_secrets(record)


def test_several_processes_can_share_a_record(record: Path) -> None:
    names = [str(number) for number in range(4)]
    processes = [multiprocessing.get_context("spawn").Process(target=add_many, args=(record, name)) for name in names]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert sorted(recorded_secrets(record)) == sorted(secret for name in names for secret in secrets_of(name))


def secrets_of(name: str) -> list[str]:
    return [f"{name}-{number}-" + name * 1000 for number in range(100)]


def add_many(record: Path, name: str) -> None:
    for secret in secrets_of(name):
        SecretsRecord(record).add(secret)


def test_an_existing_record_is_extended_and_made_private(record: Path) -> None:
    record.write_text("old\n")
    record.chmod(0o644)
    SecretsRecord(record).add("new")
    assert recorded_secrets(record) == ["old", "new"]
    assert stat.S_IMODE(record.stat().st_mode) == 0o600


@pytest.mark.parametrize("environment", [{}, {ENV_VARIABLE: ""}])
def test_without_the_variable_nothing_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert SecretsRecord.from_environment(environment).add("secret") == "secret"
    assert list(tmp_path.iterdir()) == []


def test_a_record_that_cannot_be_written_is_an_error_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENV_VARIABLE, "/nonexistent/secrets.txt")
    simulator = Simulator()
    with pytest.raises(SimulatorError, match="cannot start: .*No such file") as failure:
        simulator.start()
    assert "Traceback" not in str(failure.value)
    assert simulator.stop() != 0
