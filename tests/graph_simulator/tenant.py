# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names and ids of the simulated tenant, and ids that are equal in all tenants."""

from __future__ import annotations

TENANT_ID = "7b1f6d0e-2c4a-4d63-9e21-5a8e0c9d4f01"
TENANT_DOMAIN = "contoso.onmicrosoft.com"
TENANT_NAME = "Contoso"

GRAPH_APPLICATION_ID = "00000003-0000-0000-c000-000000000000"
"""The application id of Microsoft Graph, the same in all tenants."""

PUBLIC_CLIENT_ID = "14d82eec-204b-4c2f-b7e8-296a70dab67e"
"""Microsoft Graph Command Line Tools, a public client application of Microsoft."""
