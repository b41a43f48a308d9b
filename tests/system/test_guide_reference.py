# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compare the quick reference with the documentation of each module."""

from __future__ import annotations

import re

import pytest
from ansible_collections.msgraph.intune.tests.system.documentation import (
    MODULES,
    environment_variables,
    error_kinds,
    module_options,
    result_keys,
)
from ansible_collections.msgraph.intune.tests.system.guides import GUIDES, table_rows

GUIDE = GUIDES / "guide_reference.rst"
ALL_MODULES = [*MODULES, "graph_device_login"]
# "``wait: true``" names the option "wait".
NAMES = set(re.findall(r"``(\w+)(?:: \w+)?``", GUIDE.read_text(encoding="utf-8")))


@pytest.mark.parametrize("module", ALL_MODULES)
def test_the_reference_names_the_module_its_options_and_their_variables(module: str) -> None:
    options = module_options(module)
    aliases = {alias for option in options.values() for alias in option.aliases}
    assert {module, *options, *aliases, *environment_variables(module)} - NAMES == set()


@pytest.mark.parametrize("module", MODULES)
def test_the_table_of_options_has_the_environment_variables_of_each_option(module: str) -> None:
    table = {re.findall(r"``(\w+)``", row[0])[0]: re.findall(r"``(\w+)``", row[1]) for row in table_rows(GUIDE, "Option")}
    documented = {name: list(option.variables) for name, option in module_options(module).items() if option.variables}
    # The table of proxy names only its own variable.
    documented["proxy"] = documented["proxy"][:1]
    assert table == documented


@pytest.mark.parametrize("module", ALL_MODULES)
def test_the_reference_names_each_result_key(module: str) -> None:
    assert result_keys(module) - NAMES == set()


@pytest.mark.parametrize("module", MODULES)
def test_the_table_of_error_kinds_is_complete(module: str) -> None:
    assert {row[0].strip("`") for row in table_rows(GUIDE, "Kind")} == error_kinds(module)
