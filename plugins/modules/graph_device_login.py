#!/usr/bin/python
# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module runs on the controller: the action plugin of the same name is all of it, and this file its documentation.

DOCUMENTATION = r"""
module: graph_device_login
short_description: Sign a person in to Microsoft Graph by device code
version_added: 1.0.0
author: The msgraph.intune maintainers (@msgraph-intune)
description:
  - Shows an address and a code on the screen, and waits until a person has entered the code in a browser on any device
    and signed in there.
  - Stores the tokens in a token cache on the controller. Later tasks use it without a person, until the refresh token
    expires.
  - This makes it possible to use delegated permissions, which act in the name of a user, in unattended jobs.
  - Runs once per play, for any number of hosts. With C(run_once=true) all hosts get the registered variable, otherwise
    only the first host. Ansible does not support such modules in the strategy V(free).
  - When the cache holds a sign-in that still works, the module shows no code and changes nothing.
options:
  token_cache_path:
    description:
      - The file on the controller in which to store the sign-in. It is required, as an option or in the environment
        variable E(MSGRAPH_TOKEN_CACHE). A relative path starts at the folder of the playbook.
      - The module creates it with mode V(0600). It refuses a file that others may use, that belongs to another user, or
        that is a symbolic link. It creates a lock file in the same folder, with the ending C(.lock) after the name.
      - Anyone who can read the file can act as the person whose sign-in it holds.
    type: path
  username:
    description:
      - The user who must sign in. The sign-in of another user is refused. If not set, any user may sign in.
      - If not set, the value of the environment variable E(AZURE_USERNAME) is used, else that of E(AZURE_AD_USER).
    type: str
    aliases: [ad_user]
  scopes:
    description:
      - The delegated permissions to request, by name, such as V(DeviceManagementServiceConfig.ReadWrite.All), or in
        full, with the address of the resource before the name.
      - If not set, the module requests the permission that M(msgraph.intune.intune_exchange_connector_sync) needs.
    type: list
    elements: str
extends_documentation_fragment:
  - msgraph.intune._graph.connection
  - msgraph.intune._attributes
attributes:
  check_mode:
    support: full
    details:
      - Shows no code and sends no request. It predicts a change when the cache holds no sign-in of the user.
  diff_mode:
    support: none
  idempotent:
    support: full
  platform:
    details:
      - Runs on the controller.
notes:
  - The code is not a secret. A person who enters it signs in with their own account, so never enter a code that you did
    not request.
  - Conditional Access policies can forbid the device code flow.
seealso:
  - module: msgraph.intune.intune_exchange_connector_sync
  - name: The device code flow
    description: What happens between this module, the login service and the person.
    link: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
"""

EXAMPLES = r"""
- name: Sign in once, then use the sign-in
  hosts: localhost
  connection: local
  gather_facts: false
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
    token_cache: ~/.local/state/msgraph/tokens.json
  tasks:
    - name: Show a code unless a user is signed in
      msgraph.intune.graph_device_login:
        tenant_id: contoso.example
        token_cache_path: "{{ token_cache }}"

    - name: Sync a connector in that person's name
      msgraph.intune.intune_exchange_connector_sync:
        connector_id: 7ce3b1f5-9b53-4b0c-8a8e-3c5f3a0f1d11
        tenant_id: contoso.example
        token_cache_path: "{{ token_cache }}"
"""

RETURN = r"""
msg:
  description: Which user is signed in to which tenant. On failure what happened and what to do next.
  returned: always
  type: str
  sample: operator@contoso.example signed in to tenant 5f1b6e9c-0d0a-4b4e-9d0e-3f2b1a0c9d8e.
account:
  description: The user who is signed in. V(null) in check mode.
  returned: success
  type: dict
  contains:
    username:
      description: The user principal name.
      returned: always
      type: str
      sample: operator@contoso.example
    tenant_id:
      description: The ID of the tenant of the sign-in. When the cache already held the sign-in, the ID of the user's
        home tenant.
      returned: always
      type: str
      sample: 5f1b6e9c-0d0a-4b4e-9d0e-3f2b1a0c9d8e
token_cache_path:
  description: The file that holds the sign-in.
  returned: success
  type: str
  sample: /home/operator/.local/state/msgraph/tokens.json
scopes:
  description: The requested permissions, in full.
  returned: success
  type: list
  elements: str
  sample: [https://graph.microsoft.com/DeviceManagementServiceConfig.ReadWrite.All]
error:
  description: Why the sign-in failed, as data. It has the same keys as C(error) of the module
    M(msgraph.intune.intune_exchange_connector_sync).
  returned: failure
  type: dict
"""
