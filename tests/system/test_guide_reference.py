# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compare the quick reference with the documentation of the modules."""

from __future__ import annotations

import re

from ansible_collections.msgraph.intune.tests.system.documentation import (
    MODULES,
    Option,
    environment_variables,
    error_kinds,
    module_options,
    option_defaults,
    result_keys,
    result_values,
)
from ansible_collections.msgraph.intune.tests.system.guides import GUIDES, table_rows

GUIDE = GUIDES / "guide_reference.rst"
TEXT = GUIDE.read_text(encoding="utf-8")
DOCUMENTED = (*MODULES, "graph_device_login")


def words(cell: str) -> list[str]:
    """Return the literals of a cell."""
    return re.findall(r"``([^`]+)``", cell)


def first_words(head: str) -> set[str]:
    """Return the literals in the first column of a table."""
    return {word for row in table_rows(GUIDE, head) for word in words(row[0])}


def default_text(default: object) -> str:
    """Return the default as YAML writes it, as a literal; "Not set" for an option without a default."""
    if default is None:
        return "Not set"
    return f"``{str(default).lower() if isinstance(default, bool) else default}``"


def listed_options(head: str) -> dict[str, tuple[Option, str]]:
    """Return the options of a table with their defaults. A row can hold several options."""
    options = {}
    for names, *variables, default, _meaning in table_rows(GUIDE, head):
        aliases = tuple(re.findall(r"\(``(\w+)``\)", names))
        for name in set(words(names)) - set(aliases):
            options[name] = (Option(name, aliases, tuple(words(" ".join(variables)))), default)
    return options


def test_each_option_is_listed_with_its_aliases_variables_and_default() -> None:
    listed: dict[str, tuple[Option, str]] = {}
    for kind in ("Sign-in", "Connection", "Selection", "Sync", "Info"):
        listed |= listed_options(f"{kind} option")
    for module in DOCUMENTED:
        defaults = option_defaults(module)
        for name, option in module_options(module).items():
            assert listed[name] == (option, default_text(defaults[name])), module
    assert set(listed) == {name for module in DOCUMENTED for name in module_options(module)}


def test_each_environment_variable_is_listed() -> None:
    documented = {variable for module in DOCUMENTED for variable in environment_variables(module)}
    listed = set(re.findall(r"``([A-Z]+_[A-Z0-9_]+)``", TEXT))
    assert listed == documented


def test_each_result_key_is_listed() -> None:
    documented = {key for module in MODULES for key in result_keys(module)}
    section = TEXT.partition("\nResult keys of a task\n")[2]
    assert documented - set(words(section)) == set()


def test_each_reason_and_error_kind_is_listed() -> None:
    for key in ("reason", "health_reason"):
        documented = {value for module in MODULES for value in result_values(module, key)}
        assert first_words(f"Value of ``{key}``") == documented
    assert first_words("``error.kind``") == error_kinds(MODULES[0])
