# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run rulebooks in ansible-rulebook, with the event source of the installed collection."""

from __future__ import annotations

import ast
import contextlib
import json
import re
import typing as t
from pathlib import Path

import yaml
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import ansible_environment
from ansible_collections.msgraph.intune.tests.system.long_run import LongRun

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
    from ansible_collections.msgraph.intune.tests.system.engines import Engines

SOURCE = "msgraph.intune.exchange_connectors"
SCHEMA = Path(__file__).parents[2] / "extensions/eda/event_schemas/exchange_connectors.json"
INVENTORY = {"all": {"hosts": {"localhost": {"ansible_connection": "local"}}}}


class RulebookRunner:
    """Run rulebooks against the simulator, without retries and with a poll interval of one second."""

    def __init__(self, simulator: Simulator, engines: Engines, collections: Path, folder: Path) -> None:
        self.simulator = simulator
        self.collections = collections
        self.folder = folder
        self._command = [engines.command("ansible-rulebook"), "-vv", "--inventory", "inventory.yml"]
        (folder / "inventory.yml").write_text(yaml.safe_dump(INVENTORY), encoding="utf-8")
        self.environment = ansible_environment(
            simulator, MSGRAPH_RETRIES="0", MSGRAPH_TIMEOUT="600", JAVA_HOME=engines.java(), interval="1s"
        )
        self.environment["ANSIBLE_COLLECTIONS_PATH"] = str(collections)

    def run(self, rulebook: str, *flags: str) -> LongRun:
        command = [*self._command, "--env-vars", "interval", "--rulebook", rulebook, *flags]
        return LongRun(command, self.environment, self.folder)

    def watch(self, *flags: str, source: str = SOURCE, **args: t.Any) -> LongRun:
        """Run a rulebook that prints each event of the source."""
        rules = {
            "name": "Print",
            "condition": "event.type is defined",
            "action": {"print_event": {"pretty": True}},
        }
        return self.run(self.write([{source: {"interval": 1, **args}}], rules), *flags)

    def write(self, sources: list[dict[str, t.Any]], *rules: dict[str, t.Any]) -> str:
        """Write a rulebook, and return its path."""
        path = self.folder / "rulebook.yml"
        rulebook = [{"name": "Watch", "hosts": "all", "sources": sources, "rules": list(rules)}]
        path.write_text(yaml.safe_dump(rulebook), encoding="utf-8")
        return str(path)

    def paths(self, method: str = "GET") -> list[str]:
        """Return the paths of the requests to Microsoft Graph."""
        requests = [entry for entry in self.simulator.journal() if entry["service"] == "graph"]
        return [entry["path"] for entry in requests if entry["method"] == method]

    def triggers(self) -> list[str]:
        """Return the IDs of the synced connectors."""
        return [path.split("/")[-2] for path in self.paths("POST")]

    def polls(self) -> int:
        """Count the requests that read connectors."""
        return len(self.paths())


def events(run: LongRun) -> list[dict[str, t.Any]]:
    """Return the printed events. The engine prints each event twice, in several lines."""
    parsed = []
    for block in re.findall(r"^\{'.+?\}\}?$", run.output, re.MULTILINE | re.DOTALL):
        with contextlib.suppress(SyntaxError, ValueError):
            parsed.append(ast.literal_eval(block))
    return list({event["meta"]["uuid"]: event for event in parsed if "type" in event}.values())


def validate_events(events_to_validate: t.Iterable[dict[str, t.Any]]) -> None:
    """Validate events against the schema, with the package jsonschema that ansible-rulebook requires."""
    import jsonschema

    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    for event in events_to_validate:
        jsonschema.validate(event, schema, jsonschema.Draft202012Validator)


def event_types(run: LongRun) -> list[str]:
    return [event["type"] for event in events(run)]
