# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The record of secrets that a search for leaks starts from."""

from __future__ import annotations

import multiprocessing
import stat
import typing as t

import pytest
import requests
from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator, SimulatorError
from ansible_collections.msgraph.intune.tests.graph_simulator.secrets_record import ENV_VARIABLE, SecretsRecord
from ansible_collections.msgraph.intune.tests.system.clients import make_client

if t.TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "secrets.txt"
    monkeypatch.setenv(ENV_VARIABLE, str(path))
    return path


@pytest.fixture
def recorded(record: Path) -> t.Iterator[Simulator]:
    """A simulator that keeps the record."""
    with Simulator() as simulator:
        yield simulator


def lines(record: Path) -> list[str]:
    return record.read_text().splitlines()


def test_what_is_there_at_the_start(recorded: Simulator, record: Path) -> None:
    assert set(lines(record)) == {
        recorded.client_secret,
        recorded.password,
        recorded.identity_header,
        recorded.proxy_password,
    }
    assert stat.S_IMODE(record.stat().st_mode) == 0o600


def test_what_control_puts_in_and_hands_out(recorded: Simulator, record: Path) -> None:
    start = set(lines(record))
    recorded.set_users([{"username": "u", "password": "password-1"}])
    recorded.change_user("u", password="password-2")
    recorded.set_applications([{"client_id": "a", "secrets": [{"value": "secret-1"}]}])
    recorded.change_application("a", secrets=[{"value": "secret-1"}, {"value": "secret-2"}])
    tokens = {recorded.token(roles=[]), recorded.federated_token()}
    recorded.reset()
    assert set(lines(record)) - start == {"password-1", "password-2", "secret-1", "secret-2", *tokens}
    assert len(lines(record)) == len(set(lines(record)))


def test_what_a_sign_in_hands_out(recorded: Simulator, record: Path) -> None:
    client = make_client(recorded.authority_url, recorded)
    scope = f"{recorded.graph_url}/User.Read openid offline_access"
    form = {"client_id": recorded.public_client_id, "scope": scope}
    with client.session:
        token_path = "/organizations/oauth2/v2.0/token"
        code = client.post("/organizations/oauth2/v2.0/devicecode", data=form).json()
        credentials = {"grant_type": "password", "username": recorded.username, "password": recorded.password}
        tokens = client.post(token_path, data={**form, **credentials}).json()
        refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        renewed = client.post(token_path, data={**form, **refresh}).json()
    names = ("access_token", "refresh_token", "id_token")
    handed_out = {answer[name] for answer in (tokens, renewed) for name in names}
    assert {*handed_out, code["device_code"]} <= set(lines(record))
    assert code["user_code"] not in lines(record)


def test_what_a_managed_identity_gets(recorded: Simulator, record: Path) -> None:
    with requests.Session() as session:
        session.trust_env = False
        answer = session.get(
            recorded.identity_endpoint,
            params={"api-version": "2019-08-01", "resource": recorded.graph_url},
            headers={"X-IDENTITY-HEADER": recorded.identity_header},
            timeout=5,
        )
    assert answer.json()["access_token"] in lines(record)


def test_several_processes_share_a_record(record: Path) -> None:
    names = [str(number) for number in range(4)]
    processes = [multiprocessing.get_context("spawn").Process(target=add_many, args=(record, name)) for name in names]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert sorted(lines(record)) == sorted(secret for name in names for secret in secrets_of(name))


def secrets_of(name: str) -> list[str]:
    return [f"{name}-{number}-" + name * 1000 for number in range(100)]


def add_many(record: Path, name: str) -> None:
    for secret in secrets_of(name):
        SecretsRecord(record).add(secret)


def test_an_older_record_goes_on_and_is_closed_to_others(record: Path) -> None:
    record.write_text("old\n")
    record.chmod(0o644)
    SecretsRecord(record).add("new")
    assert lines(record) == ["old", "new"]
    assert stat.S_IMODE(record.stat().st_mode) == 0o600


@pytest.mark.parametrize("environment", [{}, {ENV_VARIABLE: ""}])
def test_there_is_no_record_unless_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert SecretsRecord.from_environment(environment).add("secret") == "secret"
    assert list(tmp_path.iterdir()) == []


def test_a_record_that_cannot_be_written_is_a_plain_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENV_VARIABLE, "/nonexistent/secrets.txt")
    simulator = Simulator()
    with pytest.raises(SimulatorError, match="cannot start: .*No such file") as failure:
        simulator.start()
    assert "Traceback" not in str(failure.value)
    assert simulator.stop() != 0
