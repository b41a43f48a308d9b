# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Runs a module within Ansible's own process, where another Python could do nothing else than this one.

For a module, Ansible packs code, starts a Python, and lets it compile all of that, for each task and each item of a
loop: many times what a request to Microsoft Graph costs. A task on the controller itself needs none of it, for Ansible
has forked a process for the task already. Whatever is unusual goes the usual way: another host, user, Python or
environment, ``async``, and arguments that Ansible itself has something to say about. The variable
``msgraph_in_process``, when false, sends each task the usual way.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
import textwrap
import typing as t

from ansible import constants
from ansible.errors import AnsibleError
from ansible.module_utils.ansible_release import __version__ as ansible_version
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action.normal import ActionModule as NormalAction
from ansible.utils.display import Display
from ansible_collections.msgraph.intune.plugins.module_utils._graph.config.options import collect_options
from ansible_collections.msgraph.intune.plugins.module_utils._module import masked_by_ansible, run_spec
from ansible_collections.msgraph.intune.plugins.plugin_utils._module_environment import module_environment
from ansible_collections.msgraph.intune.plugins.plugin_utils._task_args import prepared_args

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible.module_utils.common.arg_spec import ValidationResult
    from ansible_collections.msgraph.intune.plugins.module_utils._module import ModuleSpec

display = Display()

# The words of the module files, which print the same for a Python that ansible-core itself still supports.
_OLD_PYTHON = (
    "The Python interpreter {python} is Python {version}, and this module needs Python 3.9 or later: set"
    " ansible_python_interpreter to such a Python, for a task on the controller to"
    ' "{{{{ ansible_playbook_python }}}}".'
)
# From this version on, ansible-core itself shows the message of a failed task before the result. Earlier versions show
# it in the result alone, behind everything else, as they sort the keys.
_SHOWS_MESSAGE = (2, 19)
# AWX stores the first 1,024 characters of what is displayed at once.
_MAX_LINE = 900
_PRINT_VERSION = "import sys; print('python %d.%d.%d' % sys.version_info[:3])"


class InProcessAction(NormalAction):
    """The action of a module that is a :class:`Job`."""

    spec: ModuleSpec

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return the task's result; a failure is a result, too."""
        result = self._result(tmp, task_vars)
        # Both ways to run a module return a message that is masked already.
        if result.get("failed") and not self._task.no_log and _core_version(ansible_version) < _SHOWS_MESSAGE:
            _show_message(f"{(task_vars or {}).get('inventory_hostname')}: {result.get('msg')}")
        return result

    def _result(self, tmp: str | None, task_vars: dict[str, t.Any] | None) -> dict[str, t.Any]:
        self._task.args = prepared_args(self._task.args, self.spec.argument_spec())
        host_vars = task_vars or {}
        if self._task.delegate_to:
            host_vars = host_vars.get("ansible_delegated_vars", {}).get(self._task.delegate_to, {})
        options = self._options() if self._can_run_in_process(host_vars) else None
        if options is None:
            return self._run_as_module(tmp, task_vars)
        task = InProcessContext(options, self._task, host=str((task_vars or {}).get("inventory_hostname")))
        task.vvv("Running within Ansible's own process")
        # What every action does at its beginning, without what the usual one does next.
        result: dict[str, t.Any] = super(NormalAction, self).run(tmp, task_vars)
        # Where the local connection starts modules.
        with module_environment(self._loader.get_basedir()):
            try:
                found = run_spec(task, self.spec)
            except SystemExit as exc:
                # As of a module that ends without a result; here the whole play would end with it.
                raise AnsibleError(f"The task was ended from within, with status {exc.code}") from exc
        if _include_invocation(task_vars):
            found["invocation"] = {"module_args": task.params}
        # As plain as what a module prints.
        result.update(json.loads(json.dumps(task.masked_result(found))))
        if "error" in found:
            result["failed"] = True
        if task.warnings:
            result["warnings"] = task.masked(task.warnings)
        return result

    def _run_as_module(self, tmp: str | None, task_vars: dict[str, t.Any] | None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        # A module that did not start leaves its output or an exception; refused arguments leave neither.
        if result.get("failed") and result.keys() & {"module_stdout", "module_stderr", "exception"}:
            self._replace_old_python_message(result)
        variables = self._secret_variables()
        if variables:
            warning = (
                f'The task keyword "environment" sets {", ".join(variables)}, and its values can be read in the'
                " process list. Give secrets as options, or set the variables for the ansible process."
            )
            if self._task.async_val:
                # The result of the start is replaced by that of the job.
                display.warning(warning)
            else:
                result["warnings"] = [*result.get("warnings", ()), warning]
        return result

    def _replace_old_python_message(self, result: dict[str, t.Any]) -> None:
        """Replace the message of a module that did not start because its Python is older than 3.9.

        What ansible-core sends along with a module needs a newer Python with each release: ansible-core 2.18 shows
        "No start of json char found" for Python 3.6, ansible-core 2.21 for all before 3.8.
        """
        python = (self._used_interpreter or "").lstrip("#!")
        if not python:
            return
        shown = self._low_level_execute_command(f"{shlex.quote(python)} -c {shlex.quote(_PRINT_VERSION)}")["stdout"]
        version = re.search(r"python ((\d+)\.(\d+)\.\d+)", shown)
        if version and (int(version[2]), int(version[3])) < (3, 9):
            for key in ("exception", "module_stderr", "module_stdout", "rc"):
                result.pop(key, None)
            result["msg"] = _OLD_PYTHON.format(python=python, version=version[1])

    def _secret_variables(self) -> list[str]:
        """Return the names of the variables in the task keyword ``environment`` that hold a secret."""
        provided: dict[str, t.Any] = {}
        for environment in self._task.environment or ():
            provided.update(self._templar.template(environment) or {})
        return [
            name
            for name, value in provided.items()
            if value is not None and collect_options({}, {name: str(value)}).secrets
        ]

    def _can_run_in_process(self, host_vars: Mapping[str, t.Any]) -> bool:
        return (
            # Elsewhere, what requests asks the system for may not be safe in a process that was forked.
            sys.platform == "linux"
            and boolean(str(self._templar.template(host_vars.get("msgraph_in_process", True))), strict=False)
            and self._connection.transport == "local"
            and not self._connection.become
            and not self._task.async_val
            and not any(self._task.environment or ())
            # Whoever keeps them wants to look at the module's files.
            and not constants.DEFAULT_KEEP_REMOTE_FILES
            and self._same_interpreter(host_vars)
        )

    def _same_interpreter(self, host_vars: Mapping[str, t.Any]) -> bool:
        try:
            # The variable of that name, or the setting.
            python = self._templar.template(
                constants.config.get_config_value("INTERPRETER_PYTHON", variables=host_vars)
            )
        except AnsibleError:
            return False
        # By its folder, too: what the Pythons of two virtual environments link to may be the same.
        return isinstance(python, str) and _location(python) == _location(sys.executable)

    def _options(self) -> ValidationResult | None:
        """The options, checked and completed as a module has them; ``None`` to leave them to the usual way."""
        try:
            # As plain as what is sent to a module.
            provided = json.loads(json.dumps(self._task.args))
        except (TypeError, ValueError):
            return None
        spec = self.spec.argument_spec()
        names = ({name, *option.get("aliases", ())} for name, option in spec.items())
        if any(len(known & provided.keys()) > 1 for known in names):
            return None
        checked = ArgumentSpecValidator(spec).validate(provided)
        return None if checked.error_messages else checked


class InProcessContext:
    """A :class:`Task` without a module."""

    def __init__(self, options: ValidationResult, asked: t.Any, *, host: str) -> None:
        self.params: t.MutableMapping[str, t.Any] = options.validated_parameters
        self.check_mode: bool = asked.check_mode
        self.no_log_values: set[str] = options._no_log_values
        self.warnings: list[str] = []
        self._no_log = bool(asked.no_log)
        self._host = host
        self._diff: bool = asked.diff
        self._verbosity: int = display.verbosity

    def warn(self, warning: str) -> None:
        """Keep it for the result, which shows each once."""
        if warning not in self.warnings:
            self.warnings.append(warning)

    def log(self, msg: str) -> None:
        """Show it to whoever wants to know much."""
        if not self._no_log:
            self.vvv(self.masked(msg))

    def vvv(self, msg: str) -> None:
        """Show it to whoever wants to know much, with the host's name before it."""
        display.vvv(msg, host=self._host)

    def masked(self, value: t.Any) -> t.Any:
        """Return what Ansible may have, as a module would hand it over."""
        return value if masked_by_ansible() else remove_values(value, self.no_log_values)

    def masked_result(self, result: dict[str, t.Any]) -> dict[str, t.Any]:
        """Mask a result as AnsibleModule does: booleans and null at its top level stay what they are.

        Before ansible-core 2.19, ``remove_values`` replaces them with a text when a secret is a part of "False".
        """
        kept = {key: value for key, value in result.items() if value is None or isinstance(value, bool)}
        return {**self.masked(result), **kept}


def _core_version(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split(".")[:2])


def _show_message(text: str) -> None:
    """Show a message as a line, a long one as several lines that AWX stores one by one."""
    for line in textwrap.wrap(text, _MAX_LINE, break_on_hyphens=False):
        display.display(line, color=constants.COLOR_ERROR, stderr=True)


def _location(python: str) -> tuple[str, str]:
    return os.path.dirname(python), os.path.realpath(python)


def _include_invocation(task_vars: dict[str, t.Any] | None) -> bool:
    try:
        return bool(constants.config.get_config_value("INJECT_INVOCATION", variables=task_vars))
    except AnsibleError:  # ansible-core before 2.21 always does
        return True
