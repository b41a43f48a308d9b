#!/usr/bin/python
# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: intune_exchange_connector_info
short_description: See the Exchange connectors of Microsoft Intune, and their health
version_added: 1.0.0
author: The msgraph.intune maintainers (@msgraph-intune)
description:
  - Reads the on-premises Exchange connectors of Microsoft Intune from Microsoft Graph, all of them or some, with the
    age of each last sync and the health that follows from it.
  - Microsoft ended support for the on-premises Exchange connector on 19 February 2024 and says that it no longer syncs
    with Intune after that date. A tenant without connectors, and connectors whose last sync is years ago, are normal
    outcomes.
options:
  status:
    description:
      - The statuses to keep, such as V(connected) or V(disconnected), without regard to case. Connectors of another
        status are left out of RV(connectors) and RV(counts).
      - If not set, or blank, all are kept. An empty list keeps none.
    type: list
    elements: str
extends_documentation_fragment:
  - msgraph.intune._connector_selection
  - msgraph.intune._graph
  - msgraph.intune._graph.connection
  - msgraph.intune._attributes
  - msgraph.intune._attributes.actiongroup_graph
  - msgraph.intune._attributes.in_process
  - msgraph.intune._attributes.info_module
notes:
  - At most one of O(connector_id), O(connector_name) and O(all_connectors) may be given. Without any, all connectors
    are read.
  - The application, or the signed-in user, needs the Microsoft Graph permission
    C(DeviceManagementServiceConfig.Read.All). The tenant needs an active Intune licence.
seealso:
  - module: msgraph.intune.intune_exchange_connector_sync
  - name: The connector in Microsoft Graph
    description: The properties that this module shows.
    link: https://learn.microsoft.com/graph/api/resources/intune-onboarding-devicemanagementexchangeconnector
"""

EXAMPLES = r"""
- name: Look after the Exchange connectors
  hosts: localhost
  connection: local
  gather_facts: false
  vars:
    # Run the module where ansible-core, requests and msal are installed.
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
  tasks:
    - name: See all connectors
      msgraph.intune.intune_exchange_connector_info:
      register: result

    - name: Show their servers and health
      ansible.builtin.debug:
        msg: "{{ item.server_name }}: {{ item.health }}, last sync {{ item.last_sync_date_time }}"
      loop: "{{ result.connectors }}"
      loop_control:
        label: "{{ item.id }}"

    - name: Be a probe that fails when a connector of one organization has not synced for three days
      msgraph.intune.intune_exchange_connector_info:
        connector_name: Contoso
      register: probe
      failed_when: probe is failed or probe.counts.unhealthy > 0
"""

RETURN = r"""
msg:
  description: What was read, for a person. On failure also what to do next.
  returned: always
  type: str
  sample: "2 Exchange connectors: 1 healthy, 0 warning, 1 unhealthy."
connectors:
  description:
    - The connectors, in the order asked for, else in that of the service. Also returned when some were not found.
  returned: always
  type: list
  elements: dict
  contains:
    id:
      description: The connector's ID.
      returned: always
      type: str
      sample: 7ce3b1f5-9b53-4b0c-8a8e-3c5f3a0f1d11
    last_sync_date_time:
      description:
        - The time of the last successful sync, as the service gives it.
        - V(null) when the service gives no time, or one that cannot be read; a warning shows the latter.
      returned: always
      type: str
      sample: "2024-02-12T06:30:12.1234567Z"
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
    seconds_since_last_sync:
      description:
        - How long ago the last sync was, by the service's clock.
        - V(null) when there never was one, or when RV(connectors[].health) is V(unknown).
      returned: always
      type: int
      sample: 10800
    health:
      description:
        - V(healthy) when the last sync was less than a day ago, V(warning) from one day on, V(unhealthy) from three
          days on or when there never was one.
        - V(unknown) when the service gives a time that cannot be read.
      returned: always
      type: str
      sample: healthy
counts:
  description:
    - How many of RV(connectors) there are, in all, by health and by status.
    - Not there when anything failed, so that a condition on them alone does not hold for connectors that nobody saw.
  returned: success
  type: dict
  contains:
    total:
      description: All of them.
      returned: success
      type: int
      sample: 2
    healthy:
      description: Those whose last sync was less than a day ago.
      returned: success
      type: int
      sample: 1
    warning:
      description: Those whose last sync was one day ago or more, and less than three.
      returned: success
      type: int
      sample: 0
    unhealthy:
      description: Those whose last sync was three days ago or more, or that never synced.
      returned: success
      type: int
      sample: 1
    unknown:
      description: Those whose last sync is a time that cannot be read.
      returned: success, when there are any
      type: int
      sample: 1
    connected:
      description: Those of this status. A status that the service adds one day is counted under its own name.
      returned: success
      type: int
      sample: 1
    disconnected:
      description: Those of this status.
      returned: success
      type: int
      sample: 1
    connectionPending:
      description: Those of this status.
      returned: success
      type: int
      sample: 0
    none:
      description: Those of this status.
      returned: success
      type: int
      sample: 0
    unknownFutureValue:
      description: Those of this status.
      returned: success
      type: int
      sample: 0
error:
  description:
    - Why the task failed, as data.
    - Not there when Ansible itself refused the arguments.
  returned: failure
  type: dict
  contains:
    kind:
      description:
        - V(options) for options or environment that do not fit; nothing was sent.
        - V(dependency) for a missing Python package.
        - V(authentication) when the credential or token was refused.
        - V(authorization) when a permission or role is missing.
        - V(not_found) when there is no such connector, by ID or by name.
        - V(throttled) when the service asks to slow down.
        - V(timeout) when no answer came in time.
        - V(network) when the service could not be reached, or its certificate was not accepted.
        - V(service) when the service failed or refused the request.
        - V(protocol) when the answer is not one that this service gives.
      returned: always
      type: str
      sample: not_found
    status:
      description: The HTTP status. V(null) without an answer.
      returned: always
      type: int
      sample: 404
    code:
      description: The service's error code. V(null) when it gave none.
      returned: always
      type: str
      sample: ResourceNotFound
    message:
      description: What the service said, or what happened.
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
      description: Seconds that the service asked to wait. V(null) when it did not.
      returned: always
      type: float
      sample: null
    hint:
      description: What to do next. V(null) when there is nothing to add.
      returned: always
      type: str
      sample: null
graph:
  description: What was talked to.
  returned: always
  type: dict
  contains:
    cloud:
      description: The cloud. V(null) when the task failed before it had a client.
      returned: always
      type: str
      sample: global
    graph_url:
      description: The root of Microsoft Graph. V(null) when the task failed before it had a client.
      returned: always
      type: str
      sample: https://graph.microsoft.com
    auth_method:
      description: How the sign-in was done. V(null) when the task failed before it had a client.
      returned: always
      type: str
      sample: client_secret
    token_type:
      description:
        - The kind of the token by its own account, V(application) or V(delegated).
        - V(unknown) when it does not tell, or when there is none.
      returned: always
      type: str
      sample: application
    requests:
      description: How many HTTP requests the task made, those to the login service included.
      returned: always
      type: int
      sample: 3
    retries:
      description: How many of them were sent again after a failure.
      returned: always
      type: int
      sample: 0
retry_log:
  description: Why each of RV(graph.retries) was sent again, and after how many seconds.
  returned: with C(-vvv), when there were any
  type: list
  elements: str
  sample:
    - "Sending again after 2.0 s. Could not list the Exchange connectors of the tenant: Microsoft Graph answered 503: no
      reason given."
"""

import sys

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

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.msgraph.intune.plugins.module_utils._info_module import info_job
from ansible_collections.msgraph.intune.plugins.module_utils._intune._exchange_connector import (
    EXCHANGE_CONNECTOR,
    HEALTHS,
    SELECTION,
    STATUSES,
    count_connectors,
    health,
)
from ansible_collections.msgraph.intune.plugins.module_utils._module import run_module

JOB = info_job(
    EXCHANGE_CONNECTOR,
    SELECTION,
    statuses=STATUSES,
    healths=HEALTHS,
    health=health,
    count=count_connectors,
)


def main():
    run_module(AnsibleModule(argument_spec=JOB.argument_spec(), supports_check_mode=True), JOB)


if __name__ == "__main__":
    main()
