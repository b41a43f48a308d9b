# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Intune resources that the simulator knows, one row each.

Sources: https://learn.microsoft.com/graph/api/resources/intune-graph-overview and
https://learn.microsoft.com/graph/permissions-reference. Microsoft does not document how Graph answers a sync of an
expired token, of an unbound account, or of an enrollment program token within its interval. The simulator accepts it.
"""

from __future__ import annotations

from ..clock import NEVER
from .resource import BETA, NOW, VERSIONS, IntuneResource, Property, SyncAction

_SERVICE_READ = "DeviceManagementServiceConfig.Read.All"
_SERVICE_WRITE = "DeviceManagementServiceConfig.ReadWrite.All"
_CONFIGURATION_READ = "DeviceManagementConfiguration.Read.All"
_CONFIGURATION_WRITE = "DeviceManagementConfiguration.ReadWrite.All"

PERMISSIONS = (_CONFIGURATION_READ, _CONFIGURATION_WRITE, _SERVICE_READ, _SERVICE_WRITE)
"""All permissions that one of the resources accepts."""

_ID = Property()
_TEXT = Property()
_TIME = Property(str, NEVER)
_COUNT = Property(int, 0)
_FLAG = Property(bool, False)
_BETA_TEXT = Property(versions=(BETA,))
_BETA_FLAG = Property(bool, False, (BETA,))
_SCOPE_TAGS = Property(list, ["0"], (BETA,))

_EXCHANGE_CONNECTOR = IntuneResource(
    name="connectors",
    noun="Exchange connector",
    path="deviceManagement/exchangeConnectors",
    versions=VERSIONS,
    permissions=(_SERVICE_READ, _SERVICE_WRITE, _CONFIGURATION_READ, _CONFIGURATION_WRITE),
    properties={
        "id": _ID,
        "lastSyncDateTime": _TIME,
        "status": Property(str, "connected"),
        "primarySmtpAddress": _TEXT,
        "serverName": _TEXT,
        "connectorServerName": _TEXT,
        "exchangeConnectorType": Property(str, "onPremises"),
        "version": _TEXT,
        "exchangeAlias": _TEXT,
        "exchangeOrganization": _TEXT,
    },
    action=SyncAction(
        name="sync",
        permissions=(_SERVICE_WRITE, _CONFIGURATION_WRITE),
        parameters={"syncType": ("fullSync", "deltaSync")},
        completed={"lastSyncDateTime": NOW},
    ),
)

_VPP_TOKEN = IntuneResource(
    name="vpp_tokens",
    noun="VPP token",
    path="deviceAppManagement/vppTokens",
    versions=VERSIONS,
    permissions=(_SERVICE_READ, _SERVICE_WRITE, _CONFIGURATION_READ, _CONFIGURATION_WRITE),
    properties={
        "id": _ID,
        "organizationName": _TEXT,
        "vppTokenAccountType": Property(str, "business"),
        "appleId": _TEXT,
        "expirationDateTime": _TIME,
        "lastSyncDateTime": _TIME,
        "token": _TEXT,
        "lastModifiedDateTime": _TIME,
        "state": Property(str, "valid"),
        "lastSyncStatus": Property(str, "none"),
        "automaticallyUpdateApps": _FLAG,
        "countryOrRegion": _TEXT,
        "displayName": _BETA_TEXT,
        "locationName": _BETA_TEXT,
        "dataSharingConsentGranted": _BETA_FLAG,
        "claimTokenManagementFromExternalMdm": _BETA_FLAG,
        "appleDeviceAppDeliveryProtocolType": Property(str, "default", (BETA,)),
        "roleScopeTagIds": _SCOPE_TAGS,
        "tokenActionResults": Property(list, [], (BETA,)),
    },
    action=SyncAction(
        name="syncLicenses",
        permissions=(_SERVICE_WRITE, _CONFIGURATION_WRITE),
        started={"lastSyncStatus": "inProgress"},
        completed={"lastSyncStatus": "completed", "lastSyncDateTime": NOW},
        failed={"lastSyncStatus": "failed"},
        returns_object=True,
    ),
    secrets=("token",),
)

_ENROLLMENT_PROGRAM_TOKEN = IntuneResource(
    name="enrollment_program_tokens",
    noun="Enrollment program token",
    path="deviceManagement/depOnboardingSettings",
    versions=(BETA,),
    permissions=(_SERVICE_READ, _SERVICE_WRITE),
    properties={
        "id": _ID,
        "appleIdentifier": _TEXT,
        "tokenExpirationDateTime": _TIME,
        "lastModifiedDateTime": _TIME,
        "lastSuccessfulSyncDateTime": _TIME,
        "lastSyncTriggeredDateTime": _TIME,
        "shareTokenWithSchoolDataSyncService": _FLAG,
        "lastSyncErrorCode": _COUNT,
        "tokenType": Property(str, "dep"),
        "tokenName": _TEXT,
        "syncedDeviceCount": _COUNT,
        "dataSharingConsentGranted": _FLAG,
        "roleScopeTagIds": _SCOPE_TAGS,
    },
    action=SyncAction(
        name="syncWithAppleDeviceEnrollmentProgram",
        permissions=(_SERVICE_WRITE,),
        started={"lastSyncTriggeredDateTime": NOW},
        completed={"lastSuccessfulSyncDateTime": NOW, "lastSyncErrorCode": 0},
        failed={"lastSyncErrorCode": 1},
    ),
)

_AUTOPILOT = IntuneResource(
    name="autopilot",
    noun="Windows Autopilot settings",
    path="deviceManagement/windowsAutopilotSettings",
    versions=(BETA,),
    permissions=(_SERVICE_READ, _SERVICE_WRITE),
    properties={
        "id": _ID,
        "lastSyncDateTime": _TIME,
        "lastManualSyncTriggerDateTime": _TIME,
        "syncStatus": Property(str, "unknown"),
    },
    action=SyncAction(
        name="sync",
        permissions=(_SERVICE_WRITE,),
        started={"syncStatus": "inProgress", "lastManualSyncTriggerDateTime": NOW},
        completed={"syncStatus": "completed", "lastSyncDateTime": NOW},
        failed={"syncStatus": "failed"},
        running={"syncStatus": "inProgress"},
        minimum_interval=600,
        interval_starts=("lastSyncDateTime", "lastManualSyncTriggerDateTime"),
    ),
    singleton=True,
)

_MANAGED_GOOGLE_PLAY = IntuneResource(
    name="managed_google_play",
    noun="Managed Google Play settings",
    path="deviceManagement/androidManagedStoreAccountEnterpriseSettings",
    versions=(BETA,),
    permissions=(_CONFIGURATION_READ, _CONFIGURATION_WRITE),
    properties={
        "id": _ID,
        "bindStatus": Property(str, "notBound"),
        "lastAppSyncDateTime": _TEXT,
        "lastAppSyncStatus": Property(str, "none"),
        "ownerUserPrincipalName": _TEXT,
        "ownerOrganizationName": _TEXT,
        "lastModifiedDateTime": _TEXT,
        "enrollmentTarget": Property(str, "none"),
        "targetGroupIds": Property(list, []),
        "deviceOwnerManagementEnabled": _FLAG,
        "companyCodes": Property(list, []),
        "androidDeviceOwnerFullyManagedEnrollmentEnabled": _FLAG,
        "managedGooglePlayInitialScopeTagIds": Property(list, []),
        "managedGooglePlayEnterpriseType": Property(str, "managedGooglePlayAccountsEnterprise"),
    },
    action=SyncAction(
        name="syncApps",
        permissions=(_CONFIGURATION_WRITE,),
        completed={"lastAppSyncDateTime": NOW, "lastAppSyncStatus": "success"},
        failed={"lastAppSyncDateTime": NOW, "lastAppSyncStatus": "credentialsNotValid"},
    ),
    singleton=True,
)

_DRIVER_UPDATE_PROFILE = IntuneResource(
    name="driver_update_profiles",
    noun="Driver update profile",
    path="deviceManagement/windowsDriverUpdateProfiles",
    versions=(BETA,),
    permissions=(_CONFIGURATION_READ, _CONFIGURATION_WRITE),
    properties={
        "id": _ID,
        "displayName": Property(str, ""),
        "description": _TEXT,
        "approvalType": Property(str, "manual"),
        "deviceReporting": Property(int),
        "newUpdates": _COUNT,
        "deploymentDeferralInDays": Property(int),
        "createdDateTime": _TIME,
        "lastModifiedDateTime": _TIME,
        "roleScopeTagIds": _SCOPE_TAGS,
        "inventorySyncStatus": Property(
            dict, members={"lastSuccessfulSyncDateTime": NEVER, "driverInventorySyncState": "pending"}
        ),
    },
    action=SyncAction(
        name="syncInventory",
        # Microsoft lists a permission to read for this action, and no permission to write.
        permissions=(_CONFIGURATION_READ,),
        started={"inventorySyncStatus": {"driverInventorySyncState": "pending"}},
        completed={"inventorySyncStatus": {"driverInventorySyncState": "success", "lastSuccessfulSyncDateTime": NOW}},
        failed={"inventorySyncStatus": {"driverInventorySyncState": "failure"}},
    ),
)

RESOURCES: dict[str, IntuneResource] = {
    resource.name: resource
    for resource in (
        _EXCHANGE_CONNECTOR,
        _VPP_TOKEN,
        _ENROLLMENT_PROGRAM_TOKEN,
        _AUTOPILOT,
        _MANAGED_GOOGLE_PLAY,
        _DRIVER_UPDATE_PROFILE,
    )
}
"""The resources by their names in seed files and in the control API."""

COLLECTIONS = tuple(name for name, resource in RESOURCES.items() if not resource.singleton)
"""The names of the resources with several objects."""
