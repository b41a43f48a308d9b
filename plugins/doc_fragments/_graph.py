# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: it changes without notice, so nothing outside msgraph.intune should use it.

from __future__ import annotations


class ModuleDocFragment:
    # The options to sign in, for every module of the action group; use it together with CONNECTION.
    DOCUMENTATION = r"""
options:
  auth_method:
    description:
      - How to sign in.
      - V(auto) uses the credential that is given. Options take precedence over environment variables. Environment
        variables take precedence over a credential of the platform.
      - A credential of the platform is a token file in E(AZURE_FEDERATED_TOKEN_FILE) or a managed identity. A managed
        identity is detected by E(IDENTITY_ENDPOINT) with E(IDENTITY_HEADER) or E(IMDS_ENDPOINT), or by E(MSI_ENDPOINT)
        with E(MSI_SECRET).
      - If several credentials are given in the same place, V(auto) uses the first of O(access_token),
        O(federated_token), O(certificate_path), O(client_secret), O(password), O(refresh_token) and
        O(token_cache_path).
      - V(auto) uses a token cache alone only if a user has signed in to it or nothing else is given. O(password) and
        O(refresh_token) come before it and use it too.
      - V(access_token) uses O(access_token) without a sign-in.
      - V(certificate) signs in an application with O(tenant_id), O(client_id) and O(certificate_path).
      - V(client_secret) signs in an application with O(tenant_id), O(client_id) and O(client_secret).
      - V(federated_token) signs in an application with a token of another identity provider. It needs O(tenant_id),
        O(client_id) and O(federated_token) or O(federated_token_file).
      - V(password) signs in a user with O(username) and O(password). It cannot satisfy multifactor authentication and
        does not work for users of a federated domain.
      - V(refresh_token) signs in a user with O(refresh_token).
      - V(token_cache) uses the sign-in of a user that is stored in O(token_cache_path), for example by
        M(msgraph.intune.graph_device_login).
      - V(managed_identity) uses the identity that Azure gives to the host or app that runs the module. Only with this
        value the module requests a token from the metadata address of a virtual machine. The identity's endpoint is
        never asked through a proxy, and its tokens are not cached. E(AZURE_CLIENT_ID) is also used.
      - If not set, the value of the environment variable E(MSGRAPH_AUTH_METHOD) is used, unless a credential is given
        as an option.
    type: str
    default: auto
  access_token:
    description:
      - An access token for Microsoft Graph from another source. With it the module does not sign in.
      - If not set, the value of the environment variable E(MSGRAPH_ACCESS_TOKEN) is used.
    type: str
  certificate_path:
    description:
      - A file on the host that runs the module. It holds a certificate of the application and its private RSA key,
        either as PEM in any order or as PFX (PKCS#12). The module detects the format.
      - PEM may also be in UTF-16, or have the two characters V(\\n) in place of line breaks. A PFX or PEM file in
        Base64 works too.
      - If the file also holds certificates of authorities, in any order, the chain of the certificate is sent with it.
      - If not set, the value of the environment variable E(AZURE_CLIENT_CERTIFICATE_PATH) is used, else that of
        E(AZURE_X509_CERTIFICATE_PATH).
    type: path
    aliases: [x509_certificate_path]
  certificate_password:
    description:
      - The password of the private key or of the PFX file in O(certificate_path).
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
      - A token that another identity provider issued for the application, such as the job token of AWX or of a CI
        system. The application must have a federated credential for its issuer, subject and audience.
      - If not set, the value of the environment variable E(AZURE_FEDERATED_TOKEN) is used.
    type: str
    aliases: [oidc_token]
  federated_token_file:
    description:
      - A file on the host that runs the module. It holds a token as in O(federated_token), and is read at each use. It
        may be in UTF-8 or UTF-16 with a byte order mark.
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
      - A refresh token of a user. Each use returns a newer one, which the module stores in O(token_cache_path). The
        next task with this refresh token, or with the same O(username), uses the newer one.
      - Without O(token_cache_path) the module uses the given refresh token each time, until it expires.
      - If not set, the value of the environment variable E(MSGRAPH_REFRESH_TOKEN) is used.
    type: str
"""

    # The options to connect, for every module and for the device login.
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
        Required to sign in an application; a user's sign-in defaults to V(14d82eec-204b-4c2f-b7e8-296a70dab67e),
        "Microsoft Graph Command Line Tools", which every tenant has.
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
      - A file on the host that runs the module, which stores tokens between tasks. The module creates it with mode
        V(0600). It refuses a file that others may use, that belongs to another user, or that is a symbolic link.
      - Tasks and forks may share it. While a token in it is valid, no sign-in is needed. A sign-in of a user works for
        tasks with the same O(client_id) and O(cloud).
      - The module creates a lock file in the same folder, with the ending C(.lock) after the name. It refuses another
        file of that name and leaves it unchanged.
      - Anyone who can read the file can act as the identity whose tokens it holds.
      - If not set, the value of the environment variable E(MSGRAPH_TOKEN_CACHE) is used. Without either, no token is
        stored.
    type: path
  cloud:
    description:
      - The Microsoft cloud of the tenant. It sets the addresses of Microsoft Graph and of the login service. Tokens of
        one cloud are not valid in another.
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
      - The login service to use instead of the cloud's own, for example C(https://login.microsoftonline.com). Give it
        without the tenant. A host name is enough.
      - If not set, the value of the environment variable E(AZURE_AUTHORITY_HOST) is used, else the address that belongs
        to O(cloud).
    type: str
    aliases: [authority_host]
  graph_url:
    description:
      - The root of Microsoft Graph to use instead of the cloud's own, for example C(https://graph.microsoft.com). Give
        it without the API version.
      - The module sends the token only to this root. If the root has a path, it sends the token only below that path.
      - If not set, the value of the environment variable E(MSGRAPH_URL) is used, else the address that belongs to
        O(cloud).
    type: str
  timeout:
    description:
      - How long to wait for a connection, and for the next data of an answer. A whole answer may take four times as
        long. The time starts again with each retry.
      - A number of seconds, or a number with a unit, such as V(30), V(0.5) or V(1m). It is above 0 and at most V(1d).
      - If not set, the value of the environment variable E(MSGRAPH_TIMEOUT) is used.
    type: str
    default: "30"
  retries:
    description:
      - The maximum number of retries after a transient error (the status 408, 429, 502, 503, 504 or 509, a refused or
        broken connection, or no answer within O(timeout)). After 401 the module renews the token once.
      - A whole number from V(0) to V(100).
      - A request to sign in is also retried after any status from 500 on, and after the answer
        C(temporarily_unavailable) of the login service. A request to a managed identity's endpoint is also retried
        after the status 404, and after 410 every 17.5 seconds. The default of 4 retries covers the 70 seconds that an
        update of this endpoint takes.
      - If the answer to a request was lost, the service may have carried it out. A retry then carries it out twice.
      - Between two attempts the module waits as long as the service asks. Otherwise it waits a random time of at most 3
        seconds, then 6, 12 and so on up to 60 (exponential backoff).
      - If not set, the value of the environment variable E(MSGRAPH_RETRIES) is used.
    type: int
    default: 4
  retry_budget:
    description:
      - The maximum total time to wait between attempts. After each request that succeeds it starts again.
      - A number of seconds, or a number with a unit, such as V(0), V(120) or V(10m). It is at most V(1d).
      - When the service asks for a longer wait than is left, the task fails at once. The kind of its error is then
        V(throttled), and C(retry_after) is the number of seconds that the service asked for.
      - If not set, the value of the environment variable E(MSGRAPH_RETRY_BUDGET) is used.
    type: str
    default: "120"
  validate_certs:
    description:
      - Whether to check the certificates of Microsoft Graph and of the login service. With V(false) an attacker in the
        network can read the token, so use O(ca_path) instead.
      - If not set, the value of the environment variable E(MSGRAPH_VALIDATE_CERTS) is used.
    type: bool
    default: true
  ca_path:
    description:
      - A PEM file of CA certificates, or a folder of them, to trust instead of the certificates that C(requests) uses.
        It is needed behind a proxy that inspects TLS.
      - It takes precedence over the environment variables E(REQUESTS_CA_BUNDLE) and E(CURL_CA_BUNDLE).
      - If not set, the value of the environment variable E(MSGRAPH_CA_PATH) is used.
    type: path
  proxy:
    description:
      - The URL of the HTTP proxy, such as C(http://proxy.example:8080). It is used for every request except those to a
        managed identity's endpoint.
      - The URL may have a user and a password before the host, as in C(user:password@). Percent-encode special
        characters in them. Both are masked in the output.
      - If not set, the value of the environment variable E(MSGRAPH_PROXY) is used. Without either, E(HTTPS_PROXY),
        E(ALL_PROXY) and E(NO_PROXY) are used. This option takes precedence over them.
      - The task fails before any request if such a variable is not the URL of a proxy. It also fails if the variable
        names a SOCKS proxy and the Python package PySocks is missing.
    type: str
requirements:
  - "Python >= 3.9 on the host that runs the module"
  - "L(requests,https://pypi.org/project/requests/) >= 2.25.0"
  - "L(msal,https://pypi.org/project/msal/) >= 1.35.0, not needed with C(access_token)"
  - "L(cryptography,https://pypi.org/project/cryptography/) >= 3.1, to read a certificate; it is installed with msal"
notes:
  - Empty and blank strings count as not set, because job templates produce them. That holds for the options to sign in
    and to connect, and for environment variables. Ansible refuses them for O(retries), which is a number, and for
    O(validate_certs), which is a boolean.
  - A duration is a decimal number of seconds, or a decimal number with one of the units V(s), V(m), V(h), V(d) and
    V(w). Signs and exponents are refused. V(null), V(false) and blanks count as not set.
  - The module reads environment variables on the host that runs it. To use those of the controller, and the Python
    packages that are installed with ansible-core, set C(hosts=localhost), C(connection=local) and
    C(ansible_python_interpreter={{ ansible_playbook_python }}).
  - Set secrets in the shell that starts Ansible or in an AWX credential, or give them as options from a vault. Do not
    use the task keyword C(environment) for secrets. Ansible puts its values on a command line, which process lists and
    verbose output show.
  - A relative path starts at the folder of the playbook with C(connection=local). Otherwise it usually starts at the
    home folder of the account that Ansible connects as.
  - No Azure subscription is needed.
seealso:
  - name: Register an application with Microsoft Entra
    description: How to get the tenant ID, the client ID and a secret, and how to grant a permission.
    link: https://learn.microsoft.com/graph/auth-register-app-v2
  - name: Microsoft Graph's national clouds
    description: The addresses of Microsoft Graph and of the login service in each cloud.
    link: https://learn.microsoft.com/graph/deployments
  - name: Guide to authentication
    description: Which way to sign in to choose, and a complete example of each.
    link: https://github.com/msgraph-intune/msgraph.intune/blob/main/docs/docsite/rst/guide_authentication.rst
  - name: Guide to troubleshooting
    description: How to read a failure, what usually causes it, and what to do about it.
    link: https://github.com/msgraph-intune/msgraph.intune/blob/main/docs/docsite/rst/guide_troubleshooting.rst
"""
