# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the parts of the module files that all modules share.

A part stands between the lines ``# BEGIN GENERATED name …`` and ``# END GENERATED``. The return values come from
``module_returns.yml``, from the resource of the module, and from the properties that its info module documents.

    python -m tests.tools.module_parts FOLDER

FOLDER is ``plugins/modules``. The collection must be importable as ``ansible_collections.msgraph.intune``.
"""

from __future__ import annotations

import importlib
import json
import re
import string
import sys
import typing as t
from pathlib import Path

import yaml
from ansible_collections.msgraph.intune.plugins.module_utils._intune.health import HealthRule
from ansible_collections.msgraph.intune.plugins.module_utils._intune.resource import Resource

MODULES = "ansible_collections.msgraph.intune.plugins.modules"
TEMPLATES = Path(__file__).with_name("module_returns.yml")
END = "# END GENERATED\n"
PART = re.compile(r"^# BEGIN GENERATED (?P<names>[a-z_ ]+)\n(?P<text>.*?)^# END GENERATED\n", re.M | re.S)
FIELDS = re.compile(r"^# BEGIN GENERATED info_head\n.*?^# END GENERATED\n(?P<fields>.*?)^# BEGIN", re.M | re.S)

PYTHON_CHECK = """\
# The imports below need Python 3.9. An older Python must be able to read this file, so that it can print the reason:
# the file has no annotations and no "from __future__ import annotations".
if sys.version_info < (3, 9):  # noqa: UP036  a task may name such a Python
    import json

    message = (
        "The Python interpreter " + str(sys.executable) + " is Python " + sys.version.split()[0] + ", and this module"
        " needs Python 3.9 or later: set ansible_python_interpreter to such a Python, for a task on the controller to"
        ' "{{ ansible_playbook_python }}".'
    )
    sys.stdout.write(json.dumps({"failed": True, "msg": message}))
    raise SystemExit(1)
"""


class _Dumper(yaml.SafeDumper):
    """Writes YAML as people write it: the items of a list are indented, and null is spelled out."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)


_Dumper.add_representer(type(None), lambda dumper, _value: dumper.represent_scalar("tag:yaml.org,2002:null", "null"))


def generate(file: Path) -> str:
    """Return the text of a module file with its generated parts up to date."""
    text = file.read_text(encoding="utf-8")
    return PART.sub(lambda part: f"# BEGIN GENERATED {part['names']}\n{_parts(file, part['names'])}{END}", text)


def _parts(file: Path, names: str) -> str:
    if names == "python_check":
        return PYTHON_CHECK
    returns = _Returns(_resource(file.stem), file.parent)
    return "".join(getattr(returns, name)() for name in names.split())


def _resource(module: str) -> Resource:
    """Return the resource of a module, which its file imports."""
    values = vars(importlib.import_module(f"{MODULES}.{module}")).values()
    (resource,) = (value for value in values if isinstance(value, Resource))
    return resource


class _Returns:
    """Returns the documentation of return values, each part as lines of YAML."""

    def __init__(self, resource: Resource, folder: Path) -> None:
        self._resource = resource
        self._folder = folder
        text = TEMPLATES.read_text(encoding="utf-8")
        text = string.Template(text).substitute(_words(resource))
        self._templates: dict[str, dict[str, t.Any]] = yaml.safe_load(text)

    def sync(self) -> str:
        """Return all return values of a sync module."""
        resource = self._resource
        action = resource.action
        assert action is not None
        info_module = self._folder / f"{resource.info_module.rpartition('.')[2]}.py"
        fields = FIELDS.search(info_module.read_text(encoding="utf-8"))
        assert fields is not None, f"{info_module} has no part info_head"
        self._templates["sync_outcome"]["reason"]["description"] += _reasons(resource)
        entry = [
            self._dump("sync_entry", 4),
            self._dump("sync_type", 4) if action.sync_types else "",
            self._dump("sync_outcome", 4),
            self._anchored("before", 4, "object", _lines(yaml.safe_load(fields["fields"]), 8)),
            _lines({"after": self._templates["after"]}, 4) + "      contains: *object\n",
            self._dump("sync_request", 4),
            self._anchored("error", 4, "error", self._dump("error_keys", 8), template="sync_error"),
        ]
        return "".join(
            [
                self._dump("sync_message", 0),
                self._list(),
                *entry,
                self._dump("sync_counts", 0),
                _lines(self._templates["failure"], 0) + "  contains: *error\n",
                self._dump("connection", 0),
            ]
        )

    def info_head(self) -> str:
        """Return the return values of an info module before the properties of an object."""
        return self._dump("info_message", 0) + self._list()

    def info_health(self) -> str:
        """Return the keys that an info module adds to the properties of an object."""
        reasons = self._templates["info_health"]["health_reason"]["description"]
        reasons += _health_reasons(self._resource.health)
        return self._dump("info_health", 4)

    def info_counts(self) -> str:
        """Return the counts of an info module."""
        return self._dump("info_counts", 0)

    def failure(self) -> str:
        """Return the return values of a failure, and those about the connection."""
        error = _lines(self._templates["failure"], 0) + "  contains:\n" + self._dump("error_keys", 4)
        return error + self._dump("connection", 0)

    def _dump(self, template: str, indent: int) -> str:
        return _lines(self._templates[template], indent)

    def _list(self) -> str:
        resource = self._resource
        if resource.is_singleton:
            order = "One entry with the settings of the tenant."
        else:
            order = (
                f"One entry for each {_words(resource)['noun']}, in the requested order. Without IDs and names they are"
                " in the order of the service."
            )
        description = [order, "Also returned when the task fails, but not when Ansible itself refused the arguments."]
        entries = {"description": description, "returned": "always", "type": "list", "elements": "dict"}
        return _lines({resource.result_key: entries}, 0) + "  contains:\n"

    def _anchored(self, key: str, indent: int, anchor: str, contains: str, *, template: str | None = None) -> str:
        head = _lines({key: self._templates[template or key]}, indent)
        return f"{head}{' ' * indent}  contains: &{anchor}\n{contains}"


def _words(resource: Resource) -> dict[str, t.Any]:
    key = resource.result_key
    noun = "settings" if resource.is_singleton else key.removesuffix("s")
    action = resource.action
    interval = f"{action.minimum_interval} seconds" if action is not None and action.minimum_interval else ""
    sync = action.sync_types[0] if action is not None and action.sync_types else "sync"
    example = resource.object_phrase("7ce3b1f5-9b53-4b0c-8a8e-3c5f3a0f1d11")
    names = ", ".join(f"C({name})" for name in resource.name_keys)
    status = f"RV({key}[].{resource.status_key})"
    return {
        "key": key,
        "noun": noun,
        "plural": key,
        "success_status": 204 if action is None else action.success_status,
        "message_sample": f"Microsoft Graph accepted a {sync} of {example}.",
        "info_sample": _health_sample(resource),
        "name_rule": f"The first non-empty value of {names}." if names else "Always V(null), because it has no name.",
        "retry_after": (
            f"How many seconds are left of the service's minimum interval of {interval} between two syncs, when this is"
            " the reason why it was skipped. V(null) otherwise."
            if interval
            else "Always V(null), because this resource has no minimum interval between two syncs."
        ),
        "status_rule": (
            f"The number of entries by {status}. The documented values are always present, others only when they occur."
            if resource.status_key
            else "Always empty, because this resource has no status."
        ),
        "status_sample": json.dumps(dict.fromkeys(resource.statuses, 0)).replace('"', ""),
        "retried_action": f"read {'the ' if not resource.is_singleton else ''}{resource.plural} of the tenant",
    }


def _health_sample(resource: Resource) -> str:
    if resource.is_singleton:
        return f"{resource.noun[0].upper()}{resource.noun[1:]} is healthy."
    return f"{resource.count_phrase(2)}: 1 healthy, 0 warning, 1 unhealthy."


def _reasons(resource: Resource) -> list[str]:
    action = resource.action
    assert action is not None
    reasons = []
    if action.not_ready_reason is not None:
        reasons.append("V(not_ready) means that its state does not allow a sync.")
    if action.is_running is not None or action.running_on_409:
        reasons.append("V(already_running) means that a sync is running. With O(wait=true) the module waits for it.")
    if action.minimum_interval:
        reasons.append(
            "V(cooling_down) means that the service's minimum interval since the last sync is not over. See"
            " O(cooldown)."
        )
    return reasons


def _health_reasons(rule: HealthRule) -> list[str]:
    reasons = []
    if rule.is_error is not HealthRule._field_defaults["is_error"]:
        reasons.append("V(error_state) means that the service reports an error (V(unhealthy)).")
    if rule.expires is not None:
        reasons.append(
            "V(expired) means that it has expired (V(unhealthy)). V(expires_soon) means that it expires within seven"
            " days (V(warning))."
        )
    return reasons


def _lines(value: t.Any, indent: int) -> str:
    """Return YAML in lines of at most 120 characters."""
    text = yaml.dump(value, Dumper=_Dumper, sort_keys=False, width=96 - indent)
    return "".join(f"{' ' * indent}{line}" for line in text.splitlines(keepends=True))


def main(folder: Path) -> None:
    """Write the generated parts of all modules in a folder."""
    for file in sorted(folder.glob("*.py")):
        text = generate(file)
        if text != file.read_text(encoding="utf-8"):
            file.write_text(text, encoding="utf-8")
            print(f"{file} written")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
