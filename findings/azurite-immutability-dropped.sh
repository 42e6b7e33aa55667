#!/usr/bin/env bash
# azurite 3.35.0 with @azure/storage-blob 12.32.0: an upload with an immutability policy and a legal hold is taken without both.
#
# The upload answers 201, the blob shows neither, and can be deleted at once. Setting the policy by a call of its own is
# refused with 501, so only the upload is silent. A test of write-once storage proves nothing here.
#
# Seen:
#   policy undefined, legal hold undefined
#   deleted
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund azurite@3.35.0 @azure/storage-blob@12.32.0 >/dev/null
cat >finding.mjs <<'JS'
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer, connect } from 'node:net';
import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob';

const port = await new Promise((found) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => found(port));
  });
});
const azurite = spawn(process.execPath, ['node_modules/azurite/dist/src/blob/main.js', '--silent', '--skipApiVersionCheck', '--blobHost', '127.0.0.1', '--blobPort', String(port)]);
const opens = () => new Promise((open) => connect(port, '127.0.0.1').on('connect', () => open(true)).on('error', () => open(false)));
for (let tries = 0; !(await opens()) && tries < 100; tries += 1) await new Promise((wait) => setTimeout(wait, 200));
// The account that every Azurite knows.
const account = 'devstoreaccount1';
const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
try {
  const credential = new StorageSharedKeyCredential(account, key);
  const container = new BlobServiceClient(`http://127.0.0.1:${port}/${account}`, credential).getContainerClient('things');
  await container.create();
  const blob = container.getBlockBlobClient('kept');
  const immutabilityPolicy = { expiriesOn: new Date(Date.now() + 86_400_000), policyMode: 'Locked' };
  await blob.upload('x', 1, { immutabilityPolicy, legalHold: true });
  const { immutabilityPolicyExpiresOn, legalHold } = await blob.getProperties();
  console.log(`policy ${immutabilityPolicyExpiresOn}, legal hold ${legalHold}`);
  assert.deepEqual([immutabilityPolicyExpiresOn, legalHold], [undefined, undefined]);
  await blob.delete();
  console.log('deleted');
} finally {
  azurite.kill();
}
JS
node finding.mjs
