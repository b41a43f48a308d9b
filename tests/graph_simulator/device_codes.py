# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The device codes that wait for a person, and what the person did.

Source: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
"""

from __future__ import annotations

import dataclasses
import secrets
import typing as t
from datetime import datetime, timedelta

from .clock import Clock, odata_time

if t.TYPE_CHECKING:
    from .secrets_record import SecretsRecord

# Without what a person could misread.
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_USER_CODE_LENGTH = 9


@dataclasses.dataclass(frozen=True)
class DeviceCodeSettings:
    """Seconds: how long a person has, and how long a client should pause between two questions."""

    lifetime: float = 900
    interval: int = 5


@dataclasses.dataclass
class DeviceCode:
    """One sign-in on another device; ``username`` is who approved it."""

    user_code: str
    device_code: str
    client_id: str
    scope: str
    expires: datetime
    username: str | None = None
    declined: bool = False
    redeemed: bool = False

    def to_json(self) -> dict[str, t.Any]:
        """Write what the person at the browser may see."""
        return {
            "user_code": self.user_code,
            "client_id": self.client_id,
            "scope": self.scope,
            "expires": odata_time(self.expires),
        }


class DeviceCodes:
    """All codes that were given out; ``settings`` are those of new ones."""

    def __init__(self, clock: Clock, settings: DeviceCodeSettings, record: SecretsRecord) -> None:
        self._clock = clock
        self._record = record
        self._initial_settings = settings
        self.clear()

    def clear(self) -> None:
        """Forget all codes, and go back to the first settings."""
        self.settings = self._initial_settings
        self._by_device_code: dict[str, DeviceCode] = {}

    def start(self, client_id: str, scope: str) -> DeviceCode:
        """Give out a new code."""
        user_code = "".join(secrets.choice(_LETTERS) for _position in range(_USER_CODE_LENGTH))
        expires = self._clock() + timedelta(seconds=self.settings.lifetime)
        # The user code is no secret: it is there to be shown.
        device_code = self._record.add(secrets.token_urlsafe(96))
        code = DeviceCode(user_code, device_code, client_id, scope, expires)
        self._by_device_code[code.device_code] = code
        return code

    def find(self, device_code: str) -> DeviceCode | None:
        """Return the code that a client asks about, or None."""
        return self._by_device_code.get(device_code)

    def is_expired(self, code: DeviceCode) -> bool:
        """Tell whether the person is too late."""
        return code.expires <= self._clock()

    def pending(self) -> list[DeviceCode]:
        """List those on which a person could still decide."""
        return [
            code
            for code in self._by_device_code.values()
            if code.username is None and not code.declined and not self.is_expired(code)
        ]

    def expire(self, code: DeviceCode) -> None:
        """Let the time run out for this one."""
        code.expires = self._clock()
