/**
 * What azd deploys: the folder of `npm run package`, small, without a development file, and with every function that
 * the templates name.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build } from '../../tools/build/build.ts';
import { checkBundle } from '../../tools/build/bundle-check.ts';
import { packageBundle } from '../../tools/build/package.ts';
import { INFRA, templates } from './bicep.ts';

const ROOT = path.join(INFRA, '..');
const azure = readFileSync(path.join(ROOT, 'azure.yaml'), 'utf8');
const manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));

describe('the deployed package', () => {
  let temporary: string;
  let folder: string;

  beforeAll(async () => {
    temporary = mkdtempSync(path.join(tmpdir(), 'plumbline-package-'));
    folder = path.join(temporary, 'package');
    const outfile = path.join(temporary, 'main.cjs');
    await build({ entry: path.join(ROOT, 'src/main.ts'), outfile });
    packageBundle(outfile, folder);
  });

  afterAll(() => rmSync(temporary, { recursive: true, force: true }));

  test('the package holds the bundle with its parts, their maps, the settings of the host and a manifest, and no development file', () => {
    expect(readdirSync(folder).sort()).toEqual(['host.json', 'main-parts', 'main.cjs', 'main.cjs.map', 'package.json']);
    const parts = readdirSync(path.join(folder, 'main-parts'));
    const code = parts.filter((name) => name.endsWith('.cjs'));
    expect(code.length).toBeGreaterThan(1);
    expect(parts.sort()).toEqual(code.flatMap((name) => [name, `${name}.map`]).sort());
    const own = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    // With dependencies or scripts, something could be installed or built in Azure.
    expect(Object.keys(own).sort()).toEqual(['license', 'main', 'name', 'private', 'version']);
    expect(readFileSync(path.join(folder, 'main.cjs.map'), 'utf8')).not.toContain('sourcesContent');
  });

  test('the package is smaller than 3 MB as a zip', () => {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
    const bytes = files.map(
      (file) => deflateRawSync(readFileSync(path.join(folder, file))).length + 2 * file.length + 128,
    );
    expect(bytes.reduce((sum, one) => sum + one, 0)).toBeLessThan(3_000_000);
  });

  test('what a cold start loads is a fraction of the package, and holds no SDK of a service', () => {
    const main = readFileSync(path.join(folder, 'main.cjs'), 'utf8');
    const loaded = [...main.matchAll(/^import|require\("\.\/main-parts\/([^"]+)"\)/g)].flatMap(
      ([, name]) => name ?? [],
    );
    expect(loaded.length).toBeGreaterThan(0);
    const sources = JSON.parse(readFileSync(path.join(folder, 'main.cjs.map'), 'utf8')).sources.join(' ');
    for (const sdk of ['data-tables', 'storage-queue', 'storage-blob', 'identity', 'eventgrid', 'arm-appservice']) {
      expect(sources).not.toContain(`@azure/${sdk}`);
    }
    expect(main.length).toBeLessThan(1_000_000);
  });

  test('the package registers every function that a template names, with the trigger that Event Grid needs', async () => {
    const own = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    const { functions } = await checkBundle(path.join(folder, own.main));
    const named = templates().flatMap(({ text }) => [...text.matchAll(/\/functions\/(\w+)/g)].map(([, name]) => name));
    expect([...new Set(named)]).toEqual(['resourceChanged']);
    for (const name of named) {
      expect(functions.find((one) => one.name === name)?.trigger).toBe('eventGridTrigger');
    }
  });
});

describe('azure.yaml', () => {
  test('azd deploys the folder of npm run package, and nothing is built in Azure', () => {
    expect(manifest.scripts.package).toContain('tools/build/package.ts');
    expect(azure).toMatch(/^ {4}dist: dist\/package$/m);
    expect(azure).toMatch(/^ {4}remoteBuild: false$/m);
    expect(azure).toMatch(/^ {4}host: function$/m);
    const prepackage = /prepackage:\n([\s\S]*?)\n\S/.exec(azure)?.[1] ?? '';
    expect(prepackage.match(/run: npm run package/g)).toHaveLength(2);
  });

  test('each hook exists and runs in both kinds of shell, and events are subscribed after the code is deployed', () => {
    const hooks = [
      ...azure.matchAll(
        /^ {2}(pre|post)(\w+):\n {4}posix:\n {6}shell: sh\n {6}run: (.*)\n {4}windows:\n {6}shell: pwsh\n {6}run: (.*)$/gm,
      ),
    ];
    expect(hooks.map(([, when, what, posix, windows]) => [`${when}${what}`, posix === windows && posix])).toEqual([
      ['preprovision', 'node infra/hooks/before-provision.mjs'],
      ['postprovision', 'node infra/hooks/after-provision.mjs'],
      ['postdeploy', 'node infra/hooks/after-deploy.mjs'],
    ]);
    for (const [, , , run = ''] of hooks)
      expect(readFileSync(path.join(ROOT, run.replace('node ', '')), 'utf8')).toContain('runHook(');
  });

  test('the service has the name in the tag of the function app', () => {
    const [, service] = /^services:\n {2}(\w+):$/m.exec(azure) ?? [];
    expect(templates().filter(({ text }) => text.includes(`'azd-service-name': '${service}'`))).toHaveLength(1);
  });
});
