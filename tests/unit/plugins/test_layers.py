# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A file imports from its own layer and from lower layers, as docs/map.md describes."""

from __future__ import annotations

import ast
import re
import typing as t
from pathlib import Path

import pytest

COLLECTION = Path(__file__).parents[3]
PACKAGE = "ansible_collections.msgraph.intune"

GRAPH = "plugins.module_utils._graph"
# From top to bottom. A file may import from its own layer and from lower ones.
LAYERS = (
    ("plugins.action", "extensions.eda.plugins"),
    ("plugins.modules", "plugins.plugin_utils"),
    ("plugins.module_utils._sync_module", "plugins.module_utils._info_module"),
    ("plugins.module_utils._module", "plugins.module_utils._argument_spec"),
    ("plugins.module_utils._intune",),
    (f"{GRAPH}.connect", f"{GRAPH}.batch", f"{GRAPH}.paging"),
    (f"{GRAPH}.client",),
    (f"{GRAPH}.auth", f"{GRAPH}.permission"),
    (f"{GRAPH}.graph_errors", f"{GRAPH}.config"),
    (f"{GRAPH}.http",),
    (f"{GRAPH}.dependencies", f"{GRAPH}.clouds", f"{GRAPH}.files"),
    (f"{GRAPH}.errors",),
    (f"{GRAPH}.masking", f"{GRAPH}.text", f"{GRAPH}.clock", f"{GRAPH}.version"),
)
WITHOUT_ANSIBLE = ("plugins.module_utils._intune", GRAPH)
RESOURCES = "plugins/module_utils/_intune/resources/"
FILES = sorted(
    path.relative_to(COLLECTION).as_posix()
    for folder in ("plugins", "extensions")
    for path in (COLLECTION / folder).rglob("*.py")
    if "doc_fragments" not in path.parts
)


def dotted(file: str) -> str:
    return file.removesuffix(".py").replace("/", ".")


def layer(name: str) -> int:
    """Return the number of the layer that a name belongs to, counted from the top; ``len(LAYERS)`` for other names."""
    for number, names in enumerate(LAYERS):
        if any(name == known or name.startswith(f"{known}.") for known in names):
            return number
    return len(LAYERS)


def imported(file: str, source: str) -> t.Iterator[str]:
    """Yield the full name of each import in a file, also inside functions. Omit the package name of this collection."""
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


def forbidden_imports(file: str, source: str) -> list[str]:
    """Return the imports that break the rules."""
    names = list(imported(file, source))
    forbidden = [name for name in names if layer(name) < layer(dotted(file))]
    if dotted(file).startswith(WITHOUT_ANSIBLE):
        forbidden += [name for name in names if re.match(r"ansible(\.|$)", name)]
    return forbidden


@pytest.mark.parametrize("file", FILES)
def test_a_file_imports_from_its_own_layer_and_lower_ones(file: str) -> None:
    assert layer(dotted(file)) < len(LAYERS), "the file belongs to no layer"
    assert forbidden_imports(file, (COLLECTION / file).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("_graph/client", "from .._intune.sync import SyncRun"),
        ("_graph/client", "from .._intune import sync"),
        ("_graph/client", "def late():\n    from .. import _module"),
        ("_graph/client", f"import {PACKAGE}.plugins.module_utils._intune.sync"),
        ("_graph/client", "from ansible.module_utils.basic import AnsibleModule"),
        ("_graph/http/retry", "from ..auth.token import Token"),
        ("_graph/config/values", "from ..client import GraphClient"),
        ("_graph/errors", "from .http.headers import request_id"),
        ("_intune/sync", "import ansible"),
        ("_intune/sync", "from .._module import ModuleResult"),
        ("_intune/sync", f"from {PACKAGE}.plugins.modules import intune_exchange_connector_info"),
    ],
)
def test_a_forbidden_import_is_found(file: str, line: str) -> None:
    assert len(forbidden_imports(f"plugins/module_utils/{file}.py", line)) == 1


@pytest.mark.parametrize(
    "line", ["from .._graph.errors import GraphError", "from .last_sync import is_due", "import re"]
)
def test_other_imports_are_allowed(line: str) -> None:
    assert forbidden_imports("plugins/module_utils/_intune/any.py", line) == []


def test_only_the_files_of_resources_name_a_resource() -> None:
    utils = [file for file in FILES if file.startswith("plugins/module_utils/") and not file.startswith(RESOURCES)]
    names = [path.stem.replace("_", "_?") for path in (COLLECTION / RESOURCES).glob("[a-z]*.py")]
    assert names
    violations = {
        file: match[0]
        for file in utils
        if (match := re.search("|".join(names), (COLLECTION / file).read_text(encoding="utf-8"), re.IGNORECASE))
    }
    assert violations == {}


def test_graph_contains_no_intune_terms() -> None:
    # Allow the name of this collection, and the names of the sections that it adds to a token cache.
    own_names = re.compile(r"msgraph\.intune|MsgraphIntune")
    violations = {
        file: line
        for file in FILES
        if dotted(file).startswith(GRAPH)
        for line in (COLLECTION / file).read_text(encoding="utf-8").splitlines()
        if "intune" in own_names.sub("", line).lower()
    }
    assert violations == {}
