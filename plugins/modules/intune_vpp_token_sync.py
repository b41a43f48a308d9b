#!/usr/bin/python
# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: intune_vpp_token_sync
short_description: Sync Apple VPP tokens in Microsoft Intune
version_added: 1.1.0
author: The msgraph.intune maintainers (@msgraph-intune)
description:
  - Asks Microsoft Graph to sync one or more Apple VPP tokens of Microsoft Intune. Intune then reads the apps and
    licences from Apple.
  - Apple VPP tokens are also called location tokens of Apple Business Manager or Apple School Manager.
  - Intune also syncs each token once a day.
  - The module syncs only tokens whose state is V(valid). Others are skipped with the reason V(not_ready).
  - A sync has completed when RV(tokens[].after.last_sync_status) is V(completed) and the last sync time is later than
    before. It has failed when the status becomes V(failed).
extends_documentation_fragment:
  - msgraph.intune._selection.vpp_tokens
  - msgraph.intune._sync
  - msgraph.intune._sync.beta
  - msgraph.intune._graph
  - msgraph.intune._graph.connection
  - msgraph.intune._attributes
  - msgraph.intune._attributes.actiongroup_graph
  - msgraph.intune._attributes.in_process
notes:
  - Exactly one of O(token_id), O(token_name) and O(all_tokens) is needed.
  - The module always reads the tokens before it triggers a sync. One token that is selected by ID is read alone,
    otherwise the module lists all tokens. Several tokens are triggered in batches of 20.
  - The application, or the signed-in user, needs the Microsoft Graph permission
    C(DeviceManagementServiceConfig.ReadWrite.All). A signed-in user also needs an Intune role with C(Read) and
    C(Update) on C(Mobile apps), such as Intune Administrator.
seealso:
  - module: msgraph.intune.intune_vpp_token_info
  - name: The sync action in Microsoft Graph
    description: The request that this module makes.
    link: https://learn.microsoft.com/graph/api/intune-onboarding-vpptoken-synclicenses
"""

EXAMPLES = r"""
- name: Sync one Apple VPP token and wait until the sync has completed
  msgraph.intune.intune_vpp_token_sync:
    token_name: Contoso Headquarters
    wait: true

- name: Sync all Apple VPP tokens that did not sync in the last six hours
  msgraph.intune.intune_vpp_token_sync:
    all_tokens: true
    if_older_than: 6h
"""

RETURN = r"""
# BEGIN GENERATED sync
msg:
  description: A message that describes what happened. On failure it also says what to do next.
  returned: always
  type: str
  sample: Microsoft Graph accepted a sync of VPP token '7ce3b1f5-9b53-4b0c-8a8e-3c5f3a0f1d11'.
tokens:
  description:
    - One entry for each token, in the requested order. Without IDs and names they are in the order
      of the service.
    - Also returned when the task fails, but not when Ansible itself refused the arguments.
  returned: always
  type: list
  elements: dict
  contains:
    id:
      description: The ID of the token.
      returned: always
      type: str
      sample: 7ce3b1f5-9b53-4b0c-8a8e-3c5f3a0f1d11
    name:
      description:
        - The first non-empty value of C(display_name), C(location_name), C(organization_name), C(apple_id).
        - V(null) when the token was not read.
      returned: always
      type: str
      sample: null
    action:
      description:
        - V(triggered) when Microsoft Graph accepted the request. It does not mean that the sync happened.
        - V(would_trigger) in check mode.
        - V(skipped) when the sync was not requested. RV(tokens[].reason) is the reason.
        - V(failed) when the request failed or, in check mode, the token could not be read.
      returned: always
      type: str
      sample: triggered
    reason:
      description:
        - Why the token was skipped. V(null) when it was not skipped.
        - V(recent) means that its last sync is younger than O(if_older_than).
        - V(not_ready) means that its state does not allow a sync.
      returned: always
      type: str
      sample: null
    message:
      description: Why the token was skipped, as a sentence. V(null) when it was not skipped.
      returned: always
      type: str
      sample: null
    retry_after:
      description: Always V(null), because this resource has no minimum interval between two syncs.
      returned: always
      type: float
      sample: null
    completed:
      description:
        - Whether the sync completed while the module waited. V(false) when the service reports that
          it failed, or when it was still pending at O(wait_timeout).
        - V(null) when the module did not wait for it.
      returned: always
      type: bool
      sample: null
    changed:
      description: Whether a sync was triggered, or in check mode would be.
      returned: always
      type: bool
      sample: true
    http_status:
      description:
        - The status of the answer to the trigger, or of the error.
        - V(null) without an answer, and for a read that succeeded.
      returned: always
      type: int
      sample: 200
    before:
      description: The token before the trigger. V(null) when it was not read.
      returned: always
      type: dict
      sample: null
      contains: &object
        id:
          description: The token's ID.
          returned: always
          type: str
          sample: 3f2c1e5a-7d4b-4b6e-9a0f-2d1c8e7b6a55
        display_name:
          description: The name of the token.
          returned: always
          type: str
          sample: Contoso Headquarters
        location_name:
          description: The name of the location in Apple Business Manager.
          returned: always
          type: str
          sample: Headquarters
        organization_name:
          description: The organization that the token belongs to.
          returned: always
          type: str
          sample: Contoso
        apple_id:
          description: The Apple ID that the token was created with.
          returned: always
          type: str
          sample: vpp@contoso.example
        state:
          description: The state of the token, such as V(valid), V(expired), V(invalid) or V(assignedToExternalMDM).
          returned: always
          type: str
          sample: valid
        last_sync_date_time:
          description:
            - The time of the last sync, as the service gives it. The module takes V(0001-01-01T00:00:00Z)
              as "never synced".
            - V(null) when the service gives no time or an unreadable one. An unreadable time is shown
              in a warning.
          returned: always
          type: str
          sample: '2026-01-12T06:30:12Z'
        last_sync_status:
          description: The status of the last sync, V(none), V(inProgress), V(completed) or V(failed).
          returned: always
          type: str
          sample: completed
        expiration_date_time:
          description: The time when the token expires.
          returned: always
          type: str
          sample: '2026-09-01T08:00:00Z'
        last_modified_date_time:
          description: The time of the last change to the token.
          returned: always
          type: str
          sample: '2026-01-12T06:30:12Z'
        vpp_token_account_type:
          description: The kind of the account, V(business) or V(education).
          returned: always
          type: str
          sample: business
        country_or_region:
          description: The country or region of the account.
          returned: always
          type: str
          sample: us
        automatically_update_apps:
          description: Whether Intune updates the apps of this token automatically.
          returned: always
          type: bool
          sample: true
    after:
      description: The token at the last read while waiting. V(null) when the module did not wait.
      returned: always
      type: dict
      sample: null
      contains: *object
    attempts:
      description:
        - How many times the trigger was sent, in a single request or in a batch. If an answer was
          lost, the service may have carried out more than one of them.
        - V(0) when the trigger was not sent, as in check mode.
      returned: always
      type: int
      sample: 1
    request_id:
      description: Microsoft Graph's ID of the trigger, or of the request that failed. Microsoft's
        support asks for it.
      returned: always
      type: str
      sample: 0e6b2d3c-7f3d-4e7f-9f57-7a1d2b3c4d5e
    client_request_id:
      description: The ID that this task gave to the trigger, or to the request that failed.
      returned: always
      type: str
      sample: 5a1c9e02-3b44-4f0e-a1a5-9d8c7b6a5f4e
    error:
      description:
        - Why the sync failed, or why it is pending. It has the keys of RV(error). V(null) otherwise.
      returned: always
      type: dict
      sample: null
      contains: &error
        kind:
          description:
            - V(options) for invalid options or environment variables, or a name that fits several
              objects; nothing was changed.
            - V(dependency) for a missing Python package.
            - V(authentication) when the credential or token was refused.
            - V(authorization) when a permission or role is missing.
            - V(not_found) when there is no such object, by ID or by name.
            - V(throttled) when the service limits the rate of requests, or its minimum interval between
              two syncs is not over.
            - V(timeout) when no answer came in time, or a sync did not complete in time.
            - V(network) when the service could not be reached, or its certificate was not accepted.
            - V(service) when the service failed or refused the request, or reported that a sync failed.
            - V(protocol) when the answer is invalid, for example a web page.
          returned: always
          type: str
          sample: not_found
        status:
          description: The HTTP status. V(null) when there was no answer.
          returned: always
          type: int
          sample: 404
        code:
          description: The service's error code. V(null) when it gave none.
          returned: always
          type: str
          sample: ResourceNotFound
        message:
          description: The service's error message, or what happened.
          returned: always
          type: str
          sample: The resource was not found.
        request_id:
          description: The service's ID of the request. V(null) when it gave none.
          returned: always
          type: str
          sample: 0e6b2d3c-7f3d-4e7f-9f57-7a1d2b3c4d5e
        client_request_id:
          description: The ID that this task gave to the request. V(null) when none was sent.
          returned: always
          type: str
          sample: 5a1c9e02-3b44-4f0e-a1a5-9d8c7b6a5f4e
        retry_after:
          description: How many seconds the service asked to wait, or how many are left of its minimum
            interval. V(null) otherwise.
          returned: always
          type: float
          sample: null
        hint:
          description:
            - What to do next. V(null) when there is no hint.
            - In an entry of RV(tokens), also V(null) when several entries share the hint of the task's
              RV(error).
          returned: always
          type: str
          sample: null
counts:
  description:
    - How many tokens have each outcome.
    - Also returned when the task fails, but not when Ansible itself refused the arguments.
  returned: always
  type: dict
  contains:
    total:
      description: All entries of RV(tokens).
      returned: always
      type: int
      sample: 1
    triggered:
      description: Entries with the action V(triggered).
      returned: always
      type: int
      sample: 1
    would_trigger:
      description: Entries with the action V(would_trigger).
      returned: always
      type: int
      sample: 0
    skipped:
      description: Entries with the action V(skipped).
      returned: always
      type: int
      sample: 0
    failed:
      description: Entries with the action V(failed), and syncs that the service reported as failed.
      returned: always
      type: int
      sample: 0
    completed:
      description: Syncs that completed. They are counted only with O(wait=true).
      returned: always
      type: int
      sample: 0
    pending:
      description: Syncs that were still pending at O(wait_timeout). They are counted only with O(wait=true).
      returned: always
      type: int
      sample: 0
error:
  description:
    - Why the task failed, as data. If several tokens failed, the first of them in the requested order.
    - Not returned when Ansible itself refused the arguments.
  returned: failure
  type: dict
  contains: *error
graph:
  description:
    - The connection to Microsoft Graph, and how many requests the task sent.
    - Not returned when Ansible itself refused the arguments.
  returned: always
  type: dict
  contains:
    cloud:
      description: The cloud. V(null) when the task failed before it connected.
      returned: always
      type: str
      sample: global
    graph_url:
      description: The root of Microsoft Graph. V(null) when the task failed before it connected.
      returned: always
      type: str
      sample: https://graph.microsoft.com
    auth_method:
      description: The method of the sign-in. V(null) when the task failed before it connected.
      returned: always
      type: str
      sample: client_secret
    token_type:
      description:
        - The kind of the token, V(application) or V(delegated), read from the token.
        - V(unknown) when the token does not show its kind, or when there is no token.
      returned: always
      type: str
      sample: application
    requests:
      description: How many HTTP requests the task sent, including those to the login service.
      returned: always
      type: int
      sample: 3
    retries:
      description: How many of them were retries.
      returned: always
      type: int
      sample: 0
retry_log:
  description: The reason for each of RV(graph.retries), and the seconds before it.
  returned: with C(-vvv), when there were retries
  type: list
  elements: str
  sample:
    - 'Sending again after 2.0 s. Could not read the VPP tokens of the tenant: Microsoft Graph answered
      503: no reason given.'
# END GENERATED
"""

import sys

# BEGIN GENERATED python_check
# The imports below need Python 3.9. An older Python must be able to read this file, so that it can print the reason:
# the file has no annotations and no "from __future__ import annotations".
if sys.version_info < (3, 9):  # noqa: UP036  a task may name such a Python
    import json

    message = (
        "The Python interpreter " + str(sys.executable) + " is Python " + sys.version.split()[0] + ", and this module"
        " needs Python 3.9 or later: set ansible_python_interpreter to such a Python, for a task on the controller to"
        ' "{{ ansible_playbook_python }}".'
    )
    sys.stdout.write(json.dumps({"failed": True, "msg": message}))
    raise SystemExit(1)
# END GENERATED

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.msgraph.intune.plugins.module_utils._intune.resources.vpp_token import VPP_TOKEN
from ansible_collections.msgraph.intune.plugins.module_utils._module import run_module
from ansible_collections.msgraph.intune.plugins.module_utils._sync_module import build_sync_module

SPEC = build_sync_module(VPP_TOKEN)


def main():
    run_module(AnsibleModule(argument_spec=SPEC.argument_spec(), supports_check_mode=True), SPEC)


if __name__ == "__main__":
    main()
