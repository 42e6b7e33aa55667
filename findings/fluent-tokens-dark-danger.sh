#!/usr/bin/env bash
# @fluentui/tokens 1.0.0-alpha.24: the first foreground of a status is too weak on three backgrounds it is named for.
#
# WCAG 2.2 (1.4.3) asks 4.5:1 of texts. In the dark theme, the first foreground of "danger" has 4.16:1 on the background of
# the page. In both themes, the first foreground of each status is below 4.5:1 on the second background of its own status.
#
# Seen:
#   dark: danger on the page 4.16
#   light: success 3.83, warning 3.56, danger 3.79 on their second background
#   dark: success 4.13, warning 3.92, danger 3.52 on their second background
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund @fluentui/tokens@1.0.0-alpha.24 >/dev/null
cat >finding.cjs <<'JS'
const assert = require('node:assert/strict');
const { webDarkTheme, webLightTheme } = require('@fluentui/tokens');

/** Relative luminance of #rrggbb. */
function luminance(color) {
  const [red, green, blue] = [1, 3, 5]
    .map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [lighter, darker] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return ((lighter + 0.05) / (darker + 0.05)).toFixed(2);
}

const onPage = contrast(webDarkTheme.colorStatusDangerForeground1, webDarkTheme.colorNeutralBackground1);
console.log(`dark: danger on the page ${onPage}`);
assert.equal(onPage, '4.16');
for (const [name, theme, wanted] of [
  ['light', webLightTheme, ['3.83', '3.56', '3.79']],
  ['dark', webDarkTheme, ['4.13', '3.92', '3.52']],
]) {
  const seen = ['Success', 'Warning', 'Danger'].map((status) =>
    contrast(theme[`colorStatus${status}Foreground1`], theme[`colorStatus${status}Background2`]),
  );
  console.log(`${name}: success ${seen[0]}, warning ${seen[1]}, danger ${seen[2]} on their second background`);
  assert.deepEqual(seen, wanted);
}
JS
node finding.cjs
