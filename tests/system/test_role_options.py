# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check the effect of each documented option of the report role.

test_awx_setup.py checks the options of the role awx_setup.
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
# A value of each option that both entry points have; written() reads these values from the files.
FILES = {
    "folder": "status",
    "html": "index.html",
    "markdown": "index.md",
    "title": "Northwind's connectors",
    "mode": "0600",
}
SERVERS = ["EX-OLD.northwindtraders.com", "MAIL02.fabrikam.com", "EX01.contoso.com"]
# test_report_in_jobs.py checks how the report is shown and sent.
SHOWN = ("show", "max_rows")
SENT = (
    *("mail_to", "mail_from", "mail_host", "mail_port", "mail_secure", "mail_username", "mail_password"),
    "webhook_url",
)
SELECTORS = {
    "connector_id": "{0}",
    "connector_name": "mail02.fabrikam.com",
    "status": ["disconnected"],
}
SELECTED = {
    "connector_id": ["EX01.contoso.com"],
    "connector_name": ["MAIL02.fabrikam.com"],
    "status": ["EX-OLD.northwindtraders.com"],
}


def written(folder: Path) -> dict[str, t.Any]:
    """Return the value of each option of FILES, as the files show it."""
    (page,), (message,) = folder.rglob("*.html"), folder.rglob("*.md")
    return {
        "folder": page.parent.relative_to(folder).name,
        "html": page.name,
        "markdown": message.name,
        "title": message.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# "),
        "mode": f"{page.stat().st_mode & 0o777:04o}",
    }


def test_each_file_option_changes_the_files(tmp_path: Path) -> None:
    default, changed = tmp_path / "default", tmp_path / "changed"
    for folder in (default, changed / "status"):
        folder.mkdir(parents=True)
    render(default, result(one_connector(1, "EX01")))
    render(changed, result(one_connector(1, "EX01")), **FILES)
    assert written(changed) == FILES
    assert [name for name, value in written(default).items() if value == FILES[name]] == []


@pytest.mark.parametrize("option", [None, *SELECTORS])
def test_a_selector_limits_the_report_to_its_connectors(
    simulator: Simulator, tmp_path: Path, option: str | None
) -> None:
    value = SELECTORS.get(option or "")
    selector = value.format(*simulator.connector_ids) if isinstance(value, str) else value
    variables = {f"{PREFIX}{option}": selector} if option else {}
    tasks = [{"ansible.builtin.import_role": {"name": ROLE}, "vars": variables}]
    report = play(tmp_path, tasks, environment=ansible_environment(simulator))
    servers = [row["Server"] for row in read_page(report.html_path).connectors]
    assert servers == (SELECTED[option] if option else SERVERS)


def test_each_documented_option_has_a_test() -> None:
    main_options = {f"{PREFIX}{name}" for name in (*FILES, *SELECTORS, *SHOWN, *SENT)}
    render_options = {f"{PREFIX}{name}" for name in (*FILES, *SHOWN, *SENT, "result")}
    assert role_options("exchange_connector_report") == {"main": main_options, "render": render_options}
