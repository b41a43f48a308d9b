# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should use it.

from __future__ import annotations


class ModuleDocFragment:
    # The options of every info module.
    DOCUMENTATION = r"""
options:
  last_sync_older_than:
    description:
      - Return only objects whose last sync is at least this old. An object that never synced, or whose last sync time
        cannot be read, is older than any age. The age is measured with the service's clock.
      - A number of seconds, or a number with a unit, such as V(90s), V(30m), V(2h), V(1d) or V(1w).
    type: str
    version_added: 1.1.0
  last_sync_younger_than:
    description:
      - Return only objects whose last sync is younger than this.
      - A number of seconds, or a number with a unit, such as V(90s), V(30m), V(2h), V(1d) or V(1w).
    type: str
    version_added: 1.1.0
attributes:
  check_mode:
    support: full
    details:
      - The module changes nothing, with and without check mode.
  diff_mode:
    support: N/A
    details:
      - The module changes nothing.
  idempotent:
    support: full
    details:
      - The module changes nothing.
"""
