# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Run a module in Ansible's worker process, if the result is the same as in a separate Python process.

To run a module, Ansible packs its code and starts a Python process that compiles it, for each task and each loop item.
This takes much longer than a request to Microsoft Graph. On the controller it is not necessary, because Ansible has
already forked a worker process for the task.

Ansible runs the task as a module if the task uses another host, user, Python or environment, uses ``async``, or has
arguments that Ansible must check. If the variable ``msgraph_in_process`` is false, all tasks run as modules.
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

# The module files print the same message if ansible-core still supports the old Python.
_OLD_PYTHON = (
    "The Python interpreter {python} is Python {version}, and this module needs Python 3.9 or later: set"
    " ansible_python_interpreter to such a Python, for a task on the controller to"
    ' "{{{{ ansible_playbook_python }}}}".'
)
# The first ansible-core version that shows the message of a failed task before the result. Earlier versions show it
# only inside the result, where keys are sorted and other keys come first.
_CORE_SHOWS_MESSAGE = (2, 19)
# AWX stores only the first 1,024 characters of each displayed text.
_MAX_LINE_LENGTH = 900
_PRINT_VERSION = "import sys; print('python %d.%d.%d' % sys.version_info[:3])"


class InProcessAction(NormalAction):
    """The action plugin of a module that has a :class:`ModuleSpec`."""

    spec: ModuleSpec

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Run the task and return its result, also if the task fails."""
        result = self._result(tmp, task_vars)
        # The message is already masked in both ways to run a module.
        if result.get("failed") and not self._task.no_log and _core_version(ansible_version) < _CORE_SHOWS_MESSAGE:
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
        context = InProcessContext(options, self._task, host=str((task_vars or {}).get("inventory_hostname")))
        context.vvv("Running within Ansible's own process")
        # Call ActionBase.run(), which prepares each action, but not NormalAction.run(), which starts the module.
        result: dict[str, t.Any] = super(NormalAction, self).run(tmp, task_vars)
        # The local connection starts modules in this folder as well.
        with module_environment(self._loader.get_basedir()):
            try:
                outcome = run_spec(context, self.spec)
            except SystemExit as exc:
                # SystemExit would end the worker process. Fail the task, as Ansible does for a module without a result.
                raise AnsibleError(f"The task was ended from within, with status {exc.code}") from exc
        if _include_invocation(task_vars):
            outcome["invocation"] = {"module_args": context.params}
        # Convert to JSON and back, so that the result has the same types as the result of a module.
        result.update(json.loads(json.dumps(context.masked_result(outcome))))
        if "error" in outcome:
            result["failed"] = True
        if context.warnings:
            result["warnings"] = context.masked(context.warnings)
        return result

    def _run_as_module(self, tmp: str | None, task_vars: dict[str, t.Any] | None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        # If the module did not start, the result contains its output or an exception. If Ansible rejected the
        # arguments, it contains neither.
        if result.get("failed") and result.keys() & {"module_stdout", "module_stderr", "exception"}:
            self._replace_old_python_message(result)
        variables = self._secret_variables()
        if variables:
            warning = (
                f'The task keyword "environment" sets {", ".join(variables)}, and its values can be read in the'
                " process list. Give secrets as options, or set the variables for the ansible process."
            )
            if self._task.async_val:
                # Ansible replaces this result with the result of the background job.
                display.warning(warning)
            else:
                result["warnings"] = [*result.get("warnings", ()), warning]
        return result

    def _replace_old_python_message(self, result: dict[str, t.Any]) -> None:
        """Replace the message of a module that did not start because its Python is older than 3.9.

        Each release of ansible-core needs a newer Python to start modules. With an older Python, Ansible shows "No
        start of json char found": ansible-core 2.18 for Python 3.6, ansible-core 2.21 for Python before 3.8.
        """
        python = (self._used_interpreter or "").lstrip("#!")
        if not python:
            return
        output = self._low_level_execute_command(f"{shlex.quote(python)} -c {shlex.quote(_PRINT_VERSION)}")["stdout"]
        version = re.search(r"python ((\d+)\.(\d+)\.\d+)", output)
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
            # On other systems, system calls of requests may not be safe in a forked process.
            sys.platform == "linux"
            and boolean(str(self._templar.template(host_vars.get("msgraph_in_process", True))), strict=False)
            and self._connection.transport == "local"
            and not self._connection.become
            and not self._task.async_val
            and not any(self._task.environment or ())
            # The user wants to inspect the files of the module.
            and not constants.DEFAULT_KEEP_REMOTE_FILES
            and self._same_interpreter(host_vars)
        )

    def _same_interpreter(self, host_vars: Mapping[str, t.Any]) -> bool:
        try:
            # The value of the variable ansible_python_interpreter, or of Ansible's setting.
            python = self._templar.template(
                constants.config.get_config_value("INTERPRETER_PYTHON", variables=host_vars)
            )
        except AnsibleError:
            return False
        # Compare the folders as well: the Pythons of two virtual environments can be links to the same file.
        return isinstance(python, str) and _location(python) == _location(sys.executable)

    def _options(self) -> ValidationResult | None:
        """Return the validated options with defaults; ``None`` if Ansible must report an error or a warning."""
        try:
            # Convert to JSON and back, so that the options have the same types as in a module.
            provided = json.loads(json.dumps(self._task.args))
        except (TypeError, ValueError):
            return None
        spec = self.spec.argument_spec()
        names_of_options = ({name, *option.get("aliases", ())} for name, option in spec.items())
        if any(len(names & provided.keys()) > 1 for names in names_of_options):
            return None
        validated = ArgumentSpecValidator(spec).validate(provided)
        return None if validated.error_messages else validated


class InProcessContext:
    """The :class:`ModuleContext` of a task in the worker process."""

    def __init__(self, options: ValidationResult, task: t.Any, *, host: str) -> None:
        self.params: t.MutableMapping[str, t.Any] = options.validated_parameters
        self.check_mode: bool = task.check_mode
        self.no_log_values: set[str] = options._no_log_values
        self.warnings: list[str] = []
        self._no_log = bool(task.no_log)
        self._host = host
        self._diff: bool = task.diff
        self._verbosity: int = display.verbosity

    def warn(self, warning: str) -> None:
        """Add a warning to the result, if it is new."""
        if warning not in self.warnings:
            self.warnings.append(warning)

    def log(self, msg: str) -> None:
        """Log a message with -vvv, with secrets masked. A task with ``no_log`` logs no message."""
        if not self._no_log:
            self.vvv(self.masked(msg))

    def vvv(self, msg: str) -> None:
        """Log a message with -vvv and the name of the host."""
        display.vvv(msg, host=self._host)

    def masked(self, value: t.Any) -> t.Any:
        """Return a value with secrets masked as AnsibleModule does, unless Ansible itself masks its output."""
        return value if masked_by_ansible() else remove_values(value, self.no_log_values)

    def masked_result(self, result: dict[str, t.Any]) -> dict[str, t.Any]:
        """Mask a result as AnsibleModule does. Do not mask booleans and null at the top level.

        Before ansible-core 2.19, ``remove_values`` replaces them with a text if a secret is a part of "False".
        """
        unmasked = {key: value for key, value in result.items() if value is None or isinstance(value, bool)}
        return {**self.masked(result), **unmasked}


def _core_version(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split(".")[:2])


def _show_message(text: str) -> None:
    """Display a message. Split a long message into lines, because AWX cuts long texts."""
    for line in textwrap.wrap(text, _MAX_LINE_LENGTH, break_on_hyphens=False):
        display.display(line, color=constants.COLOR_ERROR, stderr=True)


def _location(python: str) -> tuple[str, str]:
    return os.path.dirname(python), os.path.realpath(python)


def _include_invocation(task_vars: dict[str, t.Any] | None) -> bool:
    try:
        return bool(constants.config.get_config_value("INJECT_INVOCATION", variables=task_vars))
    except AnsibleError:  # ansible-core before 2.21 has no such setting and always includes it
        return True
