#!/usr/bin/env bash
# @azure/data-tables 13.3.2: updateEntity overwrites whatever is there, although the entity carries the etag it was read with.
#
# getEntity gives an entity with its etag. Changed and handed to updateEntity it is sent with If-Match: *, so the change of
# somebody else in between is lost. Only the etag among the options counts.
#
# Seen:
#   the entity with its etag: If-Match *
#   the etag among the options: If-Match W/"1"
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund @azure/data-tables@13.3.2 @azure/core-rest-pipeline@1.24.0 >/dev/null
cat >finding.mjs <<'JS'
import assert from 'node:assert/strict';
import { createHttpHeaders } from '@azure/core-rest-pipeline';
import { AzureNamedKeyCredential, TableClient } from '@azure/data-tables';

const answer = () => ({ status: 204 });
const seen = [];
const httpClient = {
  async sendRequest(request) {
    seen.push(request);
    const { status, body = '' } = answer(request);
    return { request, status, headers: createHttpHeaders({ 'content-type': 'application/json' }), bodyAsText: body };
  },
};
const table = new TableClient('https://account.table.core.windows.net', 'things', new AzureNamedKeyCredential('account', 'AAAA'), {
  httpClient,
});
const entity = { partitionKey: 'p', rowKey: 'r', etag: 'W/"1"', value: 2 };
await table.updateEntity(entity, 'Replace');
await table.updateEntity(entity, 'Replace', { etag: entity.etag });
const [own, asked] = seen.map(({ headers }) => headers.get('if-match'));
console.log(`the entity with its etag: If-Match ${own}\nthe etag among the options: If-Match ${asked}`);
assert.deepEqual([own, asked], ['*', 'W/"1"']);
JS
node finding.mjs
