#!/usr/bin/env bash
# azurite 3.35.0 with @azure/data-tables 13.3.2: rows are taken that Azure refuses.
#
# Azure's tables have at most 1 MiB a row and 252 properties of one's own (learn.microsoft.com, "Understanding the Table
# service data model"). Azurite holds the limit of a single property and neither of these two, so that code which outgrows
# them passes its tests.
#
# Seen:
#   40 properties of 32000 characters, 2.4 MiB: stored
#   300 properties: stored
#   one property of 33000 characters: 400 PropertyValueTooLarge
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund azurite@3.35.0 @azure/data-tables@13.3.2 >/dev/null
cat >finding.mjs <<'JS'
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer, connect } from 'node:net';
import { AzureNamedKeyCredential, TableClient } from '@azure/data-tables';

const port = await new Promise((found) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => found(port));
  });
});
const azurite = spawn(process.execPath, ['node_modules/azurite/dist/src/table/main.js', '--silent', '--tableHost', '127.0.0.1', '--tablePort', String(port)]);
const opens = () => new Promise((open) => connect(port, '127.0.0.1').on('connect', () => open(true)).on('error', () => open(false)));
for (let tries = 0; !(await opens()) && tries < 100; tries += 1) await new Promise((wait) => setTimeout(wait, 200));
// The account that every Azurite knows.
const account = 'devstoreaccount1';
const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
try {
  const credential = new AzureNamedKeyCredential(account, key);
  const options = { allowInsecureConnection: true };
  const table = new TableClient(`http://127.0.0.1:${port}/${account}`, 'things', credential, options);
  await table.createTable();
  const wide = (count, size) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`p${n}`, 'x'.repeat(size)]));
  const stored = (rowKey, more) =>
    table.createEntity({ partitionKey: 'p', rowKey, ...more }).then(
      () => 'stored',
      ({ statusCode, details }) => `${statusCode} ${details.odataError.code}`,
    );
  const found = [await stored('big', wide(40, 32_000)), await stored('many', wide(300, 1)), await stored('long', wide(1, 33_000))];
  console.log(found.join('\n'));
  assert.deepEqual(found, ['stored', 'stored', '400 PropertyValueTooLarge']);
} finally {
  azurite.kill();
}
JS
node finding.mjs
