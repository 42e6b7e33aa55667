#!/usr/bin/env bash
# @azure/arm-appcontainers 4.0.0: the error of a long-running operation that failed has no code.
#
# The operation ends with {"status":"Failed","error":{"code","message"}}. The poller throws a plain Error in whose text both
# stand, and no member holds the code: who must tell a quota from a wrong image has to search a sentence.
#
# Seen:
#   Error: The long-running operation has failed. ContainerAppOperationError. The image was not found
#   code undefined, status undefined
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund @azure/arm-appcontainers@4.0.0 @azure/core-rest-pipeline@1.24.0 >/dev/null
cat >finding.mjs <<'JS'
import assert from 'node:assert/strict';
import { ContainerAppsAPIClient } from '@azure/arm-appcontainers';
import { createHttpHeaders } from '@azure/core-rest-pipeline';

const error = { code: 'ContainerAppOperationError', message: 'The image was not found' };
const httpClient = {
  async sendRequest(request) {
    const accepted = request.method === 'PATCH';
    const headers = createHttpHeaders({
      'content-type': 'application/json',
      ...(accepted ? { 'azure-asyncoperation': 'https://management.azure.com/operation' } : {}),
    });
    const bodyAsText = accepted ? '{}' : JSON.stringify({ status: 'Failed', error });
    return { request, status: accepted ? 202 : 200, headers, bodyAsText };
  },
};
const credential = { getToken: async () => ({ token: 't', expiresOnTimestamp: Date.now() + 3_600_000 }) };
const { containerApps } = new ContainerAppsAPIClient(credential, 'sub', { httpClient });
const failure = await containerApps.update('group', 'app', { location: 'westeurope' }).then(() => null, (thrown) => thrown);
console.log(`${failure.name}: ${failure.message}\ncode ${failure.code}, status ${failure.statusCode}`);
assert.equal(failure.name, 'Error');
assert.match(failure.message, /ContainerAppOperationError/);
assert.deepEqual([failure.code, failure.statusCode], [undefined, undefined]);
JS
node finding.mjs
