# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report of role exchange_connector_report: what is in its files, whatever the connectors are called."""

from __future__ import annotations

import base64
import hashlib
import re
import typing as t
from pathlib import Path

import pytest
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import (
    ansible_environment,
    clean_environment,
)
from ansible_collections.msgraph.intune.tests.system.commands import run_command
from ansible_collections.msgraph.intune.tests.system.playbooks import playbook_command
from ansible_collections.msgraph.intune.tests.system.reports import (
    DAY,
    HOUR,
    MINUTE,
    ROLE,
    YEAR,
    Report,
    ReportPage,
    connector,
    play,
    read_page,
    render,
    result,
)

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator

END_OF_SUPPORT = "Microsoft ended support for the on-premises Exchange connector on 19 February 2024"

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</td></table></style></script><!--",
    "{{ 7*7 }}",
    "{% raw %}",
    "{# all gone",
    "&lt;b&gt; &amp;",
    "a \"b\" 'c'",
    "\u202egpj.exe\u2069 \u200bEX\x0001",
    "n" * 300,
    "a|b|c\\|d\\",
    "```x`",
    "[help](https://evil.example) ![i](www.evil.example)",
    "@everyone <!channel>",
    "one\n\n# two\r\n| three",
    "sch\u00f6n \u4f60\u597d",
]
# Where that is not as they are, for they hold what cannot be seen.
SHOWN = {HOSTILE[9]: "�gpj.exe� �EX�01", HOSTILE[15]: "one��# two��| three"}
LOOKALIKES = str.maketrans("`|<>[]@\\", "ˋ¦‹›［］＠⧵")  # noqa: RUF001  in the Markdown
NOTHING = "\u2013"
NAMES = ["server_name", "connector_server_name", "exchange_organization", "version"]
COLUMNS = ["Server", "Connector host", "Organization", "Version"]


class Age(t.NamedTuple):
    """An age, in words, and what it says of health."""

    seconds: int | None
    words: str
    health: str


AGES = [
    Age(None, "never", "unhealthy"),
    Age(5 * YEAR, "5 years ago", "unhealthy"),
    Age(YEAR + DAY, "1 year 1 day ago", "unhealthy"),
    Age(3 * DAY, "3 days ago", "unhealthy"),
    Age(3 * DAY - 1, "2 days 23 hours ago", "warning"),
    Age(DAY, "1 day ago", "warning"),
    Age(DAY - 1, "23 hours 59 minutes ago", "healthy"),
    Age(HOUR + 5, "1 hour ago", "healthy"),
    Age(59 * MINUTE, "59 minutes ago", "healthy"),
    Age(1, "1 second ago", "healthy"),
    Age(0, "just now", "healthy"),
]


def named(name: str, age: int | None) -> dict[str, t.Any]:
    """A connector with this name for everything."""
    everything = dict.fromkeys(("id", "status", "exchange_connector_type", "last_sync_date_time", *NAMES), name)
    return {**connector(age, name), **everything}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Report:
    rows = [named(name, 1000 - row) for row, name in enumerate(HOSTILE)]
    return render(tmp_path_factory.mktemp("hostile"), result(*rows, cloud=HOSTILE[0], graph_url=HOSTILE[1]))


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> Report:
    rows = [named("name", 1000 - row) for row in range(len(HOSTILE))]
    return render(tmp_path_factory.mktemp("harmless"), result(*rows))


@pytest.fixture(scope="module")
def ages(tmp_path_factory: pytest.TempPathFactory) -> Report:
    in_another_order = sorted(AGES, key=str)
    rows = [connector(age.seconds, age.words) for age in in_another_order]
    return render(tmp_path_factory.mktemp("ages"), result(*rows))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return render(tmp_path_factory.mktemp("empty"), result())


def shape(page: ReportPage) -> list[tuple[str, list[str]]]:
    """The elements and what attributes they have; where a host name may break is its own affair."""
    return [(tag, sorted(attributes)) for tag, attributes in page.elements if tag != "wbr"]


def cells(line: str) -> list[str]:
    """The cells of a row, for a reader that knows of no escape."""
    return [cell.strip() for cell in line.strip("|").split("|")]


def table(markdown: str) -> list[list[str]]:
    """The rows of the Markdown's table below its head."""
    return [cells(line) for line in markdown.splitlines() if line.startswith("|")][2:]


class TestPage:
    def test_no_name_adds_an_element_or_an_attribute(self, hostile: Report, harmless: Report) -> None:
        assert shape(read_page(hostile.html_path)) == shape(read_page(harmless.html_path))

    def test_hostile_names_are_shown_as_text(self, hostile: Report) -> None:
        rows = read_page(hostile.html_path).connectors
        shown = [[row[column] for column in COLUMNS] for row in rows]
        assert shown == [[SHOWN.get(name, name)] * 4 for name in HOSTILE]

    def test_no_name_reaches_script_or_style(self, hostile: Report, harmless: Report) -> None:
        pages = [read_page(report.html_path) for report in (hostile, harmless)]
        assert len({page.text("script") for page in pages}) == 1
        assert len({page.text("style") for page in pages}) == 1

    def test_a_direction_cannot_leave_its_name(self, hostile: Report) -> None:
        text = hostile.html_path.read_text(encoding="utf-8")
        assert not re.search("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", text)
        assert "<bdi>�gpj.exe" in text

    def test_the_content_security_policy_allows_only_the_style_and_script_of_the_page(self, hostile: Report) -> None:
        page = read_page(hostile.html_path)
        (policy,) = page.find_all("meta", **{"http-equiv": "Content-Security-Policy"})
        directives = dict(part.split(maxsplit=1) for part in str(policy["content"]).split(";"))
        hashes = {
            tag: "'sha256-" + base64.b64encode(hashlib.sha256(page.text(tag).encode()).digest()).decode() + "'"
            for tag in ("style", "script")
        }
        assert {name: value.strip() for name, value in directives.items()} == {
            "default-src": "'none'",
            "style-src": hashes["style"],
            "script-src": hashes["script"],
            "base-uri": "'none'",
            "form-action": "'none'",
        }

    def test_the_page_refers_to_no_other_resource(self, hostile: Report) -> None:
        page = read_page(hostile.html_path)
        attributes = [found for _tag, found in page.elements]
        loads = {"src", "srcset", "data", "action", "background", "style", "poster"}
        assert not [found for found in attributes if loads & set(found)]
        assert all(str(found["href"]).startswith("#") for found in attributes if "href" in found)
        assert not re.search(r"url\(|@import|https?:", page.text("style") + page.text("script"))

    def test_ages_and_health_values_in_words_worst_first(self, ages: Report) -> None:
        rows = read_page(ages.html_path).connectors
        assert [row["Server"] for row in rows] == [age.words for age in AGES]
        assert [row["Last sync"].splitlines()[0].split(" 2026-")[0] for row in rows] == [age.words for age in AGES]
        assert [row["Health"] for row in rows] == [age.health for age in AGES]

    def test_the_time_of_the_last_sync_where_there_was_one(self, ages: Report) -> None:
        never, *others = read_page(ages.html_path).connectors
        assert never["Last sync"] == "never"
        assert all(row["Last sync"].endswith("2026-11-21 09:12:33 UTC") for row in others)

    def test_a_time_that_cannot_be_read_is_unknown_and_not_never(self, tmp_path: Path) -> None:
        unknown = connector(None, "EX", health="unknown", last_sync_date_time=None)
        read = result(connector(5, "other"), unknown)
        read["counts"]["unknown"] = 1
        report = render(tmp_path, read)
        page = read_page(report.html_path)
        first = page.connectors[0]
        assert (first["Health"], first["Last sync"]) == ("unknown", "unknown")
        assert page.sort_keys("Health") == [3.0, 0.0]
        verdict = "The last sync of 1 of 2 connectors is a time that cannot be read."
        assert verdict in page.text("p")
        assert verdict in report.markdown
        assert "1 ❔ unknown" in report.markdown
        assert [row[-1] for row in table(report.markdown)] == ["unknown", "5 seconds ago"]

    def test_columns_that_sort_by_number_have_one(self, ages: Report) -> None:
        page = read_page(ages.html_path)
        assert page.sort_keys("Last sync") == [float("inf") if age.seconds is None else age.seconds for age in AGES]
        assert page.sort_keys("Health") == [["healthy", "warning", "unhealthy"].index(age.health) for age in AGES]

    def test_bars_reach_the_marks_when_health_changes(self, ages: Report) -> None:
        page = read_page(ages.html_path)
        bars = [float(str(drawn_bar["width"]).rstrip("%")) for drawn_bar in page.find_all("rect", class_="age")]
        drawn = dict(zip([age.seconds for age in AGES if age.seconds is not None], bars, strict=True))
        day, three_days = (float(str(mark["x1"]).rstrip("%")) for mark in page.find_all("line", class_="mark")[:2])
        assert (drawn[DAY], drawn[3 * DAY]) == (day, three_days)
        assert sorted(bars, reverse=True) == bars
        assert 0 <= bars[-1] < drawn[HOUR + 5] < drawn[5 * YEAR] < 100
        assert len(page.find_all("line", class_="never")) == 1

    def test_counts_and_the_verdict(self, ages: Report) -> None:
        page = read_page(ages.html_path)
        numbers = re.findall(r"<b>(\d+)</b> <span>(?:<svg.*?</svg> )?(\w+)", ages.html_path.read_text(encoding="utf-8"))
        assert numbers == [("4", "unhealthy"), ("2", "warning"), ("5", "healthy"), ("11", "total")]
        assert "6 of 11 connectors have not synced within the last day." in page.text("p")

    def test_the_page_of_an_empty_tenant_explains_why_that_is_normal(self, empty: Report) -> None:
        page = read_page(empty.html_path)
        assert page.connectors == []
        assert "There is no Exchange connector in this tenant" in page.text("p")
        # In the message and at the foot of the page.
        assert page.text("p").count(END_OF_SUPPORT) == 2

    def test_the_end_of_support_stands_on_each_page(self, ages: Report) -> None:
        assert END_OF_SUPPORT in read_page(ages.html_path).text("p")

    def test_the_header_shows_the_time_and_the_cloud(self, ages: Report) -> None:
        page = read_page(ages.html_path)
        assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", page.text("time"))
        assert {"global", "https://graph.microsoft.com"} <= {text for tag, text in page.texts if tag == "bdi"}

    def test_a_connector_without_names_goes_by_its_id(self, tmp_path: Path) -> None:
        nameless = connector(1, None, connector_server_name=None, version=None, exchange_organization="")
        (row,) = read_page(render(tmp_path, result(nameless)).html_path).connectors
        assert [row[column] for column in COLUMNS] == [nameless["id"], NOTHING, NOTHING, NOTHING]


class TestContrast:
    """WCAG 2.2, level AA: 4.5 for text, 3 for what is drawn."""

    @pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
    def test_everything_can_be_read(self, empty: Report, scheme: int) -> None:
        style = read_page(empty.html_path).text("style")
        block = re.findall(r":root {(.*?)}", style, re.DOTALL)[scheme]
        colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]+);", block))
        texts = [(text, ground) for text in ("text", "soft") for ground in ("page", "card")]
        health_values = ("healthy", "warning", "unhealthy")
        texts += [(f"{name}-text", ground) for name in health_values for ground in (f"{name}-soft", "card")]
        drawn = [(name, "card") for name in health_values]
        low = {pair for pair in texts if contrast(*(colours[name] for name in pair)) < 4.5}
        low |= {pair for pair in drawn if contrast(*(colours[name] for name in pair)) < 3}
        assert not low


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


class TestMarkdown:
    def test_each_row_has_a_cell_for_each_column(self, hostile: Report) -> None:
        rows = table(hostile.markdown)
        assert len(rows) == len(HOSTILE)
        assert {len(row) for row in rows} == {8}

    def test_each_name_in_the_message_is_inline_code(self, hostile: Report) -> None:
        cells_of_names = [[row[column] for column in (1, 2, 3, 6)] for row in table(hostile.markdown)]
        texts = [SHOWN.get(name, name).translate(LOOKALIKES) for name in HOSTILE]
        assert cells_of_names == [[f"`{text}`"] * 4 for text in texts]

    def test_the_message_contains_no_mention_tag_or_link(self, hostile: Report) -> None:
        assert not re.search(r"[@<>\[\]\\]", hostile.markdown)
        outside = re.sub("`[^`\n]*`", "", hostile.markdown)
        assert not re.search(r"`|https?:|www\.", outside)

    def test_heading_counts_and_table(self, ages: Report) -> None:
        heading, _blank, counts = ages.markdown.splitlines()[:3]
        assert heading == "# Intune Exchange connectors"
        assert counts.startswith("**11 connectors: 5 ✅ healthy, 2 ⚠️ warning, 4 ❌ unhealthy.**")
        assert [row[7] for row in table(ages.markdown)] == [age.words for age in AGES]
        assert [row[0].split()[-1] for row in table(ages.markdown)] == [age.health for age in AGES]

    def test_an_empty_tenant_has_no_table(self, empty: Report) -> None:
        assert "|" not in empty.markdown
        assert "There is no Exchange connector in this tenant" in empty.markdown
        assert END_OF_SUPPORT in empty.markdown

    def test_both_files_tell_the_same_time(self, ages: Report) -> None:
        (time,) = set(re.findall(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", ages.markdown, re.MULTILINE))
        assert time in ages.html_path.read_text(encoding="utf-8")


class TestFiles:
    def test_they_are_written_where_ansible_was_started(self, empty: Report) -> None:
        html, markdown = empty.html_path, empty.html_path.with_suffix(".md")
        assert f'"html": "{html}"' in empty.run.stdout
        assert f'"markdown": "{markdown}"' in empty.run.stdout
        assert {path.stat().st_mode & 0o777 for path in (html, markdown)} == {0o644}
        assert empty.changed_tasks == 2

    def test_folder_names_mode_and_title_can_be_chosen(self, tmp_path: Path) -> None:
        (tmp_path / "status").mkdir()
        title = "Ours & <theirs>"
        report = render(
            tmp_path, result(), folder="status", html="index.html", markdown="index.md", mode="0600", title=title
        )
        page, message = tmp_path / "status/index.html", tmp_path / "status/index.md"
        assert f'"html": "{page}"' in report.run.stdout
        assert {path.stat().st_mode & 0o777 for path in (page, message)} == {0o600}
        assert (read_page(page).text("title"), read_page(page).text("h1")) == (title, title)
        assert message.read_text(encoding="utf-8").startswith(f"# {title}\n")

    @pytest.mark.parametrize(("unwanted", "left"), [("html", "md"), ("markdown", "html")])
    def test_an_empty_name_leaves_a_file_out(self, tmp_path: Path, unwanted: str, left: str) -> None:
        report = render(tmp_path, result(), **{unwanted: ""})
        assert [path.suffix for path in tmp_path.glob("exchange_connector_report.*")] == [f".{left}"]
        assert f'"{unwanted}": ""' in report.run.stdout
        assert report.changed_tasks == 1

    def test_check_mode_reports_the_changes_and_writes_no_file(self, tmp_path: Path) -> None:
        report = render(tmp_path, result(), "--check")
        assert report.changed_tasks == 2
        assert not list(tmp_path.glob("exchange_connector_report.*"))


class TestPicture:
    def test_the_readme_shows_one_that_is_small(self) -> None:
        role = Path(__file__).parents[2] / "roles/exchange_connector_report"
        (picture,) = re.findall(r"!\[.+\]\((.+)\)", (role / "README.md").read_text(encoding="utf-8"))
        content = (role / picture).read_bytes()
        assert content.startswith(b"\x89PNG")
        assert len(content) < 200_000


class TestRole:
    def test_the_play_passes_the_sign_in_to_its_tasks(self, simulator: Simulator, writer: str, tmp_path: Path) -> None:
        token = "{{ lookup('ansible.builtin.env', 'TOKEN_OF_THE_PLAY') }}"  # The playbook's file is to hold no secret.
        options = {"access_token": token, "graph_url": simulator.graph_url, "ca_path": simulator.ca_path}
        report = play(
            tmp_path,
            [{"ansible.builtin.import_role": {"name": ROLE}}],
            environment={**clean_environment(), "TOKEN_OF_THE_PLAY": writer},
            module_defaults={"group/msgraph.intune.graph": options},
        )
        servers = [row["Server"] for row in read_page(report.html_path).connectors]
        assert servers == ["EX-OLD.northwindtraders.com", "MAIL02.fabrikam.com", "EX01.contoso.com"]
        assert {entry["method"] for entry in simulator.journal()} == {"GET"}

    def test_the_playbook_reports_on_what_a_survey_chooses(self, simulator: Simulator, tmp_path: Path) -> None:
        answers = [f"folder={tmp_path}", "title=", "connector_name=fabrikam", "connector_id=", "status="]
        command = playbook_command(ROLE, *(flag for answer in answers for flag in ("-e", answer)))
        run = run_command(command, ansible_environment(simulator))
        assert run.returncode == 0, run.stdout + run.stderr
        (row,) = read_page(tmp_path / "exchange_connector_report.html").connectors
        assert (row["Server"], row["Health"]) == ("MAIL02.fabrikam.com", "warning")
        assert "1 Exchange connector" in run.stdout
