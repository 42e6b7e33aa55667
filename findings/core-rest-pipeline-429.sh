#!/usr/bin/env bash
# @azure/core-rest-pipeline 1.24.0: the default retry policy does not retry a 429 that has no Retry-After header.
#
# A 503 or 408 without the header is retried three times with growing delays, and a 429 with it as often. A 429 without it
# comes back at once, as if it were an error of the caller.
#
# Seen (status, header: requests):
#   429 none: 1
#   429 retry-after 0: 4
#   503 none: 4
#   408 none: 4
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund @azure/core-rest-pipeline@1.24.0 >/dev/null
cat >finding.mjs <<'JS'
import assert from 'node:assert/strict';
import { createHttpHeaders, createPipelineFromOptions, createPipelineRequest } from '@azure/core-rest-pipeline';

async function requestsFor(status, headers) {
  let requests = 0;
  const client = {
    async sendRequest(request) {
      requests += 1;
      return { request, status, headers: createHttpHeaders(headers) };
    },
  };
  const pipeline = createPipelineFromOptions({ retryOptions: { retryDelayInMs: 1, maxRetryDelayInMs: 2 } });
  await pipeline.sendRequest(client, createPipelineRequest({ url: 'https://example.com/' }));
  return requests;
}
const cases = [[429, {}, 1], [429, { 'retry-after': '0' }, 4], [503, {}, 4], [408, {}, 4]];
for (const [status, headers, expected] of cases) {
  const requests = await requestsFor(status, headers);
  console.log(`${status} ${headers['retry-after'] ? 'retry-after 0' : 'none'}: ${requests}`);
  assert.equal(requests, expected);
}
JS
node finding.mjs
