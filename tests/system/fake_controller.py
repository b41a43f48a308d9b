# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""As much of AWX's REST API as setting a controller up and starting a job take: objects with names, kept in memory.

The modules of awx.awx do the one, ansible-rulebook the other. It is strict about paths: what it does not know is 404,
and a test that sees one fails. It follows AWX 24.6.1 (``awx/api/serializers.py``, ``awx/main/models``):

- Names are unique in an organization, names of credential types and execution environments on the controller.
- Secrets of a credential are shown as ``$encrypted$``. A write of that word keeps the stored secret.
- 403 answers a change of the inputs of a credential type that a credential has.
- A credential that a job template uses keeps its credential type, and a job template has one credential of a type.
- A new project syncs at once, and again when its source changes. ``sync_failure`` makes syncs fail.
- A job template names a playbook that the last successful sync found.
- A schedule or a launch must answer each required question of the survey, even one that has a default, with one of the
  question's choices. A schedule answers no question that the survey does not ask.
"""

from __future__ import annotations

import copy
import json
import re
import threading
import typing as t
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

Fields = dict[str, t.Any]

# For each collection the fields that are unique together with the name, or None where the name need not be unique, and
# the defaults of a new object.
_COLLECTIONS: dict[str, tuple[tuple[str, ...] | None, Fields]] = {
    "credential_types": (("kind",), {}),
    "credentials": (("organization", "credential_type"), {"organization": None, "credential_type": None, "inputs": {}}),
    "execution_environments": ((), {"organization": None, "credential": None}),
    "hosts": (("inventory",), {"enabled": True, "variables": ""}),
    "inventories": (("organization",), {"kind": "", "host_filter": None}),
    "job_templates": (("organization",), {"execution_environment": None, "extra_vars": ""}),
    "jobs": (None, {}),
    "organizations": ((), {}),
    "project_updates": (None, {}),
    "projects": (("organization",), {"scm_type": "", "scm_url": "", "scm_branch": "", "credential": None}),
    "schedules": (("unified_job_template",), {"extra_data": {}}),
    "unified_job_templates": (None, {}),
}
_PARTS = {
    "job_templates": ("survey_spec", "credentials", "launch"),
    "projects": ("update", "playbooks"),
    "project_updates": ("events",),
}
_PATH = re.compile(r"/api/v2/(\w+)/(?:(\d+)/(?:(\w+)/)?)?")
_READ_ONLY = {"id", "url", "type", "related", "summary_fields"}
_SOURCE = ("scm_type", "scm_url", "scm_branch", "credential")
_ENCRYPTED = "$encrypted$"
_PLAYBOOKS = ("sync_exchange_connectors.yml", "sync_tokens.yml", "exchange_connector_report.yml")


class _RefusedError(Exception):
    """A request that the controller answers with an error."""

    def __init__(self, status: int, body: object) -> None:
        super().__init__(status, body)
        self.answer = status, body


class FakeController:
    """A controller with one organization, as a context manager.

    :param source: the controller whose objects this one begins with.
    """

    def __init__(self, source: FakeController | None = None) -> None:
        self.objects: dict[str, dict[int, Fields]] = (
            copy.deepcopy(source.objects) if source else {name: {} for name in _COLLECTIONS}
        )
        self.writes: list[str] = []
        self.unknown: list[str] = []
        self.unreadable: set[str] = set()
        """Collections that cannot be listed."""
        self.playbooks = list(_PLAYBOOKS)
        """The files of every project's repository."""
        self.sync_failure = ""
        """Why syncs of a project fail; they succeed while it is empty."""
        self._next_id: int = source._next_id if source else 1
        if source is None:
            self.add("organizations", {"name": "Default"})
        controller = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(*controller.get(self.path))

            def do_POST(self) -> None:
                self._answer(*controller.write("POST", self.path, self._body()))

            def do_PATCH(self) -> None:
                self._answer(*controller.write("PATCH", self.path, self._body()))

            def do_DELETE(self) -> None:
                self._answer(*controller.write("DELETE", self.path, {}))

            def log_message(self, *_args: object) -> None:
                """Log nothing."""

            def _body(self) -> Fields:
                return t.cast("Fields", json.loads(self.rfile.read(int(self.headers["Content-Length"] or 0)) or b"{}"))

            def _answer(self, status: int, body: object) -> None:
                content = b"" if body is None else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.send_header("X-API-Product-Name", "AWX")
                self.send_header("X-API-Product-Version", "24.6.1")
                self.end_headers()
                self.wfile.write(content)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> FakeController:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def add(self, collection: str, fields: Fields) -> Fields:
        """Add an object without the checks of a request; a project has been synced."""
        number = self._next_id
        self._next_id += 1
        url = f"/api/v2/{collection}/{number}/"
        found = {
            **_COLLECTIONS[collection][1],
            **fields,
            "id": number,
            "url": url,
            "type": "inventory" if collection == "inventories" else collection[:-1],
            "related": {part: f"{url}{part}/" for part in _PARTS.get(collection, ())},
            "summary_fields": {},
        }
        self.objects[collection][number] = found
        if collection in ("job_templates", "projects"):
            self.objects["unified_job_templates"][number] = found
        if collection == "projects":
            self._sync(found)
        return found

    def add_credential(self, name: str, kind: str = "Source Control", **fields: t.Any) -> Fields:
        """Add a credential of the first organization, and its credential type where it is missing."""
        types = [one for one in self.objects["credential_types"].values() if one["name"] == kind]
        inputs: Fields = {"fields": [{"id": "password", "secret": True}]}
        found = (types or [self.add("credential_types", {"name": kind, "kind": "cloud", "inputs": inputs})])[0]
        return self.add("credentials", {"name": name, "organization": 1, "credential_type": found["id"], **fields})

    def named(self, collection: str, name: str, **fields: t.Any) -> Fields:
        """Return the one object that has this name and these fields."""
        (found,) = (
            one
            for one in self.objects[collection].values()
            if one["name"] == name and all(one[field] == value for field, value in fields.items())
        )
        return found

    def get(self, path: str) -> tuple[int, object]:
        parts = urlsplit(path)
        fixed = {
            "/api/": {"current_version": "/api/v2/", "available_versions": {"v2": "/api/v2/"}},
            "/api/v2/config/": {"version": "24.6.1"},
            "/api/v2/ping/": {"version": "24.6.1"},
        }
        if parts.path in fixed:
            return 200, fixed[parts.path]
        match = _PATH.fullmatch(parts.path)
        if match is None or match[1] not in self.objects:
            return self._unknown(f"GET {path}")
        known = self.objects[match[1]]
        query = parse_qs(parts.query, keep_blank_values=True)
        if match[2] is None:
            if match[1] in self.unreadable:
                return 403, {"detail": "You do not have permission to perform this action."}
            return 200, _page([self._shown(one) for one in known.values() if _fits(one, query)])
        return self._get_part(known[int(match[2])], match[3], query)

    def _get_part(self, found: Fields, part: str | None, query: dict[str, list[str]]) -> tuple[int, object]:
        if part is not None and part not in found["related"]:
            return self._unknown(f"GET {found['url']}{part}/")
        credentials = [self._shown(self.objects["credentials"][number]) for number in found.get("_credentials", [])]
        parts: dict[str | None, object] = {
            None: self._shown(found),
            "survey_spec": found.get("_survey", {}),
            "credentials": _page(credentials),
            "playbooks": found.get("_playbooks", []),
            "events": _page([one for one in found.get("_events", []) if _fits(one, query)]),
        }
        return 200, parts[part]

    def write(self, method: str, path: str, body: Fields) -> tuple[int, object]:
        match = _PATH.fullmatch(path)
        if match is None or match[1] not in self.objects or match[3] not in (None, *_PARTS.get(match[1], ())):
            return self._unknown(f"{method} {path}")
        self.writes.append(f"{method} {path}")
        found = {} if match[2] is None else self.objects[match[1]][int(match[2])]
        try:
            if match[3] is not None:
                return self._write_part(found, match[3], body)
            if method == "DELETE":
                del self.objects[match[1]][found["id"]]
                return 204, None
            written = {name: value for name, value in body.items() if name not in _READ_ONLY}
            self._check(match[1], found, {**_COLLECTIONS[match[1]][1], **found, **written}, written)
        except _RefusedError as error:
            return error.answer
        if not found:
            created = self.add(match[1], written)
            return 201, self._shown(created, syncing=match[1] == "projects")
        moved = match[1] == "projects" and any(found[name] != written.get(name, found[name]) for name in _SOURCE)
        found.update(written)
        if moved:
            self._sync(found)
        return 200, self._shown(found, syncing=moved)

    def _write_part(self, found: Fields, part: str, body: Fields) -> tuple[int, object]:
        if part == "launch":
            _refuse_answers(found.get("_survey", {}), body.get("extra_vars", {}), schedule=False)
            # It is over at once.
            return 201, self.add("jobs", {**body, "name": found["name"], "status": "successful"})
        if part == "update":
            return 202, self._sync(found)
        if part == "survey_spec":
            found["_survey"] = body
            return 200, {}
        attached = found.setdefault("_credentials", [])
        if body.get("disassociate"):
            attached.remove(body["id"])
            return 204, None
        kind = self.objects["credentials"][body["id"]]["credential_type"]
        if kind in [self.objects["credentials"][number]["credential_type"] for number in attached]:
            name = self.objects["credential_types"][kind]["name"]
            raise _RefusedError(400, {"error": f"Cannot assign multiple {name} credentials."})
        attached.append(body["id"])
        return 204, None

    def _check(self, collection: str, found: Fields, wanted: Fields, written: Fields) -> None:
        """Refuse a new object, or a change, as the serializers of AWX do; fill in what they derive."""
        unique = _COLLECTIONS[collection][0]
        for one in self.objects[collection].values() if unique is not None else ():
            if one is not found and all(one.get(name) == wanted.get(name) for name in ("name", *(unique or ()))):
                raise _RefusedError(400, {"__all__": [f"{one['type']} with this name already exists."]})
        if collection == "credential_types" and found and found["inputs"] != wanted["inputs"]:
            if any(one["credential_type"] == found["id"] for one in self.objects["credentials"].values()):
                detail = "Modifications to inputs are not allowed for credential types that are in use"
                raise _RefusedError(403, {"detail": detail})
        elif collection == "credentials":
            self._check_credential(found, wanted, written)
        elif collection == "inventories":
            # A kind of null is taken, and shown as an empty text.
            written["kind"] = wanted["kind"] or ""
        elif collection == "job_templates" and "project" in wanted:
            project = self.objects["projects"][wanted["project"]]
            if wanted["playbook"] not in project["_playbooks"]:
                raise _RefusedError(400, {"playbook": ["Playbook not found for project."]})
            written["organization"] = project["organization"]
        elif collection == "schedules":
            template = self.objects["job_templates"][wanted["unified_job_template"]]
            _refuse_answers(template.get("_survey", {}), wanted["extra_data"], schedule=True)

    def _check_credential(self, found: Fields, wanted: Fields, written: Fields) -> None:
        kind = wanted["credential_type"]
        users = [
            one for one in self.objects["job_templates"].values() if found.get("id") in one.get("_credentials", [])
        ]
        if found and kind != found["credential_type"] and users:
            reason = "You cannot change the credential type of the credential, as it may break the functionality of the"
            raise _RefusedError(400, {"credential_type": [f"{reason} resources using it."]})
        fields = {field["id"]: field for field in self.objects["credential_types"][kind]["inputs"]["fields"]}
        inputs = dict(wanted["inputs"])
        for name, value in inputs.items():
            choices = fields.get(name, {}).get("choices", [value])
            if name not in fields or value not in choices or (value == _ENCRYPTED and not found):
                raise _RefusedError(400, {"inputs": {name: [f"{value!r} is not allowed."]}})
            if value == _ENCRYPTED:
                inputs[name] = found["inputs"][name]
        written["inputs"] = inputs

    def _sync(self, project: Fields) -> Fields:
        """Sync a project at once, and return the update."""
        status = "failed" if self.sync_failure else "successful"
        over = {"status": status, "failed": bool(self.sync_failure), "finished": "2026-01-01T00:00:00Z"}
        facts = {"name": project["name"], "job_explanation": "", "scm_revision": f"revision-{self._next_id}"}
        update = self.add("project_updates", {**facts, **over, "event_processing_finished": True})
        if self.sync_failure:
            update["_events"] = [
                {"event": "runner_on_ok", "event_data": {"res": {}}},
                {"event": "runner_on_failed", "event_data": {"res": {"msg": self.sync_failure}}},
            ]
        else:
            project["_playbooks"] = list(self.playbooks)
            project["scm_revision"] = update["scm_revision"]
        project.setdefault("scm_revision", "")
        project.setdefault("_playbooks", [])
        project["status"] = status
        project["related"]["last_update"] = update["url"]
        return update

    def _shown(self, found: Fields, *, syncing: bool = False) -> Fields:
        shown = {name: value for name, value in found.items() if not name.startswith("_")}
        if syncing:
            # The answer to the request that starts a sync is older than the sync.
            number = int(found["related"]["last_update"].split("/")[-2])
            return {**shown, "status": "pending", "summary_fields": {"current_update": {"id": number}}}
        kind = self.objects["credential_types"].get(found.get("credential_type") or 0)
        if kind:
            secret = {field["id"] for field in kind["inputs"]["fields"] if field.get("secret")}
            inputs = {name: _ENCRYPTED if name in secret else value for name, value in found["inputs"].items()}
            summary = {"credential_type": {"id": kind["id"], "name": kind["name"]}}
            return {**shown, "inputs": inputs, "summary_fields": summary}
        return shown

    def _unknown(self, request: str) -> tuple[int, object]:
        self.unknown.append(request)
        return 404, {"detail": "Not found."}


def _refuse_answers(survey: Fields, answers: Fields, *, schedule: bool) -> None:
    questions = survey.get("spec", [])
    missing = [one["variable"] for one in questions if one["required"] and one["variable"] not in answers]
    choices = {one["variable"]: one.get("choices") for one in questions}
    wrong = [name for name, answer in answers.items() if choices.get(name) and answer not in choices[name]]
    # A launch leaves them out, without an error.
    unknown = [name for name in answers if name not in choices and schedule]
    refused = [
        *(f"'{name}' value missing" for name in missing),
        *(f"Value {answers[name]} for '{name}' expected to be one of {choices[name]}." for name in wrong),
        *(f"Variables {name} are not allowed on launch." for name in unknown),
    ]
    if refused:
        raise _RefusedError(400, {"variables_needed_to_start": refused})


def _page(results: list[Fields]) -> Fields:
    return {"count": len(results), "next": None, "previous": None, "results": results}


def _fits(one: Fields, query: dict[str, list[str]]) -> bool:
    """Whether an object fits all filters of a query, and one of those that begin with ``or__``."""
    fits = {
        name: str(one.get(name.removeprefix("or__").partition("__")[0])) == values[0] for name, values in query.items()
    }
    either = [fit for name, fit in fits.items() if name.startswith("or__")]
    every = [fit for name, fit in fits.items() if not name.startswith(("or__", "page", "not__"))]
    return all(every) and (any(either) or not either)
