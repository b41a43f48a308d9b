# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report where files do not last: in the output and the artifacts of a job, by mail, and to a webhook."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import threading
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import ansible_environment
from ansible_collections.msgraph.intune.tests.system.commands import run_command
from ansible_collections.msgraph.intune.tests.system.jobs import Job
from ansible_collections.msgraph.intune.tests.system.playbooks import playbook_command
from ansible_collections.msgraph.intune.tests.system.reports import connector, render, result

if t.TYPE_CHECKING:
    import subprocess

    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator
    from ansible_collections.msgraph.intune.tests.system.engines import Engines

PLAYBOOK = "msgraph.intune.exchange_connector_report"
SURVEY = Path(__file__).parents[2] / "roles/awx_setup/files/report_survey.yml"
# AWX stores no more characters of the output of one event.
STORED = 1024
HOSTILE = "{{ 7 * 191 }} {% raw %}"
SECRET = "hook-4f1f6b8a2c39"

# The options of the real module that the role uses, which writes down what it is given.
MAIL = """
import json, os
from ansible.module_utils.basic import AnsibleModule

module = AnsibleModule({
    "host": {"default": "localhost"}, "port": {"type": "int", "default": 25},
    "sender": {"aliases": ["from"], "default": "root"},
    "to": {"type": "list", "elements": "str"}, "subject": {"required": True}, "body": {}, "username": {},
    "password": {"no_log": True}, "attach": {"type": "list", "elements": "path"},
    "secure": {"choices": ["always", "never", "starttls", "try"], "default": "try"},
})
with open(os.environ["MAILBOX"], "w") as mailbox:
    json.dump(module.params, mailbox)
module.exit_json()
"""


@pytest.fixture
def job(simulator: Simulator, engines: Engines, tmp_path: Path) -> Job:
    return Job(tmp_path / "job", engines.command("ansible-runner"), ansible_environment(simulator))


def report(
    simulator: Simulator, place: Path, *flags: str, environment: t.Mapping[str, str] | None = None, **answers: t.Any
) -> subprocess.CompletedProcess[str]:
    """Run the playbook as AWX does, in a folder that vanishes."""
    answers = {"awx_job_id": 12, **answers}
    variables = place / "answers.json"
    variables.write_text(json.dumps(answers), encoding="utf-8")
    command = playbook_command(PLAYBOOK, "-e", f"@{variables}", *flags)
    return run_command(command, {**ansible_environment(simulator), **(environment or {})}, folder=place)


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("exchange_connector_report.*")}


def test_a_job_shows_each_connector_and_saves_it_in_its_artifacts(simulator: Simulator, job: Job) -> None:
    names = [HOSTILE, *(f"EX{number:02}.contoso.example" for number in range(1, 60))]
    simulator.set_connectors([{"id": f"id-{name[:4].strip('{ ')}", "serverName": name} for name in names])
    job.answer(awx_job_id=12)
    run = job.play("exchange_connector_report.yml")
    assert run.returncode == 0, run.stdout
    stored = "".join(event["stdout"][:STORED] for event in job.events("runner_item_on_ok"))
    assert [name for name in names if name not in stored] == []
    (stats,) = job.events("playbook_on_stats")
    saved = stats["event_data"]["artifact_data"]["exchange_connector_report"]
    assert saved["counts"] == {"total": 60, "healthy": 0, "warning": 0, "unhealthy": 60, "unknown": 0}
    assert {one["server"] for one in saved["connectors"]} == {"(( 7 * 191 )) (% raw %)", *names[1:]}
    assert set(saved["connectors"][0]) == {"id", "server", "health", "status", "seconds_since_last_sync"}


def test_max_rows_limits_the_table_to_the_worst_connectors(tmp_path: Path) -> None:
    rows = [connector(age, f"EX{age}") for age in range(10)]
    shown = render(tmp_path, result(*rows), show="true", max_rows="3").run.stdout
    assert [name for name in ("EX9", "EX8", "EX7", "EX6") if f"{name} " in shown] == ["EX9", "EX8", "EX7"]
    assert "and 7 more" in shown


def test_a_job_writes_no_files_that_vanish(simulator: Simulator, tmp_path: Path) -> None:
    run = report(simulator, tmp_path)
    assert (run.returncode, files(tmp_path)) == (0, set()), run.stdout
    assert "changed=0" in run.stdout


def test_a_folder_that_lasts_gets_both_files(simulator: Simulator, tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    run = report(simulator, tmp_path, folder=str(tmp_path / "pages"))
    assert run.returncode == 0, run.stdout
    assert files(tmp_path / "pages") == {"exchange_connector_report.html", "exchange_connector_report.md"}


def test_several_names_of_a_survey_stand_one_a_line(simulator: Simulator, tmp_path: Path) -> None:
    run = report(simulator, tmp_path, connector_name="Contoso\nfabrikam\n")
    assert "2 Exchange connectors: " in run.stdout, run.stdout + run.stderr


# --- mail


@pytest.fixture
def mail(tmp_path: Path) -> dict[str, str]:
    """The environment in which a stand-in for community.general is installed."""
    modules = tmp_path / "collections/ansible_collections/community/general/plugins/modules"
    modules.mkdir(parents=True)
    (modules / "mail.py").write_text(MAIL, encoding="utf-8")
    path = f"{os.environ['ANSIBLE_COLLECTIONS_PATH']}:{tmp_path / 'collections'}"
    return {"ANSIBLE_COLLECTIONS_PATH": path, "MAILBOX": str(tmp_path / "mailbox.json")}


def test_the_page_is_sent_by_mail(simulator: Simulator, tmp_path: Path, mail: dict[str, str]) -> None:
    server = {
        "mail_host": "smtp.contoso.example",
        "mail_port": 587,
        "mail_secure": "always",
        "mail_username": "reports",
        "mail_password": SECRET,
        "mail_from": "intune@contoso.example",
    }
    answers = {"mail_to": "one@contoso.example, two@contoso.example", **server}
    run = report(simulator, tmp_path, "-vvv", environment=mail, **answers)
    assert run.returncode == 0, run.stdout + run.stderr
    sent = json.loads((tmp_path / "mailbox.json").read_bytes())
    assert {name: sent[name.replace("mail_from", "mail_sender").removeprefix("mail_")] for name in server} == server
    assert [address.strip() for address in sent["to"]] == ["one@contoso.example", "two@contoso.example"]
    assert sent["subject"] == "Intune Exchange connectors: 1 unhealthy"
    assert "| `EX01.contoso.com` |" in sent["body"]
    assert [Path(path).name for path in sent["attach"]] == ["exchange_connector_report.html"]
    assert SECRET not in run.stdout + run.stderr


def test_mail_is_encrypted_by_default(simulator: Simulator, tmp_path: Path, mail: dict[str, str]) -> None:
    report(simulator, tmp_path, environment=mail, mail_to="one@contoso.example")
    sent = json.loads((tmp_path / "mailbox.json").read_bytes())
    assert (sent["secure"], sent["host"], sent["port"], sent["sender"]) == ("starttls", "localhost", 25, "root")


# --- webhook


@contextlib.contextmanager
def webhook(status: int) -> t.Iterator[tuple[str, list[dict[str, t.Any]]]]:
    """Answer each request with this status; the block gets the URL, and what was posted."""
    posted: list[dict[str, t.Any]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            posted.append({"path": self.path, "type": self.headers["Content-Type"], **json.loads(body)})
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Print nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/{SECRET}", posted
        server.shutdown()


@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_webhook_gets_the_markdown(simulator: Simulator, tmp_path: Path, status: int) -> None:
    with webhook(status) as (url, posted):
        run = report(simulator, tmp_path, "-vvv", webhook_url=url)
    assert run.returncode == 0, run.stdout + run.stderr
    (found,) = posted
    assert (found["path"], found["type"]) == (f"/{SECRET}", "application/json")
    assert found["text"].startswith("# Intune Exchange connectors\n")
    assert "| `EX01.contoso.com` |" in found["text"]
    assert SECRET not in run.stdout + run.stderr


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_webhook_that_refuses_fails_the_job_without_its_url(
    simulator: Simulator, tmp_path: Path, status: int
) -> None:
    with webhook(status) as (url, _posted):
        run = report(simulator, tmp_path, "-vvv", webhook_url=url)
    assert run.returncode == 2
    shown = " ".join((run.stdout + run.stderr).split())
    assert f"it answered with the HTTP status {status}, where" in shown
    assert SECRET not in shown


def test_a_webhook_that_does_not_answer_fails_the_job_without_its_url(simulator: Simulator, tmp_path: Path) -> None:
    run = report(simulator, tmp_path, "-vvv", webhook_url=f"http://127.0.0.1:9/{SECRET}")
    assert run.returncode == 2
    shown = " ".join((run.stdout + run.stderr).split())
    assert "it answered with the HTTP status -1, where" in shown
    assert SECRET not in shown


def test_check_mode_sends_nothing(simulator: Simulator, tmp_path: Path) -> None:
    with webhook(200) as (url, posted):
        run = report(simulator, tmp_path, "--check", webhook_url=url, mail_to="one@contoso.example")
    assert (run.returncode, posted) == (0, []), run.stdout + run.stderr


# --- survey


def test_each_question_is_a_variable_of_the_playbook() -> None:
    text = (SURVEY.parents[3] / "playbooks/exchange_connector_report.yml").read_text(encoding="utf-8")
    survey = yaml.safe_load(SURVEY.read_text(encoding="utf-8"))
    assert set(survey) == {"name", "description", "spec"}
    for question in survey["spec"]:
        assert f"\n#   {question['variable']} " in text
        assert (question["required"], question["default"]) == (False, "")
        assert question["type"] == ("password" if question["variable"] == "webhook_url" else question["type"])
