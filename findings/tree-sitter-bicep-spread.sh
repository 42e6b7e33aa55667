#!/usr/bin/env bash
# tree-sitter-bicep 1.1.0: the grammar does not know the spread operator of Bicep, in objects and in arrays.
#
# Bicep has it since 0.27 (learn.microsoft.com, "Bicep spread operator"). The tree has an error node where it stands, so that
# tools which read declarations from it lose what is around. Other young syntax (lambdas, safe dereference, imports, user
# types) is known.
#
# Seen:
#   spread in an object: error
#   spread in an array: error
#   safe dereference: parsed
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund tree-sitter-bicep@1.1.0 web-tree-sitter@0.27.1 --ignore-scripts >/dev/null
cat >finding.mjs <<'JS'
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { Language, Parser } from 'web-tree-sitter';

await Parser.init();
const parser = new Parser();
parser.setLanguage(await Language.load(createRequire(import.meta.url).resolve('tree-sitter-bicep/tree-sitter-bicep.wasm')));
const samples = {
  'spread in an object': 'var tags = {\n  ...common\n  env: \'prod\'\n}\n',
  'spread in an array': 'var ranges = [\n  ...common\n  \'10.0.0.0/8\'\n]\n',
  'safe dereference': 'var env = common.?env\n',
};
const found = Object.entries(samples).map(([name, text]) => [name, parser.parse(text).rootNode.hasError ? 'error' : 'parsed']);
for (const [name, outcome] of found) console.log(`${name}: ${outcome}`);
assert.deepEqual(found.map(([, outcome]) => outcome), ['error', 'error', 'parsed']);
JS
node finding.mjs
