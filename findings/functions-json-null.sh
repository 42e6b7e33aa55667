#!/usr/bin/env bash
# @azure/functions 4.16.5: an answer with `jsonBody: null` has no body and no content type.
#
# null is JSON, and so are false and 0, which are sent with their content type. A client that parses the answer of such an
# endpoint fails on the empty text.
#
# Seen (jsonBody: body, content type):
#   null: "", null
#   false: "false", application/json
#   0: "0", application/json
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund @azure/functions@4.16.5 >/dev/null
cat >finding.mjs <<'JS'
import assert from 'node:assert/strict';
import functions from '@azure/functions';

const answers = [];
for (const jsonBody of [null, false, 0]) {
  const response = new functions.HttpResponse({ jsonBody });
  answers.push([await response.text(), response.headers.get('content-type')]);
  console.log(`${jsonBody}: ${JSON.stringify(answers.at(-1)[0])}, ${answers.at(-1)[1]}`);
}
assert.deepEqual(answers, [['', null], ['false', 'application/json'], ['0', 'application/json']]);
JS
node finding.mjs
