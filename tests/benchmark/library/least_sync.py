# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Trigger a sync with a minimal module: one request with an access token."""

from __future__ import annotations

import os

import requests
from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    module = AnsibleModule(argument_spec={"connector_id": {"type": "str", "required": True}})
    answer = requests.post(
        f"{os.environ['MSGRAPH_URL']}/v1.0/deviceManagement/exchangeConnectors/{module.params['connector_id']}/sync",
        json={"syncType": "deltaSync"},
        headers={"Authorization": f"Bearer {os.environ['MSGRAPH_ACCESS_TOKEN']}"},
        verify=os.environ["MSGRAPH_CA_PATH"],
        timeout=30,
    )
    if answer.status_code != 204:
        module.fail_json(msg=f"Graph answered {answer.status_code}")
    module.exit_json(changed=True)


if __name__ == "__main__":
    main()
