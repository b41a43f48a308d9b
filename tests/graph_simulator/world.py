# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that the three listeners share."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from .connectors import Connectors
from .faults.rules import Faults
from .journal import Journal
from .tokens import Tokens

if TYPE_CHECKING:
    from .applications import Application
    from .clock import Clock
    from .seed import Seed

TENANT_ID = "7b1f6d0e-2c4a-4d63-9e21-5a8e0c9d4f01"
TENANT_DOMAIN = "contoso.onmicrosoft.com"
TENANT_NAME = "Contoso"


@dataclasses.dataclass
class World:
    """The simulated tenant, the addresses under which it is served, and the tests' own instruments."""

    authority_url: str
    graph_url: str
    clock: Clock
    seed: Seed
    page_size: int
    sync_seconds: dataclasses.InitVar[float]
    journal: Journal = dataclasses.field(default_factory=Journal)
    faults: Faults = dataclasses.field(default_factory=Faults)

    def __post_init__(self, sync_seconds: float) -> None:
        """Fill the tenant from the seed."""
        self.connectors = Connectors(self.seed.connectors, self.clock, sync_seconds)
        self.applications = self.seed.applications
        self.tokens = Tokens(TENANT_ID, self.clock)

    def application(self, client_id: str) -> Application | None:
        """Return the application of that client id, or None."""
        return next((item for item in self.applications if item.client_id == client_id), None)

    def reset(self) -> None:
        """Go back to the seed, with an empty journal and no faults."""
        self.connectors.replace(self.seed.connectors)
        self.applications = self.seed.applications
        self.journal.clear()
        self.faults.replace(())
