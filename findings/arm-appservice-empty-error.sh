#!/usr/bin/env bash
# @azure/arm-appservice 19.0.0: an error answer without a body becomes a TypeError that knows no status.
#
# App Service sends a 409 or a 429 without a body now and then. Whoever waits for RestError and looks at statusCode, to
# know whether to try again, sees neither. @azure/arm-appcontainers 4.0.0 gives a RestError for the same answer.
#
# Seen:
#   app service: TypeError, status undefined
#   container apps: RestError, status 409
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund @azure/arm-appservice@19.0.0 @azure/arm-appcontainers@4.0.0 @azure/core-rest-pipeline@1.24.0 >/dev/null
cat >finding.mjs <<'JS'
import assert from 'node:assert/strict';
import { ContainerAppsAPIClient } from '@azure/arm-appcontainers';
import { WebSiteManagementClient } from '@azure/arm-appservice';
import { createHttpHeaders } from '@azure/core-rest-pipeline';

const answer = () => ({ status: 409 });
const seen = [];
const httpClient = {
  async sendRequest(request) {
    seen.push(request);
    const { status, body = '' } = answer(request);
    return { request, status, headers: createHttpHeaders({ 'content-type': 'application/json' }), bodyAsText: body };
  },
};
const credential = { getToken: async () => ({ token: 't', expiresOnTimestamp: Date.now() + 3_600_000 }) };
const { webApps } = new WebSiteManagementClient(credential, 'sub', { httpClient });
const { containerApps } = new ContainerAppsAPIClient(credential, 'sub', { httpClient });
const told = ({ name, statusCode }) => `${name}, status ${statusCode}`;
const web = await webApps.get('group', 'app').then(() => 'none', told);
const container = await containerApps.get('group', 'app').then(() => 'none', told);
console.log(`app service: ${web}\ncontainer apps: ${container}`);
assert.deepEqual([web, container], ['TypeError, status undefined', 'RestError, status 409']);
JS
node finding.mjs
