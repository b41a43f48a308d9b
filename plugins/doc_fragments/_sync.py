# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should use it.

from __future__ import annotations


class ModuleDocFragment:
    # The options of every sync module.
    DOCUMENTATION = r"""
options:
  if_older_than:
    description:
      - The minimum age of the last sync. Objects whose last sync is younger are skipped with the reason V(recent). The
        age is measured with the service's clock.
      - An object that never synced, or whose last sync time cannot be read, is not skipped.
      - A number of seconds, or a number with a unit, such as V(90s), V(30m), V(2h), V(1d) or V(1w).
      - Only syncs that have finished count. If a second task runs before the first sync has finished, it can trigger a
        second sync. To avoid this, set O(wait=true) in the first task and start the second one after it.
      - If not set, or blank, no object is skipped for this reason.
    type: str
  wait:
    description:
      - Whether to wait until the syncs have completed. The module then reads the objects again and again.
    type: bool
    default: false
  wait_timeout:
    description:
      - How long to wait for all syncs together. After this time the task fails and lists the objects whose syncs are
        pending. The syncs that were triggered are not cancelled.
      - A number of seconds, or a number with a unit, such as V(900) or V(15m). It is at most V(1d).
    type: str
    default: "900"
  wait_sleep:
    description:
      - How long to wait between two reads. The last wait ends with O(wait_timeout).
      - A number of seconds, or a number with a unit, such as V(30) or V(1m). It is above 0 and at most V(1d).
    type: str
    default: "30"
  max_fail_percentage:
    description:
      - The percentage of the selected objects that may fail, or still be pending at O(wait_timeout), while the task
        still succeeds. The task then warns and shows the first error.
      - An object that does not exist counts as failed. An error before the first trigger that concerns the whole task,
        such as a failed sign-in or a name that fits no object, always fails the task.
      - A number from V(0) to V(100).
    type: int
    default: 0
    version_added: 1.1.0
attributes:
  check_mode:
    support: full
    details:
      - Signs in, reads the objects and triggers nothing. The task fails if an object does not exist.
      - Warns when the access token itself shows that it lacks the permission to sync.
  diff_mode:
    support: full
    details:
      - Shows the last sync time, the status and the requested sync for each object. Without O(wait=true) only the
        requested sync can differ. Ansible shows no diff of a task that failed.
  idempotent:
    support: partial
    details:
      - With O(if_older_than) a run soon after a sync changes nothing. Without it each run requests a new sync.
notes:
  - Microsoft Graph answers that it accepted the request. An accepted sync has not necessarily happened; set
    O(wait=true) to wait for it.
  - When some objects fail, the others are still triggered. The task then fails with C(changed=true), and Ansible does
    not run its handlers.
"""

    # For a service with a minimum interval between two syncs.
    COOLDOWN = r"""
options:
  cooldown:
    description:
      - What to do when the service's minimum interval since the previous sync is not over.
      - V(skip) skips the object with the reason V(cooling_down).
      - V(fail) fails the object with an error of the kind V(throttled). Its C(retry_after) is the number of seconds
        that are left.
      - V(wait) waits for the end of the interval, and then triggers the sync. It waits at most as long as
        O(wait_timeout); if the interval ends later, it fails at once as with V(fail). If the service refuses the sync
        even then, the module waits for one more interval and triggers it a last time.
    type: str
    choices: [skip, fail, wait]
    default: skip
"""

    # For a module that uses the beta version of Microsoft Graph.
    BETA = r"""
options: {}
notes:
  - The module uses the beta version of Microsoft Graph, because version 1.0 lacks this resource or some of its
    properties. Microsoft may change the beta version.
"""
