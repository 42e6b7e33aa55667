#!/usr/bin/env bash
# @azure/data-tables 13.3.2: odata`` writes literals of some types in a form that filters do not have.
#
# The entities' own types are bigint for Edm.Int64 and Uint8Array for Edm.Binary; a filter wants 5L and X'0102'
# (learn.microsoft.com, "Querying tables and entities"). Without the L a number is an Edm.Int32, which 5000000000 is not.
# Strings and dates are written as they should be.
#
# Seen:
#   bigint: Size eq 5000000000
#   Uint8Array: Hash eq 1,2
#   Date: At eq datetime'1970-01-01T00:00:00.000Z'
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund @azure/data-tables@13.3.2 >/dev/null
cat >finding.mjs <<'JS'
import assert from 'node:assert/strict';
import { odata } from '@azure/data-tables';

const written = {
  bigint: odata`Size eq ${5_000_000_000n}`,
  Uint8Array: odata`Hash eq ${new Uint8Array([1, 2])}`,
  Date: odata`At eq ${new Date(0)}`,
};
for (const [type, filter] of Object.entries(written)) console.log(`${type}: ${filter}`);
assert.deepEqual(Object.values(written), [
  'Size eq 5000000000',
  'Hash eq 1,2',
  "At eq datetime'1970-01-01T00:00:00.000Z'",
]);
JS
node finding.mjs
