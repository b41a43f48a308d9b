// Copyright (c) 2026 the msgraph.intune maintainers
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Runs oidc-provider as the login service of one tenant: all of it lies below /TENANT/v2.0, as Entra's metadata does.
//
// Usage: node provider.js SETTINGS_FILE
//
// It prints "port NUMBER" once it listens, and ends with its standard input, so that it outlives nobody.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

import Provider from 'oidc-provider';

const settings = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const mount = `/${settings.tenant_id}/v2.0`;

// By client, so that tests can have what ends soon.
const seconds = (model, usual) => (_ctx, _token, client) => settings.seconds[client.clientId]?.[model] ?? usual;

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
    // Pages that let anybody in by any name: it is the protocol that is tested.
    devInteractions: { enabled: true },
    // Entra's clients name the resource within the scope. Here it is told in its own right, and only its scopes are
    // granted.
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
    // From both together the provider learns where it is mounted.
    request.originalUrl = request.url;
    request.url = request.url.slice(mount.length);
    answer(request, response);
  });
  console.log(`port ${port}`);
});

process.stdin.on('end', () => process.exit()).resume();
