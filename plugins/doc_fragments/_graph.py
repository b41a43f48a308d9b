# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should use it.

from __future__ import annotations


class ModuleDocFragment:
    # Who signs in: the options of every module of the action group, beside those of the section CONNECTION.
    DOCUMENTATION = r"""
options:
  auth_method:
    description:
      - How to sign in.
      - V(auto) takes the credential that was given. One in the options comes before one stored in the environment, and
        that before what a platform offers, which is a token file in E(AZURE_FEDERATED_TOKEN_FILE) or a managed identity
        announced by E(IDENTITY_ENDPOINT) with E(IDENTITY_HEADER) or E(IMDS_ENDPOINT), or by E(MSI_ENDPOINT) with
        E(MSI_SECRET). Within each the order is O(access_token), O(federated_token), O(certificate_path),
        O(client_secret), O(password), O(refresh_token), O(token_cache_path). A token cache counts as a credential of
        its own only when a user has signed in to it, or when there is no other; and never before O(password) or
        O(refresh_token), which look into it themselves.
      - V(access_token) uses O(access_token) as it is.
      - V(certificate) signs in an application with O(tenant_id), O(client_id) and O(certificate_path).
      - V(client_secret) signs in an application with O(tenant_id), O(client_id) and O(client_secret).
      - V(federated_token) signs in an application that another identity provider vouches for, with O(tenant_id),
        O(client_id) and O(federated_token) or O(federated_token_file).
      - V(password) signs in a user with O(username) and O(password). It cannot satisfy multifactor authentication and
        does not work for users of a federated domain.
      - V(refresh_token) signs in a user with O(refresh_token).
      - V(token_cache) uses the sign-in of a user that O(token_cache_path) holds, as
        M(msgraph.intune.graph_device_login) leaves it.
      - V(managed_identity) uses the identity that Azure gives to the host or app that runs the module. Only this value
        makes the module ask the metadata address of a virtual machine. It is never asked by a proxy, its tokens are not
        cached, and here E(AZURE_CLIENT_ID) is taken up as well.
      - If not set, the value of the environment variable E(MSGRAPH_AUTH_METHOD) is used, unless a credential is given
        as an option.
    type: str
    default: auto
  access_token:
    description:
      - An access token for Microsoft Graph that was fetched elsewhere. With it no sign-in takes place.
      - If not set, the value of the environment variable E(MSGRAPH_ACCESS_TOKEN) is used.
    type: str
  certificate_path:
    description:
      - A certificate of the application and its private key, in one file on the host that runs the module, either PEM
        in any order or PFX (PKCS#12), with an RSA key. Which of the two it is, is told by its content.
      - PEM may also be in UTF-16, or have the two characters V(\\n) in place of line breaks. The Base64 form of a PFX
        or PEM file is read, too.
      - If the file also holds certificates of authorities, in any order, the chain of the certificate is sent with it.
      - If not set, the value of the environment variable E(AZURE_CLIENT_CERTIFICATE_PATH) is used, else that of
        E(AZURE_X509_CERTIFICATE_PATH).
    type: path
    aliases: [x509_certificate_path]
  certificate_password:
    description:
      - What the private key or the PFX of O(certificate_path) is encrypted with.
      - If not set, the value of the environment variable E(AZURE_CLIENT_CERTIFICATE_PASSWORD) is used.
    type: str
  client_secret:
    description:
      - The value of a client secret of the application.
      - If not set, the value of the environment variable E(AZURE_CLIENT_SECRET) is used, else that of E(AZURE_SECRET).
    type: str
    aliases: [secret]
  federated_token:
    description:
      - A token in which another identity provider vouches for the application, such as the job token of AWX or of a CI
        system. The application must have a federated credential for its issuer, subject and audience.
      - If not set, the value of the environment variable E(AZURE_FEDERATED_TOKEN) is used.
    type: str
    aliases: [oidc_token]
  federated_token_file:
    description:
      - A file on the host that runs the module with such a token. It is read at each use. It may be in UTF-8 or UTF-16
        with a byte order mark.
      - If not set, the value of the environment variable E(AZURE_FEDERATED_TOKEN_FILE) is used.
    type: path
    aliases: [oidc_token_file_path]
  password:
    description:
      - The password of O(username).
      - If not set, the value of the environment variable E(AZURE_PASSWORD) is used.
    type: str
  refresh_token:
    description:
      - A refresh token of a user. Each use yields a newer one, which is kept in O(token_cache_path) and preferred from
        then on, for this refresh token or for O(username) if that is given. Without a cache the same one is used again,
        until it expires.
      - If not set, the value of the environment variable E(MSGRAPH_REFRESH_TOKEN) is used.
    type: str
"""

    # Where to sign in, and how to reach it: shared with what signs a person in.
    CONNECTION = r"""
options:
  tenant_id:
    description:
      - The Entra tenant to sign in to, by its ID or one of its domains. Required to sign in an application; a user's
        sign-in defaults to V(organizations), the tenant that the user belongs to.
      - If not set, the value of the environment variable E(AZURE_TENANT_ID) is used, else that of E(AZURE_TENANT).
        E(AZURE_TENANT) comes first for a credential from E(AZURE_SECRET) or E(AZURE_X509_CERTIFICATE_PATH), and for the
        password of the user in E(AZURE_AD_USER).
    type: str
    aliases: [tenant]
  client_id:
    description:
      - The application (client) ID of the app registration that signs in, or of a user-assigned managed identity.
        Required to sign in an application; a user's sign-in defaults to
        V(14d82eec-204b-4c2f-b7e8-296a70dab67e), "Microsoft Graph Command Line Tools", which every tenant has.
      - If not set, the value of the environment variable E(AZURE_CLIENT_ID) is used.
    type: str
  username:
    description:
      - The user principal name of the user that signs in, or of the one to choose among the users in
        O(token_cache_path).
      - If not set, the value of the environment variable E(AZURE_USERNAME) is used, else that of E(AZURE_AD_USER).
    type: str
    aliases: [ad_user]
  token_cache_path:
    description:
      - A file that keeps tokens between tasks, on the host that runs the module. It is created with mode V(0600), and
        refused when others may use it, when it belongs to another user, and when it is a symbolic link.
      - Tasks and forks may share it. A valid token in it saves the sign-in. A sign-in of a user serves tasks with the
        same O(client_id) and O(cloud). A lock file of the same name with C(.lock) behind it appears beside it. A file
        of that name that is not such a lock file is refused and left unchanged.
      - Whoever can read it can act as the identity whose tokens it holds.
      - If not set, the value of the environment variable E(MSGRAPH_TOKEN_CACHE) is used; without that, nothing is kept.
    type: path
  cloud:
    description:
      - The Microsoft cloud that the tenant lives in, which decides the addresses of Microsoft Graph and of the login
        service. Tokens of one cloud are void in another.
      - V(global) is the worldwide service, GCC included. V(AzureCloud) means the same.
      - V(us_gov_l4) is US Government L4, GCC High. V(gcc_high) and V(AzureUSGovernment) mean the same.
      - V(us_gov_l5) is US Government L5, Department of Defense. V(dod) means the same.
      - V(china) is the cloud that 21Vianet runs in China. V(AzureChinaCloud) means the same.
      - If not set, the value of the environment variable E(AZURE_CLOUD_ENVIRONMENT) is used.
    type: str
    default: global
    aliases: [cloud_environment]
  authority_url:
    description:
      - The login service to use instead of the cloud's own, for example C(https://login.microsoftonline.com). The
        tenant does not belong here; a host alone is enough.
      - If not set, the value of the environment variable E(AZURE_AUTHORITY_HOST) is used, else the address that belongs
        to O(cloud).
    type: str
    aliases: [authority_host]
  graph_url:
    description:
      - The root of Microsoft Graph to use instead of the cloud's own, for example C(https://graph.microsoft.com). The
        API version does not belong here.
      - The token is sent to this root and nowhere else. When it has a path, the token is sent below that path alone.
      - If not set, the value of the environment variable E(MSGRAPH_URL) is used, else the address that belongs to
        O(cloud).
    type: str
  timeout:
    description:
      - How long to wait for a connection, and between two reads. A whole answer may take four times as long;
        each retry has this time again.
      - A number of seconds, or a number with a unit, such as V(30), V(0.5) or V(1m). It is above 0 and at most V(1d).
      - If not set, the value of the environment variable E(MSGRAPH_TIMEOUT) is used.
    type: str
    default: "30"
  retries:
    description:
      - How many times a request is sent again that failed for the moment, with the status 408, 429, 502, 503, 504 or
        509, with a refused or broken connection, or without any answer within O(timeout). Nothing else is sent again,
        but for a token that was refused, which is renewed once.
      - A whole number from V(0) to V(100).
      - To sign in, a request is also sent again after any status from 500 on, and where the login service answers
        C(temporarily_unavailable). A managed identity's endpoint is also asked again after the status 404, and every
        17.5 seconds after 410, which with the default makes the 70 seconds that its update takes.
      - A request whose answer was lost may have been carried out, and is then carried out twice.
      - Between two attempts the module waits as long as the service asks, else a random time of at most 3 seconds, then
        6, 12 and so on up to 60.
      - If not set, the value of the environment variable E(MSGRAPH_RETRIES) is used.
    type: int
    default: 4
  retry_budget:
    description:
      - How long to wait in all between attempts while nothing succeeds. It begins anew with each success.
      - A number of seconds, or a number with a unit, such as V(0), V(120) or V(10m). It is at most V(1d).
      - When the service asks for a longer wait than is left, the task fails at once. Its error is then of the kind
        V(throttled) and tells how many seconds the service asked for.
      - If not set, the value of the environment variable E(MSGRAPH_RETRY_BUDGET) is used.
    type: str
    default: "120"
  validate_certs:
    description:
      - Whether to check the certificates of Microsoft Graph and of the login service. With V(false) whoever is on the
        way can take the token, so use O(ca_path) instead.
      - If not set, the value of the environment variable E(MSGRAPH_VALIDATE_CERTS) is used.
    type: bool
    default: true
  ca_path:
    description:
      - A PEM file of CA certificates, or a folder of them, to trust instead of those that C(requests) ships. Needed
        behind a proxy that inspects TLS.
      - It beats the environment variables E(REQUESTS_CA_BUNDLE) and E(CURL_CA_BUNDLE).
      - If not set, the value of the environment variable E(MSGRAPH_CA_PATH) is used.
    type: path
  proxy:
    description:
      - The URL of the HTTP proxy for every request but those to a managed identity's endpoint, such as
        C(http://proxy.example:8080). A user and a password may stand before the host, as in C(user:password@), special
        characters in them percent-encoded; they are masked wherever Ansible shows something.
      - If not set, the value of the environment variable E(MSGRAPH_PROXY) is used. Without either, the proxies and
        exceptions in E(HTTPS_PROXY), E(ALL_PROXY) and E(NO_PROXY) hold, which this option overrides.
      - The task fails before any request when such a variable holds no URL of a proxy, or names a SOCKS proxy and the
        Python package PySocks is missing.
    type: str
requirements:
  - "Python >= 3.9 on the host that runs the module"
  - "L(requests,https://pypi.org/project/requests/) >= 2.25.0"
  - "L(msal,https://pypi.org/project/msal/) >= 1.35.0, unless a token is at hand"
  - "L(cryptography,https://pypi.org/project/cryptography/) >= 3.1, which msal brings along, to read a certificate"
notes:
  - Empty and blank strings count as not set, in the options to sign in and to connect as in the environment, because
    job templates deliver them. Ansible refuses them for O(retries) and O(validate_certs), a number and a boolean.
  - A duration is a decimal number of seconds, or a decimal number with one of the units V(s), V(m), V(h), V(d) and
    V(w). Signs and exponents are refused. V(null), V(false) and blanks count as not set.
  - The environment is that of the host that runs the module. Run it on the controller with C(hosts=localhost),
    C(connection=local) and C(ansible_python_interpreter={{ ansible_playbook_python }}), then the controller's
    environment is used, and the requirements are those installed beside ansible-core.
  - Set secrets in the environment of Ansible itself, by the shell or an AWX credential, or give them as options from a
    vault. The task keyword C(environment) is no place for them, because Ansible writes it on the command line of the
    module, where lists of processes and verbose output show it.
  - A relative path begins in the folder of the playbook with C(connection=local), else usually in the home folder of
    the account that Ansible connects as.
  - No subscription is ever asked for.
seealso:
  - name: Register an application with Microsoft Entra
    description: How to get the tenant ID, the client ID and a secret, and how to grant a permission.
    link: https://learn.microsoft.com/graph/auth-register-app-v2
  - name: Microsoft Graph's national clouds
    description: The addresses of Microsoft Graph and of the login service in each cloud.
    link: https://learn.microsoft.com/graph/deployments
  - name: Guide to authentication
    description: Which way to sign in fits where, and a complete example of each.
    link: https://github.com/msgraph-intune/msgraph.intune/blob/main/docs/docsite/rst/guide_authentication.rst
  - name: Guide to troubleshooting
    description: How to read a failure, what usually causes it, and what to do about it.
    link: https://github.com/msgraph-intune/msgraph.intune/blob/main/docs/docsite/rst/guide_troubleshooting.rst
"""
