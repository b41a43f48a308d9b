# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should use it.

from __future__ import annotations


class ModuleDocFragment:
    # How to reach Microsoft Graph and who signs in: the options of every module.
    DOCUMENTATION = r"""
options:
  auth_method:
    description:
      - How to sign in.
      - V(auto) takes the credential that was given, one in the options before one in the environment, and among
        these O(access_token) before O(client_secret).
      - V(access_token) uses O(access_token) as it is.
      - V(client_secret) signs in an application with O(tenant_id), O(client_id) and O(client_secret).
      - If not set, the value of the environment variable E(MSGRAPH_AUTH_METHOD) is used, else V(auto).
    type: str
  access_token:
    description:
      - An access token for Microsoft Graph that was fetched elsewhere. With it no sign-in takes place.
      - If not set, the value of the environment variable E(MSGRAPH_ACCESS_TOKEN) is used.
    type: str
  tenant_id:
    description:
      - The Entra tenant to sign in to, by its ID or one of its domains.
      - If not set, the value of the environment variable E(AZURE_TENANT_ID) is used, else that of E(AZURE_TENANT);
        the other way around when the secret comes from E(AZURE_SECRET).
    type: str
    aliases: [tenant]
  client_id:
    description:
      - The application (client) ID of the app registration that signs in.
      - If not set, the value of the environment variable E(AZURE_CLIENT_ID) is used.
    type: str
  client_secret:
    description:
      - The value of a client secret of that application.
      - If not set, the value of the environment variable E(AZURE_CLIENT_SECRET) is used, else that of E(AZURE_SECRET).
    type: str
    aliases: [secret]
  cloud:
    description:
      - The Microsoft cloud that the tenant lives in, which decides the addresses of Microsoft Graph and of the login
        service. Tokens of one cloud are void in another.
      - V(global) is the worldwide service, GCC included. V(AzureCloud) means the same.
      - V(us_gov_l4) is US Government L4, GCC High. V(gcc_high) and V(AzureUSGovernment) mean the same.
      - V(us_gov_l5) is US Government L5, Department of Defense. V(dod) means the same.
      - V(china) is the cloud that 21Vianet runs in China. V(AzureChinaCloud) means the same.
      - If not set, the value of the environment variable E(AZURE_CLOUD_ENVIRONMENT) is used, else V(global).
    type: str
    aliases: [cloud_environment]
  authority_url:
    description:
      - The login service to use instead of the cloud's own, as V(https://login.microsoftonline.com). The tenant
        does not belong here; a host alone is enough.
      - If not set, the value of the environment variable E(AZURE_AUTHORITY_HOST) is used, else the address that belongs
        to O(cloud).
    type: str
    aliases: [authority_host]
  graph_url:
    description:
      - The root of Microsoft Graph to use instead of the cloud's own, as V(https://graph.microsoft.com). The API
        version does not belong here.
      - The token is sent to this root and nowhere else.
      - If not set, the value of the environment variable E(MSGRAPH_URL) is used, else the address that belongs to
        O(cloud).
    type: str
  timeout:
    description:
      - Seconds to wait for a connection, and between two reads. A whole answer may take four times as long.
      - If not set, the value of the environment variable E(MSGRAPH_TIMEOUT) is used, else V(30).
    type: raw
  validate_certs:
    description:
      - Whether to check the certificates of Microsoft Graph and of the login service. With V(false) whoever is on the
        way can take the token, so use O(ca_path) instead.
      - If not set, the value of the environment variable E(MSGRAPH_VALIDATE_CERTS) is used, else V(true).
    type: raw
  ca_path:
    description:
      - A PEM file of CA certificates, or a folder of them, to trust instead of those that C(requests) ships. Needed
        behind a proxy that inspects TLS.
      - It beats the environment variables E(REQUESTS_CA_BUNDLE) and E(CURL_CA_BUNDLE).
      - If not set, the value of the environment variable E(MSGRAPH_CA_PATH) is used.
    type: path
requirements:
  - "Python >= 3.9 on the host that runs the module"
  - "L(requests,https://pypi.org/project/requests/) >= 2.25.0"
  - "L(msal,https://pypi.org/project/msal/) >= 1.19.0, unless O(access_token) is given"
notes:
  - Empty and blank strings count as not set, in options as in the environment, as job templates deliver them.
  - The environment is that of the host that runs the module. Run it on the controller with C(hosts=localhost),
    C(connection=local) and C(ansible_python_interpreter={{ ansible_playbook_python }}), then the controller's
    environment is used, and the requirements are those installed beside ansible-core.
  - No subscription is ever asked for.
seealso:
  - name: Register an application with Microsoft Entra
    description: How to get the tenant ID, the client ID and a secret, and how to grant a permission.
    link: https://learn.microsoft.com/graph/auth-register-app-v2
  - name: Microsoft Graph's national clouds
    description: The addresses of Microsoft Graph and of the login service in each cloud.
    link: https://learn.microsoft.com/graph/deployments
"""
