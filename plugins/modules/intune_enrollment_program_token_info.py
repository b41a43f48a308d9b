#!/usr/bin/python
# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: intune_enrollment_program_token_info
short_description: Read Apple enrollment program tokens of Microsoft Intune, and their health
version_added: 1.1.0
author: The msgraph.intune maintainers (@msgraph-intune)
description:
  - Reads all or some Apple enrollment program tokens of Microsoft Intune from Microsoft Graph. Returns the time of
    expiry, the age of the last successful sync and the health of each token.
extends_documentation_fragment:
  - msgraph.intune._selection.enrollment_program_tokens
  - msgraph.intune._info
  - msgraph.intune._sync.beta
  - msgraph.intune._graph
  - msgraph.intune._graph.connection
  - msgraph.intune._attributes
  - msgraph.intune._attributes.actiongroup_graph
  - msgraph.intune._attributes.in_process
notes:
  - At most one of O(token_id), O(token_name) and O(all_tokens) may be given. Without them the module reads all tokens.
  - The application, or the signed-in user, needs the Microsoft Graph permission
    C(DeviceManagementServiceConfig.Read.All). A signed-in user also needs an Intune role with C(Read token) on
    C(Enrollment programs).
seealso:
  - module: msgraph.intune.intune_enrollment_program_token_sync
  - name: The resource in Microsoft Graph
    description: The properties that this module shows.
    link: https://learn.microsoft.com/graph/api/resources/intune-enrollment-deponboardingsetting?view=graph-rest-beta
"""

EXAMPLES = r"""
- name: Read all enrollment program tokens
  msgraph.intune.intune_enrollment_program_token_info:
  register: result

- name: Fail when a token is about to expire or did not sync
  msgraph.intune.intune_enrollment_program_token_info:
  register: probe
  failed_when: probe is failed or probe.counts.health.healthy < probe.counts.total
"""

RETURN = r"""
# BEGIN GENERATED info_head
msg:
  description: A message that describes what was read. On failure it also says what to do next.
  returned: always
  type: str
  sample: '2 enrollment program tokens: 1 healthy, 0 warning, 1 unhealthy.'
tokens:
  description:
    - One entry for each token, in the requested order. Without IDs and names they are in the order
      of the service.
    - Also returned when the task fails, but not when Ansible itself refused the arguments.
  returned: always
  type: list
  elements: dict
  contains:
# END GENERATED
    id:
      description: The token's ID.
      returned: always
      type: str
      sample: 3f2c1e5a-7d4b-4b6e-9a0f-2d1c8e7b6a55
    token_name:
      description: The name of the token.
      returned: always
      type: str
      sample: Contoso ADE
    apple_identifier:
      description: The Apple ID that the token was created with.
      returned: always
      type: str
      sample: ade@contoso.example
    token_type:
      description: The kind of the token, such as V(dep) or V(appleSchoolManager).
      returned: always
      type: str
      sample: dep
    last_successful_sync_date_time:
      description:
        - The time of the last successful sync, as the service gives it. The module takes V(0001-01-01T00:00:00Z) as
          "never synced".
        - V(null) when the service gives no time or an unreadable one. An unreadable time is shown in a warning.
      returned: always
      type: str
      sample: "2026-01-12T06:30:12Z"
    last_sync_triggered_date_time:
      description: The time when a sync was last triggered.
      returned: always
      type: str
      sample: "2026-01-12T06:29:00Z"
    last_sync_error_code:
      description: The error code of the last sync. V(0) means that there was no error.
      returned: always
      type: int
      sample: 0
    synced_device_count:
      description: The number of devices that this token synced.
      returned: always
      type: int
      sample: 250
    token_expiration_date_time:
      description: The time when the token expires.
      returned: always
      type: str
      sample: "2026-09-01T08:00:00Z"
    last_modified_date_time:
      description: The time of the last change to the token.
      returned: always
      type: str
      sample: "2026-01-12T06:30:12Z"
# BEGIN GENERATED info_health info_counts failure
    seconds_since_last_sync:
      description:
        - The seconds since the last sync, measured with the service's clock.
        - V(null) when there was no sync, or when the time of the last sync cannot be read.
      returned: always
      type: int
      sample: 10800
    health:
      description:
        - 'V(healthy), V(warning) or V(unhealthy): the worst of the reasons in RV(tokens[].health_reason)
          decides.'
        - V(unknown) when the service gives an unreadable time, and no other reason applies.
      returned: always
      type: str
      sample: healthy
    health_reason:
      description:
        - Why RV(tokens[].health) is V(warning) or V(unhealthy). V(null) when it is V(healthy) or
          V(unknown).
        - V(not_synced) means that the last sync was one day ago or more (V(warning)), or three days
          ago or more (V(unhealthy)), or that there was none (V(unhealthy)).
        - V(error_state) means that the service reports an error (V(unhealthy)).
        - V(expired) means that it has expired (V(unhealthy)). V(expires_soon) means that it expires
          within seven days (V(warning)).
      returned: always
      type: str
      sample: null
      version_added: 1.1.0
counts:
  description:
    - The number of RV(tokens), in total, by health and by status.
    - Not returned when the task fails, so that a condition on these numbers is not met by incomplete
      data.
  returned: success
  type: dict
  contains:
    total:
      description: All entries of RV(tokens).
      returned: success
      type: int
      sample: 1
    health:
      description:
        - The number of entries by RV(tokens[].health). V(healthy), V(warning) and V(unhealthy) are
          always present, V(unknown) only when it occurs.
      returned: success
      type: dict
      sample:
        healthy: 1
        warning: 0
        unhealthy: 0
    status:
      description: Always empty, because this resource has no status.
      returned: success
      type: dict
      sample: {}
error:
  description:
    - Why the task failed, as data. If several tokens failed, the first of them in the requested order.
    - Not returned when Ansible itself refused the arguments.
  returned: failure
  type: dict
  contains:
    kind:
      description:
        - V(options) for invalid options or environment variables, or a name that fits several objects;
          nothing was changed.
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
    - 'Sending again after 2.0 s. Could not read the enrollment program tokens of the tenant: Microsoft
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
from ansible_collections.msgraph.intune.plugins.module_utils._info_module import build_info_module
from ansible_collections.msgraph.intune.plugins.module_utils._intune.resources.enrollment_program_token import (
    ENROLLMENT_PROGRAM_TOKEN,
)
from ansible_collections.msgraph.intune.plugins.module_utils._module import run_module

SPEC = build_info_module(ENROLLMENT_PROGRAM_TOKEN)


def main():
    run_module(AnsibleModule(argument_spec=SPEC.argument_spec(), supports_check_mode=True), SPEC)


if __name__ == "__main__":
    main()
