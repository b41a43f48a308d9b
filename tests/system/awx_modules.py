# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stand-in for the collection awx.awx: action plugins and a lookup that drive a controller's API as its modules do.

It has the options that the role awx_setup uses, and the habits that matter to it, as awx.awx 24.6.1 has them:

- A reference is a name or an ID, and is looked up on the whole controller. Two objects of one name are an error.
- The object itself is looked up in its organization, a schedule's job template by its name.
- An option that is not given is not compared, except the kind of an inventory, which counts as null.
- Stored secrets count as equal to any value, unless ``update_secrets`` is true.
- A project waits for its sync only if it was changed.
- In check mode a module ends before its first write.
"""

from __future__ import annotations

import json
import os
import typing as t

import requests
import yaml
from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible.plugins.lookup import LookupBase

if t.TYPE_CHECKING:
    from pathlib import Path

Fields = dict[str, t.Any]

# For each module its collection of the API, and the references that its object is looked up by.
_MODULES: dict[str, tuple[str, tuple[str, ...]]] = {
    "credential": ("credentials", ("organization", "credential_type")),
    "credential_type": ("credential_types", ()),
    "execution_environment": ("execution_environments", ()),
    "host": ("hosts", ("inventory",)),
    "inventory": ("inventories", ("organization",)),
    "job_template": ("job_templates", ("organization",)),
    "project": ("projects", ("organization",)),
    "project_update": ("projects", ()),
    "schedule": ("schedules", ("unified_job_template",)),
}
_REFERENCES = {
    "credential": "credentials",
    "credential_type": "credential_types",
    "execution_environment": "execution_environments",
    "inventory": "inventories",
    "organization": "organizations",
    "project": "projects",
}
_NOT_FIELDS = ("name", "state", "credentials", "survey_spec", "update_secrets")
_AS_TEXT = ("extra_vars", "variables")


def install(folder: Path) -> None:
    """Write the stand-in into a folder of collections."""
    collection = folder / "ansible_collections/awx/awx"
    for kind, names, name in (("action", _MODULES, "ActionModule"), ("lookup", ("controller_api",), "LookupModule")):
        (collection / "plugins" / kind).mkdir(parents=True)
        for plugin in names:
            text = f"from ansible_collections.msgraph.intune.tests.system.awx_modules import {name}\n"
            (collection / "plugins" / kind / f"{plugin}.py").write_text(text, encoding="utf-8")
    facts = {"namespace": "awx", "name": "awx", "version": "24.6.1", "authors": [], "readme": "README.md"}
    (collection / "galaxy.yml").write_text(yaml.safe_dump(facts), encoding="utf-8")


class _CheckModeEnd(Exception):
    """The first write of a module in check mode."""


class _Api:
    def __init__(self, *, check: bool) -> None:
        self._check = check

    def get(self, path: str, **query: t.Any) -> t.Any:
        return self._send("GET", _full(path), params=query)

    def write(self, method: str, path: str, body: Fields) -> t.Any:
        if self._check:
            raise _CheckModeEnd
        return self._send(method, _full(path), json=body)

    def find(self, collection: str, name: object, **query: t.Any) -> Fields | None:
        """Return the object that has a name or an ID."""
        if str(name).isdigit():
            query |= {"or__id": name, "or__name": name}
        else:
            query["name"] = name
        found = self.get(collection, **query)["results"]
        found = [one for one in found if str(one["id"]) == str(name)] or found
        if len(found) > 1:
            raise AnsibleError(f"Request to {_full(collection)} returned {len(found)} items, expected 1")
        return found[0] if found else None

    def identify(self, collection: str, name: object, **query: t.Any) -> int:
        found = self.find(collection, name, **query)
        if found is None:
            raise AnsibleError(f"Request to {_full(collection)} returned 0 items, expected 1")
        return int(found["id"])

    def _send(self, method: str, path: str, **content: t.Any) -> t.Any:
        answer = requests.request(method, f"{os.environ['CONTROLLER_HOST']}{path}", timeout=60, **content)
        if not answer.ok:
            raise AnsibleError(f"{method} {path} was answered {answer.status_code}: {answer.text}")
        return answer.json() if answer.content else {}


def _full(path: str) -> str:
    return path if path.startswith("/api/") else f"/api/v2/{path.strip('/')}/"


class LookupModule(LookupBase):  # type: ignore[misc]  # ansible-core has no types
    """Lists the objects of a collection that fit a query."""

    def run(self, terms: list[str], variables: object = None, **options: t.Any) -> list[t.Any]:
        """Return the objects, or the one answer that is no list of objects."""
        answer = _Api(check=False).get(terms[0], **options.get("query_params", {}))
        return t.cast("list[t.Any]", answer.get("results", [answer]) if isinstance(answer, dict) else [answer])


class ActionModule(ActionBase):  # type: ignore[misc]  # ansible-core has no types
    """Creates, updates or deletes an object, or syncs a project."""

    def run(self, tmp: object = None, task_vars: object = None) -> Fields:
        """Return what a module of awx.awx returns."""
        super().run(tmp, task_vars)
        module = self._task.action.rpartition(".")[2]
        result: Fields = {"changed": False}
        try:
            if module == "project_update":
                self._sync(result)
            else:
                self._apply(module, dict(self._task.args), result)
        except _CheckModeEnd:
            result["changed"] = True
        except AnsibleError as error:
            return {"failed": True, "msg": str(error)}
        return result

    @property
    def _api(self) -> _Api:
        return _Api(check=self._task.check_mode)

    def _sync(self, result: Fields) -> None:
        project = self._api.find("projects", self._task.args["name"])
        assert project is not None
        done = self._api.write("POST", project["related"]["update"], {})
        if done["failed"]:
            raise AnsibleError(f"The Project Update - {project['name']}, failed")
        result["changed"] = done["scm_revision"] != project["scm_revision"]

    def _apply(self, module: str, options: Fields, result: Fields) -> None:
        collection, scope = _MODULES[module]
        fields = {name: value for name, value in options.items() if name not in _NOT_FIELDS}
        for name, references in _REFERENCES.items():
            if name in fields:
                fields[name] = self._api.identify(references, fields[name])
        if module == "schedule":
            organization = fields.pop("organization", None)
            if "unified_job_template" in fields:
                name = fields["unified_job_template"]
                where = {"name": name, "organization": organization}
                (template,) = self._api.get("unified_job_templates", **where)["results"]
                fields["unified_job_template"] = template["id"]
        elif module == "inventory":
            fields = {"kind": None, "host_filter": None, **fields}
        fields.update({name: json.dumps(fields[name]) for name in _AS_TEXT if name in fields})
        query = {name: fields[name] for name in scope if name in fields}
        found = self._api.find(collection, options["name"], **query)
        if options.get("state") == "absent":
            if found:
                self._api.write("DELETE", found["url"], {})
                result["changed"] = True
            return
        self._store(collection, found, {"name": options["name"], **fields}, options, result)

    def _store(self, collection: str, found: Fields | None, fields: Fields, options: Fields, result: Fields) -> None:
        if found is None:
            found = self._api.write("POST", collection, fields)
            result["changed"] = True
        else:
            result["id"] = found["id"]
            fields["name"] = found["name"]
            replace = options.get("update_secrets", True)
            if _differ(found, fields, fields, replace=replace):
                patched = t.cast("Fields", self._api.write("PATCH", found["url"], fields))
                result["changed"] = _differ(found, patched, fields, replace=replace)
                found = patched
        result["id"] = found["id"]
        if collection == "projects" and result["changed"] and "current_update" in found["summary_fields"]:
            update = self._api.get(f"project_updates/{found['summary_fields']['current_update']['id']}")
            if update["status"] != "successful":
                raise AnsibleError("Project update failed")
        if "credentials" in options:
            self._attach(found["related"]["credentials"], options["credentials"], result)
        survey = options.get("survey_spec")
        if survey is not None and self._api.get(found["related"]["survey_spec"]) != survey:
            self._api.write("POST", found["related"]["survey_spec"], survey)
            result["changed"] = True

    def _attach(self, path: str, credentials: list[str], result: Fields) -> None:
        wanted = {self._api.identify("credentials", name) for name in credentials}
        attached = {one["id"] for one in self._api.get(path)["results"]}
        bodies = [
            *({"id": one, "disassociate": True} for one in attached - wanted),
            *({"id": one} for one in wanted - attached),
        ]
        for body in bodies:
            self._api.write("POST", path, body)
            result["changed"] = True


def _differ(stored: Fields, wanted: Fields, names: t.Iterable[str], *, replace: bool) -> bool:
    return any(not _may_equal(stored.get(name), wanted.get(name), replace=replace) for name in names)


def _may_equal(stored: t.Any, wanted: t.Any, *, replace: bool) -> bool:
    """Whether a stored value can be the wanted one; secrets cannot be compared."""
    if isinstance(stored, dict) and isinstance(wanted, dict) and stored.keys() == wanted.keys():
        return all(_may_equal(stored[name], wanted[name], replace=replace) for name in wanted)
    if stored == "$encrypted$":
        return not replace
    return bool(stored == wanted)
