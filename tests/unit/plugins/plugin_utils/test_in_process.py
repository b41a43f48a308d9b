# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which way a task goes, and what becomes of a job without a module; the system tests compare both ways in plays."""

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
USUAL = {"changed": False, "msg": "Done the usual way."}
HERE = {"ansible_python_interpreter": sys.executable, "inventory_hostname": "localhost"}

Work = t.Callable[[ModuleContext, t.Callable[[], "GraphClient"]], ModuleResult]


def echo(task: ModuleContext, connect: t.Callable[[], GraphClient]) -> ModuleResult:
    """Tells what it was given."""
    connect()
    provided = {"things": task.params["things"], "check": task.check_mode, "diff": task._diff}
    return ModuleResult(changed=True, msg="Done.", data=provided, warnings=("Mind the gap.", "Mind the gap."))


class Stage:
    """Runs the action; each attribute is a circumstance that a test may change."""

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
        self.variables: dict[str, t.Any] = dict(HERE)
        self.shown: list[str] = []
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setattr(_in_process.display, "vvv", lambda msg, host: self.shown.append(f"<{host}> {msg}"))
        # As before ansible-core 2.19, which shows no message by itself.
        monkeypatch.setattr(_in_process, "ansible_version", "2.18.6")
        self.lines: list[str] = []

        def show(msg: str, color: str, stderr: bool) -> None:
            assert (color, stderr) == (constants.COLOR_ERROR, True)
            self.lines.append(msg)

        monkeypatch.setattr(_in_process.display, "display", show)
        monkeypatch.setattr(NormalAction, "run", lambda _self, _tmp, _task_vars: USUAL)

    def run(self, work: Work = echo) -> dict[str, t.Any]:
        loader = mock.MagicMock(get_basedir=lambda: str(self.folder))
        action = InProcessAction(self.task, self.connection, mock.MagicMock(), loader, self.templar, mock.MagicMock())
        # As Python gives a plugin what is beside its class.
        action.spec = ModuleSpec(
            {"things": {"type": "list", "elements": "str", "aliases": ["stuff"]}},
            work,
            {"things": []},
            RateLimit(100, 20.0),
        )
        return action.run(None, self.variables)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Stage:
    for name in os.environ:
        if name.startswith(("AZURE_", "MSGRAPH_", "ANSIBLE_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    return Stage(monkeypatch, tmp_path)


def test_a_task_on_the_controller_runs_here(stage: Stage) -> None:
    stage.task.args["things"] = ["a"]
    result = stage.run()
    assert {key: result[key] for key in ("changed", "msg", "things")} == {
        "changed": True,
        "msg": "Done.",
        "things": ["a"],
    }
    assert result["graph"]["auth_method"] == "access_token"
    assert "failed" not in result
    assert stage.shown == ["<localhost> Running within Ansible's own process"]


# --- which way


def other_transport(stage: Stage) -> None:
    stage.connection.transport = "ssh"


def other_user(stage: Stage) -> None:
    stage.connection.become = mock.MagicMock()


def other_platform(stage: Stage) -> None:
    stage.monkeypatch.setattr(sys, "platform", "darwin")


def in_the_background(stage: Stage) -> None:
    stage.task.async_val = 60


def other_environment(stage: Stage) -> None:
    stage.task.environment = [{}, {"HTTPS_PROXY": "http://proxy.example"}]


def kept_files(stage: Stage) -> None:
    stage.monkeypatch.setattr(constants, "DEFAULT_KEEP_REMOTE_FILES", True)


def other_python(stage: Stage) -> None:
    stage.variables["ansible_python_interpreter"] = "/no/such/python"


def python_of_another_folder(stage: Stage, tmp_path: Path) -> None:
    # As that of another virtual environment.
    (tmp_path / "python").symlink_to(Path(sys.executable).resolve())
    stage.variables["ansible_python_interpreter"] = str(tmp_path / "python")


def no_python_named(stage: Stage) -> None:
    del stage.variables["ansible_python_interpreter"]


def python_that_nobody_knows(stage: Stage) -> None:
    def refuse(value: t.Any) -> t.Any:
        if value == "{{ nonsense }}":
            raise AnsibleError("nonsense is undefined")
        return value

    stage.variables["ansible_python_interpreter"] = "{{ nonsense }}"
    stage.templar.template = refuse


def delegated_to_another_python(stage: Stage) -> None:
    stage.task.delegate_to = "b"
    stage.variables["ansible_delegated_vars"] = {"b": {"ansible_python_interpreter": "/no/such/python"}}


def switched_off_for_the_host_that_it_is_delegated_to(stage: Stage) -> None:
    stage.task.delegate_to = "b"
    stage.variables["ansible_delegated_vars"] = {"b": {**HERE, "msgraph_in_process": False}}


def switched_off(stage: Stage) -> None:
    stage.variables["msgraph_in_process"] = "no"


def switched_off_by_a_template(stage: Stage) -> None:
    stage.variables["msgraph_in_process"] = "{{ never }}"
    stage.templar.template = lambda value: False if value == "{{ never }}" else value


def switched_to_nonsense(stage: Stage) -> None:
    stage.variables["msgraph_in_process"] = "perhaps"


def switched_to_a_list(stage: Stage) -> None:
    stage.variables["msgraph_in_process"] = [True]


def unknown_option(stage: Stage) -> None:
    stage.task.args["colour"] = "red"


def option_of_another_type(stage: Stage) -> None:
    stage.task.args["things"] = {"a": 1}


def blank_number(stage: Stage) -> None:
    stage.task.args["retries"] = ""


def blank_boolean(stage: Stage) -> None:
    stage.task.args["validate_certs"] = ""


def option_by_two_names(stage: Stage) -> None:
    stage.task.args.update(things=["a"], stuff=["b"])


def option_that_json_does_not_know(stage: Stage) -> None:
    stage.task.args["things"] = [datetime.date(2024, 2, 19)]


@pytest.mark.parametrize(
    "change",
    [
        other_transport,
        other_user,
        other_platform,
        in_the_background,
        other_environment,
        kept_files,
        other_python,
        no_python_named,
        python_that_nobody_knows,
        delegated_to_another_python,
        switched_off,
        switched_off_for_the_host_that_it_is_delegated_to,
        switched_off_by_a_template,
        switched_to_nonsense,
        switched_to_a_list,
        unknown_option,
        option_of_another_type,
        blank_number,
        blank_boolean,
        option_by_two_names,
        option_that_json_does_not_know,
    ],
)
def test_whatever_is_unusual_goes_the_usual_way(stage: Stage, change: t.Callable[[Stage], None]) -> None:
    change(stage)
    assert stage.run() is USUAL
    assert stage.shown == []


def test_the_python_of_another_virtual_environment_is_another_one(stage: Stage, tmp_path: Path) -> None:
    python_of_another_folder(stage, tmp_path)
    assert stage.run() is USUAL


def test_another_name_of_the_same_python_is_the_same_one(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python_of_another_folder(stage, tmp_path)
    (tmp_path / "python3").symlink_to("python")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python3"))
    assert stage.run()["changed"]


def test_the_setting_names_a_python_as_the_variable_does(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    no_python_named(stage)
    monkeypatch.setenv("ANSIBLE_PYTHON_INTERPRETER", sys.executable)
    assert stage.run()["changed"]


def test_of_a_delegated_task_the_other_hosts_variables_count(stage: Stage) -> None:
    stage.task.delegate_to = "b"
    stage.variables = {
        "ansible_python_interpreter": "/no/such/python",
        "msgraph_in_process": False,
        "ansible_delegated_vars": {"b": HERE},
    }
    assert stage.run()["changed"]


@pytest.mark.parametrize("environment", [None, [], [{}, {}]])
def test_no_environment_is_none(stage: Stage, environment: t.Any) -> None:
    stage.task.environment = environment
    assert stage.run()["changed"]


# --- as a module


class Failing:
    """A module that fails without a result of its own, and a host that prints its Python's version."""

    def __init__(self, stage: Stage, shown: str = "") -> None:
        self.result: dict[str, t.Any] = {"failed": True, "msg": "No start of json char found", "module_stderr": "…"}
        self.commands: list[str] = []
        self.shebang: str | None = "#!/opt/old python"

        def run(action: InProcessAction, _tmp: str | None, _task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
            action._used_interpreter = self.shebang
            return self.result

        def execute(_action: InProcessAction, command: str) -> dict[str, t.Any]:
            self.commands.append(command)
            return {"stdout": shown}

        switched_off(stage)
        stage.monkeypatch.setattr(NormalAction, "run", run)
        stage.monkeypatch.setattr(NormalAction, "_low_level_execute_command", execute)


@pytest.mark.parametrize("version", ["2.7.18", "3.6.15", "3.8.18"])
def test_a_python_that_is_too_old_for_ansible_is_named_with_the_cure(stage: Stage, version: str) -> None:
    failing = Failing(stage, f"Welcome!\npython {version}\n")
    result = stage.run()
    assert set(result) == {"failed", "msg"}
    assert result["msg"].startswith(f"The Python interpreter /opt/old python is Python {version}, and this")
    assert result["msg"].endswith('for a task on the controller to "{{ ansible_playbook_python }}".')
    assert failing.commands[0].startswith("'/opt/old python' -c ")


@pytest.mark.parametrize("shown", ["python 3.9.0", "python 3.14.1", "sh: 1: /opt/old: not found", ""])
def test_any_other_failure_stays_what_it_is(stage: Stage, shown: str) -> None:
    failing = Failing(stage, shown)
    assert stage.run() == {"failed": True, "msg": "No start of json char found", "module_stderr": "…"}
    assert len(failing.commands) == 1


def test_a_failure_of_the_module_itself_is_not_looked_into(stage: Stage) -> None:
    failing = Failing(stage, "python 3.6.15")
    failing.result = {"failed": True, "msg": "Not this.", "error": {"kind": "network"}}
    assert stage.run()["msg"] == "Not this."
    assert failing.commands == []


def test_nor_is_one_before_an_interpreter_was_found(stage: Stage) -> None:
    failing = Failing(stage, "python 3.6.15")
    failing.shebang = None
    assert stage.run()["msg"] == "No start of json char found"
    assert failing.commands == []


SECRET_VARIABLES = sorted({name for option in OPTIONS.values() if option.secret for name in option.environment})


@pytest.mark.parametrize("name", [*SECRET_VARIABLES, "HTTPS_PROXY", "IDENTITY_HEADER"])
def test_a_secret_in_the_task_keyword_environment_is_warned_of_by_its_name(stage: Stage, name: str) -> None:
    value = "http://user:pass-word-of-the-proxy@proxy.example" if name.endswith("PROXY") else "a-secret-of-some-length"
    stage.task.environment = [{"LANG": "C"}, {name: value}]
    stage.monkeypatch.setattr(NormalAction, "run", lambda _self, _tmp, _task_vars: {**USUAL, "warnings": ["Old."]})
    old, warning = stage.run()["warnings"]
    assert old == "Old."
    assert warning.startswith(
        f'The task keyword "environment" sets {name}, and its values can be read in the process list.'
    )
    assert value not in warning


def test_a_task_with_async_shows_the_warning_at_once(stage: Stage) -> None:
    shown: list[str] = []
    stage.monkeypatch.setattr(_in_process.display, "warning", shown.append)
    stage.task.environment = [{"AZURE_SECRET": "a-secret-of-some-length"}]
    in_the_background(stage)
    assert stage.run() is USUAL
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
def test_nothing_else_in_it_is_warned_of(stage: Stage, environment: list[t.Any]) -> None:
    stage.task.environment = environment
    stage.templar.template = lambda value: None if value == "{{ nothing }}" else value
    assert stage.run() is USUAL


# --- what becomes of the job


def test_paths_begin_where_a_modules_do(stage: Stage) -> None:
    folders: list[Path] = []

    def work(_task: ModuleContext, _connect: t.Callable[[], GraphClient]) -> ModuleResult:
        folders.append(Path.cwd())
        return ModuleResult(changed=False, msg="Done.", data={})

    before = Path.cwd()
    stage.run(work)
    assert (folders, Path.cwd()) == ([stage.folder], before)


@pytest.mark.parametrize(("check", "diff"), [(True, False), (False, True)])
def test_the_job_is_told_how_the_task_is_run(stage: Stage, check: bool, diff: bool) -> None:
    stage.task.check_mode, stage.task.diff = check, diff
    result = stage.run()
    assert (result["check"], result["diff"]) == (check, diff)


NULL = {"things": None, "timeout": None, "retries": None, "validate_certs": None}


def test_null_counts_as_not_given_for_options_with_a_default_too(stage: Stage) -> None:
    provided: list[dict[str, t.Any]] = []

    def work(task: ModuleContext, connect: t.Callable[[], GraphClient]) -> ModuleResult:
        provided.append({name: task.params[name] for name in NULL})
        return echo(task, connect)

    stage.task.args.update(NULL)
    stage.run(work)
    assert provided == [{"things": None, "timeout": "30", "retries": 4, "validate_certs": True}]


def test_a_module_is_not_sent_null(stage: Stage) -> None:
    stage.task.args.update(NULL)
    switched_off(stage)
    stage.run()
    assert stage.task.args == {"access_token": TOKEN}


def test_options_are_completed_as_a_module_has_them(stage: Stage) -> None:
    stage.task.args["stuff"] = "a,b"
    assert stage.run()["things"] == ["a", "b"]


def test_neither_what_goes_in_nor_what_comes_out_is_more_than_json(stage: Stage) -> None:
    class Tagged(str):
        """As Ansible tags what it has read."""

    seen: list[bool] = []

    def work(task: ModuleContext, connect: t.Callable[[], GraphClient]) -> ModuleResult:
        seen.append(isinstance(task.params["things"][0], Tagged))
        return ModuleResult(changed=False, msg=Tagged("Done."), data={"things": (Tagged("a"),)})

    stage.task.args["things"] = [Tagged("a")]
    result = stage.run(work)
    assert seen == [False]
    assert not isinstance(result["msg"], Tagged)
    assert result["things"] == ["a"]


def test_each_warning_is_shown_once(stage: Stage) -> None:
    assert stage.run()["warnings"] == ["Mind the gap."]


def test_without_a_warning_there_is_no_list_of_them(stage: Stage) -> None:
    assert "warnings" not in stage.run(lambda _task, _connect: ModuleResult(changed=False, msg="Done.", data={}))


def test_a_failure_is_a_result_with_its_error(stage: Stage) -> None:
    def work(_task: ModuleContext, _connect: t.Callable[[], GraphClient]) -> ModuleResult:
        raise NetworkError("no route")

    result = stage.run(work)
    assert (result["failed"], result["changed"], result["things"]) == (True, False, [])
    assert result["error"]["kind"] == "network"


def test_work_that_ends_its_process_fails_the_task_alone(stage: Stage) -> None:
    def work(_task: ModuleContext, _connect: t.Callable[[], GraphClient]) -> ModuleResult:
        sys.exit(3)

    with pytest.raises(AnsibleError, match="with status 3"):
        stage.run(work)


def test_a_secret_with_blanks_around_it_is_masked_as_a_whole(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_module, "register_secret", None)
    monkeypatch.setattr(_in_process, "_include_invocation", lambda _task_vars: True)
    stage.task.args["access_token"] = f"{TOKEN}\n"
    assert stage.run()["invocation"]["module_args"]["access_token"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


@pytest.mark.parametrize("set_by", ["option", "environment"])
def test_a_secret_is_masked_wherever_it_comes_out(stage: Stage, monkeypatch: pytest.MonkeyPatch, set_by: str) -> None:
    if set_by == "environment":
        monkeypatch.setenv("MSGRAPH_ACCESS_TOKEN", stage.task.args.pop("access_token"))
    # As before ansible-core 2.22.
    monkeypatch.setattr(_module, "register_secret", None)
    monkeypatch.setattr(_in_process, "_include_invocation", lambda _task_vars: True)

    def work(task: ModuleContext, _connect: t.Callable[[], GraphClient]) -> ModuleResult:
        task.log(f"about {TOKEN}")
        return ModuleResult(changed=False, msg=f"about {TOKEN}", data={"things": [TOKEN]}, warnings=(f"mind {TOKEN}",))

    result = stage.run(work)
    assert TOKEN not in f"{result} {stage.shown}"
    assert result["msg"] == "about ********"
    assert stage.shown[-1] == "<localhost> about ********"
    assert result["warnings"] == ["mind ********"]
    assert set(result["invocation"]) == {"module_args"}


def test_a_secret_that_is_a_part_of_false_leaves_booleans_and_null_at_the_top_level(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def remove_values(value: t.Any, secrets: t.Collection[str]) -> t.Any:
        """Replace booleans, numbers and null as well, as ansible-core before 2.19 does."""
        if isinstance(value, dict):
            return {key: remove_values(item, secrets) for key, item in value.items()}
        hit = any(secret in str(value) for secret in secrets)
        return "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER" if hit else value

    monkeypatch.setattr(_module, "register_secret", None)
    monkeypatch.setattr(_in_process, "remove_values", remove_values)
    stage.task.args["access_token"] = "als"
    data = {"nothing": None, "below": {"failed": False}}
    result = stage.run(lambda _task, _connect: ModuleResult(changed=False, msg="False", data=data))
    assert (result["changed"], result["nothing"]) == (False, None)
    assert result["below"] == {"failed": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"}


def test_ansible_core_that_masks_what_it_shows_is_given_the_secrets_to_mask(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered: list[str] = []
    monkeypatch.setattr(_module, "register_secret", registered.append)
    result = stage.run(lambda _task, _connect: ModuleResult(changed=False, msg=f"about {TOKEN}", data={}))
    assert (result["msg"], registered) == ("about ********", [TOKEN])


def test_of_a_task_that_logs_nothing_nothing_is_told(stage: Stage) -> None:
    def work(task: ModuleContext, _connect: t.Callable[[], GraphClient]) -> ModuleResult:
        stage.shown.clear()
        task.log("Sending again.")
        return ModuleResult(changed=False, msg="Done.", data={})

    stage.task.no_log = True
    stage.run(work)
    assert stage.shown == []


# --- the message of a failure


def fail(message: str) -> Work:
    def work(_task: ModuleContext, _connect: t.Callable[[], GraphClient]) -> ModuleResult:
        raise NetworkError(message)

    return work


def test_the_message_of_a_failure_is_shown_once_before_the_result(stage: Stage) -> None:
    result = stage.run(fail("No route"))
    assert stage.lines == [f"localhost: {result['msg']}"] == ["localhost: No route."]


def test_a_task_that_succeeds_shows_no_message(stage: Stage) -> None:
    stage.run()
    assert stage.lines == []


def test_no_log_shows_no_message(stage: Stage) -> None:
    stage.task.no_log = True
    assert stage.run(fail("No route"))["failed"]
    assert stage.lines == []


@pytest.mark.parametrize(("version", "shown"), [("2.16.14", 1), ("2.18.19rc1", 1), ("2.19.0b1", 0), ("2.21.5", 0)])
def test_ansible_core_that_shows_the_message_itself_gets_no_second_one(stage: Stage, version: str, shown: int) -> None:
    stage.monkeypatch.setattr(_in_process, "ansible_version", version)
    stage.run(fail("No route"))
    assert len(stage.lines) == shown


def test_a_secret_in_a_message_is_masked(stage: Stage) -> None:
    stage.run(fail(f"about {TOKEN}"))
    assert stage.lines == ["localhost: about ********."]


def test_a_long_message_takes_lines_that_awx_stores_whole(stage: Stage) -> None:
    words = " ".join(f"EX{number:03}.contoso.example" for number in range(100))
    stage.run(fail(words))
    assert " ".join(stage.lines) == f"localhost: {words}."
    assert len(stage.lines) == 3
    assert max(map(len, stage.lines)) <= 900


def test_the_message_of_a_module_is_shown_as_well(stage: Stage) -> None:
    failing = Failing(stage)
    failing.result = {"failed": True, "msg": "Not this.", "error": {"kind": "network"}}
    stage.run()
    assert stage.lines == ["localhost: Not this."]


@pytest.mark.parametrize("wanted", [True, False])
def test_the_arguments_are_told_where_ansible_wants_them(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, wanted: bool
) -> None:
    asked: list[tuple[str, t.Any]] = []

    def get_config_value(name: str, variables: t.Any = None) -> t.Any:
        asked.append((name, variables))
        return {"INJECT_INVOCATION": wanted, "INTERPRETER_PYTHON": sys.executable}[name]

    monkeypatch.setattr(constants.config, "get_config_value", get_config_value)
    assert ("invocation" in stage.run()) is wanted
    assert ("INJECT_INVOCATION", stage.variables) in asked


def test_ansible_core_that_does_not_ask_tells_them(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def get_config_value(name: str, variables: t.Any = None) -> t.Any:
        if name == "INTERPRETER_PYTHON":
            return sys.executable
        raise AnsibleError("Requested entry was not defined in configuration.")

    monkeypatch.setattr(constants.config, "get_config_value", get_config_value)
    assert stage.run()["invocation"]["module_args"]["things"] is None
