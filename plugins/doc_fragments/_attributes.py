# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should use it.

from __future__ import annotations


class ModuleDocFragment:
    # The attributes of every module. Each module adds its own support values.
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and predict whether it would change something, without changing it.
  diff_mode:
    description: Returns what has changed, or in check mode would change, when in diff mode.
  idempotent:
    description: When run twice in a row with the same arguments, outside check mode, the second run changes nothing.
  platform:
    description: Target operating systems.
    support: full
    platforms: posix
"""

    # For modules of the action group; use it together with the standard fragment.
    ACTIONGROUP_GRAPH = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/msgraph.intune.graph) in C(module_defaults) to set the options of every module at once.
    support: full
    membership:
      - msgraph.intune.graph
"""

    # For modules whose action plugin can run them in-process; use it together with the standard fragment.
    IN_PROCESS = r"""
options: {}
attributes:
  action:
    description: Has an action plugin of the same name, which can do the work on the controller.
    support: full
    details:
      - On Linux, with C(connection=local), C(ansible_python_interpreter={{ ansible_playbook_python }}), and without
        C(become), C(async) and C(environment), the task runs within Ansible's own process. This is faster than the
        start of a module, and the results are the same. The guide to performance has the details.
      - Otherwise the task runs as a module. Set the variable C(msgraph_in_process) to false to always run a module.
"""
