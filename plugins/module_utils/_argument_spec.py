# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""The shared options as an argument spec of Ansible, with defaults and with a fallback for environment variables.

Job templates set variables to an empty string, which counts as unset here; Ansible's ``env_fallback`` returns it.
"""

from __future__ import annotations

import os
import typing as t

from ansible.module_utils.errors import AnsibleFallbackNotFound

from ._graph.config.options import OPTIONS, SuppliedNumber, SuppliedText, from_environment
from ._graph.config.settings import MAX_RETRIES
from ._graph.config.values import read_boolean, read_count
from ._graph.errors import OptionsError
from ._graph.masking import clip

if t.TYPE_CHECKING:
    from ._graph.config.options import Option, Value

# Longer texts are cut in messages.
_MAX_SHOWN: t.Final = 100


def shared_options() -> dict[str, dict[str, t.Any]]:
    """Return the shared options in the form that AnsibleModule takes."""
    return {option.name: _as_spec(option) for option in OPTIONS.values()}


def _as_spec(option: Option) -> dict[str, t.Any]:
    spec: dict[str, t.Any] = {"type": option.type, "aliases": list(option.aliases), "no_log": option.secret}
    if option.default is not None:
        spec["default"] = _marked(option.default)
        # Ansible runs a fallback before it reads the aliases. A task that gives the alias would get the warning that it
        # sets both names, so gather() alone reads the variables of such an option.
        if not option.aliases:
            spec["fallback"] = (environment_fallback, [option.name])
    return spec


def environment_fallback(name: str) -> t.Any:
    """Return the content of an option's environment variable, in the option's type.

    :raises AnsibleFallbackNotFound: the variables are unset or blank, so that the default holds. For a number that
        cannot be read as well: gather() reads the variable again, and its message names the variable.
    """
    option = OPTIONS[name]
    values = from_environment(option, os.environ)
    if not values:
        raise AnsibleFallbackNotFound
    if option.type == "bool":
        return _boolean(values[0])
    return _marked(_number(values[0]) if option.type == "int" else values[0].content)


def _boolean(value: Value) -> bool | str:
    """Return a boolean, or a text that Ansible refuses and shows in its message."""
    try:
        return read_boolean("", value.content)
    except OptionsError:
        return f"{clip(value.content, _MAX_SHOWN)} (from the environment variable {value.env_var})"


def _number(value: Value) -> int:
    try:
        return read_count("", value.content, most=MAX_RETRIES)
    except OptionsError:
        raise AnsibleFallbackNotFound from None


def _marked(value: str | int | bool) -> str | int | bool:
    """Return a value in a form that gather() tells from an option of the task. Python has no subclass of bool."""
    if isinstance(value, bool):
        return value
    return SuppliedNumber(value) if isinstance(value, int) else SuppliedText(value)
