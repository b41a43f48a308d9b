# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""As much of an automation controller as ansible-rulebook needs to start a job."""

from __future__ import annotations

import json
import threading
import typing as t
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_TEMPLATE = {
    "id": 1,
    "type": "job_template",
    "related": {"launch": "/api/v2/job_templates/1/launch/"},
    "ask_limit_on_launch": False,
    "ask_labels_on_launch": False,
    "ask_inventory_on_launch": False,
    "ask_variables_on_launch": True,
}


class Controller:
    """A controller with one job template, as a context manager; each job succeeds at once.

    :ivar launched: what each job was started with.
    """

    def __init__(self, template: str, organization: str) -> None:
        self.launched: list[dict[str, t.Any]] = []
        template_shown = {**_TEMPLATE, "name": template, "summary_fields": {"organization": {"name": organization}}}
        launched = self.launched

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path.startswith("/api/v2/config/"):
                    self._answer({"version": "0"})
                elif self.path.startswith("/api/v2/unified_job_templates/"):
                    self._answer({"results": [template_shown], "next": None})
                else:
                    jobs = [_job(number) for number in range(1, len(launched) + 1)]
                    self._answer({**_job(len(launched)), "results": jobs, "next": None})

            def do_POST(self) -> None:
                assert self.path == _TEMPLATE["related"]["launch"]  # type: ignore[index]
                launched.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self._answer(_job(len(launched)))

            def log_message(self, format: str, *args: t.Any) -> None:  # noqa: A002  the base class calls it so
                """Say nothing."""

            def _answer(self, content: t.Any) -> None:
                body = json.dumps(content).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Controller:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _job(number: int) -> dict[str, t.Any]:
    now = "2026-01-01T12:00:00.000000Z"
    url = f"/api/v2/jobs/{number}/"
    return {"id": number, "type": "job", "url": url, "status": "successful", "created": now, "artifacts": {}}
