# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.msgraph.intune.plugins.modules.intune_driver_update_profile_info import SPEC
from ansible_collections.msgraph.intune.plugins.plugin_utils._in_process import InProcessAction


class ActionModule(InProcessAction):
    """Runs the module in Ansible's worker process if possible."""

    spec = SPEC
