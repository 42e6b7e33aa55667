#!/usr/bin/env bash
# @azure/identity 4.13.1: a 429 of the managed identity endpoint is not tried again, and the error does not say that it was one.
#
# The endpoint of App Service and Container Apps asks callers to come back later with a 429. The credential gives up after
# one request, whereas it tries a 500 three times more. Neither error has a status, in a member or in its text, so nobody
# can tell from it that waiting would have helped.
#
# Seen (status: requests, error, status in it):
#   429: 1, CredentialUnavailableError, none
#   500: 4, CredentialUnavailableError, none
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund @azure/identity@4.13.1 >/dev/null
cat >finding.mjs <<'JS'
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { ManagedIdentityCredential } from '@azure/identity';

let requests = 0;
let status = 200;
const server = createServer((_, response) => {
  requests += 1;
  response.writeHead(status, { 'content-type': 'application/json' }).end('{"statusCode":0,"message":"busy"}');
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
process.env.IDENTITY_ENDPOINT = `http://127.0.0.1:${server.address().port}/msi/token`;
process.env.IDENTITY_HEADER = 'header';
for (const [answer, expected] of [[429, 1], [500, 4]]) {
  [requests, status] = [0, answer];
  const credential = new ManagedIdentityCredential({ retryOptions: { retryDelayInMs: 1, maxRetryDelayInMs: 2 } });
  const error = await credential.getToken('https://management.azure.com/.default').then(() => null, (thrown) => thrown);
  const told = error.statusCode ?? /429|500/.exec(error.message)?.[0] ?? 'none';
  console.log(`${status}: ${requests}, ${error.name}, ${told}`);
  assert.deepEqual([requests, told], [expected, 'none']);
}
server.close();
JS
node finding.mjs
