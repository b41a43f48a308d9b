# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of role exchange_connector_report in a real browser, which runs its script and paints it.

With UPDATE_SCREENSHOTS=1 the picture in docs/images is taken anew.
"""

from __future__ import annotations

import os
import re
import shutil
import typing as t
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import clean_environment
from ansible_collections.msgraph.intune.tests.system.commands import run_command
from ansible_collections.msgraph.intune.tests.system.reports import (
    DAY,
    HOUR,
    MINUTE,
    ReportPage,
    connector,
    read_page,
    render,
    result,
)

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.system.engines import Engines

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PICTURE = Path(__file__).parents[2] / "docs/images/exchange_connector_report.png"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium, chromium-browser or google-chrome is found")

# Scripts that take the place of a visitor; the title of the page tells what they saw.
CLICK_ON_SERVER = """
  const header = [...document.querySelectorAll('th')].find((one) => one.textContent === 'Server');
  const names = () => [...document.querySelectorAll('td[data-label=Server]')].map((cell) => cell.textContent);
  const seen = [];
  for (const click of [1, 2]) {
    header.querySelector('button').click();
    seen.push(header.getAttribute('aria-sort') + ' ' + names().join(' '));
  }
  const others = document.querySelectorAll('th[aria-sort]:not([aria-sort=none])').length;
  document.title = [...seen, others].join('; ');
"""
CLICK_ON_LAST_SYNC = """
  const header = [...document.querySelectorAll('th')].find((one) => one.textContent === 'Last sync');
  header.querySelector('button').click();
  document.title = [...document.querySelectorAll('td[data-label=Server]')].map((cell) => cell.textContent).join(' ');
"""
REACH_BY_KEYBOARD = """
  const reached = [...document.querySelectorAll('th')].filter((header) => {
    header.querySelector('button').focus();
    return header.contains(document.activeElement) && document.activeElement.tabIndex === 0;
  });
  document.title = reached.map((header) => header.textContent).join(', ');
"""
MEASURE_WIDTH = "document.title = document.documentElement.scrollWidth + ' of ' + innerWidth;"


class Browser:
    """Chromium without a window, in a profile of its own, without a network."""

    def __init__(self, profile: Path) -> None:
        self._command = [
            str(CHROMIUM),
            "--headless",
            "--no-sandbox",  # which root could not start
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            "--enable-logging=stderr",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={profile}",
        ]

    def open(self, page: Path, *flags: str) -> tuple[str, list[str]]:
        """Open a page; returns what the browser printed and what its console said."""
        run = run_command([*self._command, *flags, page.as_uri()], clean_environment())
        assert run.returncode == 0, run.stderr
        return run.stdout, [line for line in run.stderr.splitlines() if "CONSOLE" in line]

    def read(self, page: Path) -> tuple[ReportPage, list[str]]:
        """The page after its script has run, and what the console said."""
        text, console = self.open(page, "--dump-dom")
        return ReportPage(text), console

    def visit(self, page: Path, script: str, *, width: int = 1280) -> str:
        """Let a script visit a copy of the page, which must forbid it no more; returns what it saw."""
        copy = page.with_name("visited.html")
        html = re.sub('<meta http-equiv="Content-Security-Policy"[^>]*>', "", page.read_text(encoding="utf-8"))
        copy.write_text(html.replace("</body>", f"<script>{{{script}}}</script></body>"), encoding="utf-8")
        text, _console = self.open(copy, "--dump-dom", f"--window-size={width},900")
        return ReportPage(text).text("title")

    def photograph(self, page: Path, picture: Path, *, dark: bool, size: str = "1280,1000") -> bytes:
        scheme = f"--blink-settings=preferredColorScheme={0 if dark else 1}"
        self.open(page, scheme, f"--window-size={size}", f"--screenshot={picture}")
        return picture.read_bytes()


@pytest.fixture(scope="session")
def version() -> str:
    return run_command([str(CHROMIUM), "--version"], clean_environment()).stdout.strip()


@pytest.fixture
def browser(version: str, engines: Engines, tmp_path: Path) -> Browser:
    engines.note(version)
    return Browser(tmp_path / "profile")


def synced(age: int | None, server: str, host: str, organization: str, **more: str) -> dict[str, t.Any]:
    """A connector that synced so long before this very moment."""
    names = {"connector_server_name": host, "exchange_organization": organization}
    if age is not None:
        moment = datetime.now(timezone.utc) - timedelta(seconds=age)
        names["last_sync_date_time"] = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    return connector(age, server, **names, **more)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five connectors in every state."""
    lost = {"status": "disconnected", "version": "5.0.4912.0"}
    northwind = synced(None, "EX-OLD.northwindtraders.com", "CON03.northwindtraders.com", "Northwind Traders", **lost)
    read = result(
        synced(3 * HOUR + 12 * MINUTE, "EX01.contoso.com", "CON01.contoso.com", "Contoso"),
        synced(2 * DAY + 4 * HOUR, "MAIL02.fabrikam.com", "CON02.fabrikam.com", "Fabrikam"),
        northwind,
        synced(1010 * DAY, "EX10.adatum.com", "CON04.adatum.com", "A. Datum", status="disconnected"),
        synced(41 * MINUTE, "EX9.adatum.com", "CON05.adatum.com", "A. Datum", exchange_connector_type="hosted"),
    )
    return render(tmp_path_factory.mktemp("page"), read).html_path


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    names = ["<script>document.title='owned'</script>", '"><img src=x onerror="document.title=1">', "n" * 300]
    everything = [connector(age, name, version=name, exchange_organization=name) for age, name in enumerate(names)]
    return render(tmp_path_factory.mktemp("hostile"), result(*everything)).html_path


def test_the_script_runs_as_the_page_allows_it(browser: Browser, page: Path) -> None:
    seen, console = browser.read(page)
    assert [button["type"] for button in seen.find_all("button")] == ["button"] * 8
    assert not console


def test_hostile_names_stay_text(browser: Browser, hostile: Path) -> None:
    seen, console = browser.read(hostile)
    added = [tag for tag, _attributes in seen.elements if tag != "button"]
    assert added == [tag for tag, _attributes in read_page(hostile).elements]
    assert seen.text("title") == "Intune Exchange connectors"
    assert not console


@pytest.mark.parametrize(
    "injected",
    ["<script>document.title = 'owned'</script>", "<img src=x onerror=\"document.title = 'owned'\">"],
    ids=["script", "handler"],
)
def test_even_injected_code_would_not_run(browser: Browser, page: Path, injected: str) -> None:
    spoilt = page.with_name("spoilt.html")
    spoilt.write_text(page.read_text(encoding="utf-8").replace("</main>", f"{injected}</main>"), encoding="utf-8")
    text, console = browser.open(spoilt, "--dump-dom")
    assert "<title>Intune Exchange connectors</title>" in text
    assert any("Content Security Policy" in line for line in console)


def test_a_header_sorts_up_and_down(browser: Browser, page: Path) -> None:
    # Numbers in names count as numbers.
    up = "EX-OLD.northwindtraders.com EX01.contoso.com EX9.adatum.com EX10.adatum.com MAIL02.fabrikam.com"
    down = " ".join(reversed(up.split()))
    assert browser.visit(page, CLICK_ON_SERVER) == f"ascending {up}; descending {down}; 1"


def test_ages_sort_as_numbers_and_never_is_the_oldest(browser: Browser, page: Path) -> None:
    assert browser.visit(page, CLICK_ON_LAST_SYNC).split() == [
        "EX9.adatum.com",
        "EX01.contoso.com",
        "MAIL02.fabrikam.com",
        "EX10.adatum.com",
        "EX-OLD.northwindtraders.com",
    ]


def test_each_header_is_reached_by_keyboard(browser: Browser, page: Path) -> None:
    columns = "Health, Server, Connector host, Organization, Status, Type, Version, Last sync"
    assert browser.visit(page, REACH_BY_KEYBOARD) == columns


@pytest.mark.parametrize("width", [420, 1280])
@pytest.mark.parametrize("which", ["page", "hostile"])
def test_the_page_is_never_wider_than_its_window(
    browser: Browser, request: pytest.FixtureRequest, which: str, width: int
) -> None:
    wide, window = browser.visit(request.getfixturevalue(which), MEASURE_WIDTH, width=width).split(" of ")
    assert int(wide) <= int(window)


def test_pictures_in_both_schemes(browser: Browser, page: Path, tmp_path: Path) -> None:
    light = browser.photograph(page, tmp_path / "light.png", dark=False)
    dark = browser.photograph(page, tmp_path / "dark.png", dark=True)
    assert light.startswith(b"\x89PNG")
    assert dark.startswith(b"\x89PNG")
    assert light != dark
    if os.environ.get("UPDATE_SCREENSHOTS"):
        PICTURE.parent.mkdir(exist_ok=True)
        PICTURE.write_bytes(light)
