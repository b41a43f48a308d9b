# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Create the playbooks of the contestants."""

from __future__ import annotations

import sys
import typing as t

import yaml

# The number of items in a loop. Many items make the start of Ansible negligible.
ITEMS = 20

SYNC = "msgraph.intune.intune_exchange_connector_sync"


Tasks = tuple[dict[str, t.Any], ...]


class Play(t.NamedTuple):
    """A play: its tasks, the environment that it runs in, and the Python of its modules.

    :param in_process: whether the tasks run in Ansible's worker process instead of as modules.
    """

    name: str
    tasks: Tasks
    environment: t.Mapping[str, str]
    python: str = sys.executable
    in_process: bool = False

    def as_playbook(self) -> str:
        """Return the text of the playbook."""
        head = {"hosts": "localhost", "connection": "local", "gather_facts": False}
        variables = {"ansible_python_interpreter": self.python, "msgraph_in_process": self.in_process}
        return yaml.safe_dump([{**head, "vars": variables, "tasks": list(self.tasks)}])


def variable(name: str) -> str:
    """Return a template that reads an environment variable."""
    return f"{{{{ lookup('ansible.builtin.env', '{name}') }}}}"


def empty() -> Tasks:
    """Return a task without an effect, to measure the start of Ansible."""
    return ({"ansible.builtin.meta": "noop"},)


def loop(module: str, options: dict[str, t.Any], items: int = ITEMS) -> Tasks:
    """Return a task with a loop."""
    return ({module: options, "loop": list(range(items))},)


def sync(ids: t.Sequence[str]) -> Tasks:
    """Return one task that syncs all connectors."""
    return ({SYNC: {"connector_id": list(ids)}},)


def recipe(ids: t.Sequence[str]) -> Tasks:
    """Return tasks with ansible.builtin.uri: one request for a token, and one for each connector."""
    token: dict[str, t.Any] = {
        "ansible.builtin.uri": {
            "url": variable("AZURE_AUTHORITY_HOST") + "/" + variable("AZURE_TENANT_ID") + "/oauth2/v2.0/token",
            "method": "POST",
            "body_format": "form-urlencoded",
            "body": {
                "grant_type": "client_credentials",
                "client_id": variable("AZURE_CLIENT_ID"),
                "client_secret": variable("AZURE_CLIENT_SECRET"),
                "scope": variable("MSGRAPH_URL") + "/.default",
            },
            "ca_path": variable("MSGRAPH_CA_PATH"),
        },
        "register": "login",
        "no_log": True,
    }
    request: dict[str, t.Any] = {
        "ansible.builtin.uri": {
            "url": variable("MSGRAPH_URL") + "/v1.0/deviceManagement/exchangeConnectors/{{ item }}/sync",
            "method": "POST",
            "headers": {"Authorization": "Bearer {{ login.json.access_token }}"},
            "body_format": "json",
            "body": {"syncType": "deltaSync"},
            "status_code": 204,
            "ca_path": variable("MSGRAPH_CA_PATH"),
        },
        "loop": list(ids),
        "no_log": True,
    }
    return token, request
