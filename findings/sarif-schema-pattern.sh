#!/usr/bin/env bash
# @microsoft/jest-sarif 1.0.0-beta.0 with ajv 8.20.0: the published schema of SARIF 2.1.0 does not compile.
#
# The package carries the schema sarif-2.1.0-rtm.5. The pattern for `language` has a closing bracket too many. Ajv 8 reads
# patterns as regular expressions of Unicode, where a lone bracket is an error. With unicodeRegExp: false it compiles. The
# first of its two alternatives has no end, so any text that begins with two letters is a language.
#
# Seen:
#   default: Invalid regular expression: /.../u: Lone quantifier brackets
#   unicodeRegExp false: en valid, en-US valid, english, I think valid, 9 refused
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund @microsoft/jest-sarif@1.0.0-beta.0 ajv@8.20.0 ajv-formats@3.0.1 ajv-draft-04@1.0.0 >/dev/null
cat >finding.cjs <<'JS'
const assert = require('node:assert/strict');
const { readFileSync, readdirSync } = require('node:fs');
const Ajv = require('ajv-draft-04').default;
const addFormats = require('ajv-formats').default;

const folder = 'node_modules/@microsoft/jest-sarif';
const file = readdirSync(folder, { recursive: true }).find((name) => name.endsWith('sarif-2.1.0-rtm.5.json'));
const schema = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8'));
const compile = (options) => addFormats(new Ajv({ strict: false, ...options })).compile(schema);

let refused;
try {
  compile({});
} catch (error) {
  refused = error;
}
console.log(`default: ${refused?.message.replace(/\/.*\/u/, '/.../u')}`);
assert.match(String(refused), /Invalid regular expression.*Lone quantifier brackets/);
const isValid = compile({ unicodeRegExp: false });
const seen = ['en', 'en-US', 'english, I think', '9'].map((language) => {
  const log = { version: '2.1.0', runs: [{ tool: { driver: { name: 'scanner' } }, results: [], language }] };
  return `${language} ${isValid(log) ? 'valid' : 'refused'}`;
});
console.log(`unicodeRegExp false: ${seen.join(', ')}`);
assert.deepEqual(seen, ['en valid', 'en-US valid', 'english, I think valid', '9 refused']);
JS
node finding.cjs
