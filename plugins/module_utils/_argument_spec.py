# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should import it.

"""Build Ansible's argument spec of the shared options, with defaults and environment variables.

Job templates set variables to an empty string. Here it counts as unset, so Ansible's ``env_fallback`` cannot be used.
"""

from __future__ import annotations

import os
import typing as t

from ansible.module_utils.errors import AnsibleFallbackNotFound

from ._graph.config.options import OPTIONS, SuppliedNumber, SuppliedText, from_environment
from ._graph.config.settings import MAX_RETRIES
from ._graph.config.values import parse_boolean, parse_count
from ._graph.errors import OptionsError
from ._graph.masking import clip

if t.TYPE_CHECKING:
    from ._graph.config.options import Option, Value

# The maximum length of a value in a message.
_MAX_SHOWN_LENGTH: t.Final = 100


def shared_options() -> dict[str, dict[str, t.Any]]:
    """Return the argument spec of the shared options."""
    return {option.name: _as_spec(option) for option in OPTIONS.values()}


def _as_spec(option: Option) -> dict[str, t.Any]:
    spec: dict[str, t.Any] = {"type": option.type, "aliases": list(option.aliases), "no_log": option.secret}
    if option.default is not None:
        spec["default"] = _marked(option.default)
        # Ansible calls a fallback before it reads the aliases. A task that sets the alias would get the warning that it
        # sets both names. So only collect_options() reads the variables of an option with aliases.
        if not option.aliases:
            spec["fallback"] = (environment_fallback, [option.name])
    return spec


def environment_fallback(name: str) -> t.Any:
    """Return the value of an option's environment variable, converted to the type of the option.

    :raises AnsibleFallbackNotFound: the variables are unset or blank, so Ansible uses the default. Also raised for an
        invalid number: collect_options() reads the variable again, and its message contains the variable's name.
    """
    option = OPTIONS[name]
    values = from_environment(option, os.environ)
    if not values:
        raise AnsibleFallbackNotFound
    if option.type == "bool":
        return _boolean(values[0])
    return _marked(_number(values[0]) if option.type == "int" else values[0].content)


def _boolean(value: Value) -> bool | str:
    """Return a boolean, or an invalid text that names the variable in Ansible's message."""
    try:
        return parse_boolean("", value.content)
    except OptionsError:
        return f"{clip(value.content, _MAX_SHOWN_LENGTH)} (from the environment variable {value.env_var})"


def _number(value: Value) -> int:
    try:
        return parse_count("", value.content, maximum=MAX_RETRIES)
    except OptionsError:
        raise AnsibleFallbackNotFound from None


def _marked(value: str | int | bool) -> str | int | bool:
    """Mark a value, so that collect_options() can distinguish it from an option of the task.

    A boolean cannot be marked, because Python does not allow a subclass of bool.
    """
    if isinstance(value, bool):
        return value
    return SuppliedNumber(value) if isinstance(value, int) else SuppliedText(value)
