# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Device codes and their state.

Source: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
"""

from __future__ import annotations

import dataclasses
import secrets
import typing as t
from datetime import datetime, timedelta

from .clock import UtcClock, odata_time

if t.TYPE_CHECKING:
    from .secrets_record import SecretsRecord

# Without letters and digits that people confuse, such as O and 0.
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_USER_CODE_LENGTH = 9


@dataclasses.dataclass(frozen=True)
class DeviceCodeSettings:
    """Lifetime of a code and polling interval of clients, in seconds."""

    lifetime: float = 900
    interval: int = 5


@dataclasses.dataclass
class IssuedDeviceCode:
    """A device code. ``username`` is the user who approved it, or None."""

    user_code: str
    device_code: str
    client_id: str
    scope: str
    expires: datetime
    username: str | None = None
    declined: bool = False
    redeemed: bool = False

    def to_json(self) -> dict[str, t.Any]:
        """Return JSON for the control API, without the secret device code."""
        return {
            "user_code": self.user_code,
            "client_id": self.client_id,
            "scope": self.scope,
            "expires": odata_time(self.expires),
        }


class DeviceCodes:
    """All issued device codes. ``settings`` apply to new codes."""

    def __init__(self, clock: UtcClock, settings: DeviceCodeSettings, record: SecretsRecord) -> None:
        self._clock = clock
        self._record = record
        self._initial_settings = settings
        self.clear()

    def clear(self) -> None:
        """Delete all codes, and restore the initial settings."""
        self.settings = self._initial_settings
        self._by_device_code: dict[str, IssuedDeviceCode] = {}

    def start(self, client_id: str, scope: str) -> IssuedDeviceCode:
        """Issue a new code."""
        user_code = "".join(secrets.choice(_LETTERS) for _position in range(_USER_CODE_LENGTH))
        expires = self._clock() + timedelta(seconds=self.settings.lifetime)
        # Only the device code is a secret: clients show the user code.
        device_code = self._record.add(secrets.token_urlsafe(96))
        code = IssuedDeviceCode(user_code, device_code, client_id, scope, expires)
        self._by_device_code[code.device_code] = code
        return code

    def find(self, device_code: str) -> IssuedDeviceCode | None:
        """Return the record of a device code, or None."""
        return self._by_device_code.get(device_code)

    def is_expired(self, code: IssuedDeviceCode) -> bool:
        """Return whether the code has expired."""
        return code.expires <= self._clock()

    def pending(self) -> list[IssuedDeviceCode]:
        """Return the codes that a user can still approve or decline."""
        return [
            code
            for code in self._by_device_code.values()
            if code.username is None and not code.declined and not self.is_expired(code)
        ]

    def expire(self, code: IssuedDeviceCode) -> None:
        """Expire a code now."""
        code.expires = self._clock()
