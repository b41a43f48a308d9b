# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Renders reports of made-up tenants through the real ansible-playbook, and reads the pages."""

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

# Elements that have no end.
_VOID = {"meta", "wbr"}


def connector(age: int | None, name: str | None, **more: str | None) -> dict[str, t.Any]:
    """A connector as the info module shows it."""
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
    """What the info module returns for these connectors."""
    healths = [one["health"] for one in connectors]
    by_health = {name: healths.count(name) for name in ("healthy", "warning", "unhealthy")}
    return {
        "connectors": list(connectors),
        "counts": {"total": len(healths), **by_health},
        "graph": {"cloud": "global", "graph_url": "https://graph.microsoft.com", **graph},
    }


class Report(t.NamedTuple):
    """What a play left behind: its run, and the folder it ran in."""

    run: subprocess.CompletedProcess[str]
    folder: Path

    @property
    def page(self) -> Path:
        return self.folder / "exchange_connector_report.html"

    @property
    def message(self) -> str:
        return (self.folder / "exchange_connector_report.md").read_text(encoding="utf-8")

    @property
    def changes(self) -> int:
        return int(self.run.stdout.partition("changed=")[2].split()[0])


def play(
    folder: Path,
    tasks: list[dict[str, t.Any]],
    *flags: str,
    environment: t.Mapping[str, str] | None = None,
    **keywords: t.Any,
) -> Report:
    """Run tasks in a folder. It must succeed."""
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


def render(where: Path, read: dict[str, t.Any], *flags: str, **options: str) -> Report:
    """Render a result. Like the texts of a service, it comes to the play from a module."""
    (where / "read.json").write_text(json.dumps(read), encoding="utf-8")
    variables = {f"exchange_connector_report_{name}": value for name, value in options.items()}
    variables["exchange_connector_report_result"] = "{{ file.content | b64decode | from_json }}"
    return play(
        where,
        [
            {"ansible.builtin.slurp": {"src": str(where / "read.json")}, "register": "file"},
            {"ansible.builtin.import_role": {"name": ROLE, "tasks_from": "render"}, "vars": variables},
            {"ansible.builtin.debug": {"var": "exchange_connector_report_files"}},
        ],
        *flags,
    )


class Cell(t.NamedTuple):
    text: str
    key: float | None


class Page(HTMLParser):
    """A page as a browser would see it, as far as a test wants to know."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.rows: list[dict[str, Cell]] = []
        self._open: list[tuple[str, str | None]] = []
        self.feed(html)
        self.close()
        assert not self._open, "each element that begins must end"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.elements.append((tag, found))
        if tag not in _VOID:
            self._open.append((tag, found.get("class")))
        if tag == "tr":
            self.rows.append({})
        if tag == "td":
            key = found.get("data-sort")
            self.rows[-1][str(found["data-label"])] = Cell("", None if key is None else float(key))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if not self._open:
            return
        self.texts.append((self._open[-1][0], data))
        if self.rows and any(tag == "td" for tag, _class in self._open):
            label, cell = self.rows[-1].popitem()
            self.rows[-1][label] = cell._replace(text=cell.text + data)

    @property
    def connectors(self) -> list[dict[str, str]]:
        """The table, its head left out: the text of each cell by the name of its column."""
        return [{label: cell.text.strip() for label, cell in row.items()} for row in self.rows if row]

    def keys(self, column: str) -> list[float]:
        """What a column is sorted by, where that is not its text."""
        keys = [row[column].key for row in self.rows if row]
        return [key for key in keys if key is not None]

    def text(self, tag: str) -> str:
        """Return the texts directly inside elements of this name."""
        return "".join(text for name, text in self.texts if name == tag)

    def all(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        """The attributes of each element of this name that has these."""
        wanted = {name.rstrip("_"): value for name, value in attributes.items()}.items()
        return [found for name, found in self.elements if name == tag and wanted <= found.items()]


def read_page(path: Path) -> Page:
    """Read a page from its file."""
    return Page(path.read_text(encoding="utf-8"))
