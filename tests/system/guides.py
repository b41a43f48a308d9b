# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the code blocks of the guides and of README files, and run them against the simulator.

Each code block has a marker on the line before it:

- ``.. test: FILE`` names the file in this folder that tests the block. After the file, ``triggers=NUMBER`` is the
  number of syncs that the playbook triggers.
- ``.. not tested: REASON`` explains why no test runs the block.

In Markdown the marker is a comment, such as ``<!-- test: FILE -->``.

The simulator has the connectors of the documents, so their IDs and names do not change. A test replaces in a text:

- the domain of the tenant, by the domain of the simulator's tenant
- texts that the test names, such as paths
- waiting times: ``wait: true`` gets a short ``wait_sleep``, ``poll`` and ``delay`` become one second

Other values come from the environment or from extra variables that the documents mention.
"""

from __future__ import annotations

import json
import re
import textwrap
import typing as t
from datetime import datetime, timedelta, timezone
from pathlib import Path

import yaml
from ansible_collections.msgraph.intune.tests.graph_simulator.ansible_environment import ansible_environment
from ansible_collections.msgraph.intune.tests.graph_simulator.private_file import write_private_file
from ansible_collections.msgraph.intune.tests.system.commands import run_command
from ansible_collections.msgraph.intune.tests.system.playbooks import playbook_command

if t.TYPE_CHECKING:
    import subprocess

    from ansible_collections.msgraph.intune.tests.graph_simulator.handle import Simulator

ROOT = Path(__file__).parents[2]
GUIDES = ROOT / "docs/docsite/rst"
README = ROOT / "README.md"
# The first page of the site begins with this text.
START = ROOT / "docs/docsite/start.rst"

# The IDs in all examples of this collection.
CONTOSO = "7ce3b1f5-9b53-4b0c-8a8e-3c5f3a0f1d11"
FABRIKAM = "c3a0f5d2-64f7-4d0a-8d6b-6b1f2e9a7b22"
CLIENT_ID = "4f1f6b8a-2c39-4d5e-9d0c-1a2b3c4d5e6f"
_DOMAIN = "contoso.example"

# The start of each playbook, for examples that consist of tasks only.
_PLAY = """\
- hosts: localhost
  connection: local
  gather_facts: false
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
  tasks:
"""

_MARKER = r"(?:test|not tested): .+?"
_MARKDOWN_BLOCK = re.compile(rf"^( *)(?:<!-- ({_MARKER}) -->\n\1)?```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_RST_BLOCK = re.compile(
    rf"^( *)(?:\.\. ({_MARKER})\n\1)?\.\. code-block:: (\w+)\n\n((?:(?:\1 {{4}}.*)?\n)+)", re.MULTILINE
)


class CodeBlock(t.NamedTuple):
    """A code block of a document, without its indentation.

    :param marker: the comment on the line before the block; empty if the block has none.
    """

    language: str
    text: str
    marker: str

    @property
    def test_file(self) -> str | None:
        """The name of the file that tests the block; None if no test runs it."""
        found = re.match(r"test: (\S+)", self.marker)
        return found and found[1]

    @property
    def triggers(self) -> int:
        """The number of syncs that the block triggers."""
        found = re.search(r" triggers=(\d+)$", self.marker)
        return int(found[1]) if found else 0


def ago(**duration: float) -> str:
    """Return a time in the past, in the format of Microsoft Graph."""
    return (datetime.now(timezone.utc) - timedelta(**duration)).strftime("%Y-%m-%dT%H:%M:%SZ")


def connector(connector_id: str, number: int, organization: str, last_sync: str, **fields: t.Any) -> dict[str, t.Any]:
    domain = f"{organization.lower()}.example"
    return {
        "id": connector_id,
        "lastSyncDateTime": last_sync,
        "status": "connected",
        "serverName": f"EXCH0{number}.{domain}",
        "connectorServerName": f"CONN0{number}.{domain}",
        "exchangeAlias": "intune-connector",
        "exchangeOrganization": organization,
        "primarySmtpAddress": f"intune-connector@{domain}",
        "version": "6.2403.0.0",
        **fields,
    }


def contoso(last_sync: str | None = None, **fields: t.Any) -> dict[str, t.Any]:
    """Return the first connector of the documents; by default it synced two days ago, so its health is ``warning``."""
    return connector(CONTOSO, 1, "Contoso", last_sync or ago(days=2), **fields)


def fabrikam(last_sync: str | None = None, **fields: t.Any) -> dict[str, t.Any]:
    """Return the second connector of the documents; by default it synced three hours ago, so it is healthy."""
    return connector(FABRIKAM, 2, "Fabrikam", last_sync or ago(hours=3), **fields)


def documents() -> list[Path]:
    """Return the documents for users and contributors. A tool writes the changelog, so it is not one of them."""
    patterns = ("*.md", "roles/*/README.md", "extensions/**/*.md", "docs/docsite/**/*.rst")
    return sorted(path for pattern in patterns for path in ROOT.glob(pattern) if path.name != "CHANGELOG.md")


def all_code_blocks(document: Path) -> list[CodeBlock]:
    """Return all code blocks of a document. Blocks in lists are indented in the document."""
    pattern = _MARKDOWN_BLOCK if document.suffix == ".md" else _RST_BLOCK
    matches = pattern.findall(document.read_text(encoding="utf-8"))
    return [
        CodeBlock(language, textwrap.dedent(text).strip() + "\n", marker)
        for _indentation, marker, language, text in matches
    ]


def code_blocks(document: Path, language: str) -> list[str]:
    """Return the texts of the code blocks in this language."""
    return [block.text for block in all_code_blocks(document) if block.language == language]


def as_playbook(block: CodeBlock) -> str | None:
    """Return the playbook of a block; a list of tasks is put into a play. Return None for other blocks."""
    content = yaml.safe_load(block.text) if block.language == "yaml" else None
    if not isinstance(content, list):
        return None
    is_play = {"hosts", "ansible.builtin.import_playbook"} & content[0].keys()
    return block.text if is_play else _PLAY + textwrap.indent(block.text, " " * 4)


def playbooks(document: Path) -> list[str]:
    """Return the playbooks of a document."""
    return [playbook for block in all_code_blocks(document) if (playbook := as_playbook(block))]


def commands(document: Path) -> list[str]:
    """Return the ad-hoc commands of a document."""
    return [text for text in code_blocks(document, "shell") if text.startswith("ansible localhost")]


def table_rows(document: Path, head: str) -> list[list[str]]:
    """Return the cells of the table whose first column has this head, without the row of heads."""
    table = document.read_text(encoding="utf-8").partition(f"   * - {head}\n")[2].partition("\n\n")[0]
    cells = [re.split(r"\n     - ", row) for row in table.split("   * - ")[1:]]
    return [[" ".join(cell.split()) for cell in row] for row in cells]


def messages(document: Path) -> list[str]:
    """Return the messages that a document shows, each in one line."""
    return [" ".join(text.split()) for text in code_blocks(document, "text")]


def example(document: Path, name: str) -> str:
    """Return the example whose play, or whose first task, has this name."""
    return next(playbook for playbook in playbooks(document) if first_line(playbook) == f"- name: {name}")


def first_line(playbook: str) -> str:
    """Return the first line of an example, which is its ID in pytest."""
    return playbook.removeprefix(_PLAY).strip().partition("\n")[0]


class ExampleRunner:
    """Run examples in a folder, with an environment that signs in to the simulator with the documents' connectors.

    :param environment: variables that sign in; by default those of the simulator's application.
    :param variables: secrets that the documents keep in a vault.
    :param replacements: texts to replace in an example, such as paths.
    """

    def __init__(
        self,
        simulator: Simulator,
        folder: Path,
        *,
        environment: t.Mapping[str, str] | None = None,
        variables: t.Mapping[str, str] | None = None,
        replacements: t.Mapping[str, str] | None = None,
    ) -> None:
        self.simulator = simulator
        self.folder = folder
        self._replacements = replacements or {}
        self.set_connectors(contoso(), fabrikam())
        application = next(app for app in simulator.applications() if app["client_id"] == simulator.client_id)
        simulator.set_applications([*simulator.applications(), {**application, "client_id": CLIENT_ID}])
        self._variables = folder / "variables.json"
        secrets = {"intune_client_secret": simulator.client_secret, **(variables or {})}
        write_private_file(self._variables, json.dumps(secrets).encode())
        self.environment = {
            **(ansible_environment(simulator) if environment is None else environment),
            # Without retries, an injected fault fails the task at once.
            "MSGRAPH_RETRIES": "0",
            # By default Ansible writes the results of async tasks below the home folder of the account, not below HOME.
            "ANSIBLE_ASYNC_DIR": str(folder / "async"),
            "ANSIBLE_NOCOLOR": "1",
        }

    def set_connectors(self, *connectors: t.Mapping[str, t.Any]) -> None:
        self.simulator.set_connectors(connectors)

    def run_playbook(self, playbook: str, *flags: str) -> subprocess.CompletedProcess[str]:
        path = self.folder / "playbook.yml"
        path.write_text(self.adapt(playbook), encoding="utf-8")
        variables = ["-e", f"@{self._variables}", "-e", "connector_name=Contoso"]
        return self._run(playbook_command(path, *variables, *flags))

    def run_task(self, module: str, *flags: str, **options: t.Any) -> subprocess.CompletedProcess[str]:
        """Run one task in the play that all examples have."""
        return self.run_playbook(_PLAY + textwrap.indent(yaml.safe_dump([{module: options}]), " " * 4), *flags)

    def run_shell(self, command: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command of a document in bash, with what the reader types as its input."""
        return self._run(["bash", "-c", self.adapt(command)], stdin)

    def adapt(self, text: str) -> str:
        """Return the text with the replacements for the simulator."""
        text = re.sub(
            rf"((?:tenant_id(?:: |=)|AZURE_TENANT_ID=)){re.escape(_DOMAIN)}", rf"\1{self.simulator.tenant_domain}", text
        )
        for original, replacement in self._replacements.items():
            text = text.replace(original, replacement)
        text = re.sub(r"^( +)wait: true$", r"\1wait: true\n\1wait_sleep: 0.4", text, flags=re.MULTILINE)
        return re.sub(r"^( +)(delay|poll): [1-9]\d*$", r"\1\2: 1", text, flags=re.MULTILINE)

    def _run(self, command: list[str], stdin: str = "") -> subprocess.CompletedProcess[str]:
        return run_command(command, self.environment, text=stdin, folder=self.folder)

    def triggers(self, connector_id: str = "") -> int:
        """Count the triggered syncs, in single requests and in batches; of all objects or of one connector."""
        ending = re.compile(rf"{re.escape(connector_id)}/sync\w*$")
        entries = [entry for entry in self.simulator.journal() if entry["service"] == "graph"]
        return sum(bool(ending.search(entry["path"])) for entry in entries)


def recap(run: subprocess.CompletedProcess[str]) -> dict[str, int]:
    """Return the counts of the PLAY RECAP."""
    assert "PLAY RECAP" in run.stdout, run.stdout + run.stderr
    counts = re.findall(r"(\w+)=(\d+)", run.stdout.partition("PLAY RECAP")[2])
    return {name: int(number) for name, number in counts}
