# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each documented option of the report role has an effect, and the report without it shows none of that.

Those of the role awx_setup are tried in test_awx_setup_options.py, and with the rest of it in test_awx_setup.py.
"""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import ansible_environment
from ansible_collections.msgraph.intune.tests.system.documentation import role_options
from ansible_collections.msgraph.intune.tests.system.reports import ROLE, play, read_page, render, result
from ansible_collections.msgraph.intune.tests.system.reports import connector as one_connector

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator

PREFIX = "exchange_connector_report_"
# The value of each option of both entry points, and how what is written differs by it.
FILES = {
    "folder": "status",
    "html": "index.html",
    "markdown": "index.md",
    "title": "Northwind's connectors",
    "mode": "0600",
}
SERVERS = ["EX-OLD.northwindtraders.com", "MAIL02.fabrikam.com", "EX01.contoso.com"]
# How the report is shown and sent is tried in test_report_in_jobs.py.
SHOWN = ("show", "max_rows")
SENT = (
    *("mail_to", "mail_from", "mail_host", "mail_port", "mail_secure", "mail_username", "mail_password"),
    "webhook_url",
)
CHOICES = {
    "connector_id": "{0}",
    "connector_name": "mail02.fabrikam.com",
    "status": ["disconnected"],
}
CHOSEN = {
    "connector_id": ["EX01.contoso.com"],
    "connector_name": ["MAIL02.fabrikam.com"],
    "status": ["EX-OLD.northwindtraders.com"],
}


def written(folder: Path) -> dict[str, t.Any]:
    """What each option of FILES is about, as it is found."""
    (page,), (message,) = folder.rglob("*.html"), folder.rglob("*.md")
    return {
        "folder": page.parent.relative_to(folder).name,
        "html": page.name,
        "markdown": message.name,
        "title": message.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# "),
        "mode": f"{page.stat().st_mode & 0o777:04o}",
    }


def test_each_option_of_the_files_changes_its_own_part_of_them(tmp_path: Path) -> None:
    usual, changed = tmp_path / "usual", tmp_path / "changed"
    for folder in (usual, changed / "status"):
        folder.mkdir(parents=True)
    render(usual, result(one_connector(1, "EX01")))
    render(changed, result(one_connector(1, "EX01")), **FILES)
    assert written(changed) == FILES
    assert [name for name, value in written(usual).items() if value == FILES[name]] == []


@pytest.mark.parametrize("option", [None, *CHOICES])
def test_each_choice_of_connectors_leaves_out_the_others(
    simulator: Simulator, tmp_path: Path, option: str | None
) -> None:
    value = CHOICES.get(option or "")
    chosen = value.format(*simulator.connector_ids) if isinstance(value, str) else value
    variables = {f"{PREFIX}{option}": chosen} if option else {}
    tasks = [{"ansible.builtin.import_role": {"name": ROLE}, "vars": variables}]
    report = play(tmp_path, tasks, environment=ansible_environment(simulator))
    shown = [row["Server"] for row in read_page(report.page).connectors]
    assert shown == (CHOSEN[option] if option else SERVERS)


def test_each_documented_option_is_tried() -> None:
    own = {f"{PREFIX}{name}" for name in (*FILES, *CHOICES, *SHOWN, *SENT)}
    rendered = {f"{PREFIX}{name}" for name in (*FILES, *SHOWN, *SENT, "result")}
    assert role_options("exchange_connector_report") == {"main": own, "render": rendered}
