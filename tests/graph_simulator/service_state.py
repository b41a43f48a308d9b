# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state that all simulated services share."""

from __future__ import annotations

import dataclasses
import secrets
from typing import TYPE_CHECKING

from .device_codes import DeviceCodes
from .faults.rules import FaultPlan
from .federation import Federation
from .graph.throttling import Limits, Throttling
from .intune.catalog import RESOURCES
from .intune.objects import IntuneObjects
from .journal import Journal
from .refresh_tokens import RefreshTokens
from .secrets_record import SecretsRecord
from .tenant import TENANT_ID
from .tokens import LIFETIME, Tokens

if TYPE_CHECKING:
    from .applications import Application
    from .clock import UtcClock
    from .device_codes import DeviceCodeSettings
    from .seed import Seed
    from .users import User


@dataclasses.dataclass
class ServiceState:
    """The simulated tenant, the addresses of the services, the journal and the fault plan."""

    authority_url: str
    graph_url: str
    clock: UtcClock
    seed: Seed
    page_size: int
    sync_seconds: dataclasses.InitVar[float]
    device_code_settings: dataclasses.InitVar[DeviceCodeSettings]
    limits: dataclasses.InitVar[Limits | None] = Limits()  # noqa: RUF009  the default is immutable
    proxy_username: str = "proxy"
    proxy_password: str = dataclasses.field(default_factory=lambda: secrets.token_urlsafe(32))
    identity_header: str = dataclasses.field(default_factory=lambda: secrets.token_hex(32).upper())
    journal: Journal = dataclasses.field(default_factory=Journal)
    faults: FaultPlan = dataclasses.field(default_factory=FaultPlan)
    record: SecretsRecord = dataclasses.field(default_factory=lambda: SecretsRecord(None))

    def __post_init__(
        self, sync_seconds: float, device_code_settings: DeviceCodeSettings, limits: Limits | None
    ) -> None:
        """Fill the tenant from the seed."""
        self.record.add(self.proxy_password)
        self.record.add(self.identity_header)
        self.objects = {
            name: IntuneObjects(resource, self.seed.objects[name], self.clock, sync_seconds, self.record)
            for name, resource in RESOURCES.items()
        }
        self.applications = self.seed.applications
        self.users = self.seed.users
        self.identities = self.seed.identities
        self.tokens = Tokens(TENANT_ID, self.clock, self.record)
        self.refresh_tokens = RefreshTokens(self.clock, self.record)
        self.device_codes = DeviceCodes(self.clock, device_code_settings, self.record)
        self.federation = Federation(self.clock, self.record)
        self.throttling = Throttling(self.clock, limits)

    @property
    def applications(self) -> tuple[Application, ...]:
        """The applications of the tenant."""
        return self._applications

    @applications.setter
    def applications(self, applications: tuple[Application, ...]) -> None:
        self._applications = applications
        for application in applications:
            for secret in application.secrets:
                self.record.add(secret.value)

    @property
    def users(self) -> tuple[User, ...]:
        """The users of the tenant."""
        return self._users

    @users.setter
    def users(self, users: tuple[User, ...]) -> None:
        self._users = users
        for user in users:
            self.record.add(user.password)

    def application(self, client_id: str) -> Application | None:
        """Return the application with this client id, or None."""
        return next((item for item in self.applications if item.client_id == client_id), None)

    def user(self, username: str) -> User | None:
        """Return the user with this name, compared without case, or None."""
        return next((item for item in self.users if item.username.lower() == username.lower()), None)

    def reset(self) -> None:
        """Restore the seed and the initial settings. Issued tokens, the journal and the faults are deleted."""
        for name, objects in self.objects.items():
            objects.replace(self.seed.objects[name])
        self.applications = self.seed.applications
        self.users = self.seed.users
        self.identities = self.seed.identities
        self.tokens.lifetime = LIFETIME
        self.refresh_tokens.clear()
        self.device_codes.clear()
        self.throttling.reset()
        self.journal.clear()
        self.faults.replace(())
