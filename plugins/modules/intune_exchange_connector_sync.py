#!/usr/bin/python
# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: intune_exchange_connector_sync
short_description: Ask Microsoft Intune to sync an Exchange connector
version_added: 1.0.0
author: The msgraph.intune maintainers (@msgraph-intune)
description:
  - Asks Microsoft Graph to sync one or more on-premises Exchange connectors of Microsoft Intune.
  - Microsoft ended support for the on-premises Exchange connector on 19 February 2024 and says that it no longer syncs
    with Intune after that date. The action is still part of Microsoft Graph v1.0. To see what it does in your tenant
    today, compare the connector's last sync time before and after.
options:
  sync_type:
    description:
      - V(deltaSync) discovers the devices in Exchange that changed since the last delta window. The admin center calls
        it Quick Sync.
      - V(fullSync) discovers all devices in Exchange. The admin center calls it Full Sync.
    type: str
    choices: [deltaSync, fullSync]
    default: deltaSync
extends_documentation_fragment:
  - msgraph.intune._selection.connectors
  - msgraph.intune._sync
  - msgraph.intune._graph
  - msgraph.intune._graph.connection
  - msgraph.intune._attributes
  - msgraph.intune._attributes.actiongroup_graph
  - msgraph.intune._attributes.in_process
notes:
  - Exactly one of O(connector_id), O(connector_name) and O(all_connectors) is needed.
  - One connector that is selected by ID needs one request. Several connectors are triggered in batches of 20, no faster
    than the documented rate limit of 100 in 20 seconds.
  - With O(connector_name), O(all_connectors), O(if_older_than) or O(wait), in check mode and in diff mode, the module
    first reads all connectors (one request per page). One connector that is selected by ID is read alone. With
    O(wait=true) the module reads again in each round.
  - A sync has completed when the time of the last sync is later than before.
  - The ID of a connector changes when it is reinstalled. Its name usually stays, so prefer O(connector_name).
  - The application, or the signed-in user, needs the Microsoft Graph permission
    C(DeviceManagementServiceConfig.ReadWrite.All). For check mode C(DeviceManagementServiceConfig.Read.All) is enough
    when an application signs in or O(access_token) is given. The tenant needs an active Intune licence.
seealso:
  - module: msgraph.intune.intune_exchange_connector_info
  - name: The sync action in Microsoft Graph
    description: The request that this module makes.
    link: https://learn.microsoft.com/graph/api/intune-onboarding-devicemanagementexchangeconnector-sync
"""

EXAMPLES = r"""
- name: Sync one connector
  msgraph.intune.intune_exchange_connector_sync:
    connector_name: EXCH01.contoso.example

- name: Discover all devices in two Exchange organizations
  msgraph.intune.intune_exchange_connector_sync:
    connector_id:
      - 7ce3b1f5-9b53-4b0c-8a8e-3c5f3a0f1d11
      - c3a0f5d2-64f7-4d0a-8d6b-6b1f2e9a7b22
    sync_type: fullSync

- name: Sync all connectors that did not sync in the last day, and wait until the syncs have completed
  msgraph.intune.intune_exchange_connector_sync:
    all_connectors: true
    if_older_than: 1d
    wait: true
    wait_timeout: 30m
"""

RETURN = r"""
# BEGIN GENERATED sync
msg:
  description: A message that describes what happened. On failure it also says what to do next.
  returned: always
  type: str
  sample: Microsoft Graph accepted a deltaSync of Exchange connector '7ce3b1f5-9b53-4b0c-8a8e-3c5f3a0f1d11'.
connectors:
  description:
    - One entry for each connector, in the requested order. Without IDs and names they are in the
      order of the service.
    - Also returned when the task fails, but not when Ansible itself refused the arguments.
  returned: always
  type: list
  elements: dict
  contains:
    id:
      description: The ID of the connector.
      returned: always
      type: str
      sample: 7ce3b1f5-9b53-4b0c-8a8e-3c5f3a0f1d11
    name:
      description:
        - The first non-empty value of C(server_name), C(connector_server_name), C(exchange_alias),
          C(exchange_organization), C(primary_smtp_address).
        - V(null) when the connector was not read.
      returned: always
      type: str
      sample: null
    sync_type:
      description: The requested type of sync.
      returned: always
      type: str
      sample: deltaSync
    action:
      description:
        - V(triggered) when Microsoft Graph accepted the request. It does not mean that the sync happened.
        - V(would_trigger) in check mode.
        - V(skipped) when the sync was not requested. RV(connectors[].reason) is the reason.
        - V(failed) when the request failed or, in check mode, the connector could not be read.
      returned: always
      type: str
      sample: triggered
    reason:
      description:
        - Why the connector was skipped. V(null) when it was not skipped.
        - V(recent) means that its last sync is younger than O(if_older_than).
      returned: always
      type: str
      sample: null
    message:
      description: Why the connector was skipped, as a sentence. V(null) when it was not skipped.
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
      sample: 204
    before:
      description: The connector before the trigger. V(null) when it was not read.
      returned: always
      type: dict
      sample: null
      contains: &object
        id:
          description: The connector's ID.
          returned: always
          type: str
          sample: 7ce3b1f5-9b53-4b0c-8a8e-3c5f3a0f1d11
        last_sync_date_time:
          description:
            - The time of the last successful sync, as the service gives it. The module takes V(0001-01-01T00:00:00Z)
              as "never synced".
            - V(null) when the service gives no time or an unreadable one. An unreadable time is shown
              in a warning.
          returned: always
          type: str
          sample: '2024-02-12T06:30:12.1234567Z'
        status:
          description: The connection's status, such as V(connected), V(connectionPending) or V(disconnected).
          returned: always
          type: str
          sample: connected
        exchange_connector_type:
          description: The kind of Exchange environment, such as V(onPremises) or V(hosted).
          returned: always
          type: str
          sample: onPremises
        primary_smtp_address:
          description: The address that configured the connection.
          returned: always
          type: str
          sample: intune-connector@contoso.example
        server_name:
          description: The name of the Exchange server.
          returned: always
          type: str
          sample: EXCH01
        connector_server_name:
          description: The name of the server that hosts the connector.
          returned: always
          type: str
          sample: CONN01
        version:
          description: The version of the connector.
          returned: always
          type: str
          sample: 6.2403.0.0
        exchange_alias:
          description: The alias of the Exchange server.
          returned: always
          type: str
          sample: exch01
        exchange_organization:
          description: The Exchange organization.
          returned: always
          type: str
          sample: Contoso
    after:
      description: The connector at the last read while waiting. V(null) when the module did not wait.
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
            - In an entry of RV(connectors), also V(null) when several entries share the hint of the
              task's RV(error).
          returned: always
          type: str
          sample: null
counts:
  description:
    - How many connectors have each outcome.
    - Also returned when the task fails, but not when Ansible itself refused the arguments.
  returned: always
  type: dict
  contains:
    total:
      description: All entries of RV(connectors).
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
    - Why the task failed, as data. If several connectors failed, the first of them in the requested
      order.
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
    - 'Sending again after 2.0 s. Could not read the Exchange connectors of the tenant: Microsoft
      Graph answered 503: no reason given.'
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
from ansible_collections.msgraph.intune.plugins.module_utils._intune.resources.exchange_connector import (
    EXCHANGE_CONNECTOR,
)
from ansible_collections.msgraph.intune.plugins.module_utils._module import run_module
from ansible_collections.msgraph.intune.plugins.module_utils._sync_module import build_sync_module

SPEC = build_sync_module(EXCHANGE_CONNECTOR)


def main():
    run_module(AnsibleModule(argument_spec=SPEC.argument_spec(), supports_check_mode=True), SPEC)


if __name__ == "__main__":
    main()
