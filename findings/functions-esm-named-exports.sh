#!/usr/bin/env bash
# @azure/functions 4.16.5: an ES module cannot import HttpRequest, HttpResponse and InvocationContext by name.
#
# The types declare them as exports, and `import { app }` works. The package is one CommonJS file whose names Node finds by
# reading its text, and these three are not found: the module does not load, and with it the whole app, although the
# compiler has nothing to say. They are there on the default import.
#
# Seen:
#   app: found
#   HttpRequest, HttpResponse, InvocationContext: SyntaxError
#   on the default import: function, function, function
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund @azure/functions@4.16.5 >/dev/null
cat >finding.mjs <<'JS'
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';

async function imported(name) {
  writeFileSync(`import-${name}.mjs`, `import { ${name} } from '@azure/functions';\n`);
  return import(`./import-${name}.mjs`).then(() => 'found', (error) => error.name);
}
const classes = ['HttpRequest', 'HttpResponse', 'InvocationContext'];
const { default: all } = await import('@azure/functions');
const found = await Promise.all(['app', ...classes].map(imported));
const onDefault = classes.map((name) => typeof all[name]);
console.log(`app: ${found[0]}\n${classes.join(', ')}: ${[...new Set(found.slice(1))]}`);
console.log(`on the default import: ${onDefault.join(', ')}`);
assert.deepEqual(found, ['found', 'SyntaxError', 'SyntaxError', 'SyntaxError']);
assert.deepEqual(onDefault, ['function', 'function', 'function']);
JS
node finding.mjs
