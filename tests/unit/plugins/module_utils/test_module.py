# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run modules with a fake AnsibleModule; the integration tests use the real one."""

from __future__ import annotations

import json
import os
import typing as t

import pytest
from ansible_collections.msgraph.intune.plugins.module_utils import _module
from ansible_collections.msgraph.intune.plugins.module_utils._graph.client import EMPTY_STATS, GraphClient, GraphRequest
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import (
    DependencyError,
    NetworkError,
    OptionsError,
)
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.rate_limit import RateLimit
from ansible_collections.msgraph.intune.plugins.module_utils._graph.permission import Permission
from ansible_collections.msgraph.intune.plugins.module_utils._module import ModuleResult, ModuleSpec, run_module
from ansible_collections.msgraph.intune.tests.unit.fakes import FakeSession, Reply

if t.TYPE_CHECKING:
    from pathlib import Path

CACHED_TOKEN = {
    "secret": "a-token-that-is-long-enough",
    "environment": "login.microsoftonline.com",
    "client_id": "client-1",
    "realm": "tenant-1",
    "home_account_id": None,
    "target": "https://graph.microsoft.com/.default",
    "expires_on": "99999999999",
}
RATE_LIMIT = RateLimit(writes=100, seconds=20.0)
NOTHING: dict[str, t.Any] = {"things": []}
TOKEN = "a-token-that-is-long-enough"


class ModuleExit(Exception):
    """The module exited with this result."""

    def __init__(self, failed: bool, result: dict[str, t.Any]) -> None:
        super().__init__(result)
        self.failed = failed
        self.result = result


class FakeModule:
    def __init__(self, *, verbosity: int = 0, **params: t.Any) -> None:
        self.params = params
        self.no_log_values: set[str] = set()
        self.warnings: list[str] = []
        self.logged: list[str] = []
        self._verbosity = verbosity

    def warn(self, warning: str) -> None:
        self.warnings.append(warning)

    def log(self, message: str) -> None:
        self.logged.append(message)

    def exit_json(self, **result: t.Any) -> t.NoReturn:
        raise ModuleExit(False, result)

    def fail_json(self, **result: t.Any) -> t.NoReturn:
        raise ModuleExit(True, result)


@pytest.fixture(autouse=True)
def _remove_variables_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(("AZURE_", "MSGRAPH_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


def run_to_exit(module: FakeModule, run: t.Callable[[t.Callable[[], GraphClient]], ModuleResult]) -> ModuleExit:
    with pytest.raises(ModuleExit) as caught:
        run_module(t.cast("t.Any", module), ModuleSpec({}, lambda _task, connect: run(connect), NOTHING, RATE_LIMIT))
    return caught.value


def connect_and_succeed(connect: t.Callable[[], GraphClient]) -> ModuleResult:
    connect()
    return ModuleResult(changed=True, msg="Done.", data={"things": [1]}, warnings=("A warning.",))


def connect_and_fail_the_test(connect: t.Callable[[], GraphClient]) -> ModuleResult:
    connect()
    raise AssertionError("must not be reached")


def test_the_outcome_of_a_module_becomes_the_result() -> None:
    module = FakeModule(access_token=TOKEN)
    module_exit = run_to_exit(module, connect_and_succeed)
    assert not module_exit.failed
    assert {key: module_exit.result[key] for key in ("changed", "msg", "things")} == {
        "changed": True,
        "msg": "Done.",
        "things": [1],
    }
    assert module_exit.result["graph"]["auth_method"] == "access_token"
    assert module.warnings == ["A warning."]


def test_a_failed_result_contains_what_happened_before() -> None:
    def run(_connect: t.Callable[[], GraphClient]) -> ModuleResult:
        return ModuleResult(changed=True, msg="Half done.", data={"things": [1]}, failure=NetworkError("no route"))

    module_exit = run_to_exit(FakeModule(access_token=TOKEN), run)
    assert module_exit.failed
    assert (module_exit.result["changed"], module_exit.result["things"]) == (True, [1])
    assert module_exit.result["error"]["kind"] == "network"


def test_an_error_before_any_change_returns_the_empty_result() -> None:
    def run(_connect: t.Callable[[], GraphClient]) -> ModuleResult:
        raise OptionsError("x is empty", hint="Give x.")

    module_exit = run_to_exit(FakeModule(access_token=TOKEN), run)
    assert module_exit.failed
    assert (module_exit.result["changed"], module_exit.result["things"]) == (False, [])
    assert module_exit.result["msg"] == "x is empty. Give x."
    assert module_exit.result["graph"]["requests"] == 0


@pytest.mark.parametrize("fails", [False, True])
def test_the_connections_are_closed_at_the_end(monkeypatch: pytest.MonkeyPatch, fails: bool) -> None:
    session = FakeSession(Reply(200, {}))
    monkeypatch.setattr("requests.Session", lambda: session)
    closed_before: list[bool] = []

    def run(connect: t.Callable[[], GraphClient]) -> ModuleResult:
        connect().call(GraphRequest("GET", "things/7", "read thing 7", Permission("Things.Read.All", "")))
        closed_before.append(session.closed)
        if fails:
            raise NetworkError("no route")
        return ModuleResult(changed=False, msg="Done.", data={})

    run_to_exit(FakeModule(access_token=TOKEN), run)
    assert (closed_before, session.closed) == ([False], True)


def test_invalid_options_fail_the_task_before_the_client_is_built() -> None:
    module_exit = run_to_exit(FakeModule(), connect_and_fail_the_test)
    assert module_exit.failed
    assert module_exit.result["error"]["kind"] == "options"
    assert module_exit.result["graph"] == EMPTY_STATS


@pytest.mark.parametrize("timeout", ["30", "soon"])
def test_secrets_of_the_environment_are_masked_even_if_options_are_invalid(
    monkeypatch: pytest.MonkeyPatch, timeout: str
) -> None:
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "hush-hush-hush")
    module = FakeModule(timeout=timeout)
    run_to_exit(module, connect_and_fail_the_test)
    assert "hush-hush-hush" in module.no_log_values


def test_a_token_that_was_fetched_is_masked_before_it_is_used(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.write_text(json.dumps({"AccessToken": {"1": CACHED_TOKEN}}))
    cache.chmod(0o600)
    module = FakeModule(
        tenant_id="tenant-1", client_id="client-1", client_secret="a-long-secret", token_cache_path=str(cache)
    )

    def run(connect: t.Callable[[], GraphClient]) -> ModuleResult:
        client = connect()
        assert module.no_log_values == {"a-long-secret"}
        client.sign_in(Permission("Things.ReadWrite.All", ""))
        assert module.no_log_values == {"a-long-secret", TOKEN}
        return connect_and_succeed(connect)

    assert not run_to_exit(module, run).failed


def test_a_blank_secret_does_not_mask_each_blank_of_the_result() -> None:
    module = FakeModule(access_token=TOKEN, client_secret=" ")
    module.no_log_values.update((" ", TOKEN))
    run_to_exit(module, connect_and_succeed)
    assert module.no_log_values == {TOKEN}


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"access_token": "7777777"}, "fewer than 8 characters"),
        ({"access_token": TOKEN, "validate_certs": False}, "validate_certs is false"),
    ],
)
def test_risky_options_cause_a_warning(params: dict[str, t.Any], words: str) -> None:
    module = FakeModule(**params)
    run_to_exit(module, connect_and_succeed)
    assert any(words in warning for warning in module.warnings)


def test_a_secret_of_eight_characters_causes_no_warning() -> None:
    module = FakeModule(access_token="88888888")
    run_to_exit(module, connect_and_succeed)
    assert module.warnings == ["A warning."]


def test_the_argument_spec_contains_own_and_shared_options() -> None:
    spec = ModuleSpec(
        {"colour": {"type": "str"}}, lambda _task, connect: connect_and_succeed(connect), NOTHING, RATE_LIMIT
    ).argument_spec()
    assert spec["colour"] == {"type": "str"}
    assert spec["client_secret"]["no_log"] is True


# --- retry log


class BusySession(FakeSession):
    """Answers 503 once, then 200 with an empty object."""

    def __init__(self) -> None:
        super().__init__(Reply(503, "", {"Retry-After": "0"}), Reply(200, {}))


def send_one_request(connect: t.Callable[[], GraphClient]) -> ModuleResult:
    permission = Permission("Things.Read.All", "")
    connect().call(GraphRequest("GET", "things/7", "read thing 7", permission))
    return ModuleResult(changed=False, msg="Done.", data={})


@pytest.mark.parametrize(("verbosity", "has_log"), [(0, False), (2, False), (3, True), (4, True)])
def test_the_result_contains_the_retry_log_from_verbosity_3_on(
    monkeypatch: pytest.MonkeyPatch, verbosity: int, has_log: bool
) -> None:
    monkeypatch.setattr("requests.Session", BusySession)
    module = FakeModule(access_token=TOKEN, verbosity=verbosity)
    module_exit = run_to_exit(module, send_one_request)
    assert module_exit.result["graph"]["retries"] == 1
    assert module_exit.result.get("retry_log") == (module.logged if has_log else None)
    assert module.logged[0].startswith(
        "Sending again after 0.0 s. Could not read thing 7: Microsoft Graph answered 503"
    )


def test_without_retries_the_result_contains_no_retry_log() -> None:
    assert "retry_log" not in run_to_exit(FakeModule(access_token=TOKEN, verbosity=4), connect_and_succeed).result


# --- proxy


@pytest.mark.parametrize("name", ["MSGRAPH_PROXY", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_the_password_of_a_proxy_in_the_environment_is_masked(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "http://svc:hush%2Dhush@proxy.example:8080")
    module = FakeModule(access_token=TOKEN)
    run_to_exit(module, connect_and_succeed)
    assert {"svc:hush%2Dhush", "hush%2Dhush", "hush-hush"} <= module.no_log_values


def test_a_proxy_is_shown_without_its_user_and_the_full_url_is_masked() -> None:
    proxy = "http://svc:hush-hush@proxy.example:8080"
    module = FakeModule(access_token=TOKEN, proxy=proxy)
    module.no_log_values.update((TOKEN, proxy))
    run_to_exit(module, connect_and_succeed)
    assert module.params["proxy"] == "http://********@proxy.example:8080"
    assert {proxy, "svc:hush-hush", "hush-hush"} <= module.no_log_values


def test_a_proxy_without_a_user_is_not_masked() -> None:
    proxy = "http://proxy.example:8080"
    module = FakeModule(access_token=TOKEN, proxy=proxy)
    module.no_log_values.update((TOKEN, proxy))
    run_to_exit(module, connect_and_succeed)
    assert (module.params["proxy"], module.no_log_values) == (proxy, {TOKEN})


# --- ansible-core's own masking


def test_secrets_are_registered_with_ansible_core_if_it_supports_that(monkeypatch: pytest.MonkeyPatch) -> None:
    registered: list[str] = []
    monkeypatch.setattr(_module, "register_secret", registered.append)
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "hush-hush-hush")
    run_to_exit(
        FakeModule(access_token=TOKEN),
        lambda connect: (connect().sign_in(Permission("x", "")), connect_and_succeed(connect))[1],
    )
    assert {"hush-hush-hush", TOKEN} <= set(registered)


def test_a_missing_package_is_explained_for_the_execution_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWX_ISOLATED_DATA_DIR", "/runner/artifacts/12")

    def run(_connect: t.Callable[[], GraphClient]) -> ModuleResult:
        raise DependencyError("no msal", hint="Run pip install.")

    result = run_to_exit(FakeModule(), run).result
    assert result["msg"].startswith("no msal. This task runs in an execution environment.")
    assert result["error"]["hint"] in result["msg"]
