# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The arrows between the rooms of the code point one way, as docs/map.md draws them."""

from __future__ import annotations

import ast
import re
import typing as t
from pathlib import Path

import pytest

COLLECTION = Path(__file__).parents[3]
PACKAGE = "ansible_collections.msgraph.intune"

# From the top down; each room may import from itself and from those below.
ROOMS = (
    ("plugins.action", "extensions.eda.plugins"),
    ("plugins.modules", "plugins.plugin_utils"),
    ("plugins.module_utils._sync_module", "plugins.module_utils._info_module"),
    ("plugins.module_utils._module", "plugins.module_utils._argument_spec"),
    ("plugins.module_utils._intune",),
    ("plugins.module_utils._graph",),
)
WITHOUT_ANSIBLE = ("plugins.module_utils._intune", "plugins.module_utils._graph")
KNOWS_A_CONNECTOR = "plugins/module_utils/_intune/resources/exchange_connector.py"
FILES = sorted(
    path.relative_to(COLLECTION).as_posix()
    for folder in ("plugins", "extensions")
    for path in (COLLECTION / folder).rglob("*.py")
    if "doc_fragments" not in path.parts
)


def dotted(file: str) -> str:
    return file.removesuffix(".py").replace("/", ".")


def floor(name: str) -> int:
    """The number of the room that a name is in, from the top; what is in none of them lies below all."""
    for number, rooms in enumerate(ROOMS):
        if any(name == room or name.startswith(f"{room}.") for room in rooms):
            return number
    return len(ROOMS)


def imported(file: str, source: str) -> t.Iterator[str]:
    """Each name that a file imports, wherever in it, in full; those of the collection without its package."""
    package = dotted(file).split(".")[:-1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            names = [f"{module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name[len(PACKAGE) + 1 :] if name.startswith(f"{PACKAGE}.") else name for name in names)


def broken(file: str, source: str) -> list[str]:
    """The imports by which a file breaks the rules."""
    names = list(imported(file, source))
    found = [name for name in names if floor(name) < floor(dotted(file))]
    if dotted(file).startswith(WITHOUT_ANSIBLE):
        found += [name for name in names if re.match(r"ansible(\.|$)", name)]
    return found


@pytest.mark.parametrize("file", FILES)
def test_no_file_imports_from_a_room_above_its_own(file: str) -> None:
    assert floor(dotted(file)) < len(ROOMS), "it is in none of the rooms"
    assert broken(file, (COLLECTION / file).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("_graph", "from .._intune.last_sync import Plan"),
        ("_graph", "from .._intune import _plan"),
        ("_graph", "def late():\n    from .. import _module"),
        ("_graph", f"import {PACKAGE}.plugins.module_utils._intune.last_sync"),
        ("_graph", "from ansible.module_utils.basic import AnsibleModule"),
        ("_intune", "import ansible"),
        ("_intune", "from .._module import Report"),
        ("_intune", f"from {PACKAGE}.plugins.modules import intune_exchange_connector_info"),
    ],
)
def test_the_search_finds_what_breaks_the_rules(room: str, line: str) -> None:
    assert len(broken(f"plugins/module_utils/{room}/_any.py", line)) == 1


@pytest.mark.parametrize("line", ["from .._graph.errors import GraphError", "from ._plan import Plan", "import re"])
def test_the_search_lets_the_rest_pass(line: str) -> None:
    assert broken("plugins/module_utils/_intune/_any.py", line) == []


def test_one_file_alone_names_an_exchange_connector() -> None:
    utils = [file for file in FILES if file.startswith("plugins/module_utils/")]
    error_context = [
        file
        for file in utils
        if re.search("exchange_?connector", (COLLECTION / file).read_text(encoding="utf-8"), re.IGNORECASE)
    ]
    assert error_context == [KNOWS_A_CONNECTOR]
