// Copyright (c) 2026 the msgraph.intune maintainers
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Run oidc-provider as the login service of one tenant. All paths start with /TENANT/v2.0, like Entra's metadata.
//
// Usage: node provider.js SETTINGS_FILE
//
// It prints "port NUMBER" when it listens. It exits at the end of its standard input, so it never outlives the test.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

import Provider from 'oidc-provider';

const settings = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const mount = `/${settings.tenant_id}/v2.0`;

// A client can have its own lifetimes, so that tests can use tokens that expire soon.
const seconds = (model, defaultSeconds) => (_ctx, _token, client) => settings.seconds[client.clientId]?.[model] ?? defaultSeconds;

const application = {
  client_id: settings.client_id,
  client_secret: settings.client_secret,
  token_endpoint_auth_method: 'client_secret_post',
  grant_types: ['client_credentials'],
  redirect_uris: [],
  response_types: [],
};

const publicClient = (id) => ({
  client_id: id,
  token_endpoint_auth_method: 'none',
  application_type: 'native',
  grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
  redirect_uris: [],
  response_types: [],
});

const configuration = {
  clients: [application, ...settings.public_client_ids.map(publicClient)],
  features: {
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: true },
    // These pages accept each name and password: the tests check the protocol only.
    devInteractions: { enabled: true },
    // Clients of Entra name the resource in the scope. This provider has one default resource with its scopes.
    resourceIndicators: {
      enabled: true,
      defaultResource: () => settings.graph_url,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({ audience: settings.graph_url, scope: settings.scopes.join(' ') }),
    },
  },
  claims: { openid: ['sub', 'tid'], profile: ['preferred_username'] },
  findAccount: (_ctx, id) => ({
    accountId: id,
    claims: () => ({ sub: id, tid: settings.tenant_id, preferred_username: id }),
  }),
  ttl: {
    AccessToken: seconds('AccessToken', 3600),
    ClientCredentials: seconds('ClientCredentials', 3600),
    DeviceCode: seconds('DeviceCode', 600),
  },
  cookies: { keys: [settings.client_secret] },
};

const server = createServer({ cert: settings.certificate, key: settings.key });
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  const answer = new Provider(`https://localhost:${port}${mount}`, configuration).callback();
  server.on('request', (request, response) => {
    if (!request.url.startsWith(`${mount}/`)) {
      response.writeHead(404).end();
      return;
    }
    // The provider computes its mount path from both URLs.
    request.originalUrl = request.url;
    request.url = request.url.slice(mount.length);
    answer(request, response);
  });
  console.log(`port ${port}`);
});

process.stdin.on('end', () => process.exit()).resume();
