# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check when a task runs in-process and what its result is; the system tests compare both ways in plays."""

from __future__ import annotations

import datetime
import os
import sys
import typing as t
from pathlib import Path
from unittest import mock

import pytest
from ansible import constants
from ansible.errors import AnsibleError
from ansible.plugins.action.normal import ActionModule as NormalAction
from ansible_collections.msgraph.intune.plugins.module_utils import _module
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.options import OPTIONS
from ansible_collections.msgraph.intune.plugins.module_utils._graph.errors import NetworkError
from ansible_collections.msgraph.intune.plugins.module_utils._graph.http.rate_limit import RateLimit
from ansible_collections.msgraph.intune.plugins.module_utils._module import ModuleContext, ModuleResult, ModuleSpec
from ansible_collections.msgraph.intune.plugins.plugin_utils import _in_process
from ansible_collections.msgraph.intune.plugins.plugin_utils._in_process import InProcessAction

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.plugins.module_utils._graph.client import GraphClient

TOKEN = "a-token-that-is-long-enough"
MODULE_RESULT = {"changed": False, "msg": "Done as a module."}
HOST_VARS = {"ansible_python_interpreter": sys.executable, "inventory_hostname": "localhost"}

RunFunction = t.Callable[[ModuleContext, t.Callable[[], "GraphClient"]], ModuleResult]


def return_options(task: ModuleContext, connect: t.Callable[[], GraphClient]) -> ModuleResult:
    """Return the options and the mode of the task in the result."""
    connect()
    provided = {"things": task.params["things"], "check": task.check_mode, "diff": task._diff}
    return ModuleResult(changed=True, msg="Done.", data=provided, warnings=("A warning.", "A warning."))


class ActionScenario:
    """Runs the action plugin. Tests change the attributes before they run it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.monkeypatch = monkeypatch
        self.folder = folder
        self.task = mock.MagicMock(
            args={"access_token": TOKEN},
            check_mode=False,
            diff=False,
            async_val=0,
            environment=[{}],
            delegate_to=None,
            no_log=False,
        )
        self.connection = mock.MagicMock(transport="local", become=None)
        self.templar = mock.MagicMock(template=lambda value: value)
        self.variables: dict[str, t.Any] = dict(HOST_VARS)
        self.shown: list[str] = []
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setattr(_in_process.display, "vvv", lambda msg, host: self.shown.append(f"<{host}> {msg}"))
        # A version before 2.19 does not show the message itself.
        monkeypatch.setattr(_in_process, "ansible_version", "2.18.6")
        self.lines: list[str] = []

        def show(msg: str, color: str, stderr: bool) -> None:
            assert (color, stderr) == (constants.COLOR_ERROR, True)
            self.lines.append(msg)

        monkeypatch.setattr(_in_process.display, "display", show)
        monkeypatch.setattr(NormalAction, "run", lambda _self, _tmp, _task_vars: MODULE_RESULT)

    def run(self, run: RunFunction = return_options) -> dict[str, t.Any]:
        loader = mock.MagicMock(get_basedir=lambda: str(self.folder))
        action = InProcessAction(self.task, self.connection, mock.MagicMock(), loader, self.templar, mock.MagicMock())
        action.spec = ModuleSpec(
            {"things": {"type": "list", "elements": "str", "aliases": ["stuff"]}},
            run,
            {"things": []},
            RateLimit(100, 20.0),
        )
        return action.run(None, self.variables)


@pytest.fixture
def scenario(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ActionScenario:
    for name in os.environ:
        if name.startswith(("AZURE_", "MSGRAPH_", "ANSIBLE_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    return ActionScenario(monkeypatch, tmp_path)


def test_a_task_on_the_controller_runs_in_process(scenario: ActionScenario) -> None:
    scenario.task.args["things"] = ["a"]
    result = scenario.run()
    assert {key: result[key] for key in ("changed", "msg", "things")} == {
        "changed": True,
        "msg": "Done.",
        "things": ["a"],
    }
    assert result["graph"]["auth_method"] == "access_token"
    assert "failed" not in result
    assert scenario.shown == ["<localhost> Running within Ansible's own process"]


# --- in-process or as a module


def other_transport(scenario: ActionScenario) -> None:
    scenario.connection.transport = "ssh"


def other_user(scenario: ActionScenario) -> None:
    scenario.connection.become = mock.MagicMock()


def other_platform(scenario: ActionScenario) -> None:
    scenario.monkeypatch.setattr(sys, "platform", "darwin")


def async_task(scenario: ActionScenario) -> None:
    scenario.task.async_val = 60


def other_environment(scenario: ActionScenario) -> None:
    scenario.task.environment = [{}, {"HTTPS_PROXY": "http://proxy.example"}]


def keep_remote_files(scenario: ActionScenario) -> None:
    scenario.monkeypatch.setattr(constants, "DEFAULT_KEEP_REMOTE_FILES", True)


def other_python(scenario: ActionScenario) -> None:
    scenario.variables["ansible_python_interpreter"] = "/no/such/python"


def python_of_another_folder(scenario: ActionScenario, tmp_path: Path) -> None:
    # As in another virtual environment.
    (tmp_path / "python").symlink_to(Path(sys.executable).resolve())
    scenario.variables["ansible_python_interpreter"] = str(tmp_path / "python")


def no_python_given(scenario: ActionScenario) -> None:
    del scenario.variables["ansible_python_interpreter"]


def undefined_python(scenario: ActionScenario) -> None:
    def refuse(value: t.Any) -> t.Any:
        if value == "{{ nonsense }}":
            raise AnsibleError("nonsense is undefined")
        return value

    scenario.variables["ansible_python_interpreter"] = "{{ nonsense }}"
    scenario.templar.template = refuse


def delegated_to_another_python(scenario: ActionScenario) -> None:
    scenario.task.delegate_to = "b"
    scenario.variables["ansible_delegated_vars"] = {"b": {"ansible_python_interpreter": "/no/such/python"}}


def disabled_for_the_delegated_host(scenario: ActionScenario) -> None:
    scenario.task.delegate_to = "b"
    scenario.variables["ansible_delegated_vars"] = {"b": {**HOST_VARS, "msgraph_in_process": False}}


def disabled(scenario: ActionScenario) -> None:
    scenario.variables["msgraph_in_process"] = "no"


def disabled_by_a_template(scenario: ActionScenario) -> None:
    scenario.variables["msgraph_in_process"] = "{{ never }}"
    scenario.templar.template = lambda value: False if value == "{{ never }}" else value


def invalid_boolean(scenario: ActionScenario) -> None:
    scenario.variables["msgraph_in_process"] = "perhaps"


def list_in_place_of_a_boolean(scenario: ActionScenario) -> None:
    scenario.variables["msgraph_in_process"] = [True]


def unknown_option(scenario: ActionScenario) -> None:
    scenario.task.args["colour"] = "red"


def option_of_another_type(scenario: ActionScenario) -> None:
    scenario.task.args["things"] = {"a": 1}


def blank_number(scenario: ActionScenario) -> None:
    scenario.task.args["retries"] = ""


def blank_boolean(scenario: ActionScenario) -> None:
    scenario.task.args["validate_certs"] = ""


def option_with_two_names(scenario: ActionScenario) -> None:
    scenario.task.args.update(things=["a"], stuff=["b"])


def option_that_is_not_json(scenario: ActionScenario) -> None:
    scenario.task.args["things"] = [datetime.date(2024, 2, 19)]


@pytest.mark.parametrize(
    "change",
    [
        other_transport,
        other_user,
        other_platform,
        async_task,
        other_environment,
        keep_remote_files,
        other_python,
        no_python_given,
        undefined_python,
        delegated_to_another_python,
        disabled,
        disabled_for_the_delegated_host,
        disabled_by_a_template,
        invalid_boolean,
        list_in_place_of_a_boolean,
        unknown_option,
        option_of_another_type,
        blank_number,
        blank_boolean,
        option_with_two_names,
        option_that_is_not_json,
    ],
)
def test_a_task_with_a_special_condition_runs_as_a_module(
    scenario: ActionScenario, change: t.Callable[[ActionScenario], None]
) -> None:
    change(scenario)
    assert scenario.run() is MODULE_RESULT
    assert scenario.shown == []


def test_the_python_of_another_virtual_environment_counts_as_different(
    scenario: ActionScenario, tmp_path: Path
) -> None:
    python_of_another_folder(scenario, tmp_path)
    assert scenario.run() is MODULE_RESULT


def test_another_name_of_the_same_python_counts_as_the_same(
    scenario: ActionScenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python_of_another_folder(scenario, tmp_path)
    (tmp_path / "python3").symlink_to("python")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python3"))
    assert scenario.run()["changed"]


def test_the_setting_for_the_interpreter_is_used_like_the_variable(
    scenario: ActionScenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_python_given(scenario)
    monkeypatch.setenv("ANSIBLE_PYTHON_INTERPRETER", sys.executable)
    assert scenario.run()["changed"]


def test_a_delegated_task_uses_the_variables_of_the_other_host(scenario: ActionScenario) -> None:
    scenario.task.delegate_to = "b"
    scenario.variables = {
        "ansible_python_interpreter": "/no/such/python",
        "msgraph_in_process": False,
        "ansible_delegated_vars": {"b": HOST_VARS},
    }
    assert scenario.run()["changed"]


@pytest.mark.parametrize("environment", [None, [], [{}, {}]])
def test_an_empty_environment_counts_as_not_given(scenario: ActionScenario, environment: t.Any) -> None:
    scenario.task.environment = environment
    assert scenario.run()["changed"]


# --- as a module


class FailingModule:
    """Simulates a module that fails to start, and a host that prints the version of its Python."""

    def __init__(self, scenario: ActionScenario, shown: str = "") -> None:
        self.result: dict[str, t.Any] = {"failed": True, "msg": "No start of json char found", "module_stderr": "…"}
        self.commands: list[str] = []
        self.shebang: str | None = "#!/opt/old python"

        def run(action: InProcessAction, _tmp: str | None, _task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
            action._used_interpreter = self.shebang
            return self.result

        def execute(_action: InProcessAction, command: str) -> dict[str, t.Any]:
            self.commands.append(command)
            return {"stdout": shown}

        disabled(scenario)
        scenario.monkeypatch.setattr(NormalAction, "run", run)
        scenario.monkeypatch.setattr(NormalAction, "_low_level_execute_command", execute)


@pytest.mark.parametrize("version", ["2.7.18", "3.6.15", "3.8.18"])
def test_the_message_about_a_python_that_is_too_old_contains_the_solution(
    scenario: ActionScenario, version: str
) -> None:
    failing_module = FailingModule(scenario, f"Welcome!\npython {version}\n")
    result = scenario.run()
    assert set(result) == {"failed", "msg"}
    assert result["msg"].startswith(f"The Python interpreter /opt/old python is Python {version}, and this")
    assert result["msg"].endswith('for a task on the controller to "{{ ansible_playbook_python }}".')
    assert failing_module.commands[0].startswith("'/opt/old python' -c ")


@pytest.mark.parametrize("shown", ["python 3.9.0", "python 3.14.1", "sh: 1: /opt/old: not found", ""])
def test_any_other_failure_is_unchanged(scenario: ActionScenario, shown: str) -> None:
    failing_module = FailingModule(scenario, shown)
    assert scenario.run() == {"failed": True, "msg": "No start of json char found", "module_stderr": "…"}
    assert len(failing_module.commands) == 1


def test_a_failure_with_a_result_of_the_module_runs_no_version_check(scenario: ActionScenario) -> None:
    failing_module = FailingModule(scenario, "python 3.6.15")
    failing_module.result = {"failed": True, "msg": "Not this.", "error": {"kind": "network"}}
    assert scenario.run()["msg"] == "Not this."
    assert failing_module.commands == []


def test_a_failure_before_the_interpreter_is_known_runs_no_version_check(scenario: ActionScenario) -> None:
    failing_module = FailingModule(scenario, "python 3.6.15")
    failing_module.shebang = None
    assert scenario.run()["msg"] == "No start of json char found"
    assert failing_module.commands == []


SECRET_VARIABLES = sorted({name for option in OPTIONS.values() if option.secret for name in option.environment})


@pytest.mark.parametrize("name", [*SECRET_VARIABLES, "HTTPS_PROXY", "IDENTITY_HEADER"])
def test_a_secret_in_the_task_keyword_environment_causes_a_warning_with_its_name(
    scenario: ActionScenario, name: str
) -> None:
    value = "http://user:pass-word-of-the-proxy@proxy.example" if name.endswith("PROXY") else "a-secret-of-some-length"
    scenario.task.environment = [{"LANG": "C"}, {name: value}]
    scenario.monkeypatch.setattr(
        NormalAction, "run", lambda _self, _tmp, _task_vars: {**MODULE_RESULT, "warnings": ["Old."]}
    )
    old, warning = scenario.run()["warnings"]
    assert old == "Old."
    assert warning.startswith(
        f'The task keyword "environment" sets {name}, and its values can be read in the process list.'
    )
    assert value not in warning


def test_a_task_with_async_shows_the_warning_at_once(scenario: ActionScenario) -> None:
    shown: list[str] = []
    scenario.monkeypatch.setattr(_in_process.display, "warning", shown.append)
    scenario.task.environment = [{"AZURE_SECRET": "a-secret-of-some-length"}]
    async_task(scenario)
    assert scenario.run() is MODULE_RESULT
    assert [text.partition(",")[0] for text in shown] == ['The task keyword "environment" sets AZURE_SECRET']


@pytest.mark.parametrize(
    "environment",
    [
        [{"AZURE_CLIENT_ID": "a", "MSGRAPH_URL": "https://graph.example", "LANG": "C"}],
        [{"AZURE_CLIENT_SECRET": " "}, {"MSGRAPH_ACCESS_TOKEN": None}],
        [{"MSGRAPH_PROXY": "http://proxy.example:8080"}],
        ["{{ nothing }}"],
    ],
)
def test_other_variables_in_the_task_keyword_environment_cause_no_warning(
    scenario: ActionScenario, environment: list[t.Any]
) -> None:
    scenario.task.environment = environment
    scenario.templar.template = lambda value: None if value == "{{ nothing }}" else value
    assert scenario.run() is MODULE_RESULT


# --- run in-process


def test_the_working_directory_is_that_of_a_local_module(scenario: ActionScenario) -> None:
    folders: list[Path] = []

    def run(_task: ModuleContext, _connect: t.Callable[[], GraphClient]) -> ModuleResult:
        folders.append(Path.cwd())
        return ModuleResult(changed=False, msg="Done.", data={})

    before = Path.cwd()
    scenario.run(run)
    assert (folders, Path.cwd()) == ([scenario.folder], before)


@pytest.mark.parametrize(("check", "diff"), [(True, False), (False, True)])
def test_the_module_receives_check_mode_and_diff(scenario: ActionScenario, check: bool, diff: bool) -> None:
    scenario.task.check_mode, scenario.task.diff = check, diff
    result = scenario.run()
    assert (result["check"], result["diff"]) == (check, diff)


NULL_OPTIONS = {"things": None, "timeout": None, "retries": None, "validate_certs": None}


def test_null_counts_as_not_given_for_options_with_a_default_too(scenario: ActionScenario) -> None:
    provided: list[dict[str, t.Any]] = []

    def run(task: ModuleContext, connect: t.Callable[[], GraphClient]) -> ModuleResult:
        provided.append({name: task.params[name] for name in NULL_OPTIONS})
        return return_options(task, connect)

    scenario.task.args.update(NULL_OPTIONS)
    scenario.run(run)
    assert provided == [{"things": None, "timeout": "30", "retries": 4, "validate_certs": True}]


def test_arguments_that_are_null_are_not_passed_to_a_module(scenario: ActionScenario) -> None:
    scenario.task.args.update(NULL_OPTIONS)
    disabled(scenario)
    scenario.run()
    assert scenario.task.args == {"access_token": TOKEN}


def test_options_are_converted_and_aliases_resolved_as_in_a_module(scenario: ActionScenario) -> None:
    scenario.task.args["stuff"] = "a,b"
    assert scenario.run()["things"] == ["a", "b"]


def test_options_and_results_contain_only_plain_json_types(scenario: ActionScenario) -> None:
    class Tagged(str):
        """A text like the tagged strings of Ansible."""

    seen: list[bool] = []

    def run(task: ModuleContext, connect: t.Callable[[], GraphClient]) -> ModuleResult:
        seen.append(isinstance(task.params["things"][0], Tagged))
        return ModuleResult(changed=False, msg=Tagged("Done."), data={"things": (Tagged("a"),)})

    scenario.task.args["things"] = [Tagged("a")]
    result = scenario.run(run)
    assert seen == [False]
    assert not isinstance(result["msg"], Tagged)
    assert result["things"] == ["a"]


def test_each_warning_is_shown_once(scenario: ActionScenario) -> None:
    assert scenario.run()["warnings"] == ["A warning."]


def test_without_warnings_the_result_has_no_warnings_key(scenario: ActionScenario) -> None:
    assert "warnings" not in scenario.run(lambda _task, _connect: ModuleResult(changed=False, msg="Done.", data={}))


def test_a_failed_task_returns_a_result_with_its_error(scenario: ActionScenario) -> None:
    def run(_task: ModuleContext, _connect: t.Callable[[], GraphClient]) -> ModuleResult:
        raise NetworkError("no route")

    result = scenario.run(run)
    assert (result["failed"], result["changed"], result["things"]) == (True, False, [])
    assert result["error"]["kind"] == "network"


def test_a_module_that_exits_the_process_fails_only_the_task(scenario: ActionScenario) -> None:
    def run(_task: ModuleContext, _connect: t.Callable[[], GraphClient]) -> ModuleResult:
        sys.exit(3)

    with pytest.raises(AnsibleError, match="with status 3"):
        scenario.run(run)


def test_a_secret_with_surrounding_whitespace_is_masked_completely(
    scenario: ActionScenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_module, "register_secret", None)
    monkeypatch.setattr(_in_process, "_include_invocation", lambda _task_vars: True)
    scenario.task.args["access_token"] = f"{TOKEN}\n"
    assert scenario.run()["invocation"]["module_args"]["access_token"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


@pytest.mark.parametrize("set_by", ["option", "environment"])
def test_a_secret_is_masked_in_all_output(
    scenario: ActionScenario, monkeypatch: pytest.MonkeyPatch, set_by: str
) -> None:
    if set_by == "environment":
        monkeypatch.setenv("MSGRAPH_ACCESS_TOKEN", scenario.task.args.pop("access_token"))
    # ansible-core before 2.22 has no register_secret.
    monkeypatch.setattr(_module, "register_secret", None)
    monkeypatch.setattr(_in_process, "_include_invocation", lambda _task_vars: True)

    def run(task: ModuleContext, _connect: t.Callable[[], GraphClient]) -> ModuleResult:
        task.log(f"about {TOKEN}")
        return ModuleResult(changed=False, msg=f"about {TOKEN}", data={"things": [TOKEN]}, warnings=(f"mind {TOKEN}",))

    result = scenario.run(run)
    assert TOKEN not in f"{result} {scenario.shown}"
    assert result["msg"] == "about ********"
    assert scenario.shown[-1] == "<localhost> about ********"
    assert result["warnings"] == ["mind ********"]
    assert set(result["invocation"]) == {"module_args"}


def test_a_secret_that_is_a_part_of_false_does_not_mask_booleans_and_null_at_the_top_level(
    scenario: ActionScenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    def remove_values(value: t.Any, secrets: t.Collection[str]) -> t.Any:
        """Replace also booleans, numbers and null, as ansible-core before 2.19 does."""
        if isinstance(value, dict):
            return {key: remove_values(item, secrets) for key, item in value.items()}
        hit = any(secret in str(value) for secret in secrets)
        return "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER" if hit else value

    monkeypatch.setattr(_module, "register_secret", None)
    monkeypatch.setattr(_in_process, "remove_values", remove_values)
    scenario.task.args["access_token"] = "als"
    data = {"nothing": None, "below": {"failed": False}}
    result = scenario.run(lambda _task, _connect: ModuleResult(changed=False, msg="False", data=data))
    assert (result["changed"], result["nothing"]) == (False, None)
    assert result["below"] == {"failed": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"}


def test_secrets_are_registered_with_an_ansible_core_that_masks_its_output(
    scenario: ActionScenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered: list[str] = []
    monkeypatch.setattr(_module, "register_secret", registered.append)
    result = scenario.run(lambda _task, _connect: ModuleResult(changed=False, msg=f"about {TOKEN}", data={}))
    assert (result["msg"], registered) == ("about ********", [TOKEN])


def test_a_task_with_no_log_logs_no_message(scenario: ActionScenario) -> None:
    def run(task: ModuleContext, _connect: t.Callable[[], GraphClient]) -> ModuleResult:
        scenario.shown.clear()
        task.log("Sending again.")
        return ModuleResult(changed=False, msg="Done.", data={})

    scenario.task.no_log = True
    scenario.run(run)
    assert scenario.shown == []


# --- the message of a failure


def fail(message: str) -> RunFunction:
    def run(_task: ModuleContext, _connect: t.Callable[[], GraphClient]) -> ModuleResult:
        raise NetworkError(message)

    return run


def test_the_message_of_a_failure_is_shown_once_before_the_result(scenario: ActionScenario) -> None:
    result = scenario.run(fail("No route"))
    assert scenario.lines == [f"localhost: {result['msg']}"] == ["localhost: No route."]


def test_a_successful_task_shows_no_message(scenario: ActionScenario) -> None:
    scenario.run()
    assert scenario.lines == []


def test_a_failed_task_with_no_log_shows_no_message(scenario: ActionScenario) -> None:
    scenario.task.no_log = True
    assert scenario.run(fail("No route"))["failed"]
    assert scenario.lines == []


@pytest.mark.parametrize(("version", "shown"), [("2.16.14", 1), ("2.18.19rc1", 1), ("2.19.0b1", 0), ("2.21.5", 0)])
def test_the_message_is_not_shown_twice_if_ansible_core_shows_it(
    scenario: ActionScenario, version: str, shown: int
) -> None:
    scenario.monkeypatch.setattr(_in_process, "ansible_version", version)
    scenario.run(fail("No route"))
    assert len(scenario.lines) == shown


def test_a_secret_in_a_message_is_masked(scenario: ActionScenario) -> None:
    scenario.run(fail(f"about {TOKEN}"))
    assert scenario.lines == ["localhost: about ********."]


def test_a_long_message_is_split_into_lines_that_awx_stores_completely(scenario: ActionScenario) -> None:
    words = " ".join(f"EX{number:03}.contoso.example" for number in range(100))
    scenario.run(fail(words))
    assert " ".join(scenario.lines) == f"localhost: {words}."
    assert len(scenario.lines) == 3
    assert max(map(len, scenario.lines)) <= 900


def test_the_message_of_a_module_is_shown_as_well(scenario: ActionScenario) -> None:
    failing_module = FailingModule(scenario)
    failing_module.result = {"failed": True, "msg": "Not this.", "error": {"kind": "network"}}
    scenario.run()
    assert scenario.lines == ["localhost: Not this."]


@pytest.mark.parametrize("wanted", [True, False])
def test_the_result_contains_the_invocation_if_the_setting_requests_it(
    scenario: ActionScenario, monkeypatch: pytest.MonkeyPatch, wanted: bool
) -> None:
    requested: list[tuple[str, t.Any]] = []

    def get_config_value(name: str, variables: t.Any = None) -> t.Any:
        requested.append((name, variables))
        return {"INJECT_INVOCATION": wanted, "INTERPRETER_PYTHON": sys.executable}[name]

    monkeypatch.setattr(constants.config, "get_config_value", get_config_value)
    assert ("invocation" in scenario.run()) is wanted
    assert ("INJECT_INVOCATION", scenario.variables) in requested


def test_the_result_contains_the_invocation_if_ansible_core_has_no_such_setting(
    scenario: ActionScenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    def get_config_value(name: str, variables: t.Any = None) -> t.Any:
        if name == "INTERPRETER_PYTHON":
            return sys.executable
        raise AnsibleError("Requested entry was not defined in configuration.")

    monkeypatch.setattr(constants.config, "get_config_value", get_config_value)
    assert scenario.run()["invocation"]["module_args"]["things"] is None
