# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make a simulated tenant in the test process, with a simulated clock."""

from __future__ import annotations

import typing as t

from ansible_collections.msgraph.intune.tests.graph_simulator.device_codes import DeviceCodeSettings
from ansible_collections.msgraph.intune.tests.graph_simulator.seed import default_seed
from ansible_collections.msgraph.intune.tests.graph_simulator.service_state import ServiceState

if t.TYPE_CHECKING:
    from ansible_collections.msgraph.intune.tests.graph_simulator.clock import UtcClock


def make_state(clock: UtcClock) -> ServiceState:
    """Return the default tenant of the simulator. A sync takes one hour."""
    return ServiceState(
        authority_url="https://login.example",
        graph_url="https://graph.example",
        clock=clock,
        seed=default_seed(clock()),
        page_size=100,
        sync_seconds=3600,
        device_code_settings=DeviceCodeSettings(),
    )
