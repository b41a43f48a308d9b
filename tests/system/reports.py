# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Render reports of fake tenants with ansible-playbook, and parse the pages."""

from __future__ import annotations

import json
import subprocess
import typing as t
from html.parser import HTMLParser

import yaml
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import clean_environment
from ansible_collections.msgraph.intune.tests.system.commands import keep_output
from ansible_collections.msgraph.intune.tests.system.playbooks import playbook_command

if t.TYPE_CHECKING:
    from pathlib import Path

ROLE = "msgraph.intune.exchange_connector_report"
MINUTE, HOUR, DAY, YEAR = 60, 3600, 86400, 365 * 86400

# Elements without an end tag (void elements of HTML).
_VOID = {"meta", "wbr"}


def connector(age: int | None, name: str | None, **more: str | None) -> dict[str, t.Any]:
    """Return a connector as the info module returns it.

    :param age: seconds since its last sync. The time of the last sync is fixed, so it does not match the age.
    """
    return {
        "id": "7ce3b1f5-9b53-4b0c-8a8e-3c5f3a0f1d11",
        "last_sync_date_time": "0001-01-01T00:00:00Z" if age is None else "2026-11-21T09:12:33.1234567Z",
        "status": "connected",
        "exchange_connector_type": "onPremises",
        "primary_smtp_address": "intune@contoso.example",
        "server_name": name,
        "connector_server_name": "CONN01.contoso.example",
        "version": "6.2403.0.0",
        "exchange_alias": "exch01",
        "exchange_organization": "Contoso",
        "seconds_since_last_sync": age,
        "health": "unhealthy" if age is None or age >= 3 * DAY else "warning" if age >= DAY else "healthy",
        **more,
    }


def result(*connectors: dict[str, t.Any], **graph: str) -> dict[str, t.Any]:
    """Return the result of the info module for these connectors."""
    health_values = [one["health"] for one in connectors]
    by_health = {name: health_values.count(name) for name in ("healthy", "warning", "unhealthy")}
    return {
        "connectors": list(connectors),
        "counts": {"total": len(health_values), **by_health},
        "graph": {"cloud": "global", "graph_url": "https://graph.microsoft.com", **graph},
    }


class Report(t.NamedTuple):
    """The result of a play: the finished process, and its folder."""

    run: subprocess.CompletedProcess[str]
    folder: Path

    @property
    def html_path(self) -> Path:
        return self.folder / "exchange_connector_report.html"

    @property
    def markdown(self) -> str:
        return (self.folder / "exchange_connector_report.md").read_text(encoding="utf-8")

    @property
    def changed_tasks(self) -> int:
        return int(self.run.stdout.partition("changed=")[2].split()[0])


def play(
    folder: Path,
    tasks: list[dict[str, t.Any]],
    *flags: str,
    environment: t.Mapping[str, str] | None = None,
    **keywords: t.Any,
) -> Report:
    """Run tasks as a play in a folder. Fail the test if the play fails."""
    start = {"hosts": "localhost", "connection": "local", "gather_facts": False}
    variables = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    playbook = folder / "playbook.yml"
    playbook.write_text(yaml.safe_dump([{**start, "vars": variables, "tasks": tasks, **keywords}]), encoding="utf-8")
    run = subprocess.run(
        playbook_command(playbook, *flags),
        cwd=folder,
        env=environment or clean_environment(),
        check=False,
        capture_output=True,
        text=True,
    )
    keep_output(run.stdout + run.stderr)
    assert run.returncode == 0, run.stdout + run.stderr
    return Report(run, folder)


def render(path: Path, info_result: dict[str, t.Any], *flags: str, **options: str) -> Report:
    """Render a result of the info module in a folder.

    The play reads the result with ``slurp``, so Ansible handles it as the output of a module: it does not template the
    texts. Ansible would template the same texts in the variables of a play.

    :param options: the options of the role, without their prefix.
    """
    (path / "info_result.json").write_text(json.dumps(info_result), encoding="utf-8")
    variables = {f"exchange_connector_report_{name}": value for name, value in options.items()}
    variables["exchange_connector_report_result"] = "{{ file.content | b64decode | from_json }}"
    return play(
        path,
        [
            {"ansible.builtin.slurp": {"src": str(path / "info_result.json")}, "register": "file"},
            {"ansible.builtin.import_role": {"name": ROLE, "tasks_from": "render"}, "vars": variables},
            {"ansible.builtin.debug": {"var": "exchange_connector_report_files"}},
        ],
        *flags,
    )


class Cell(t.NamedTuple):
    """A cell of the table.

    :param sort_key: the number by which the page sorts the column; ``None`` if the page sorts it by its text.
    """

    text: str
    sort_key: float | None


class ReportPage(HTMLParser):
    """Parse an HTML page into elements, texts and table rows."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.rows: list[dict[str, Cell]] = []
        self._open_tags: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open_tags, "each element must have an end tag"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.elements.append((tag, found))
        if tag not in _VOID:
            self._open_tags.append(tag)
        if tag == "tr":
            self.rows.append({})
        if tag == "td":
            sort_key = found.get("data-sort")
            self.rows[-1][str(found["data-label"])] = Cell("", None if sort_key is None else float(sort_key))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open_tags.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self._open_tags:
            return
        self.texts.append((self._open_tags[-1], data))
        if self.rows and "td" in self._open_tags:
            label, cell = self.rows[-1].popitem()
            self.rows[-1][label] = cell._replace(text=cell.text + data)

    @property
    def connectors(self) -> list[dict[str, str]]:
        """Return the rows of the table without the header: the text of each cell by column name."""
        return [{label: cell.text.strip() for label, cell in row.items()} for row in self.rows if row]

    def sort_keys(self, column: str) -> list[float]:
        """Return the numbers by which the page sorts a column. A column that sorts by its text has none."""
        keys = [row[column].sort_key for row in self.rows if row]
        return [key for key in keys if key is not None]

    def text(self, tag: str) -> str:
        """Return the texts directly inside elements with this tag."""
        return "".join(text for name, text in self.texts if name == tag)

    def find_all(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        """Return the attributes of each element with this tag and these attribute values.

        A trailing underscore is removed from a name, as in ``class_``.
        """
        wanted = {name.rstrip("_"): value for name, value in attributes.items()}.items()
        return [found for name, found in self.elements if name == tag and wanted <= found.items()]


def read_page(path: Path) -> ReportPage:
    """Read and parse the page in a file."""
    return ReportPage(path.read_text(encoding="utf-8"))
