# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""As much of AWX's REST API as setting a controller up and starting a job take: objects with names, kept in memory.

The modules of awx.awx do the one, ansible-rulebook the other. It is strict about paths: what it does not know is 404,
and a test that sees one fails. As AWX does, it shows secrets of a credential as encrypted, and refuses a schedule or a
launch that leaves a required question of the survey unanswered, even one that has a default, or whose answer is not one
of the question's choices. It refuses a schedule that answers a question which the survey does not ask.
"""

from __future__ import annotations

import json
import re
import threading
import typing as t
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

_COLLECTIONS = (
    "credential_types",
    "credentials",
    "execution_environments",
    "inventories",
    "job_templates",
    "jobs",
    "organizations",
    "projects",
    "schedules",
    "unified_job_templates",
)
_PATH = re.compile(r"/api/v2/(\w+)/(?:(\d+)/(?:(survey_spec|credentials|launch)/)?)?")
_READ_ONLY = {"id", "url", "type", "related", "summary_fields"}


class FakeController:
    """A controller with one organization, as a context manager."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[int, dict[str, t.Any]]] = {name: {} for name in _COLLECTIONS}
        self.writes: list[str] = []
        self.unknown: list[str] = []
        self.unreadable: set[str] = set()
        """Collections that cannot be listed."""
        self._next_id = 1
        self.add("organizations", {"name": "Default"})
        controller = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(*controller.get(self.path))

            def do_POST(self) -> None:
                self._answer(*controller.write("POST", self.path, self._body()))

            def do_PATCH(self) -> None:
                self._answer(*controller.write("PATCH", self.path, self._body()))

            def log_message(self, *_args: object) -> None:
                """Say nothing."""

            def _body(self) -> dict[str, t.Any]:
                return t.cast("dict[str, t.Any]", json.loads(self.rfile.read(int(self.headers["Content-Length"] or 0))))

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

    def add(self, collection: str, fields: dict[str, t.Any]) -> dict[str, t.Any]:
        number = self._next_id
        self._next_id += 1
        url = f"/api/v2/{collection}/{number}/"
        related = {part: f"{url}{part}/" for part in ("survey_spec", "credentials", "launch")}
        # As if the project's repository had been fetched at once.
        state = {"scm_revision": "8c1a9f", "status": "successful"} if collection == "projects" else {}
        found = {
            **fields,
            **state,
            "id": number,
            "url": url,
            "type": collection[:-1],
            "related": related,
            "summary_fields": {},
        }
        self.objects[collection][number] = found
        if collection in ("job_templates", "projects"):
            self.objects["unified_job_templates"][number] = found
        return found

    def named(self, collection: str, name: str) -> dict[str, t.Any]:
        (found,) = (one for one in self.objects[collection].values() if one["name"] == name)
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
        if match[2] is None:
            if match[1] in self.unreadable:
                return 403, {"detail": "You do not have permission to perform this action."}
            return 200, _page([self._shown(one) for one in known.values() if _fits(one, parse_qs(parts.query))])
        found = self._shown(known[int(match[2])])
        credentials = [self.objects["credentials"][number] for number in found.get("_credentials", [])]
        parts_of_it = {None: found, "survey_spec": found.get("_survey", {}), "credentials": _page(credentials)}
        return 200, parts_of_it[match[3]]

    def write(self, method: str, path: str, body: dict[str, t.Any]) -> tuple[int, object]:
        match = _PATH.fullmatch(path)
        if match is None or match[1] not in self.objects:
            return self._unknown(f"{method} {path}")
        self.writes.append(f"{method} {path}")
        if refused := self._refused_answers(match, body):
            return 400, {"variables_needed_to_start": refused}
        if match[2] is None:
            return 201, self._shown(self.add(match[1], body))
        found = self.objects[match[1]][int(match[2])]
        if match[3] == "launch":
            # It is over at once.
            return 201, self.add("jobs", {**body, "name": found["name"], "status": "successful"})
        if match[3] == "survey_spec":
            found["_survey"] = body
        elif match[3] == "credentials":
            found.setdefault("_credentials", []).append(body["id"])
            return 204, None
        else:
            found.update({name: value for name, value in body.items() if name not in _READ_ONLY})
        return 200, self._shown(found)

    def _refused_answers(self, match: re.Match[str], body: dict[str, t.Any]) -> list[str]:
        if match[1] == "schedules":
            present = {} if match[2] is None else self.objects["schedules"][int(match[2])]
            written = {**present, **body}
            number, answers = written["unified_job_template"], written.get("extra_data", {})
        elif match[3] == "launch":
            number, answers = int(match[2]), body.get("extra_vars", {})
        else:
            return []
        questions = self.objects["job_templates"][number].get("_survey", {}).get("spec", [])
        missing = [one["variable"] for one in questions if one["required"] and one["variable"] not in answers]
        choices = {one["variable"]: one.get("choices") for one in questions}
        wrong = [name for name, answer in answers.items() if choices.get(name) and answer not in choices[name]]
        # A launch leaves them out, without an error.
        unknown = [name for name in answers if name not in choices and match[1] == "schedules"]
        return [
            *(f"'{name}' value missing" for name in missing),
            *(f"Value {answers[name]} for '{name}' expected to be one of {choices[name]}." for name in wrong),
            *(f"Variables {name} are not allowed on launch." for name in unknown),
        ]

    def _shown(self, found: dict[str, t.Any]) -> dict[str, t.Any]:
        if "credential_type" not in found or "inputs" not in found:
            return found
        fields = self.objects["credential_types"][found["credential_type"]]["inputs"]["fields"]
        secret = {field["id"] for field in fields if field.get("secret")}
        inputs = {name: "$encrypted$" if name in secret else value for name, value in found["inputs"].items()}
        return {**found, "inputs": inputs}

    def _unknown(self, request: str) -> tuple[int, object]:
        self.unknown.append(request)
        return 404, {"detail": "Not found."}


def _page(results: list[dict[str, t.Any]]) -> dict[str, t.Any]:
    return {"count": len(results), "next": None, "previous": None, "results": results}


def _fits(one: dict[str, t.Any], query: dict[str, list[str]]) -> bool:
    return all(
        str(one.get("id" if name == "id" else name.partition("__")[0])) == values[0]
        for name, values in query.items()
        if not name.startswith(("or__", "page", "not__"))
    )
