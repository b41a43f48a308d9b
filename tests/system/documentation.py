# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the documentation promises, as ansible-doc reads it: fragments are merged, as users see them."""

from __future__ import annotations

import functools
import json
import re
import subprocess
import sys
import typing as t

from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import clean_environment

MODULES = ("intune_exchange_connector_sync", "intune_exchange_connector_info")


class Option(t.NamedTuple):
    """A documented option: each of these names, aliases and variables included, has to give it its value."""

    name: str
    aliases: tuple[str, ...]
    variables: tuple[str, ...]


def module_options(module: str) -> dict[str, Option]:
    """A module's options by name."""
    return {
        name: Option(name, tuple(found.get("aliases", ())), tuple(_variables(found["description"])))
        for name, found in _documentation("module", module)["doc"]["options"].items()
    }


def role_options(role: str) -> dict[str, set[str]]:
    """The names of a role's options, by entry point."""
    points = _documentation("role", role)["entry_points"]
    return {point: set(found["options"]) for point, found in points.items()}


def error_kinds(module: str) -> set[str]:
    """The kinds of error that a module's results are said to have."""
    (kinds,) = (_documentation("module", module)["return"]["error"]["contains"]["kind"]["description"],)
    return {re.match(r"V\((\w+)\) ", kind)[1] for kind in kinds}  # type: ignore[index]  # each item is about one


def descriptions(module: str) -> list[str]:
    """Each paragraph that describes a module, one of its options or a part of its result."""
    return list(_descriptions(_documentation("module", module)))


def see_also(module: str) -> list[dict[str, str]]:
    """What a module's documentation refers to."""
    return t.cast("list[dict[str, str]]", _documentation("module", module)["doc"]["seealso"])


def environment_variables(module: str) -> set[str]:
    """All environment variables that a module's documentation speaks of."""
    return set(re.findall(r"E\((\w+)\)", json.dumps(_documentation("module", module)["doc"])))


def _descriptions(value: t.Any) -> t.Iterator[str]:
    for name, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if name == "description" and not isinstance(item, dict):
            yield from [item] if isinstance(item, str) else item
        else:
            yield from _descriptions(item)


def _variables(description: list[str]) -> t.Iterator[str]:
    """The variables that stand in for an option; other sentences speak of further ones."""
    for sentence in re.split(r"(?<=\.)\s", " ".join(description)):
        if "the environment variable E(" in sentence:
            yield from re.findall(r"E\((\w+)\)", sentence)


@functools.cache
def _documentation(kind: str, name: str) -> dict[str, t.Any]:
    full_name = f"msgraph.intune.{name}"
    command = [sys.executable, "-m", "ansible", "doc", "--json", "--type", kind, full_name]
    run = subprocess.run(command, env=clean_environment(), check=True, capture_output=True, text=True)
    return t.cast("dict[str, t.Any]", json.loads(run.stdout)[full_name])
