# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the module with each fault in faults.yml, and check the result and the requests."""

from __future__ import annotations

import collections
import re
import typing as t
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from ansible_collections.msgraph.intune.tests.system.clients import READ_WRITE, obtain_refresh_token
from ansible_collections.msgraph.intune.tests.system.modules import run_module

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator

TABLE = yaml.safe_load(Path(__file__).with_name("faults.yml").read_text(encoding="utf-8"))
COLUMNS = {"name", "faults", "sign_in", "connectors", "check", "options", "proxy_user"} | {
    "kind",
    "error",
    "message",
    "actions",
    "graph",
    "login",
    "identity",
    "proxy",
    "triggers",
}
# The requests to the login service: metadata and token, and the user realm for a password.
SIGN_IN_REQUESTS = {"secret": 2, "password": 3, "refresh_token": 2}


class Attempt:
    """The options of the task for one row: the sign-in, and the addresses of the services."""

    def __init__(self, simulator: Simulator, row: dict[str, t.Any], folder: Path) -> None:
        self.simulator = simulator
        self.row = row
        self.sign_in = row.get("sign_in", "secret")
        self.environ: dict[str, str] = {}
        self.secrets = [simulator.client_secret, simulator.password, simulator.identity_header]
        self.secrets += [simulator.proxy_password, "canary", "eyJ"]
        self.options = {
            "connector_id": simulator.connector_ids[: row.get("connectors", 1)],
            "graph_url": simulator.graph_url,
            "authority_url": simulator.authority_url,
            "ca_path": simulator.ca_path,
            "timeout": 5,
            "retries": 1,
            "retry_budget": 0.1,
            **getattr(self, f"_with_{self.sign_in}")(folder),
            **self._through_proxy(),
            **row.get("options", {}),
        }

    def _application(self) -> dict[str, t.Any]:
        return {"tenant_id": self.simulator.tenant_id, "client_id": self.simulator.client_id}

    def _with_secret(self, _folder: Path) -> dict[str, t.Any]:
        return {**self._application(), "client_secret": self.simulator.client_secret}

    def _with_cache(self, folder: Path) -> dict[str, t.Any]:
        return {**self._with_secret(folder), "token_cache_path": str(folder / "cache")}

    def _with_token(self, _folder: Path) -> dict[str, t.Any]:
        return {"access_token": self.simulator.token(roles=[READ_WRITE])}

    def _with_password(self, _folder: Path) -> dict[str, t.Any]:
        return {"username": self.simulator.username, "password": self.simulator.password}

    def _with_refresh_token(self, _folder: Path) -> dict[str, t.Any]:
        token = obtain_refresh_token(self.simulator)
        self.simulator.clear_journal()
        return {"refresh_token": token}

    def _with_identity(self, _folder: Path) -> dict[str, t.Any]:
        self.environ = {
            "IDENTITY_ENDPOINT": self.simulator.identity_endpoint,
            "IDENTITY_HEADER": self.simulator.identity_header,
        }
        return {}

    def _through_proxy(self) -> dict[str, str]:
        user = self.row.get("proxy_user")
        if user is None:
            return {}
        netloc = urlsplit(self.simulator.proxy_url).netloc.rpartition("@")[2]
        user_info = f"{self.simulator.proxy_username}:{self.simulator.proxy_password}@" if user == "right" else ""
        return {"proxy": f"http://{user_info}{netloc}"}

    def fill_cache(self) -> None:
        """Put a token into the cache before the faults start."""
        assert run_module(self.options).result["changed"]
        self.simulator.clear_journal()


@pytest.mark.parametrize("row", TABLE, ids=[row["name"] for row in TABLE])
def test_a_fault_has_the_outcome_of_its_row(simulator: Simulator, row: dict[str, t.Any], tmp_path: Path) -> None:
    attempt = Attempt(simulator, row, tmp_path)
    if attempt.sign_in == "cache":
        attempt.fill_cache()
    simulator.faults(row["faults"])

    result, output, status = run_module(attempt.options, check=row.get("check", False), environ=attempt.environ)

    assert [secret for secret in attempt.secrets if secret in output] == []
    assert "<html" not in output
    messages = " ".join([result["msg"], *map(str, result.get("warnings", []))])
    assert re.search(row.get("message", ""), messages), messages
    if row["kind"] in ("none", "nothing"):
        assert (status, result.get("failed"), result["changed"]) == (0, None, row["kind"] == "none")
    else:
        assert (status, result["failed"]) == (1, True)
        assert result["error"]["kind"] == row["kind"], result
        assert row.get("error", {}).items() <= result["error"].items(), result["error"]
        assert result["msg"].startswith("Could not ")
    success = "would_trigger" if row.get("check") else "triggered"
    default_action = success if row["kind"] == "none" else "failed"
    actions = [entry["action"] for entry in result["connectors"]]
    assert actions == row.get("actions", [default_action] * len(actions))
    assert result["changed"] is (success in actions)
    _compare_requests(row, attempt, result)
    assert all(rule["applied"] for rule in simulator.applied_faults())


def _compare_requests(row: dict[str, t.Any], attempt: Attempt, result: dict[str, t.Any]) -> None:
    journal = attempt.simulator.journal()
    received = collections.Counter(entry["service"] for entry in journal if entry["batch"] is None)
    expected = collections.Counter({"login": SIGN_IN_REQUESTS.get(attempt.sign_in, 0)})
    for service in ("graph", "login", "identity", "proxy"):
        if service in row:
            expected[service] = row[service]
    assert +received == +expected
    # A request that the proxy rejects is an attempt, but it does not reach Graph.
    rejected = 0 if "proxy" not in row else received["proxy"] - received["graph"]
    assert result["graph"]["requests"] == received.total() - received["proxy"] + rejected
    assert sum(entry["path"].endswith("/sync") for entry in journal) == row.get("triggers", 0)
    if len(result["connectors"]) == 1 and not row.get("check"):
        assert result["connectors"][0]["attempts"] == row.get("triggers", 0) + rejected
    ids = [entry["client_request_id"] for entry in journal if entry["service"] == "graph" and entry["batch"] is None]
    assert len(set(ids)) == len(ids)


def test_each_row_has_its_own_name_and_known_columns() -> None:
    assert len({row["name"] for row in TABLE}) == len(TABLE)
    assert [row["name"] for row in TABLE if set(row) - COLUMNS] == []
