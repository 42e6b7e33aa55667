#!/usr/bin/env node
// The command `plumbline` of this package: builds the command line when it is missing, and runs it in this process.
const { existsSync } = require('node:fs');
const path = require('node:path');

const file = path.join(__dirname, '../dist/plumbline.cjs');
if (!existsSync(file)) {
  const { spawnSync } = require('node:child_process');
  const { pathToFileURL } = require('node:url');
  const loader = pathToFileURL(path.join(__dirname, 'typescript.mjs')).href;
  const build = path.join(__dirname, 'build/build.ts');
  // What the build prints is no output of the command.
  const { status } = spawnSync(process.execPath, ['--import', loader, build, '--cli'], {
    cwd: path.join(__dirname, '..'),
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) process.exit(70);
}
require(file);
