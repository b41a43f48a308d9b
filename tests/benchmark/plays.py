# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks that are compared, as their authors would write them."""

from __future__ import annotations

import typing as t

import yaml

# Of a loop that shows what one task costs beside the start of everything.
ITEMS = 20

SYNC = "msgraph.intune.intune_exchange_connector_sync"


def play(*tasks: dict[str, t.Any], interpreter: str = "{{ ansible_playbook_python }}") -> str:
    """A playbook of these tasks."""
    head = {"hosts": "localhost", "connection": "local", "gather_facts": False}
    return yaml.safe_dump([{**head, "vars": {"ansible_python_interpreter": interpreter}, "tasks": list(tasks)}])


def empty() -> tuple[dict[str, t.Any], ...]:
    """Ansible's own start, and a task that does nothing."""
    return ({"ansible.builtin.meta": "noop"},)


def ping_loop() -> tuple[dict[str, t.Any], ...]:
    """The least that a module can do."""
    return ({"ansible.builtin.ping": {}, "loop": list(range(ITEMS))},)


def sync_loop(ids: t.Sequence[str]) -> tuple[dict[str, t.Any], ...]:
    """A task for one connector, again and again."""
    return ({SYNC: {"connector_id": ids[0]}, "loop": list(range(ITEMS))},)


def sync(ids: t.Sequence[str]) -> tuple[dict[str, t.Any], ...]:
    """One task for all connectors."""
    return ({SYNC: {"connector_id": list(ids)}},)


def recipe(ids: t.Sequence[str]) -> tuple[dict[str, t.Any], ...]:
    """A token, and a request for each connector, by ansible.builtin.uri."""

    def variable(name: str) -> str:
        return f"{{{{ lookup('ansible.builtin.env', '{name}') }}}}"

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
