#!/usr/bin/env bash
# @azure/arm-appservice 19.0.0: webApps.update sends an empty PATCH for a body in the shape that ARM documents.
#
# The model of a site is flat, so members of `properties` are none of its members: they are dropped without an error, the
# service answers 200, and nothing has changed. The flat body arrives as it should.
#
# Seen:
#   { properties: { httpsOnly: true } } is sent as {}
#   { httpsOnly: true } is sent as {"properties":{"httpsOnly":true}}
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund @azure/arm-appservice@19.0.0 @azure/core-rest-pipeline@1.24.0 >/dev/null
cat >finding.mjs <<'JS'
import assert from 'node:assert/strict';
import { WebSiteManagementClient } from '@azure/arm-appservice';
import { createHttpHeaders } from '@azure/core-rest-pipeline';

const answer = () => ({ status: 200, body: '{"location":"westeurope"}' });
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
await webApps.update('group', 'app', { properties: { httpsOnly: true } });
await webApps.update('group', 'app', { httpsOnly: true });
for (const { body } of seen) console.log(body);
assert.deepEqual(seen.map(({ body }) => body), ['{}', '{"properties":{"httpsOnly":true}}']);
JS
node finding.mjs
