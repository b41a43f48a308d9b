# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The objects of the default tenant. Their times are relative to the start of the simulator."""

from __future__ import annotations

import typing as t
from datetime import timedelta

from ..clock import odata_time
from .catalog import RESOURCES
from .objects import read_objects

if t.TYPE_CHECKING:
    from datetime import datetime

    from .objects import IntuneObject


def default_objects(now: datetime) -> dict[str, tuple[IntuneObject, ...]]:
    """Return the default objects of each resource."""
    content: dict[str, t.Any] = {
        "connectors": _connectors(now),
        "vpp_tokens": _vpp_tokens(now),
        "enrollment_program_tokens": _enrollment_program_tokens(now),
        "autopilot": {
            "id": "a2c6f1d3-4b58-4f0e-9a7d-61e8c0b5d201",
            "syncStatus": "completed",
            "lastSyncDateTime": _after(now, hours=-7),
            "lastManualSyncTriggerDateTime": _after(now, days=-3),
        },
        "managed_google_play": {
            "id": "androidManagedStoreAccountEnterpriseSettings",
            "bindStatus": "boundAndValidated",
            "lastAppSyncDateTime": _after(now, hours=-12),
            "lastAppSyncStatus": "success",
            "ownerUserPrincipalName": "android-owner@contoso.com",
            "ownerOrganizationName": "Contoso",
            "lastModifiedDateTime": _after(now, days=-90),
            "enrollmentTarget": "all",
            "deviceOwnerManagementEnabled": True,
        },
        "driver_update_profiles": _driver_update_profiles(now),
    }
    return {name: read_objects(resource, content[name]) for name, resource in RESOURCES.items()}


def _after(now: datetime, **duration: float) -> str:
    return odata_time(now + timedelta(**duration))


def _connectors(now: datetime) -> list[dict[str, t.Any]]:
    """Return a healthy connector, one with a warning because of its age, and one that never synced."""
    return [
        {
            "id": "5b5dfd4a-3ac5-45b8-9d2c-6c1b0f6b3c11",
            "lastSyncDateTime": _after(now, hours=-3),
            "primarySmtpAddress": "intune-connector@contoso.com",
            "serverName": "EX01.contoso.com",
            "connectorServerName": "INTUNECON01.contoso.com",
            "version": "5.0.5461.0",
            "exchangeAlias": "intune-connector",
            "exchangeOrganization": "Contoso",
        },
        {
            "id": "c1f6a2de-0b0e-4c7e-8f7b-2f4d7f0a9e22",
            "lastSyncDateTime": _after(now, days=-2),
            "primarySmtpAddress": "intune-connector@fabrikam.com",
            "serverName": "MAIL02.fabrikam.com",
            "connectorServerName": "INTUNECON02.fabrikam.com",
            "version": "5.0.5461.0",
            "exchangeAlias": "intune-connector",
            "exchangeOrganization": "Fabrikam",
        },
        # A disconnected connector never completes a sync.
        {
            "id": "e93bb1a7-5f0d-4b1c-a6d1-90f3f1c2d733",
            "status": "disconnected",
            "serverName": "EX-OLD.northwindtraders.com",
            "connectorServerName": "INTUNECON03.northwindtraders.com",
            "version": "5.0.4912.0",
            "exchangeOrganization": "Northwind Traders",
            "stuck": True,
        },
    ]


def _vpp_tokens(now: datetime) -> list[dict[str, t.Any]]:
    """Return a healthy token, an expired one, one whose syncs fail, and one whose syncs never end."""
    return [
        {
            "id": "0d7c3a51-8e2f-4b96-a1d4-3f5b7c9e1a01",
            "displayName": "Contoso iOS apps",
            "locationName": "Contoso Headquarters",
            "organizationName": "Contoso",
            "appleId": "vpp@contoso.com",
            "countryOrRegion": "us",
            "automaticallyUpdateApps": True,
            "expirationDateTime": _after(now, days=240),
            "lastModifiedDateTime": _after(now, days=-125),
            "lastSyncDateTime": _after(now, hours=-5),
            "lastSyncStatus": "completed",
        },
        {
            "id": "0d7c3a51-8e2f-4b96-a1d4-3f5b7c9e1a02",
            "displayName": "Fabrikam iOS apps",
            "locationName": "Fabrikam Warehouse",
            "organizationName": "Fabrikam",
            "appleId": "vpp@fabrikam.com",
            "countryOrRegion": "us",
            "state": "expired",
            "expirationDateTime": _after(now, days=-10),
            "lastModifiedDateTime": _after(now, days=-375),
            "lastSyncDateTime": _after(now, days=-11),
            "lastSyncStatus": "failed",
            "fails": True,
        },
        {
            "id": "0d7c3a51-8e2f-4b96-a1d4-3f5b7c9e1a03",
            "displayName": "Northwind iOS apps",
            "locationName": "Northwind Store",
            "organizationName": "Northwind Traders",
            "appleId": "vpp@northwindtraders.com",
            "countryOrRegion": "de",
            "expirationDateTime": _after(now, days=30),
            "lastModifiedDateTime": _after(now, days=-335),
            "lastSyncDateTime": _after(now, hours=-20),
            "lastSyncStatus": "completed",
            "fails": True,
        },
        {
            "id": "0d7c3a51-8e2f-4b96-a1d4-3f5b7c9e1a04",
            "displayName": "Tailspin iOS apps",
            "locationName": "Tailspin School",
            "organizationName": "Tailspin Toys",
            "appleId": "vpp@tailspintoys.com",
            "countryOrRegion": "gb",
            "vppTokenAccountType": "education",
            "expirationDateTime": _after(now, days=330),
            "lastModifiedDateTime": _after(now, days=-35),
            "stuck": True,
        },
    ]


def _enrollment_program_tokens(now: datetime) -> list[dict[str, t.Any]]:
    """Return a healthy token, and an expired one."""
    return [
        {
            "id": "6e4b9f20-17c8-4d35-b2a6-8c0d1e3f5b01",
            "tokenName": "Contoso enrollment",
            "appleIdentifier": "abm@contoso.com",
            "tokenExpirationDateTime": _after(now, days=200),
            "lastModifiedDateTime": _after(now, days=-165),
            "lastSuccessfulSyncDateTime": _after(now, hours=-6),
            "lastSyncTriggeredDateTime": _after(now, hours=-6, minutes=-4),
            "syncedDeviceCount": 250,
        },
        {
            "id": "6e4b9f20-17c8-4d35-b2a6-8c0d1e3f5b02",
            "tokenName": "Fabrikam enrollment",
            "appleIdentifier": "abm@fabrikam.com",
            "tokenExpirationDateTime": _after(now, days=-4),
            "lastModifiedDateTime": _after(now, days=-369),
            "lastSuccessfulSyncDateTime": _after(now, days=-5),
            "lastSyncTriggeredDateTime": _after(now, days=-5),
            "syncedDeviceCount": 40,
            "fails": True,
        },
    ]


def _driver_update_profiles(now: datetime) -> list[dict[str, t.Any]]:
    """Return a healthy profile, and one that never synced and whose syncs fail."""
    return [
        {
            "id": "93d5a8c4-2f61-4e07-8b3d-5a7c9e1f2d01",
            "displayName": "Contoso drivers",
            "description": "Drivers of all offices",
            "approvalType": "automatic",
            "deploymentDeferralInDays": 7,
            "deviceReporting": 120,
            "newUpdates": 3,
            "createdDateTime": _after(now, days=-100),
            "lastModifiedDateTime": _after(now, days=-20),
            "inventorySyncStatus": {
                "lastSuccessfulSyncDateTime": _after(now, hours=-30),
                "driverInventorySyncState": "success",
            },
        },
        {
            "id": "93d5a8c4-2f61-4e07-8b3d-5a7c9e1f2d02",
            "displayName": "Pilot drivers",
            "createdDateTime": _after(now, days=-2),
            "lastModifiedDateTime": _after(now, days=-2),
            "fails": True,
        },
    ]
