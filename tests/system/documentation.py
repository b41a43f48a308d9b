# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the documentation with ansible-doc, which merges the documentation fragments."""

from __future__ import annotations

import functools
import json
import re
import subprocess
import sys
import typing as t
from pathlib import Path

import yaml
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import clean_environment

META = Path(__file__).parents[2] / "meta/runtime.yml"
# The modules of the action group. The two of Exchange connectors come first.
MODULES = sorted(
    yaml.safe_load(META.read_text(encoding="utf-8"))["action_groups"]["graph"],
    key=lambda name: ("exchange_connector" not in name, "_info" in name, name),
)
ID_OPTIONS = ("connector_id", "token_id", "profile_id")


class Option(t.NamedTuple):
    """A documented option, with each alias and each environment variable that sets it."""

    name: str
    aliases: tuple[str, ...]
    variables: tuple[str, ...]


def module_options(module: str) -> dict[str, Option]:
    """Return the options of a module by name."""
    return {
        name: Option(name, tuple(option.get("aliases", ())), tuple(_variables(option["description"])))
        for name, option in _documentation("module", module)["doc"]["options"].items()
    }


def option_defaults(module: str) -> dict[str, t.Any]:
    """Return the default of each option of a module; ``None`` for an option without a default."""
    return {name: option.get("default") for name, option in _documentation("module", module)["doc"]["options"].items()}


def id_option(module: str) -> str | None:
    """Return the option that selects by ID; ``None`` for a module without a selection."""
    return next((name for name in ID_OPTIONS if name in module_options(module)), None)


def role_options(role: str) -> dict[str, set[str]]:
    """Return the names of a role's options, by entry point."""
    entry_points = _documentation("role", role)["entry_points"]
    return {name: set(entry_point["options"]) for name, entry_point in entry_points.items()}


def error_kinds(module: str) -> set[str]:
    """Return the documented error kinds of a module."""
    (kinds,) = (_documentation("module", module)["return"]["error"]["contains"]["kind"]["description"],)
    return {re.match(r"V\((\w+)\) ", kind)[1] for kind in kinds}  # type: ignore[index]  # each item names one kind


def result_keys(module: str) -> set[str]:
    """Return the documented result keys of a module at each level, without the properties of objects."""
    results = _documentation("module", module)["return"]
    keys = set(_keys({name: value for name, value in results.items() if value.get("elements") != "dict"}))
    for name, value in results.items():
        if value.get("elements") == "dict":
            # An entry of an info module is an object with a few more keys.
            added = {"seconds_since_last_sync", "health", "health_reason"}
            keys |= {name} | (set(value["contains"]) if "action" in value["contains"] else added)
    return keys


def result_values(module: str, key: str) -> set[str]:
    """Return the documented values of a key of an entry; a sentence of its description begins with each value."""
    values = set()
    for result in _documentation("module", module)["return"].values():
        if result.get("elements") == "dict":
            text = "\n".join(result["contains"].get(key, {}).get("description", ()))
            values |= set(re.findall(r"(?:^|\.\s)V\((\w+)\)", text, re.MULTILINE))
    return values - {"null"}


def descriptions(module: str) -> list[str]:
    """Return each paragraph that describes a module, an option or a return value."""
    return list(_descriptions(_documentation("module", module)))


def see_also(module: str) -> list[dict[str, str]]:
    """Return the references of a module's documentation."""
    return t.cast("list[dict[str, str]]", _documentation("module", module)["doc"]["seealso"])


def environment_variables(module: str) -> set[str]:
    """Return all environment variables in a module's documentation."""
    return set(re.findall(r"E\((\w+)\)", json.dumps(_documentation("module", module)["doc"])))


def _descriptions(value: t.Any) -> t.Iterator[str]:
    for name, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if name == "description" and not isinstance(item, dict):
            yield from [item] if isinstance(item, str) else item
        else:
            yield from _descriptions(item)


def _keys(results: dict[str, t.Any]) -> t.Iterator[str]:
    for name, value in results.items():
        yield name
        yield from _keys(value.get("contains", {}))


def _variables(description: list[str]) -> t.Iterator[str]:
    """Yield the variables that set an option. Other sentences can mention further variables."""
    for sentence in re.split(r"(?<=\.)\s", " ".join(description)):
        if "the environment variable E(" in sentence:
            yield from re.findall(r"E\((\w+)\)", sentence)


@functools.cache
def _documentation(kind: str, name: str) -> dict[str, t.Any]:
    full_name = f"msgraph.intune.{name}"
    command = [sys.executable, "-m", "ansible", "doc", "--json", "--type", kind, full_name]
    run = subprocess.run(command, env=clean_environment(), check=True, capture_output=True, text=True)
    return t.cast("dict[str, t.Any]", json.loads(run.stdout)[full_name])
