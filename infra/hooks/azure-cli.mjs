/**
 * Runs the Azure CLI for the hooks. Bodies are passed in files that only this user can read, so that no secret is an
 * argument that other processes can see. Messages name the call and never its content.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The parsed answer of `az ARGUMENTS`, or null when it is empty. Throws with the error text of the CLI. */
export function az(...given) {
  const windows = process.platform === 'win32';
  const { error, status, stdout, stderr } = spawnSync(windows ? 'az.cmd' : 'az', [...given, '--output', 'json'], {
    encoding: 'utf8',
    shell: windows,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error) throw new Error(`The Azure CLI could not be started (${error.message}). Install it and run az login.`);
  if (status !== 0) throw new Error(`az ${given.slice(0, 4).join(' ')}: ${stderr.trim()}`);
  return stdout.trim() === '' ? null : JSON.parse(stdout);
}

/** One request to Resource Manager, by the id of a resource, or to Microsoft Graph, by its URL. */
export function rest(method, where, { version, body, headers } = {}) {
  const uri = version === undefined ? where : `${where}?api-version=${version}`;
  return withFiles({ body, headers }, (files) =>
    az(
      'rest',
      '--method',
      method,
      '--uri',
      uri,
      ...Object.entries(files).flatMap(([name, file]) => [`--${name}`, `@${file}`]),
    ),
  );
}

/** Passes each content as a JSON file that is deleted afterwards; an undefined content has no file. */
export function withFiles(contents, use) {
  const folder = mkdtempSync(path.join(tmpdir(), 'plumbline-'));
  try {
    const given = Object.entries(contents).filter(([, content]) => content !== undefined);
    const files = given.map(([name, content]) => {
      const file = path.join(folder, `${name}.json`);
      writeFileSync(file, JSON.stringify(content), { mode: 0o600 });
      return [name, file];
    });
    return use(Object.fromEntries(files));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A value of the azd environment, which azd passes to its hooks. Throws when it is missing. */
export function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run this through azd, or set it.`);
  return value;
}

/** Runs a hook and sets the exit code; an exit code other than 0 stops azd. */
export function runHook(hook) {
  try {
    hook();
  } catch (error) {
    process.stderr.write(`plumbline: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

export function say(text) {
  process.stdout.write(`plumbline: ${text}\n`);
}
