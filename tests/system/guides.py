# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The examples in the guides and the README, and a stage to run them on.

The simulator gets the tenant that the documents show, so ids and names in them stay as they are. What is replaced in a
text before it runs:

- the tenant's domain, by the simulator's: a login service knows tenants of its own;
- what a test names, such as the path of a file;
- ``wait: true`` gets a ``wait_sleep``, ``poll`` and ``delay`` become shorter: the simulator is faster than any service.

All else comes from the environment, or from extra variables that the documents speak of, as readers would have it.
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

# The ids that all examples of this collection show.
CONTOSO = "7ce3b1f5-9b53-4b0c-8a8e-3c5f3a0f1d11"
FABRIKAM = "c3a0f5d2-64f7-4d0a-8d6b-6b1f2e9a7b22"
CLIENT_ID = "4f1f6b8a-2c39-4d5e-9d0c-1a2b3c4d5e6f"
_DOMAIN = "contoso.example"

# What every playbook of the documents begins with, for examples that are tasks alone.
_PLAY = """\
- hosts: localhost
  connection: local
  gather_facts: false
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
  tasks:
"""


def ago(**duration: float) -> str:
    """A moment so long ago, as the service writes it."""
    return (datetime.now(timezone.utc) - timedelta(**duration)).strftime("%Y-%m-%dT%H:%M:%SZ")


def connector(connector_id: str, number: int, organization: str, last_sync: str, **more: t.Any) -> dict[str, t.Any]:
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
        **more,
    }


def contoso(last_sync: str | None = None, **more: t.Any) -> dict[str, t.Any]:
    """The first connector of the documents' tenant; its last sync is two days ago, of warning age."""
    return connector(CONTOSO, 1, "Contoso", last_sync or ago(days=2), **more)


def fabrikam(last_sync: str | None = None, **more: t.Any) -> dict[str, t.Any]:
    """The second one; its last sync is three hours ago, and healthy."""
    return connector(FABRIKAM, 2, "Fabrikam", last_sync or ago(hours=3), **more)


def all_code_blocks(document: Path) -> list[tuple[str, str]]:
    """A document's code blocks, each without its indentation, after its language."""
    text = document.read_text(encoding="utf-8")
    # Some stand in lists, and are indented with what they belong to.
    if document.suffix == ".md":
        found = re.findall(r"^( *)```(\w*)\n(.*?)^\1```$", text, re.MULTILINE | re.DOTALL)
    else:
        found = re.findall(r"^( *)\.\. code-block:: (\w+)\n\n((?:(?:\1 {4}.*)?\n)+)", text, re.MULTILINE)
    return [(language, textwrap.dedent(block).strip() + "\n") for _indentation, language, block in found]


def code_blocks(document: Path, language: str) -> list[str]:
    """A document's code blocks in this language."""
    return [block for its_language, block in all_code_blocks(document) if its_language == language]


def playbooks(document: Path) -> list[str]:
    """A document's playbooks, and its lists of tasks in a play."""
    found = []
    for block in code_blocks(document, "yaml"):
        content = yaml.safe_load(block)
        if isinstance(content, list):
            is_play = {"hosts", "ansible.builtin.import_playbook"} & content[0].keys()
            found.append(block if is_play else _PLAY + textwrap.indent(block, " " * 4))
    return found


def commands(document: Path) -> list[str]:
    """A document's ad-hoc commands."""
    return [block for block in code_blocks(document, "shell") if block.startswith("ansible localhost")]


def rows(document: Path, head: str) -> list[list[str]]:
    """The cells of the table whose first head cell is this, without the head."""
    table = document.read_text(encoding="utf-8").partition(f"   * - {head}\n")[2].partition("\n\n")[0]
    cells = [re.split(r"\n     - ", row) for row in table.split("   * - ")[1:]]
    return [[" ".join(cell.split()) for cell in row] for row in cells]


def messages(document: Path) -> list[str]:
    """What a document shows of messages, each in one line."""
    return [" ".join(block.split()) for block in code_blocks(document, "text")]


def example(document: Path, name: str) -> str:
    """The playbook whose play has this name."""
    return next(playbook for playbook in playbooks(document) if playbook.startswith(f"- name: {name}\n"))


def first_line(block: str) -> str:
    """What pytest calls an example by."""
    return block.removeprefix(_PLAY).strip().partition("\n")[0]


class Stage:
    """Where examples run: a folder, and an environment that signs in to the simulator with the documents' tenant.

    :param environment: another way to sign in by the environment.
    :param variables: secrets that the documents keep in a vault.
    :param replaced: what else is replaced in a text, such as paths.
    """

    def __init__(
        self,
        simulator: Simulator,
        folder: Path,
        *,
        environment: t.Mapping[str, str] | None = None,
        variables: t.Mapping[str, str] | None = None,
        replaced: t.Mapping[str, str] | None = None,
    ) -> None:
        self.simulator = simulator
        self.folder = folder
        self._replaced = replaced or {}
        self.set_connectors(contoso(), fabrikam())
        application = next(one for one in simulator.applications() if one["client_id"] == simulator.client_id)
        simulator.set_applications([*simulator.applications(), {**application, "client_id": CLIENT_ID}])
        self._variables = folder / "variables.json"
        given = {"intune_client_secret": simulator.client_secret, **(variables or {})}
        write_private_file(self._variables, json.dumps(given).encode())
        # Each request once, so that a fault in force needs no patience. A task that runs asynchronously looks for its
        # results in the account's home, whatever HOME says, unless it is told where they are.
        self.environment = {
            **(ansible_environment(simulator) if environment is None else environment),
            "MSGRAPH_RETRIES": "0",
            "ANSIBLE_ASYNC_DIR": str(folder / "async"),
            "ANSIBLE_NOCOLOR": "1",
        }

    def set_connectors(self, *connectors: t.Mapping[str, t.Any]) -> None:
        self.simulator.set_connectors(connectors)

    def play(self, playbook: str, *flags: str) -> subprocess.CompletedProcess[str]:
        path = self.folder / "playbook.yml"
        path.write_text(self.adapted(playbook), encoding="utf-8")
        given = ["-e", f"@{self._variables}", "-e", "connector_name=Contoso"]
        return self._run(playbook_command(path, *given, *flags))

    def task(self, module: str, *flags: str, **options: t.Any) -> subprocess.CompletedProcess[str]:
        """Run one task in the play that all examples have."""
        return self.play(_PLAY + textwrap.indent(yaml.safe_dump([{module: options}]), " " * 4), *flags)

    def command(self, command: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command of a document as its reader's bash does, with what the reader types."""
        return self._run(["bash", "-c", self.adapted(command)], typed)

    def adapted(self, text: str) -> str:
        """The text with all that is replaced in it."""
        text = re.sub(
            rf"((?:tenant_id(?:: |=)|AZURE_TENANT_ID=)){re.escape(_DOMAIN)}", rf"\1{self.simulator.tenant_domain}", text
        )
        for written, here in self._replaced.items():
            text = text.replace(written, here)
        text = re.sub(r"^( +)wait: true$", r"\1wait: true\n\1wait_sleep: 0.4", text, flags=re.MULTILINE)
        return re.sub(r"^( +)(delay|poll): [1-9]\d*$", r"\1\2: 1", text, flags=re.MULTILINE)

    def _run(self, command: list[str], typed: str = "") -> subprocess.CompletedProcess[str]:
        return run_command(command, self.environment, text=typed, folder=self.folder)

    def triggers(self, connector_id: str = "") -> int:
        """How many triggers arrived, alone or in a batch; of all connectors, or of one."""
        return sum(entry["path"].endswith(f"{connector_id}/sync") for entry in self.simulator.journal())


def recap(run: subprocess.CompletedProcess[str]) -> dict[str, int]:
    """The counts of the play's last line."""
    assert "PLAY RECAP" in run.stdout, run.stdout + run.stderr
    counts = re.findall(r"(\w+)=(\d+)", run.stdout.partition("PLAY RECAP")[2])
    return {name: int(number) for name, number in counts}
